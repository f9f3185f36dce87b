"""Brows as label maps show them: women's are thinner, higher and rise outwards, as those of photographs."""

import numpy as np
import pytest

from facegen.assets.head.head_model import head_model
from facegen.audit.measures.face_view import ID, make_view
from facegen.audit.measures.measure_table import CONTENT_NAMES, measure_labels
from facegen.render.geometry.pose import pose_head
from facegen.render.matching.label_preview import preview
from facegen.render.prior import brow_prior
from facegen.render.spec import face_spec as s

CROP_MM = 262.0  # of the crop's side at the eyes


def brow_labels(gender):
    """Thickness and height (measures), and the slope in degrees of the labelled brows of a mean face."""
    law = brow_prior.MEN if gender else brow_prior.WOMEN
    brows = s.Brows(**{name: mean for name, (mean, _) in law._asdict().items()})
    person = s.Identity(gender=gender, age=30.0, african=0.0, asian=0.0, caucasian=1.0)
    spec = s.FaceSpec(identity=person, brows=brows, hair=s.Hair(style="bald"))
    mask = preview(spec, pose_head(head_model(), spec), 256)
    measures = dict(zip(CONTENT_NAMES, measure_labels(mask), strict=True))
    view = make_view(np.zeros((*mask.shape, 3), np.uint8), mask)
    slopes = []
    for name, sign in (("l_brow", 1), ("r_brow", -1)):
        u, v = view.face_points(ID[name]).T
        low, high = np.quantile(sign * u, (0.01, 0.99))
        places = low + np.array([0.22, 0.69]) * (high - low)
        heights = [-v[np.abs(sign * u - place) < 0.006].mean() for place in places]
        slopes.append(np.degrees(np.arctan2(np.diff(heights)[0], np.diff(places)[0])))
    area = np.mean([len(view.face_points(ID[name])) for name in ("l_brow", "r_brow")])
    width = np.mean([np.ptp(view.face_points(ID[name])[:, 0]) for name in ("l_brow", "r_brow")])
    thick = area / view.axes.side**2 / width * CROP_MM
    return thick, measures["brow_height"], float(np.mean(slopes))


def test_mean_brows_have_the_medians_of_photographs():
    (thin, high, rising), (thick, low, level) = brow_labels(0.0), brow_labels(1.0)
    # Medians of frontal faces in the fitting part: 6.3 and 8.7 mm thick; from .22 to .69 of the length
    # the middle of women's rises by 11 degrees, of men's by 2.
    assert thin == pytest.approx(6.3, abs=0.7) and thick == pytest.approx(8.7, abs=0.9)
    assert rising == pytest.approx(11, abs=4) and level < rising - 3
    assert high > low
