"""Beards and moustaches grow where they do on faces, softly, and the same on both sides."""

import numpy as np
import pytest

from facegen.assets.skin import beard_area, painted_borders


@pytest.mark.parametrize(
    "area",
    [lambda s, t: beard_area.beard_density("full_beard", s, t), beard_area.moustache_density],
    ids=["full_beard", "moustache"],
)
def test_both_sides_are_mirror_images(area):
    rng = np.random.default_rng(1)
    s, t = rng.uniform(-60, 60, 500), rng.uniform(-90, 40, 500)
    np.testing.assert_allclose(area(s, t), area(-s, t), atol=1e-9)


def density(kind, points, **lines):
    s, t = np.array(points, float).T
    return beard_area.beard_density(kind, s, t, **lines)


def test_beards_are_soft_and_stay_where_beards_grow():
    chin, jaw, cheek, brow, throat, ear = (0, -108), (62, -72), (40, -30), (30, 16), (0, -165), (130, -30)
    full = density("full_beard", [chin, jaw, cheek, brow, throat, ear])
    assert full[0] > 0.9 and full[1] > 0.5 and np.all(full[2:] == 0)
    goatee = density("goatee", [chin, jaw])
    assert goatee[0] > 0.9 and goatee[1] == 0
    sideburns = density("sideburns", [chin, (96, -30)])
    assert sideburns[0] == 0 and sideburns[1] > 0.3
    s, t = np.meshgrid(np.arange(0, 120.0, 0.5), np.arange(-150, 10.0, 0.5))
    for kind in ("full_beard", "stubble", "goatee"):
        field = beard_area.beard_density(kind, s.ravel(), t.ravel()).reshape(s.shape)
        assert field.min() >= 0 and field.max() <= 1
        # No edge is hard: from one half millimetre to the next the density changes by less than a half.
        assert max(np.abs(np.diff(field, axis=0)).max(), np.abs(np.diff(field, axis=1)).max()) < 0.5
        lips = (
            painted_borders.polygon_distance(painted_borders.LIPS, s.ravel(), t.ravel()).reshape(s.shape) < 0
        )
        assert field[lips].max() == 0


def test_cheek_and_neck_lines_move_the_beard():
    high, low = (48, -52), (0, -132)
    standard, raised = density("full_beard", [high, low]), density("full_beard", [high, low], cheek_line=8)
    lowered = density("full_beard", [high, low], neck_line=12)
    assert raised[0] > standard[0] and raised[1] == standard[1]
    assert lowered[1] > standard[1] and lowered[0] == standard[0]


def test_the_moustache_parts_under_the_nose_and_spares_the_lip():
    groove, aside, lip = beard_area.moustache_density(np.array([0.0, 10, 0]), np.array([-61.0, -61, -75]))
    assert 0 < groove < aside and lip == 0
