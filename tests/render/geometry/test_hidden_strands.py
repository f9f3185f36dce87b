"""Strands behind the head are left out, and nothing else changes."""

import numpy as np
import pytest

pytest.importorskip("open3d")
pytest.importorskip("anny")

from all_kinds import face_of_kinds

from facegen.assets.hair.strands import refine
from facegen.assets.head.head_model import head_model
from facegen.render.geometry import hair_parts, hidden_strands
from facegen.render.geometry.fitting import Fitting, RenderDetail
from facegen.render.geometry.pose import pose_heads

DETAIL = RenderDetail(hair_count=400, hair_points=12, subdivision=1, texture_width=32)
FACES, SEED = 12, 8


@pytest.fixture(scope="module")
def faces():
    """Faces with their hair (N, K, 3) as it is rendered, and with the strands behind the head."""
    specs = [face_of_kinds(SEED, i) for i in range(FACES)]
    found = []
    for spec, head in zip(specs, pose_heads(head_model(), specs), strict=True):
        face = Fitting(spec, head, DETAIL)
        shown = hair_parts.scalp_hair(face)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(hair_parts, "behind_head", lambda strands, face: np.zeros(len(strands), bool))
            everything = hair_parts.scalp_hair(Fitting(spec, head, DETAIL))
        if everything:
            found.append((face, shown[0].geometry.points, everything[0].geometry.points))
    return found


def _rows(strands):
    return {one.tobytes() for one in strands}


def test_strands_that_stay_are_the_same(faces):
    for face, shown, everything in faces:
        assert _rows(shown) <= _rows(everything), face.spec.hair.style


def test_what_is_left_out_cannot_be_seen(faces):
    for face, shown, everything in faces:
        left = _rows(shown)
        dropped = np.array([one for one in everything if one.tobytes() not in left])
        if len(dropped):
            assert face.body.hides(face.view.position, refine(dropped, 6)).all(), face.spec.hair.style


def test_much_hair_lies_behind_heads(faces):
    fractions = [1 - len(shown) / len(everything) for _, shown, everything in faces]
    assert np.mean(fractions) > 0.15 and max(fractions) < 0.8


def test_a_line_of_points_goes_out_of_sight_inside_the_outline(faces):
    """Short strands side by side, half a metre behind a head: out of sight a margin inside it."""
    face = faces[0][0]
    middle = face.head.vertices.mean(0)
    x = np.linspace(-0.3, 0.3, 601)
    strands = np.repeat((middle + np.array([0, 0.5, 0]))[None, None], 2, 1).repeat(len(x), 0)
    strands[..., 0] += x[:, None]
    strands[:, 1, 1] += 0.01
    hidden = hidden_strands.behind_head(strands.astype(np.float32), face)
    behind = face.body.hides(face.view.position, strands).all(1)
    assert hidden.any() and not (hidden & ~behind).any()
    for end in (np.flatnonzero(behind)[0], np.flatnonzero(behind)[-1]):
        near = np.abs(x - x[end]) < hidden_strands.INSIDE - 0.002
        assert not hidden[near].any()
