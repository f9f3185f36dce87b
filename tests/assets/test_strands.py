"""Strands against an analytic sphere. Needs Open3D."""

import numpy as np
import pytest

pytest.importorskip("open3d")

from facegen.assets import strands as st
from facegen.assets.eyes import revolve

pytestmark = pytest.mark.render
RADIUS = 0.1


def sphere():
    a = np.linspace(0.001, np.pi - 0.001, 90)
    vertices, faces, _ = revolve(np.stack([RADIUS * np.sin(a), -RADIUS * np.cos(a)], 1))
    return vertices, np.concatenate([faces[:, [0, 1, 2]], faces[:, [0, 2, 3]]])


@pytest.fixture(scope="module")
def body():
    vertices, triangles = sphere()
    a, b, c = (vertices[triangles[:, i]] for i in range(3))
    outward = (np.cross(b - a, c - a) * (a + b + c)).sum(1)
    if np.median(outward) < 0:
        triangles = triangles[:, [0, 2, 1]]
    return st.Body(vertices, triangles)


def test_clearance_is_the_signed_distance(body):
    rng = np.random.default_rng(0)
    direction = rng.normal(size=(500, 3))
    direction /= np.linalg.norm(direction, axis=1, keepdims=True)
    radius = rng.uniform(0.05, 0.2, 500)
    distance, normal = body.clearance(direction * radius[:, None])
    np.testing.assert_allclose(distance, radius - RADIUS, atol=4e-4)
    assert ((normal * direction).sum(1) > 0.98)[np.abs(distance) > 2e-3].all()


def grown(body, n=200):
    rng = np.random.default_rng(1)
    d = rng.normal(size=(n, 3))
    d[:, 2] = np.abs(d[:, 2])
    d /= np.linalg.norm(d, axis=1, keepdims=True)
    roots = st.Roots((d * RADIUS).astype(np.float32), d.astype(np.float32), np.zeros((n, 2), np.float32))
    clearance = np.tile(0.002 * np.clip(np.arange(20) / 5, 0, 1), (n, 1))
    length = np.full(n, 0.15)
    strands = st.grow(roots, d, length, 20, np.array([0, 0, -1.0]), np.full(n, 0.7), clearance, body)
    return roots, strands, length


def test_guides_fall_round_the_body_and_keep_their_length(body):
    _, strands, length = grown(body)
    distance, _ = body.clearance(strands[:, 6:])
    assert distance.min() > 0
    assert (strands[:, -1, 2] < strands[:, 0, 2]).all()
    drawn = np.linalg.norm(np.diff(strands, axis=1), axis=2).sum(1)
    np.testing.assert_allclose(drawn, length, rtol=1e-4)


def test_children_keep_their_roots(body):
    roots, strands, _ = grown(body)
    children, _ = st.interpolate(
        roots, strands[::4], roots.take(np.arange(0, len(roots), 4)), np.random.default_rng(0)
    )
    np.testing.assert_allclose(children[:, 0], roots.position, atol=1e-6)


def test_push_out_leaves_nothing_inside(body):
    _, strands, _ = grown(body)
    sunk = strands * 0.95
    lifted = st.push_out(sunk, body, 0.001)
    assert body.clearance(lifted[:, 1:])[0].min() > 0.0007


def test_clump_pulls_tips_not_roots():
    rng = np.random.default_rng(0)
    strands = rng.normal(size=(60, 8, 3)).astype(np.float32)
    groups = np.arange(60) % 5
    out = st.clump(strands, groups, 1.0)
    np.testing.assert_allclose(out[:, 0], strands[:, 0], atol=1e-6)
    for g in range(5):
        assert np.ptp(out[groups == g, -1], axis=0).max() < 1e-5


def test_curl_keeps_its_radius():
    straight = np.zeros((3, 200, 3), np.float32)
    straight[..., 2] = np.linspace(0, 1, 200)
    out = st.curl(straight, np.full(3, 0.05), np.full(3, 6.0), np.zeros(3))
    beyond = np.hypot(out[:, 40:, 0], out[:, 40:, 1])
    np.testing.assert_allclose(beyond, 0.05, rtol=1e-3)
