"""Painted borders against a second implementation (matplotlib's point-in-polygon, sampled edges)."""

from itertools import pairwise

import numpy as np
import pytest
from matplotlib.path import Path

from facegen.assets import regions


def closed(points):
    return np.concatenate([points, points[::-1] * [-1, 1]])


@pytest.mark.parametrize("name", ["NOSE", "LIPS"])
def test_polygon_distance_matches_a_second_implementation(name):
    points = getattr(regions, name)
    rng = np.random.default_rng(0)
    s, t = rng.uniform(-30, 30, 4000), rng.uniform(points[:, 1].min() - 8, points[:, 1].max() + 8, 4000)
    outline = closed(points)
    inside = Path(outline).contains_points(np.stack([s, t], 1))
    dense = np.concatenate([np.linspace(a, b, 200) for a, b in pairwise(points)])
    dense = np.concatenate([dense, dense * [-1, 1]])
    nearest = np.sqrt(((np.stack([s, t], 1)[:, None] - dense[None]) ** 2).sum(-1).min(1))
    distance = regions.polygon_distance(points, s, t)
    clear = nearest > 0.2  # on the line itself the two may disagree
    assert ((distance < 0) == inside)[clear].all()
    assert np.abs(np.abs(distance) - nearest).max() < 0.12


def test_regions_are_mirror_images():
    rng = np.random.default_rng(1)
    s, t = rng.uniform(-60, 60, 500), rng.uniform(-90, 40, 500)
    for distance in (
        lambda s, t: regions.polygon_distance(regions.NOSE, s, t),
        regions.BrowShape().distance,
        regions.Hairline(recession=8, peak=3).distance,
        regions.beard_distance,
    ):
        np.testing.assert_allclose(distance(s, t), distance(-s, t), atol=1e-9)


def test_brow_parameters_do_what_they_say():
    line, half = regions.BrowShape().centre_line()
    higher, _ = regions.BrowShape(height=3).centre_line()
    np.testing.assert_allclose(higher[:, 1] - line[:, 1], 3)
    _, thick = regions.BrowShape(thickness=2).centre_line()
    assert (thick >= half).all() and thick[2] == pytest.approx(2 * half[2])
    assert regions.BrowShape().distance(*line[4:5].T)[0] == pytest.approx(-half[4], abs=0.3)


def test_recession_raises_the_temples_most():
    s = np.array([0.0, 42.0, 110.0])
    rise = regions.Hairline(recession=10).height_at(s) - regions.Hairline().height_at(s)
    assert rise[1] > rise[0] > rise[2] >= 0
