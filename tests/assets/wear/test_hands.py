"""Hands at the head: they touch, cut nothing, and press hair."""

import numpy as np
import pytest
from dressed_head import wearer

from facegen.assets.head.arm_model import HandJoints, arm_model
from facegen.assets.head.head_model import head_model, triangles
from facegen.assets.meshes.collision import Body
from facegen.assets.meshes.mesh import ball
from facegen.assets.wear import hands
from facegen.assets.wear.hand_registry import FIST, HANDS, TOUCHES
from facegen.datasets.errors import FacegenError
from facegen.render.geometry.fitting import Fitting, RenderDetail
from facegen.render.geometry.pose import phenotype, pose_head
from facegen.render.prior.default_prior import draw_spec
from facegen.render.spec.face_spec import Hand, Identity, replace

TOUCHING = 0.0025  # metres from the skin within which a hand touches
PERSON = phenotype(draw_spec(3, 1).identity)


def placed(kind, solids=None, **fields):
    on = wearer()
    return hands.place_hand(Hand(kind=kind, **fields), on.head, on.model, solids or [on.body], PERSON)


@pytest.mark.parametrize(("kind", "side"), [(k, ("left", "right")[i % 2]) for i, k in enumerate(HANDS)])
def test_a_hand_touches_and_does_not_cut(kind, side):
    one = placed(kind, side=side, turn=8.0)
    hand = one.model.along < hands.HAND_ENDS
    gap = wearer().body.clearance(one.vertices[hand])[0]
    assert -hands.DEEPEST < gap.min() < TOUCHING
    assert one.pressed <= hands.DEEPEST
    # Turned outwards: a closed hand has a positive volume.
    a, b, c = (one.vertices[triangles(one.faces)[:, i]] - one.vertices.mean(0) for i in range(3))
    assert np.einsum("ij,ij->i", a, np.cross(b, c)).sum() > 0
    assert HANDS[kind].touch in TOUCHES


@pytest.mark.parametrize(("index", "side"), [(323, "left"), (538, "right"), (598, "left")])
def test_a_hand_is_of_its_own_side_and_free_where_shoulders_or_folded_skin_are_in_its_way(index, side):
    """Faces of which the hand of the spec, laid as the pose says, lies in a shoulder or counts as inside."""
    spec = draw_spec(7, index)
    spec = replace(replace(spec, "hand.kind", "cheek"), "hand.side", side)
    face = Fitting(spec, pose_head(head_model(), spec), RenderDetail(60, 5, 0, 64))
    one = face.hand
    assert one.pressed <= hands.DEEPEST
    local = (one.vertices - face.head.eye_centres.mean(0)) @ face.head.head_rotation
    assert (1 if side == "left" else -1) * local[one.model.along < hands.HAND_ENDS].mean(0)[0] > 0.04
    gap = face.body.clearance(one.vertices[one.model.along < hands.HAND_ENDS])[0]
    assert np.abs(gap).min() < TOUCHING  # it does not hang in the air


def test_a_body_knows_inside_where_it_folds_over_itself():
    """A ball and, on its surface, a small patch that is turned inwards."""
    vertices, faces = ball(np.zeros(3), np.ones(3), 48, 32)
    faces = triangles(faces)[:, ::-1]  # outwards
    near = (vertices[faces] @ [1.0, 0, 0]).min(1) > 0.9
    folded = Body(vertices, np.where(near[:, None], faces[:, ::-1], faces))
    points = np.array([[1.5, 0.1, 0], [0.5, 0.1, 0], [-1.2, 0.1, 0], [-0.8, 0.1, 0]])
    assert (folded.clearance(points)[0] < 0).tolist() == [True, False, False, True]  # wrong at the patch
    assert folded.encloses(points, np.array([0.9, 0.3, 0.3])).tolist() == [False, True, False, True]


def test_fingers_wrap_the_cheek():
    one = placed("cheek")
    gap = wearer().body.clearance(one.vertices)[0]
    nearest = sorted(gap[one.model.digit == digit].min() for digit in (2, 3, 4, 5))
    assert nearest[1] < 0.003 and nearest[2] < 0.03


def test_a_hand_lies_on_what_is_worn():
    """On a ball in front of the mouth it stays outside of it."""
    on = wearer()
    mouth = on.head.landmarks[[51, 57]].mean(0)
    vertices, faces = ball(mouth, np.full(3, 0.02), 24, 16)
    solid = Body(vertices, triangles(faces))
    one = placed("mouth_cover", [on.body, solid])
    hand = one.vertices[one.model.along < hands.HAND_ENDS]
    middle = np.linalg.norm(hand - mouth, axis=1)
    assert middle.min() > 0.02 - 0.001
    assert np.linalg.norm(placed("mouth_cover").vertices - mouth, axis=1).min() < 0.015


def test_a_fist_is_closed():
    arm = arm_model()
    open_hand, fist = arm.pose(
        PERSON, [HandJoints(np.zeros((5, 3))), HandJoints(np.array(FIST, float), 40.0)]
    )

    def reach(one):
        tips = arm.tip & (arm.digit > 1)
        return np.linalg.norm(one.vertices[tips] - one.palm, axis=1).mean()

    assert reach(fist) < 0.6 * reach(open_hand)
    # Bent towards the palm, not over the back of the hand.
    inwards = (fist.vertices[arm.tip & (arm.digit == 3)] - fist.palm) @ fist.axes[:, 1]
    assert inwards.mean() > 0.01


def test_hair_lies_under_a_hand():
    one = placed("cheek")
    on = wearer()
    centre = on.head.eye_centres.mean(0) + on.head.head_rotation @ np.array([0, 0.09, 0])
    palm = one.vertices[one.model.digit == 3].mean(0)
    away = (palm - centre) / np.linalg.norm(palm - centre)
    through = palm + np.linspace(-0.03, 0.05, 9)[:, None] * away
    beyond = np.tile(centre + np.array([0, 0, 0.3]), (9, 1))
    pressed = hands.press_hair(
        np.stack([through, beyond]).astype(np.float32), one.vertices, one.faces, centre
    )
    depth = np.linalg.norm(pressed[0] - centre, axis=1)
    surface = np.linalg.norm(one.vertices[one.model.digit == 3] - centre, axis=1).max()
    assert depth.max() < surface
    np.testing.assert_array_equal(pressed[1], beyond.astype(np.float32))


def test_an_unknown_hand_is_an_error():
    with pytest.raises(FacegenError, match=r"hand.kind: unknown hand 'wave'.*cheek"):
        placed("wave")


def test_the_prior_draws_as_many_hands_as_were_counted():
    drawn = [draw_spec(11, i).hand for i in range(600)]
    share = np.mean([one.kind != "none" for one in drawn])
    assert abs(share - 43 / 700) < 0.03
    sleeves = np.array([one.sleeve for one in drawn])
    assert ((sleeves == 0) | (sleeves >= 0.6) & (sleeves <= 1)).all() and 0.1 < (sleeves > 0).mean() < 0.6
    assert {one.side for one in drawn} == {"left", "right"}
    assert draw_spec(11, 0, Identity(gender=1.0)).hand.polish == 0
