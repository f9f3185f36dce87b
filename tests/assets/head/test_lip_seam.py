"""How lips meet towards the corners of the mouth. Needs the render extra."""

import numpy as np
import pytest

pytest.importorskip("anny")

from facegen.assets.head import head_model as h
from facegen.assets.head.anny_model import evaluate
from facegen.assets.head.head_cut import PART_TONGUE
from facegen.assets.head.lip_contact import LipContact
from facegen.assets.head.lip_seam import CORNER, FULLNESS
from facegen.datasets.keyed_random import Draw

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


def lips_seen_from_the_front(model, head):
    """Depth in mm behind the lips' front of what rays between the lips of a head at rest meet, (K,)."""
    o3d = pytest.importorskip("open3d")
    from facegen.assets.meshes.subdivision import subdivide

    vertices = ((head.vertices - head.eye_centres.mean(0)) @ head.head_rotation).astype(np.float64)
    corners = vertices[model.landmark_vertices[[48, 54]]]
    mouth = (np.abs(model.chart[:, 0]) < 30) & (np.abs(model.chart[:, 1] + 72) < 25)
    faces = model.faces[mouth[model.faces].all(1) & (model.face_part != PART_TONGUE)]
    for _ in range(2):
        vertices, faces = subdivide(vertices, faces)
    scene = o3d.t.geometry.RaycastingScene(nthreads=1)
    scene.add_triangles(
        o3d.core.Tensor(vertices.astype(np.float32)), o3d.core.Tensor(h.triangles(faces).astype(np.uint32))
    )
    along = np.linspace(0.15, 0.85, 41)
    middle = corners[0] + along[:, None] * (corners[1] - corners[0])
    x, z = np.broadcast_arrays(middle[:, :1], middle[:, 2:] + np.arange(-0.004, 0.004, 0.0001))
    origin = np.stack([x.ravel(), np.full(x.size, -0.2), z.ravel()], 1)
    rays = np.concatenate([origin, np.broadcast_to([0, 1.0, 0], origin.shape)], 1).astype(np.float32)
    depth = scene.cast_rays(o3d.core.Tensor(rays))["t_hit"].numpy()
    return 1000 * (depth.reshape(x.shape) - depth.min())


def test_lips_at_rest_are_closed_from_corner_to_corner(model):
    """Rays 0.1 mm apart between the lips of drawn heads: no slit of 0.4 mm shows the mouth behind them."""
    from facegen.render.geometry.pose import pose_heads
    from facegen.render.prior.identity_prior import draw_identity
    from facegen.render.spec.face_spec import FaceSpec

    heads = pose_heads(model, [FaceSpec(identity=draw_identity(Draw(5, i))) for i in range(24)])
    slits = [0.1 * (lips_seen_from_the_front(model, head) > 14).sum(1) for head in heads]  # mm
    assert np.max(slits) < 0.4 and np.mean(slits) < 0.02


def test_lips_of_heads_at_rest_touch_and_do_not_run_into_each_other(model):
    contact = LipContact(
        model.chart,
        model.lower,
        model.faces[model.face_part != PART_TONGUE],
        1000 * model.template,
        1000 * model.template[np.r_[model.seam.upper, model.seam.lower], 1].min(),
    )
    for slider, value in (("mouth-lowerlip-height-incr", 0.8), ("mouth-upperlip-height-incr", -0.8)):
        head = model.pose(h.TEMPLATE, {slider: value}, {}, (0, 0, 0), (0, 0))
        shaped, _ = evaluate(model.anny, h.TEMPLATE, {slider: value}, {}, {})
        seen, clear = contact.gaps(1000 * shaped[: len(model.kept)])
        seen_now, clear_now = contact.gaps(1000 * head.vertices)
        inner = np.abs(contact.places) < 15
        assert seen[inner].max() > 0.3 or clear[inner].min() < -0.3
        assert seen_now[inner].max() < 0.15 and clear_now[inner].min() > -0.3
