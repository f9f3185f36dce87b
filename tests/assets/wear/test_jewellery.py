"""Earrings and necklaces against the head that wears them."""

import numpy as np
import pytest

pytest.importorskip("anny")
pytest.importorskip("open3d")

from dressed_head import wearer

from facegen.assets.wear import jewellery
from facegen.assets.wear.jewel_shapes import ClosedLine
from facegen.assets.wear.jewellery_registry import EARRINGS, NECKLACES

pytestmark = pytest.mark.render


@pytest.fixture(scope="module")
def on():
    return wearer()


@pytest.fixture(scope="module")
def lines(on):
    """Lines of necklaces on the skin by (drop in mm, around the neck)."""
    return {
        (drop, around): jewellery.necklace_line(on.head, on.model, drop, around, on.body)
        for drop in (5.0, 70.0)
        for around in (False, True)
    }


@pytest.mark.parametrize("sign", [1, -1])
def test_ears_are_pierced_through_the_lobe(on, sign):
    where = jewellery.piercing(on.head, on.model, sign, 30.0)
    local = (where.place - on.head.eye_centres.mean(0)) @ on.head.head_rotation
    assert 0.05 < sign * local[0] < 0.11 and -0.07 < local[2] < 0.0
    np.testing.assert_allclose(np.linalg.norm([where.side, where.forward], axis=1), 1, atol=1e-6)


@pytest.mark.parametrize("kind", list(EARRINGS))
def test_earrings_hang_outside_the_head(on, kind):
    entry = EARRINGS[kind]
    size = sum(entry.size_mm) / 2
    for sign in (1, -1):
        where = jewellery.piercing(on.head, on.model, sign, 30.0)
        v, f, part = jewellery.earring(kind, size, where, on.body)
        assert len(part) == len(f) and f.max() < len(v)
        hanging = v[v[:, 2] < where.place[2] - 0.004]
        if entry.hangs:
            assert where.place[2] - v[:, 2].min() == pytest.approx(size / 1000, rel=0.25)
            assert on.body.clearance(hanging)[0].min() > -0.0035
        else:
            assert np.linalg.norm(v - where.place, axis=1).max() < size / 1000 + 0.012


@pytest.mark.parametrize("kind", list(NECKLACES))
def test_a_necklace_lies_on_the_skin(on, lines, kind):
    for drop in (5.0, 70.0):
        line = lines[drop, NECKLACES[kind].around_neck]
        gap, _ = on.body.clearance(line)
        assert gap.min() > -0.001 and gap.max() < 0.03
        v, f, part = jewellery.necklace(kind, 8.0, line)
        assert len(part) == len(f) and np.isfinite(v).all()
        assert np.linalg.norm(v[:, None] - line[None], axis=2).min(1).max() < 0.016  # nothing strays from it


def test_a_longer_necklace_hangs_lower(lines):
    low = [lines[drop, False][:, 2].min() for drop in (5.0, 70.0)]
    assert 0.04 < low[0] - low[1] < 0.09


def test_places_along_a_closed_line_are_where_the_distance_says():
    square = ClosedLine(np.array([[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0]], float))
    assert square.length == pytest.approx(4)
    np.testing.assert_allclose(square.at(np.array([0.5, 1.5, 3.5])), [[0.5, 0, 0], [1, 0.5, 0], [0, 0.5, 0]])
