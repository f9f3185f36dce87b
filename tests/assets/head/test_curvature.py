"""Hollows and ridges of a posed head. Needs the render extra."""

import numpy as np
import pytest

pytest.importorskip("anny")

from facegen.assets.head import curvature
from facegen.assets.head import head_model as h
from facegen.assets.head.head_cut import PART_SKIN

pytestmark = pytest.mark.render


def hollow_at(model, head, places, radius=7.0):
    deep = curvature.hollows(
        head.vertices, head.normals, curvature.smoother(model.faces, len(model.chart)), model.chart, model.ear
    )
    s, t = np.abs(model.chart).T[0], model.chart[:, 1]
    skin = np.isin(np.arange(len(s)), model.faces[model.face_part == PART_SKIN])
    return [deep[skin & (np.hypot(s - a, t - b) < radius)].mean() for a, b in places]


def test_hollows_lie_next_to_the_nose_and_ridges_on_its_tip(model, neutral):
    side, bridge, chin, above_chin = hollow_at(model, neutral, [(19, -36), (0, -36), (0, -108), (0, -91)])
    assert side > 0.15 > -0.3 > bridge
    assert above_chin > chin + 0.3
    step = curvature.smoother(model.faces, len(model.chart))
    deep = curvature.hollows(neutral.vertices, neutral.normals, step, model.chart, model.ear)
    assert deep.dtype == np.float32 and np.abs(deep).max() <= 1
    assert deep[model.ear > 0.5].std() > 0.3  # folds
    assert not deep[(model.chart[:, 1] > 40) & (model.ear == 0)].any()


def test_smoothing_keeps_a_constant(model):
    step = curvature.smoother(model.faces, len(model.chart))
    assert np.allclose(step @ np.ones(len(model.chart)), 1, atol=1e-5)


def test_a_smile_hollows_the_fold_next_to_the_mouth(model, neutral):
    pose = {name + side: 1.0 for name in ("mouthSmile", "cheekSquint") for side in ("Left", "Right")}
    smiling = model.pose(h.TEMPLATE, {}, pose, (0, 0, 0), (0, 0))
    fold = [(29, -66)]
    assert hollow_at(model, smiling, fold)[0] > hollow_at(model, neutral, fold)[0] + 0.2
