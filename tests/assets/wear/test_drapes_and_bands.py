"""Hoods, scarves, bands and ornaments against the head that wears them, and the hair with them."""

import dataclasses

import numpy as np
import pytest

pytest.importorskip("anny")
pytest.importorskip("open3d")

from facegen.assets.head.head_model import head_model, triangles
from facegen.assets.meshes.collision import Body
from facegen.assets.wear.emblems import EMBLEMS, emblem_picture
from facegen.assets.wear.fur import fur
from facegen.assets.wear.hat_registry import BANDED, EMBLEM_PART, HATS, SHELL_PART, wears_hat
from facegen.assets.wear.headwear import BAND_ROOM_MM, COVERED_MM, HatFrame
from facegen.datasets.conventions.native_labels import Native
from facegen.datasets.keyed_random import Draw
from facegen.render.geometry import hair_parts, wear_parts
from facegen.render.geometry.fitting import Fitting, PreviewDetail
from facegen.render.geometry.pose import pose_head
from facegen.render.prior.default_prior import draw_spec
from facegen.render.spec import face_spec as s

pytestmark = pytest.mark.render
DRAPES = [kind for kind, hat in HATS.items() if hat.drape is not None]
BANDS = [kind for kind, hat in HATS.items() if hat.hair == BANDED]
# Landmarks of brows' inner ends, eyes, nose and mouth, which no drape may hide.
FACE = [21, 22, 36, 39, 42, 45, 30, 33, 48, 51, 54, 57]


def fitted(kind, index, style="long_straight"):
    spec = draw_spec(31, index)
    hat, d = HATS[kind], Draw(31, index)
    front, back = d.uniform("front", *hat.front_mm), d.uniform("back", *hat.back_mm)
    worn = dataclasses.replace(spec.headwear, kind=kind, front_mm=front, back_mm=back)
    spec = s.replace(dataclasses.replace(spec, headwear=worn), "hair.style", style)
    return Fitting(spec, pose_head(head_model(), spec), PreviewDetail())


def quads(faces):
    return np.concatenate([faces[:, :3], faces[:, [0, 2, 3]]])


def without_ears(face):
    faces = triangles(face.model.faces)
    return Body(face.head.vertices, faces[(face.model.ear[faces] < 0.05).all(1)])


@pytest.mark.parametrize("kind", DRAPES)
@pytest.mark.parametrize("index", [0, 3, 7])
def test_a_drape_lies_on_the_head_and_leaves_the_face_free(kind, index):
    face = fitted(kind, index)
    (part,) = wear_parts.hat(face)
    frame, mesh = face.hat_frame, part.geometry
    assert part.labels == (Native.HAT,)
    gap, _ = without_ears(face).clearance(mesh.vertices)
    on_head = HatFrame.height(frame, mesh.vertices) > -0.1
    assert gap[on_head].min() > 0.0005 and np.percentile(gap[on_head], 10) < 0.03
    landmarks = face.head.landmarks[FACE]
    assert (frame.height(landmarks) < 0).all()
    if abs(face.spec.pose.yaw) < 30:
        cloth = Body(mesh.vertices, quads(mesh.faces))
        assert not cloth.hides(face.view.position, landmarks).any()
    top = face.head.vertices[face.head.vertices[:, 2].argmax()]
    assert frame.height(top[None])[0] > 0.01


@pytest.mark.parametrize("kind", DRAPES)
def test_no_hair_comes_through_a_drape(kind):
    face = fitted(kind, 1)
    for part in hair_parts.scalp_hair(face):
        depth = face.hat_frame.height(part.geometry.points)
        # A strand is cut between its points, where the edge of the cloth may be bent.
        assert (depth > (COVERED_MM + 4.0) / 1000).mean() < 0.003 and depth.max() < 0.03


@pytest.mark.parametrize("kind", BANDS)
def test_a_band_presses_hair_that_stands_free_elsewhere(kind):
    face = fitted(kind, 1)
    (hair,) = hair_parts.scalp_hair(face)
    bare = Fitting(s.replace(face.spec, "headwear.kind", "none"), face.head, face.detail)
    (free,) = hair_parts.scalp_hair(bare)
    hat, frame = HATS[kind], face.hat_frame
    local = (hair.geometry.points - frame.origin) @ frame.axes * 1000
    angle = np.degrees(np.abs(np.arctan2(local[..., 0], -local[..., 1])))
    low, high = hat.pressed
    under = (local[..., 2] > hat.band_mm[0]) & (local[..., 2] < hat.band_mm[1])
    under &= (angle > low) & (angle < min(high, 95.0))
    gap = face.body.clearance(hair.geometry.points)[0].reshape(under.shape)
    was = face.body.clearance(free.geometry.points)[0].reshape(under.shape)
    assert hair.geometry.points.shape == free.geometry.points.shape
    assert np.percentile(gap[under], 90) < (BAND_ROOM_MM + 1.5) / 1000
    assert (gap <= was + 1e-3).mean() > 0.99
    assert wears_hat(face.spec.headwear) is (hat.label == Native.HAT)


