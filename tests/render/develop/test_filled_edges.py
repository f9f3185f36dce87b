"""Edges of crops that reach beyond their photograph."""

from dataclasses import replace

import numpy as np

from facegen.render.develop.filled_edges import BLUR, PAD, filled
from facegen.render.spec.face_spec import Camera

SIZE = 100
PICTURE = np.random.default_rng(0).random((SIZE, SIZE, 3))


def detail(picture):
    """Differences of neighbouring columns: (SIZE - 1,)."""
    return np.abs(np.diff(picture, axis=1)).mean((0, 2))


def test_a_photograph_that_ends_outside_the_crop_stays_as_it_is():
    np.testing.assert_array_equal(filled(PICTURE, Camera()), PICTURE)
    assert Camera().end_left <= -PAD / 3  # where the ramp of the blur ends at the crop's edge


def test_beyond_the_end_all_is_blurred_and_a_ramp_inside_it_nothing_is():
    out = filled(PICTURE, replace(Camera(), end_left=0.2))
    kept = detail(out) / detail(PICTURE)
    # White noise keeps 1 / (2 sqrt(pi) sigma) of its standard deviation, neighbours of it less.
    assert kept[:20].max() < 1 / (2 * np.sqrt(np.pi) * BLUR * SIZE) < kept[32:].min()
    np.testing.assert_allclose(out[:, 31:], PICTURE[:, 31:])


def test_the_farther_out_the_nearer_to_the_middle_colour():
    flat = np.full((SIZE, SIZE, 3), 0.2)
    flat[:, :40] = 0.9
    out = filled(flat, replace(Camera(), end_left=0.3))
    assert out[50, 0, 0] < 0.3 < out[50, 29, 0]


def test_each_end_blurs_its_own_edge():
    for name, turns in (("end_left", 0), ("end_top", 1), ("end_right", 2), ("end_bottom", 3)):
        out = filled(np.rot90(PICTURE, -turns), replace(Camera(), **{name: 0.15}))
        expected = filled(PICTURE, replace(Camera(), end_left=0.15))
        np.testing.assert_allclose(np.rot90(out, turns), expected, atol=1e-12)
