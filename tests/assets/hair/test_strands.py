"""Strands against an analytic sphere. Needs Open3D."""

import numpy as np
import pytest

pytest.importorskip("open3d")

from facegen.assets.hair import strands as st
from facegen.assets.head.eyes import revolve
from facegen.assets.meshes.collision import Body

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
    return Body(vertices, triangles)


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
    rise = 0.002 * np.clip(np.arange(20) / 5, 0, 1)
    length = np.full(n, 0.15)
    strands = st.grow(
        roots,
        d,
        length,
        20,
        np.full(n, 0.7),
        lambda p: np.array([[0, 0, -1.0]]),
        body,
        lambda p, k: np.full(n, rise[k]),
        lambda p: p,
    )
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
    children, index, weight = st.interpolate(roots, strands[::4], roots.take(np.arange(0, len(roots), 4)))
    np.testing.assert_allclose(children[:, 0], roots.position, atol=1e-6)
    np.testing.assert_allclose(weight.sum(1), 1)
    shapes = strands[::4] - strands[::4, :1]
    mean = (weight[..., None, None] * shapes[index]).sum(1)
    np.testing.assert_allclose(children - children[:, :1], mean, atol=1e-6)


def test_children_follow_guides_of_their_own_group(body):
    roots, strands, _ = grown(body)
    group = (roots.position[:, 0] > 0).astype(int)
    _, index, _ = st.interpolate(roots, strands, roots, group, group)
    assert (group[index] == group[:, None]).all()


def test_beside_a_sharp_rim_outside_stays_outside():
    """A thin wedge, as an ear's rim: the face nearest by chance looks away from points beyond its edge."""
    rows = [[[-1, y, 0.05], [0, y, 0], [-1, y, -0.05]] for y in (-1, 0, 1, 2)]
    quads = np.array(
        [[3 * r + c, 3 * r + c + 1, 3 * r + c + 4, 3 * r + c + 3] for r in range(3) for c in (0, 1)]
    )
    wedge = Body(np.array(rows, float).reshape(-1, 3), np.concatenate([quads[:, :3], quads[:, [0, 2, 3]]]))
    beyond = np.stack([np.full(50, 0.2), np.linspace(0.2, 0.8, 50), np.linspace(-0.2, 0.2, 50)], 1)
    distance, _ = wedge.clearance(beyond)
    np.testing.assert_allclose(distance, np.hypot(beyond[:, 0], beyond[:, 2]), atol=1e-6)


def test_beyond_the_cut_is_outside():
    square = np.array([[x, y, 0.1 * (x == y == 1)] for y in range(3) for x in range(3)], float)
    quads = np.array([[0, 1, 4, 3], [1, 2, 5, 4], [3, 4, 7, 6], [4, 5, 8, 7]])
    plate = Body(square, np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]]))
    under, past = np.array([[0.9, 0.9, -0.2]]), np.array([[3.0, 1.2, -0.2]])
    assert plate.clearance(under)[0][0] < 0 < plate.clearance(past)[0][0]


def test_trim_keeps_the_root_and_shortens():
    strands = np.zeros((3, 9, 3), np.float32)
    strands[..., 2] = np.linspace(0, 1, 9)
    np.testing.assert_allclose(st.trim(strands, np.array([1.0, 0.5, 0.25]))[:, -1, 2], [1, 0.5, 0.25])
    assert (st.trim(strands, np.array([1.0, 0.5, 0.25]))[:, 0] == 0).all()
    np.testing.assert_allclose(st.resample(strands, 5)[0, :, 2], [0, 0.25, 0.5, 0.75, 1])


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


def test_frames_turn_no_more_than_their_strand():
    u = np.linspace(0, 1, 60)
    # Hanging hair that leans: about the direction at which a fixed helper axis would be exchanged.
    lean = 0.45 + 0.06 * np.sin(40 * u)
    strand = np.cumsum(np.stack([np.sin(lean), 0 * u, -np.cos(lean)], 1), 0)[None]
    for axis in st.frames(strand):
        assert (np.diff(axis, axis=1) ** 2).sum(2).max() < 0.01
        np.testing.assert_allclose(np.linalg.norm(axis, axis=2), 1, atol=1e-6)


