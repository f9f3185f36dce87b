"""Garments: how cloth lies on a body."""

import numpy as np
import pytest
from scipy.spatial import cKDTree

from facegen.assets.head.head_model import head_model
from facegen.assets.wear import garments
from facegen.assets.wear.garment_cuts.fur_collar import TUFTS
from facegen.assets.wear.garment_registry import GARMENT_CUTS
from facegen.assets.wear.necklines import jacket
from facegen.assets.wear.torso_chart import PERIOD, BodyChart
from facegen.render.geometry.pose import pose_head
from facegen.render.spec import face_spec as s


@pytest.fixture(scope="module")
def wearer():
    pytest.importorskip("anny")
    model = head_model()
    return model, pose_head(model, s.FaceSpec())


@pytest.mark.parametrize("cut", list(GARMENT_CUTS))
@pytest.mark.render
def test_cloth_lies_on_the_body_and_follows_the_cut(wearer, cut):
    model, head = wearer
    pieces = garments.garment(head, model, s.Garment(cut=cut), np.random.default_rng(0))
    body = cKDTree(head.vertices)
    for piece in pieces:
        assert np.isfinite(piece.vertices).all() and piece.faces.max() < len(piece.vertices)
        assert len(piece.chart) == len(piece.vertices)
        assert body.query(piece.vertices)[0].max() < 0.085  # the farthest: tips of fur
        assert piece.vertices[:, 2].max() < head.landmarks[8, 2] + 0.07  # a scarf, behind
    entry = GARMENT_CUTS[cut]
    layers = [garments.INNER] * (entry.under is not None) + [garments.MAIN]
    assert [piece.cloth for piece in pieces] == layers + [part.cloth for part in entry.parts]


@pytest.mark.parametrize("cut", list(GARMENT_CUTS))
@pytest.mark.render
def test_parts_at_the_neck_are_the_same_on_both_sides(wearer, cut):
    _, head = wearer
    body, look = BodyChart(head), s.Garment(cut=cut, depth=0.6)
    for part in GARMENT_CUTS[cut].parts:
        if part.mirrored:
            chart = part.build(body, look, part.cloth).chart
            middle = (chart[:, 0].min() + chart[:, 0].max()) / 2
            assert cKDTree(chart).query(chart * (-1, 1) + (2 * middle, 0))[0].max() < 2e-3


@pytest.mark.parametrize("cut", list(GARMENT_CUTS))
def test_necklines_repeat_with_every_turn_of_the_chart(cut):
    around = np.linspace(-310, 310, 101)
    for layer in (GARMENT_CUTS[cut].under, GARMENT_CUTS[cut].over):
        if layer is not None:
            edge = layer.edge(around, 0.4)
            np.testing.assert_allclose(edge, layer.edge(around + PERIOD, 0.4))
            np.testing.assert_allclose(edge, edge[::-1])


@pytest.mark.parametrize("cut", list(GARMENT_CUTS))
def test_a_deeper_neckline_never_lies_higher_in_front(cut):
    front = np.linspace(-40, 40, 9)
    layer = GARMENT_CUTS[cut].over
    high, low = (layer.edge(front, depth) for depth in (0.0, 1.0))
    assert (low <= high).all()
    if layer.neckline is not jacket:  # a jacket opens the same for every depth
        assert low.min() < high.min()


def test_fur_is_drawn_from_the_garments_own_generator(wearer):
    """Another face of the same depth has other tufts; the same generator gives the same."""
    model, head = wearer
    fur = s.Garment(cut="fur_collar", depth=0.3)
    one, again, other = (
        garments.garment(head, model, fur, np.random.default_rng(seed))[-1].vertices for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(one, again)
    rolls = len(one) - 3 * TUFTS
    np.testing.assert_array_equal(one[:rolls], other[:rolls])
    assert (one[rolls:] != other[rolls:]).any(1).mean() > 0.99
