"""Hats, earrings and necklaces against the head that wears them. Needs the render extra."""

import dataclasses

import numpy as np
import pytest

pytest.importorskip("anny")
pytest.importorskip("open3d")

from facegen.assets.hair import groom
from facegen.assets.hair.scalp import Scalp
from facegen.assets.hair.style_registry import HAIR_STYLES
from facegen.assets.head import head_model as h
from facegen.assets.meshes.collision import Body
from facegen.assets.skin.painted_borders import Hairline
from facegen.assets.wear import headwear, jewellery
from facegen.assets.wear.hat_registry import HATS, SHELL_PART
from facegen.assets.wear.hat_shapes import PAD_MM
from facegen.assets.wear.jewellery_registry import EARRINGS, NECKLACES
from facegen.datasets.keyed_random import Draw
from facegen.render.geometry.pose import pose_head
from facegen.render.prior import default_prior
from facegen.render.prior.accessories_prior import draw_headwear
from facegen.render.spec import face_spec as s

pytestmark = pytest.mark.render
KINDS = list(HATS)


@pytest.fixture(scope="module")
def wearer():
    spec = default_prior.draw_spec(3, 1)
    model = h.head_model()
    head = pose_head(model, spec)
    return model, head, Body(head.vertices, h.triangles(model.faces))


def worn(kind):
    drawn = draw_headwear(Draw(0, KINDS.index(kind)), s.Identity(), 1.0)
    return dataclasses.replace(drawn, kind=kind)


@pytest.mark.parametrize("kind", KINDS)
def test_a_hat_encloses_the_skull(wearer, kind):
    model, head, body = wearer
    spec = worn(kind)
    frame = headwear.hat_frame(head, spec)
    profile = headwear.head_profile(body, frame)
    # Ears may bend under a brim: the skull alone must stay clear.
    triangles = h.triangles(model.faces)
    skull = Body(head.vertices, triangles[(model.ear[triangles] < 0.05).all(1)])
    vertices, faces, part, uv = headwear.hat(spec, profile, frame)
    assert len(part) == len(faces) and len(uv) == len(vertices) and faces.max() < len(vertices)
    shell = np.unique(faces[part == SHELL_PART])
    gap, _ = skull.clearance(vertices[shell])
    assert gap.min() > 0.001 and gap.max() < 0.12
    # Rays from inside the skull upwards meet the hat, whatever their direction.
    hat = Body(vertices, np.concatenate([faces[:, :3], faces[:, [0, 2, 3]]]))
    up = np.random.default_rng(0).normal(size=(400, 3))
    up[:, 2] = np.abs(up[:, 2]) + 0.5
    up = up / np.linalg.norm(up, axis=1, keepdims=True) @ frame.axes.T
    assert (hat.reach(frame.origin, up) > body.reach(frame.origin, up) + 0.001).all()


@pytest.mark.parametrize("placed", [(20, 0, 0), (55, -50, 0), (50, 0, -20), (50, 0, 20), (90, 60, 0)])
def test_a_hat_encloses_the_skull_wherever_it_may_sit(wearer, placed):
    _, head, body = wearer
    front, back, lean = placed
    spec = dataclasses.replace(worn("beanie"), front_mm=front, back_mm=back, lean=lean)
    frame = headwear.hat_frame(head, spec)
    vertices, faces, _, _ = headwear.hat(spec, headwear.head_profile(body, frame), frame)
    hat = Body(vertices, np.concatenate([faces[:, :3], faces[:, [0, 2, 3]]]))
    up = np.random.default_rng(1).normal(size=(400, 3))
    up[:, 2] = np.abs(up[:, 2]) + 0.5
    up = up / np.linalg.norm(up, axis=1, keepdims=True) @ frame.axes.T
    assert (hat.reach(frame.origin, up) > body.reach(frame.origin, up) + 0.001).all()


@pytest.mark.parametrize("kind", KINDS)
def test_hair_stays_under_the_hat(wearer, kind):
    model, head, body = wearer
    spec = worn(kind)
    frame = headwear.hat_frame(head, spec)
    rng = np.random.default_rng(0)
    roots = groom.scalp_roots(head, model, Scalp(Hairline()), 600, rng)
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


def test_earrings_hang_outside_the_head(wearer):
    model, head, body = wearer
    for sign in (1, -1):
        place, side = jewellery.lobe(head, model, sign)
        local = (place - head.eye_centres.mean(0)) @ head.head_rotation
        assert 0.05 < sign * local[0] < 0.11 and -0.07 < local[2] < 0.0
        for kind, entry in EARRINGS.items():
            size = sum(entry.size_mm) / 2
            v, f, part = jewellery.earring(kind, size, place, side, -head.head_rotation[:, 1], 30.0, body)
            assert len(part) == len(f)
            hanging = v[v[:, 2] < place[2] - 0.004]
            if entry.hangs:
                assert place[2] - v[:, 2].min() == pytest.approx(size / 1000, rel=0.25)
                assert body.clearance(hanging)[0].min() > -0.0035


@pytest.mark.parametrize("kind", list(NECKLACES))
def test_a_necklace_lies_on_the_skin(wearer, kind):
    model, head, body = wearer
    for drop in (5.0, 70.0):
        line = jewellery.necklace_line(head, model, drop, NECKLACES[kind].around_neck, body)
        gap, _ = body.clearance(line)
        assert gap.min() > -0.001 and gap.max() < 0.03
        v, f, part = jewellery.necklace(kind, 8.0, line)
        assert len(part) == len(f) and np.isfinite(v).all()
    low = [jewellery.necklace_line(head, model, d, False, body)[:, 2].min() for d in (5.0, 70.0)]
    assert 0.04 < low[0] - low[1] < 0.09