def test_curl_keeps_its_radius():
    straight = np.zeros((3, 200, 3), np.float32)
    straight[..., 2] = np.linspace(0, 1, 200)
    angle = np.tile(12 * np.pi * np.linspace(0, 1, 200), (3, 1))
    out = st.curl(straight, np.full(3, 0.05), angle)
    beyond = np.hypot(out[:, 40:, 0], out[:, 40:, 1])
    np.testing.assert_allclose(beyond, 0.05, rtol=1e-3)


def test_tousled_hair_keeps_its_roots_and_its_neighbours():
    hang = np.linspace(0, 0.3, 16)[None, :, None] * np.array([0, 0, -1.0])
    place = np.random.default_rng(1).uniform(-0.1, 0.1, (400, 3)) * (1, 1, 0)
    hair = (place[:, None] + hang).astype(np.float32)
    beside = hair + np.float32([0.001, 0, 0])
    amplitude = np.full(400, 0.006)
    moved, other = (st.tousle(one, amplitude, np.random.default_rng(2)) - one for one in (hair, beside))
    np.testing.assert_allclose(moved[:, 0], 0, atol=1e-7)
    grown = moved[:, 6:]
    assert np.sqrt((grown**2).mean()) == pytest.approx(0.006, rel=0.35)
    assert np.abs(moved).max() <= 1.6 * 0.006 + 1e-6
    assert np.abs(grown - other[:, 6:]).mean() < 0.1 * np.abs(grown).mean()
    far = np.random.default_rng(3).permutation(400)
    assert np.abs(grown - grown[far]).mean() > np.abs(grown).mean()
    assert np.abs(st.tousle(hair, amplitude, np.random.default_rng(4)) - hair - moved).max() > 0.006
    np.testing.assert_array_equal(st.tousle(hair, 0 * amplitude, np.random.default_rng(2)), hair)


def test_tips_of_a_lock_part_again():
    line = np.stack(np.broadcast_arrays(0.01, 0.0, -np.linspace(0, 0.1, 21)), -1)
    strands = np.stack([line, line * (-1, 1, 1)]).astype(np.float32)
    closed, parted = (
        np.ptp(st.clump(strands, np.zeros(2, int), 0.8, 1.0, parting)[..., 0], axis=0) for parting in (0, 0.5)
    )
    np.testing.assert_allclose(closed[[0, -1]], [0.02, 0.004], atol=1e-6)
    np.testing.assert_allclose(parted[[0, -1]], [0.02, 0.012], atol=1e-6)
    np.testing.assert_allclose(parted[:12], closed[:12], atol=1e-6)


def test_locks_that_sway_keep_their_hairs_together():
    line = np.stack(np.broadcast_arrays(0.0, 0.0, -np.linspace(0, 0.2, 20)), -1).astype(np.float32)
    hair, locks = np.repeat(line[None], 6, 0), np.array([0, 0, 0, 1, 1, 1])
    length = np.full(6, 0.2)
    moved = st.frizz(hair, 0 * length, length, np.random.default_rng(0), None, locks, np.full(6, 0.003))
    assert np.array_equal(moved[0], moved[2]) and np.array_equal(moved[3], moved[5])
    assert np.array_equal(moved[:, 0], hair[:, 0])
    assert np.abs(moved[0] - moved[3]).max() > 0.001


def test_relaxed_hair_has_no_corners_and_keeps_its_ends():
    corner = np.zeros((1, 21, 3), np.float32)
    corner[0, :11, 0] = np.linspace(0, 0.1, 11)
    corner[0, 11:, 0], corner[0, 11:, 2] = 0.1, -np.linspace(0.01, 0.1, 10)
    smooth = st.relax(corner, 2, 8)

    def sharpest(strands):
        return np.linalg.norm(np.diff(strands, 2, axis=1), axis=2).max()

    assert sharpest(smooth) < 0.4 * sharpest(corner)
    assert np.array_equal(smooth[:, [0, 1, -1]], corner[:, [0, 1, -1]])
