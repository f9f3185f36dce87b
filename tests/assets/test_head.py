"""The head model against itself: names, mirrors, rotations, expressions. Needs the render extra."""

import numpy as np
import pytest

pytest.importorskip("anny")

from facegen.assets import head as h
from facegen.assets.actions import ACTIONS
from facegen.assets.sliders import SLIDERS

pytestmark = pytest.mark.render


@pytest.fixture(scope="module")
def model():
    return h.head_model()


@pytest.fixture(scope="module")
def neutral(model):
    return model.pose(h.TEMPLATE, {}, {}, (0, 0, 0), (0, 0))


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


IBUG_MIRROR = [
    (0, 16),
    (4, 12),
    (7, 9),
    (17, 26),
    (21, 22),
    (31, 35),
    (36, 45),
    (39, 42),
    (48, 54),
    (60, 64),
    (61, 63),
    (67, 65),
    (68, 69),
]


@pytest.mark.parametrize("right,left", IBUG_MIRROR)
def test_landmarks_are_symmetric_on_the_template(neutral, right, left):
    mirrored = neutral.landmarks[right] * [-1, 1, 1]
    np.testing.assert_allclose(mirrored, neutral.landmarks[left], atol=4e-4)


@pytest.mark.parametrize("turn", [(30, 0, 0), (0, 20, 0), (0, 0, 15), (25, -15, 10)])
def test_neck_turn_is_the_skulls_rotation(model, turn):
    posed = model.pose(h.TEMPLATE, {}, {}, turn, (0, 0))
    if turn.count(0) == 2:
        np.testing.assert_allclose(posed.head_rotation, h.rotation_of(*turn), atol=1e-4)
    forward, up = posed.head_rotation @ [0, -1, 0], posed.head_rotation @ [0, 0, 1]
    expected_forward, expected_up = h.rotation_of(*turn) @ [0, -1, 0], h.rotation_of(*turn) @ [0, 0, 1]
    # Four joints share a combined turn: the sum is the asked one to within some degrees.
    assert forward @ expected_forward > np.cos(np.radians(5)) and up @ expected_up > np.cos(np.radians(5))


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


def test_gaze_turns_the_eyeballs_only(model, neutral):
    looking = model.pose(h.TEMPLATE, {}, {}, (0, 0, 0), (20, 0))
    axis = looking.eye_frames[0] @ [0, -1, 0]
    assert np.degrees(np.arctan2(axis[0], -axis[1])) == pytest.approx(20, abs=0.1)
    np.testing.assert_allclose(looking.landmarks[:68], neutral.landmarks[:68], atol=1e-5)


def test_action_table_is_the_models(model):
    assert sorted(ACTIONS) == sorted(model.action_names)
