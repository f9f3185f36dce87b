"""Painted borders against a second implementation (matplotlib's point-in-polygon, sampled edges)."""

from itertools import pairwise

import numpy as np
import pytest
from matplotlib.path import Path
from scipy.spatial import cKDTree

from facegen.assets.skin import painted_borders


def closed(points):
    return np.concatenate([points, points[::-1] * [-1, 1]])


@pytest.mark.parametrize("name", ["NOSE", "LIPS"])
def test_polygon_distance_matches_a_second_implementation(name):
    points = getattr(painted_borders, name)
    rng = np.random.default_rng(0)
    s, t = rng.uniform(-30, 30, 4000), rng.uniform(points[:, 1].min() - 8, points[:, 1].max() + 8, 4000)
    outline = closed(points)
    inside = Path(outline).contains_points(np.stack([s, t], 1))
    dense = np.concatenate([np.linspace(a, b, 200) for a, b in pairwise(points)])
    dense = np.concatenate([dense, dense * [-1, 1]])
    nearest, _ = cKDTree(dense).query(np.stack([s, t], 1))
    distance = painted_borders.polygon_distance(points, s, t)
    clear = nearest > 0.2  # on the line itself the two may disagree
    assert ((distance < 0) == inside)[clear].all()
    assert np.abs(np.abs(distance) - nearest).max() < 0.12


def test_regions_are_mirror_images():
    rng = np.random.default_rng(1)
    s, t = rng.uniform(-60, 60, 500), rng.uniform(-90, 40, 500)
    for distance in (
        lambda s, t: painted_borders.polygon_distance(painted_borders.NOSE, s, t),
        painted_borders.BrowShape().distance,
        painted_borders.Hairline(recession=8, peak=3).distance,
    ):
        np.testing.assert_allclose(distance(s, t), distance(-s, t), atol=1e-9)


def test_brow_parameters_do_what_they_say():
    line, half = painted_borders.BrowShape().centre_line(1)
    higher, _ = painted_borders.BrowShape(height=3).centre_line(1)
    np.testing.assert_allclose(higher[:, 1] - line[:, 1], 3)
    _, thick = painted_borders.BrowShape(thickness=2).centre_line(1)
    assert (thick >= half).all() and thick[2] == pytest.approx(2 * half[2])
    assert painted_borders.BrowShape().distance(*line[4:5].T)[0] == pytest.approx(-half[4], abs=0.3)


def test_the_brows_of_one_face_differ_by_their_fields():
    brow = painted_borders.BrowShape(lift=2, longer=3, thicker=0.2)
    (left, left_half), (right, right_half) = brow.centre_line(1), brow.centre_line(-1)
    assert left[0] - right[0] == pytest.approx([0, 2]) and left[-1, 0] - right[-1, 0] == pytest.approx(3)
    assert left_half[2] / right_half[2] == pytest.approx(1.1 / 0.9)
    for (line, half), sign in (((left, left_half), 1), ((right, right_half), -1)):
        middle = brow.distance(sign * line[4:5, 0], line[4:5, 1])
        assert middle[0] == pytest.approx(-half[4], abs=0.3)
    # Its mirror image is the brow that leans the other way.
    rng = np.random.default_rng(2)
    s, t = rng.uniform(-60, 60, 500), rng.uniform(0, 35, 500)
    other = painted_borders.BrowShape(lift=-2, longer=-3, thicker=-0.2)
    np.testing.assert_allclose(brow.distance(s, t), other.distance(-s, t), atol=1e-9)


def test_what_reads_as_brow_keeps_its_tail_and_starts_within_it():
    brow = painted_borders.BrowShape(lift=2, longer=3, thicker=0.2)
    s, t = (g.ravel() for g in np.meshgrid(np.linspace(5, 65, 400), np.linspace(5, 35, 200)))
    whole, seen = brow.distance(s, t) < 0, brow.distance(s, t, seen=True) < 0
    assert (seen & ~whole).sum() < 0.01 * whole.sum() and 0.65 < seen.sum() / whole.sum() < 0.9
    assert s[whole].max() - s[seen].max() < 0.5 and 1.0 < s[seen].min() - s[whole].min() < 3.0


def test_recession_raises_the_temples_most():
    s = np.array([0.0, 42.0, 110.0])
    rise = painted_borders.Hairline(recession=10).height_at(s) - painted_borders.Hairline().height_at(s)
    assert rise[1] > rise[0] > rise[2] >= 0
