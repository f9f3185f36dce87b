"""How lips meet towards the corners of the mouth. Needs the render extra."""

import numpy as np
import pytest

pytest.importorskip("anny")

from facegen.assets.head import head_model as h
from facegen.assets.head.anny_model import evaluate
from facegen.assets.head.lip_seam import CORNER, FULLNESS

pytestmark = pytest.mark.render
UP = np.array([0.0, 0.0, 1.0])


def hinged(model, actions):
    """The mesh's own lips, before they meet."""
    vertices, _ = evaluate(model.anny, h.TEMPLATE, {}, actions, {})
    return vertices[: len(model.kept)].astype(np.float64)


def gaps(model, vertices, at):
    """Millimetres from lower to upper lip at each s."""
    seam = model.seam
    high = np.interp(at, seam.s_upper, vertices[seam.upper, 2])
    return 1000 * (high - np.interp(at, seam.s_lower, vertices[seam.lower, 2]))


@pytest.mark.parametrize("jaw", [0.08, 0.2, 0.4])
def test_a_gap_shrinks_by_what_lips_fill_and_never_closes_past_contact(model, jaw):
    before = hinged(model, {"jawOpen": jaw})
    after = before.copy()
    model.seam.close(after, UP)
    at = np.linspace(-17, 17, 35)
    was, now = gaps(model, before, at), gaps(model, after, at)
    wanted = np.maximum(was - FULLNESS * (at / CORNER) ** 2, 0)
    np.testing.assert_allclose(now, wanted, atol=0.45)  # mm; the edges are a millimetre of lip thick
    assert now[17] == pytest.approx(was[17], abs=1e-6) and now.min() > -0.05


def test_an_open_mouth_is_narrower_the_less_it_opens(model):
    at = np.linspace(0, 18, 181)
    widths = []
    for jaw in (0.05, 0.1, 0.2, 0.4):
        vertices = hinged(model, {"jawOpen": jaw})
        model.seam.close(vertices, UP)
        widths.append(at[gaps(model, vertices, at) > 0.6].max())
    assert widths == sorted(widths) and widths[0] < 0.7 * widths[-1]


def test_closed_lips_and_what_is_far_from_them_stay(model):
    closed = hinged(model, {})
    after = closed.copy()
    model.seam.close(after, UP)
    assert np.abs(after - closed).max() < 0.001
    wide = hinged(model, {"jawOpen": 0.5})
    after = wide.copy()
    model.seam.close(after, UP)
    moved = np.linalg.norm(after - wide, axis=1) > 1e-6
    s, t = model.chart[moved].T
    assert moved.any() and np.abs(s).max() < 1.3 * CORNER and np.abs(t + 72).max() < 25


def test_both_sides_meet_in_the_same_way(model):
    vertices = hinged(model, {"jawOpen": 0.3})
    model.seam.close(vertices, UP)
    at = np.linspace(1, 17, 33)
    np.testing.assert_allclose(gaps(model, vertices, at), gaps(model, vertices, -at), atol=0.3)
