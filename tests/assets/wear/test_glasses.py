"""Glasses: where they sit and what light they pass."""

import numpy as np
import pytest

from facegen.assets.wear import glasses
from facegen.assets.wear.glasses_registry import GLASSES_FRAMES
from facegen.render.spec import face_spec as s


@pytest.mark.parametrize("kind", list(GLASSES_FRAMES))
def test_glasses_sit_in_front_of_the_eyes(kind):
    landmarks = np.zeros((70, 3))
    landmarks[68], landmarks[69] = (0.031, -0.0165, 0), (-0.031, -0.0165, 0)
    landmarks[27] = (0, -0.025, 0)
    landmarks[0], landmarks[16] = (-0.07, 0.03, 0), (0.07, 0.03, 0)
    (frame, _), (lens, faces), place = glasses.glasses(s.Glasses(kind=kind), landmarks)
    assert len(place) == len(lens) and place[:, 1].min() == 0 and place[:, 1].max() == 1
    assert lens[:, 1].max() < -0.0165 and faces.max() < len(lens)
    assert frame[:, 1].max() > 0.05  # the temples reach the ears
    np.testing.assert_allclose(frame[:, 0].max(), -frame[:, 0].min(), atol=1e-6)
    a, b, c, _ = np.moveaxis(lens[faces], 1, 0)
    assert (np.cross(b - a, c - a)[:, 1] < 0).all()  # both lenses turn their front to the world


def test_lenses_pass_what_their_tint_and_colour_leave():
    grey = s.Glasses(kind="round", tint=0.5, lens=(0.2, 0.2, 0.2), slip_mm=0.0)
    assert glasses.lens_transmittance(s.Glasses()) == 1
    assert glasses.lens_transmittance(grey) == pytest.approx(0.6)
    # Eyes lie 2.5 mm above the middle of a lens 41 mm high, where a full gradient leaves most of its tint.
    up = 0.5 + 2.5 / 41
    assert glasses.lens_transmittance(s.replace(grey, "gradient", 1.0)) == pytest.approx(1 - 0.4 * up)
    assert glasses.lens_transmittance(s.replace(grey, "slip_mm", 100.0)) == pytest.approx(0.6)


def test_temples_pass_beside_a_broad_head_and_nothing_else_moves():
    y = np.linspace(-0.03, 0.09, 25)
    frame = np.concatenate([np.stack([np.full(25, side * 0.07), y, np.zeros(25)], 1) for side in (1, -1)])
    for half, moved in ((0.075, 0.0055), (0.06, 0.0), (0.2, glasses.MOST_BENT)):
        bent = glasses.beside_head(frame, lambda points, half=half: np.abs(points[:, 0]) - half)
        np.testing.assert_allclose(bent[:, 1:], frame[:, 1:], atol=1e-8)
        outwards = (np.abs(bent) - np.abs(frame))[:, 0]
        np.testing.assert_allclose(outwards[frame[:, 1] < glasses.BENDS_FROM], 0, atol=1e-8)
        np.testing.assert_allclose(outwards[frame[:, 1] > glasses.BENT_AT], moved, atol=1e-6)


def test_glasses_move_ahead_of_cheeks_as_far_as_those_reach_into_them():
    points = np.array([(0, -0.03, 0), (0, -0.02, 0.01)])
    for surface, moved in ((-0.01, 0.0), (-0.023, 0.003 + glasses.TOUCHES_SKIN), (-0.05, glasses.MOST_AHEAD)):
        ahead = glasses.ahead_of_face(points, lambda at, surface=surface: surface - at[:, 1])
        assert ahead == pytest.approx(moved, abs=1e-9)
