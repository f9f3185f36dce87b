"""Things in front of a face: they stand at it, do not cut it, and hands hold them."""

from dataclasses import replace

import numpy as np
import pytest
from dressed_head import wearer

from facegen.assets.head.head_model import triangles
from facegen.assets.meshes.collision import Body
from facegen.assets.wear import hands
from facegen.assets.wear.thing_registry import THINGS, Front
from facegen.datasets.conventions.native_labels import Native
from facegen.render.geometry.fitting import Fitting, PreviewDetail, RenderDetail
from facegen.render.geometry.thing_parts import thing
from facegen.render.prior.default_prior import draw_spec

BETWEEN_LIPS = {"lollipop", "cigarette"}
HELD = [name for name, kind in THINGS.items() if kind.grip is not None]
SOLIDS = ("box", "cylinder", "lump", "sheet")
OUT_OF_THE_PICTURE = 0.24  # metres from the lips
DETAIL = RenderDetail(hair_count=400, hair_points=8, subdivision=0, texture_width=64)
CUTS = 0.002  # metres that nothing may cut into the head
AT_THE_FACE = 0.08  # metres from the lips within which a thing begins


def front(side=1.0, reach=0.5):
    on = wearer()
    mouth = on.head.landmarks[[62, 66]].astype(float).mean(0)
    return Front(on.head, on.model, on.body, mouth, side, reach, np.random.default_rng(5))


@pytest.mark.parametrize("kind", THINGS)
@pytest.mark.parametrize(("side", "reach"), [(1.0, 0.0), (-1.0, 1.0)])
def test_a_thing_stands_at_the_face_and_does_not_cut_it(kind, side, reach):
    one = front(side, reach)
    pieces, nearest = THINGS[kind].build(one), np.inf
    for piece in pieces:
        vertices, faces = piece.mesh
        assert np.isfinite(vertices).all() and faces.max() < len(vertices)
        clear = one.body.clearance(vertices)[0]
        # What lips hold lies between them.
        assert clear.min() > (-0.02 if kind in BETWEEN_LIPS else -CUTS)
        nearest = min(nearest, clear.min())
    assert nearest < AT_THE_FACE
    assert THINGS[kind].label in (Native.OTHER_OCCLUDER, Native.FACEWEAR)


def test_a_mask_covers_mouth_and_chin_and_leaves_the_eyes():
    on, one = wearer(), front()
    cloth = THINGS["face_mask"].build(one)[0].mesh[0]
    ahead = on.head.head_rotation[:, 1]
    for point, covered in ((51, True), (57, True), (8, True), (27, False), (36, False)):
        place = on.head.landmarks[point].astype(float)
        offset = cloth - place
        near = np.linalg.norm(offset - np.outer(offset @ ahead, ahead), axis=1) < 0.012
        assert bool(near.any() and (offset[near] @ ahead).min() < 0.004) is covered, point


def test_the_prior_draws_as_many_things_as_were_counted():
    kinds = [draw_spec(12, i).thing.kind for i in range(1500)]
    assert abs(np.mean([kind != "none" for kind in kinds]) - 16 / 700) < 0.012
    assert kinds.count("microphone") > kinds.count("face_mask")


def test_nothing_of_the_face_shows_through_a_mask():
    """From ahead, rays to the middle of the mask meet it before any skin."""
    one = front()
    vertices, faces = THINGS["face_mask"].build(one)[0].mesh
    ahead = one.along(0, -1, 0)
    middles = vertices[faces].mean(1)
    skin = one.body.first_hit(middles + 0.15 * ahead, np.broadcast_to(-ahead, middles.shape)) - 0.15
    assert np.isfinite(skin).mean() > 0.9  # the rest spans beside the face
    assert skin.min() > 0


def holding(kind, **fields):
    """Face 1 of seed 3 with a thing."""
    spec = draw_spec(3, 1)
    worn = replace(spec.thing, kind=kind, **fields)
    return Fitting(replace(spec, thing=worn, headwear=type(spec.headwear)()), wearer().head, DETAIL)


@pytest.mark.parametrize("kind", HELD)
@pytest.mark.parametrize("side", ["left", "right"])
def test_a_hand_holds_it_and_neither_cuts_it_nor_the_head(kind, side):
    face = holding(kind, side=side)
    assert face.hand is not None
    hand = face.hand.vertices[face.hand.model.along < hands.HAND_ENDS]
    solid = Body(face.thing.mesh[0], triangles(face.thing.mesh[1]))
    gap = solid.clearance(hand)[0]
    assert -hands.DEEPEST < gap.min() < 0.003
    assert face.body.clearance(hand)[0].min() > -hands.DEEPEST
    # The arm comes from the side that the thing is on.
    aside = (face.hand.vertices.mean(0) - face.thing.front.mouth) @ wearer().head.head_rotation[:, 0]
    assert bool(aside > 0) is (side == "left")


def test_the_hand_of_a_thing_takes_the_place_of_another():
    spec = draw_spec(3, 1)
    faces = [
        Fitting(
            replace(spec, thing=replace(spec.thing, kind="cup"), hand=replace(spec.hand, kind=kind)),
            wearer().head,
            DETAIL,
        )
        for kind in ("none", "in_hair")
    ]
    np.testing.assert_array_equal(faces[0].hand.vertices, faces[1].hand.vertices)


@pytest.mark.parametrize("kind", SOLIDS)
def test_solids_lead_out_of_the_picture(kind):
    face = holding(kind)
    far = np.linalg.norm(face.thing.mesh[0] - face.thing.front.mouth, axis=1)
    assert far.max() > OUT_OF_THE_PICTURE > far.min()


@pytest.mark.parametrize("kind", THINGS)
def test_every_piece_has_its_material_and_the_same_face_the_same_thing(kind):
    (part,) = thing(holding(kind))
    again = thing(holding(kind))[0].geometry
    assert part.occludes and part.geometry.slot.max() == len(part.materials) - 1
    assert len({made.name for made in part.materials}) == len(part.materials)
    np.testing.assert_array_equal(part.geometry.vertices, again.vertices)


def test_a_preview_has_neither_thing_nor_hand():
    face = holding("cup")
    assert thing(replace(face, detail=PreviewDetail())) == []
    assert replace(face, detail=PreviewDetail()).hand is None
