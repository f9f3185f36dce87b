"""Mesh tools on shapes whose answer is known."""

import numpy as np
import pytest

from facegen.assets.meshes import mesh


def area(vertices, triangles):
    a, b, c = (vertices[triangles[:, i]] for i in range(3))
    return np.linalg.norm(np.cross(b - a, c - a), axis=1).sum() / 2


def test_clip_keeps_exactly_the_positive_half_of_a_square():
    n = 7
    x, y = np.meshgrid(np.linspace(0, 1, n), np.linspace(0, 1, n))
    vertices = np.stack([x.ravel(), y.ravel(), 0 * x.ravel()], 1)
    quads = mesh.grid_faces(n, n)
    triangles = np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]])
    value = vertices[:, 0] + 0.5 * vertices[:, 1] - 0.4  # the line x + y/2 = 0.4
    kept, points, on_cut = mesh.clip(triangles, value, vertices)
    # Cut off: trapezoid with x from 0 to 0.4 - y/2 (0 from y = 0.8).
    assert area(points, kept) == pytest.approx(1 - 0.16, abs=1e-9)
    assert (points[:, 0] + 0.5 * points[:, 1] - 0.4 > -1e-9).all()
    np.testing.assert_allclose((points[:, 0] + 0.5 * points[:, 1])[on_cut], 0.4)
    corners = points[kept]
    assert (np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])[:, 2] > 0).all()
    # Neighbours share the point where their edge is cut.
    edges = {tuple(sorted(e)) for t in triangles.tolist() for e in ((t[0], t[1]), (t[1], t[2]), (t[2], t[0]))}
    assert on_cut.sum() == sum((value[a] > 0) != (value[b] > 0) for a, b in edges)


@pytest.mark.parametrize("sign", [1, -1])
def test_clip_leaves_alone_what_the_line_misses(sign):
    triangles = np.array([[0, 1, 2], [2, 1, 3]])
    points = np.array([(0, 0, 0), (1, 0, 0), (0, 1, 0), (1, 1, 0)], float)
    kept, left, on_cut = mesh.clip(triangles, np.full(4, float(sign)), points)
    assert kept.tolist() == (triangles.tolist() if sign > 0 else [])
    assert left.tolist() == (points.tolist() if sign > 0 else []) and not on_cut.any()


def test_tube_has_its_radius_everywhere():
    angle = np.linspace(0, 2 * np.pi, 40, endpoint=False)
    ring = np.stack([np.cos(angle), 0 * angle, np.sin(angle)], 1)
    vertices, faces = mesh.tube(ring, np.array([0.1, 0.1]), segments=12, closed=True)
    from_ring = np.hypot(np.hypot(vertices[:, 0], vertices[:, 2]) - 1, vertices[:, 1])
    assert from_ring.min() > 0.099 and from_ring.max() < 0.1 * np.sqrt(2)
    assert len(faces) == 40 * 12


def test_merge_numbers_parts():
    square = (np.zeros((4, 3)), np.array([[0, 1, 2, 3]]))
    vertices, faces, part = mesh.merge([square, square])
    assert len(vertices) == 8 and faces[1].tolist() == [4, 5, 6, 7] and part.tolist() == [0, 1]
