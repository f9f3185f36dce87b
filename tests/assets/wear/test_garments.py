"""Garments: how cloth lies on a body."""

import numpy as np
import pytest
from scipy.spatial import cKDTree

from facegen.assets.wear import garments
from facegen.render.spec import face_spec as s


@pytest.mark.parametrize("cut", s.GARMENTS)
def test_cloth_lies_on_the_body_and_follows_the_cut(cut):
    from facegen.assets.head.head_model import head_model
    from facegen.render.geometry.pose import pose_head

    model = head_model()
    head = pose_head(model, s.FaceSpec())
    pieces = garments.garment(head, model, s.Garment(cut=cut), np.random.default_rng(0))
    body = cKDTree(head.vertices)
    for piece in pieces:
        assert np.isfinite(piece.vertices).all() and piece.faces.max() < len(piece.vertices)
        assert len(piece.chart) == len(piece.vertices)
        assert body.query(piece.vertices)[0].max() < 0.06  # the farthest: collar points and hoods
        assert piece.vertices[:, 2].max() < head.landmarks[8, 2] + 0.045  # a coat's collar, behind
    assert {garments.TIE in {p.cloth for p in pieces}} == {cut == "suit"}


def test_a_deeper_neckline_shows_more_skin():
    sv = np.linspace(-40, 40, 9)
    for layer in ("crew", "v_neck", "scoop", "shirt", "turtleneck", "strapless"):
        high, low = (garments.neckline(layer, depth, sv) for depth in (0.0, 1.0))
        assert (low <= high).all() and low.min() < high.min()