@pytest.mark.parametrize(
    "kind", ["fur_hat", "scarf_band", "flower_crown", "headband", "tiara", "hair_flower"]
)
@pytest.mark.parametrize("index", [0, 3])
def test_what_is_on_the_head_stays_outside_it(kind, index):
    face = fitted(kind, index)
    vertices = wear_parts.hat(face)[0].geometry.vertices
    gap, _ = without_ears(face).clearance(vertices)
    assert gap.min() > -0.003 and np.percentile(gap, 10) < 0.025


def test_a_net_hangs_before_the_face_and_is_not_labelled():
    face = fitted("net_veil", 3)
    (part,) = wear_parts.hat(face)
    assert part.labels == () and not part.casts_shadow
    assert face.body.clearance(part.geometry.vertices)[0].min() > 0.001


@pytest.mark.parametrize("turned", [0.0, 0.3, -1.0])
def test_an_emblem_is_sewn_to_the_front_of_the_crown(turned):
    face = fitted("cap", 1)
    spec = s.replace(s.replace(face.spec, "headwear.turned", turned), "headwear.emblem", "letters")
    face = Fitting(spec, face.head, face.detail)
    (part,) = wear_parts.hat(face)
    mesh, frame = part.geometry, face.hat_frame
    emblem = np.unique(mesh.faces[mesh.slot == EMBLEM_PART])
    crown = Body(mesh.vertices, quads(mesh.faces[mesh.slot == SHELL_PART]))
    off = crown.clearance(mesh.vertices[emblem])[0]
    assert off.min() > 0.0001 and off.max() < 0.0015
    middle = ((mesh.vertices[emblem] - frame.origin) @ frame.axes).mean(0)
    turn = np.degrees(np.arctan2(middle[0], -middle[1]))
    assert abs((turn - 180 * turned + 180) % 360 - 180) < 8
    assert mesh.uv[emblem].min() >= 0 and mesh.uv[emblem].max() <= 1


@pytest.mark.parametrize("kind", EMBLEMS)
def test_emblems_have_their_colour_and_an_edge(kind):
    first, again, other = (
        emblem_picture(kind, (0.8, 0.1, 0.1), (0.0, 0.0, 0.2), np.random.default_rng(seed))
        for seed in (1, 1, 2)
    )
    assert first.shape == (96, 192, 4) and np.array_equal(first, again) and not np.array_equal(first, other)
    opaque = first[..., 3] > 0.99
    assert 0.03 < opaque.mean() < 0.6 and (first[0, :, 3] == 0).all()
    np.testing.assert_allclose(first[opaque].max(0)[:2], (0.8, 0.1), atol=0.01)


def test_an_unknown_emblem_is_an_error():
    with pytest.raises(ValueError, match="unknown emblem 'crown'"):
        emblem_picture("crown", (1, 1, 1), (0, 0, 0), np.random.default_rng(0))


def test_fur_stands_on_its_ground():
    mesh = wear_parts.hat(fitted("fur_hat", 1))[0].geometry
    strands, radii, tone = fur(mesh.vertices, mesh.faces, (14.0, 26.0), np.random.default_rng(0))
    gap = Body(mesh.vertices, quads(mesh.faces)).clearance(strands[:, 0])[0]
    assert np.abs(gap).max() < 0.001 and len(strands) == len(radii) == len(tone) > 1000
    length = np.linalg.norm(np.diff(strands, axis=1), axis=-1).sum(1)
    assert 0.008 < np.median(length) < 0.03 and (np.diff(radii, axis=1) < 0).all()


def test_a_hood_that_is_up_does_not_lie_on_the_shoulders():
    face = fitted("hood", 2)
    spec = s.replace(face.spec, "garment.cut", "hoodie")
    up = Fitting(spec, face.head, face.detail)
    down = Fitting(s.replace(spec, "headwear.kind", "none"), face.head, face.detail)
    assert len(up.garment[0]) + 1 == len(down.garment[0])


@pytest.mark.parametrize(("kind", "seen"), [("hood", False), ("cap", True)])
def test_covered_ears_show_no_earrings(kind, seen):
    face = fitted(kind, 2)
    spec = s.replace(face.spec, "jewellery.earrings", "hoop")
    parts = wear_parts.jewels(Fitting(spec, face.head, face.detail))
    assert any(part.name == "earring.l" for part in parts) is seen
