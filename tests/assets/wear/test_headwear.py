"""Hats against the head that wears them, and the hair under them."""

import dataclasses

import numpy as np
import pytest

pytest.importorskip("anny")
pytest.importorskip("open3d")

from dressed_head import wearer

from facegen.assets.hair import groom
from facegen.assets.hair.scalp import Scalp
from facegen.assets.hair.style_registry import HAIR_STYLES
from facegen.assets.head.head_model import triangles
from facegen.assets.meshes.collision import Body
from facegen.assets.skin.painted_borders import Hairline
from facegen.assets.wear import headwear
from facegen.assets.wear.hat_registry import BRIM_PART, COVERED, HATS, SHELL_PART
from facegen.assets.wear.hat_shapes import PAD_MM
from facegen.datasets.errors import FacegenError
from facegen.datasets.keyed_random import Draw
from facegen.render.geometry import wear_parts
from facegen.render.geometry.fitting import Fitting, PreviewDetail, RenderDetail
from facegen.render.geometry.pose import pose_head
from facegen.render.prior.accessories_prior import draw_headwear
from facegen.render.prior.default_prior import draw_spec
from facegen.render.spec import face_spec as s

pytestmark = pytest.mark.render
KINDS = list(HATS)
CROWNS = [kind for kind, hat in HATS.items() if hat.hair == COVERED and hat.drape is None]


@pytest.fixture(scope="module")
def on():
    return wearer()


@pytest.fixture(scope="module")
def skull(on):
    """The head without its ears, which may bend under a brim."""
    faces = triangles(on.model.faces)
    return Body(on.head.vertices, faces[(on.model.ear[faces] < 0.05).all(1)])


def worn(kind):
    drawn = draw_headwear(Draw(0, KINDS.index(kind)), s.Identity(), 1.0)
    return dataclasses.replace(drawn, kind=kind)


def made(spec, profile, frame):
    """The hat of a spec in the world, of `headwear.in_world`."""
    return headwear.in_world(HATS[spec.kind].build(profile, spec), frame)


def holds_above_the_brim(vertices, faces, frame, body, seed):
    """Whether rays from inside the skull upwards meet the hat beyond the skin, whatever their direction."""
    hat = Body(vertices, np.concatenate([faces[:, :3], faces[:, [0, 2, 3]]]))
    up = np.random.default_rng(seed).normal(size=(400, 3))
    up[:, 2] = np.abs(up[:, 2]) + 0.5
    up = up / np.linalg.norm(up, axis=1, keepdims=True) @ frame.axes.T
    return (hat.reach(frame.origin, up) > body.reach(frame.origin, up) + 0.001).all()


@pytest.mark.parametrize("kind", CROWNS)
def test_a_hat_encloses_the_skull(on, skull, kind):
    spec = worn(kind)
    frame = headwear.hat_frame(on.head, spec)
    vertices, faces, part, uv = made(spec, headwear.head_profile(on.body, frame), frame)
    assert len(part) == len(faces) and len(uv) == len(vertices) and faces.max() < len(vertices)
    shell = np.unique(faces[part == SHELL_PART])
    gap, _ = skull.clearance(vertices[shell])
    assert gap.min() > 0.001 and gap.max() < 0.13  # a top hat
    assert holds_above_the_brim(vertices, faces, frame, on.body, 0)


@pytest.mark.parametrize("index", [1, 7, 13])
def test_a_cap_stays_outside_long_and_short_skulls(on, index):
    """Heads whose skulls are short behind the hat's middle and long ahead of it."""
    head = pose_head(on.model, draw_spec(21, index))
    faces = triangles(on.model.faces)
    bare = Body(head.vertices, faces[(on.model.ear[faces] < 0.05).all(1)])
    spec = worn("cap")
    frame = headwear.hat_frame(head, spec)
    vertices, quads, part, _ = made(spec, headwear.head_profile(Body(head.vertices, faces), frame), frame)
    assert bare.clearance(vertices[np.unique(quads[part == SHELL_PART])])[0].min() > -0.001


@pytest.mark.parametrize("placed", [(20, 0, 0), (55, -50, 0), (50, 0, -20), (50, 0, 20), (90, 60, 0)])
def test_a_hat_encloses_the_skull_wherever_it_may_sit(on, placed):
    front, back, lean = placed
    spec = dataclasses.replace(worn("beanie"), front_mm=front, back_mm=back, lean=lean)
    frame = headwear.hat_frame(on.head, spec)
    vertices, faces, _, _ = made(spec, headwear.head_profile(on.body, frame), frame)
    assert holds_above_the_brim(vertices, faces, frame, on.body, 1)


@pytest.mark.parametrize("kind", CROWNS)
def test_hair_stays_under_the_hat(on, kind):
    head, body = on.head, on.body
    spec = worn(kind)
    frame = headwear.hat_frame(head, spec)
    rng = np.random.default_rng(0)
    roots = groom.scalp_roots(head, on.model, Scalp(Hairline()), 600, rng)
    strands, _, _ = groom.make_hair(
        HAIR_STYLES["curly_short"].groom, roots, head, np.array([0, 0, -1.0]), body, rng, 10, 1e-4
    )
    pressed, kept = headwear.flatten_hair(strands, frame, body)
    assert 0 < len(pressed) == kept.sum() < len(strands)
    # Nothing is left to come through the crown.
    assert frame.height(pressed).max() < (headwear.COVERED_MM + 4.0) / 1000
    above = frame.height(pressed) > 0.002
    gap = body.clearance(pressed)[0].reshape(above.shape)
    assert gap[above].max() < PAD_MM / 1000 and gap[:, 1:].min() > -0.001


def test_a_turned_cap_looks_backwards(on):
    frame = headwear.hat_frame(on.head, worn("cap"))
    profile = headwear.head_profile(on.body, frame)
    for turned, sign in ((0.0, -1), (1.0, 1), (-1.0, 1)):
        spec = dataclasses.replace(worn("cap"), turned=turned)
        vertices, faces, part, _ = made(spec, profile, frame)
        visor = (vertices[np.unique(faces[part == BRIM_PART])] - frame.origin) @ frame.axes
        assert sign * visor[:, 1].mean() > 0.08


def test_an_unknown_hat_is_an_error(on):
    spec = dataclasses.replace(draw_spec(21, 1), headwear=dataclasses.replace(worn("cap"), kind="crown"))
    fitting = Fitting(spec, on.head, PreviewDetail())
    with pytest.raises(FacegenError, match=r"headwear\.kind: unknown hat 'crown': it is one of beanie, cap"):
        _ = fitting.headwear_mesh


def test_headwear_is_built_once_for_all_that_needs_it(on, monkeypatch):
    """The part, and the hand that lies on it."""
    spec = s.replace(dataclasses.replace(draw_spec(21, 1), headwear=worn("cap")), "hand.kind", "brow")
    built = []
    profile = headwear.head_profile
    monkeypatch.setattr(headwear, "head_profile", lambda *given: built.append(1) or profile(*given))
    face = Fitting(spec, on.head, RenderDetail(60, 5, 0, 64))
    assert face.hand is not None
    (part, *_) = wear_parts.hat(face)
    np.testing.assert_array_equal(part.geometry.vertices, face.headwear_mesh[0])
    assert built == [1]
