"""Boundary measures on discs, where the answer is known."""

import numpy as np
import pytest
from scipy.ndimage import binary_erosion

from facegen.audit.distances.boundary import (
    boundary_counts,
    boundary_iou,
    boundary_offsets,
    distance_to,
    signed_boundary_offset,
    trace_border,
)

Y, X = np.mgrid[:128, :128] + 0.5


def disc(radius: float, cx: float = 64.3, cy: float = 63.1, value: int = 3) -> np.ndarray:
    return np.where(np.hypot(X - cx, Y - cy) < radius, value, 0).astype(np.uint8)


@pytest.mark.parametrize("k", [-6, -3, -1, 0, 1, 2, 5, 12])
def test_a_disc_grown_by_k_pixels_gives_k(k):
    predicted, reference = disc(30 + k), disc(30)
    assert signed_boundary_offset(predicted, reference, 3) == pytest.approx(k, abs=0.1)
    assert np.mean(boundary_offsets(predicted, reference, 3)) == pytest.approx(k, abs=0.12)
    # Seen from the other side the sign turns and nothing else.
    np.testing.assert_allclose(
        np.sort(boundary_offsets(predicted, reference, 3)),
        np.sort(-boundary_offsets(reference, predicted, 3)),
    )


def test_the_mean_resolves_a_quarter_of_a_pixel():
    offsets = [
        np.mean(boundary_offsets(disc(30.25, cx, 63.4), disc(30, cx, 63.4), 3))
        for cx in np.linspace(63, 64, 9)
    ]
    assert np.mean(offsets) == pytest.approx(0.25, abs=0.08)


def test_a_shifted_disc_is_no_larger():
    assert signed_boundary_offset(disc(30, cx=67.3), disc(30), 3) == pytest.approx(0, abs=0.25)


def test_equal_maps_give_exactly_zero():
    assert set(boundary_offsets(disc(20), disc(20), 3)) == {0.0}
    assert boundary_iou(disc(20), disc(20), 3) == 1


def test_the_frame_is_no_border():
    # Both fill the right half up to the frame; only the straight edge between them counts.
    reference = np.where(X > 60, 3, 0).astype(np.uint8)
    predicted = np.where(X > 58, 3, 0).astype(np.uint8)
    offsets = boundary_offsets(predicted, reference, 3)
    assert len(offsets) == 2 * 128
    np.testing.assert_allclose(offsets, 2, atol=1e-9)


def test_ignored_pixels_count_nowhere():
    reference, predicted = disc(30), disc(33)
    reference[:, :64] = 255
    wild = predicted.copy()
    wild[:, :64] = np.where(np.arange(128) % 2, 3, 0)[:, None]  # anything goes where nothing is claimed
    np.testing.assert_array_equal(
        boundary_counts(predicted, reference, 4), boundary_counts(wild, reference, 4)
    )
    offsets = boundary_offsets(predicted, reference, 3)
    np.testing.assert_array_equal(offsets, boundary_offsets(wild, reference, 3))
    assert np.median(offsets) == pytest.approx(3, abs=0.1)


def test_a_class_that_fills_the_picture_has_no_border():
    assert boundary_offsets(np.full((8, 8), 3, np.uint8), disc(30)[60:68, 60:68], 3).size == 0


def test_a_class_on_one_side_only_has_no_offset():
    assert np.isnan(signed_boundary_offset(disc(10), disc(10, value=4), 3))
    assert np.isnan(boundary_iou(disc(10), disc(10), 7))
    assert boundary_iou(disc(10), disc(10, value=4), 3) == 0


def test_boundary_iou_equals_the_definition_by_erosion():
    """Cheng et al.: intersection over union of what an erosion by 2 % of the diagonal takes away."""
    rng = np.random.default_rng(0)
    for _ in range(5):
        cx, cy, radius = rng.uniform(10, 118), rng.uniform(10, 118), rng.uniform(3, 60)
        predicted, reference = disc(radius + rng.uniform(-3, 3), cx, cy), disc(radius, cx + 1, cy)
        width = round(0.02 * np.hypot(128, 128))
        bands = [
            m & ~binary_erosion(m, np.ones((3, 3)), iterations=width, border_value=0)
            for m in (predicted == 3, reference == 3)
        ]
        expected = (bands[0] & bands[1]).sum() / (bands[0] | bands[1]).sum()
        assert boundary_iou(predicted, reference, 3) == pytest.approx(expected, abs=1e-12)


def test_distance_to_a_disc_is_right_to_a_fraction_of_a_pixel():
    places = np.random.default_rng(0).uniform(2, 126, (500, 2))
    # Pixel (r, c) has its centre at (c + 0.5, r + 0.5) in the coordinates of `disc`.
    truth = np.hypot(places[:, 1] + 0.5 - 64.3, places[:, 0] + 0.5 - 63.1) - 30
    error = distance_to(trace_border(disc(30) == 3), places) - truth
    assert np.abs(error).mean() < 0.15 and np.abs(error).max() < 0.5


def test_a_line_one_pixel_wide_has_its_own_edges_as_border():
    line = np.zeros((20, 20), bool)
    line[3:17, 9] = True
    border = trace_border(line)
    assert len(border.points) == 2 * 14 + 2
    np.testing.assert_allclose(
        distance_to(border, np.array([[10.0, 9.0], [10.0, 12.0]])), [-0.5, 2.5], atol=0.1
    )
