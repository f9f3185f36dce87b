"""Catmull-Clark against facts about the surface: planes, spheres, cubes, convergence."""

from importlib.util import find_spec

import numpy as np
import pytest

from facegen.assets.meshes.subdivision import (
    edges_of,
    limit_positions,
    subdivide,
    subdivide_corners,
    subdivide_linear,
)

CUBE = np.array([(x, y, z) for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)], float)
CUBE_FACES = np.array(
    [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)], np.int32
)


def grid(n):
    x, y = np.meshgrid(np.arange(n), np.arange(n), indexing="ij")
    v = np.stack([x.ravel(), y.ravel(), np.zeros(n * n)], 1).astype(float)
    i = (np.arange(n - 1)[:, None] * n + np.arange(n - 1)).ravel()
    return v, np.stack([i, i + n, i + n + 1, i + 1], 1)


def limit_surface(vertices, faces, levels):
    """`levels` steps, then every vertex moved to its limit: vertices, faces."""
    for _ in range(levels):
        vertices, faces = subdivide(vertices, faces)
    return limit_positions(vertices, faces), faces


def test_a_cube_keeps_its_topology_and_its_first_step_is_the_known_one():
    v, f = subdivide(CUBE, CUBE_FACES)
    assert v.shape == (8 + 12 + 6, 3) and f.shape == (24, 4)
    assert not edges_of(f).border.any()
    np.testing.assert_allclose(np.abs(v[:8]), 5 / 9, atol=1e-12)  # (F + 2 R + (n - 3) P) / n by hand
    np.testing.assert_allclose(np.sort(np.abs(v[8:20]), 1), [[0, 0.75, 0.75]] * 12, atol=1e-12)


def test_limits_are_where_many_steps_lead():
    v, f = CUBE, CUBE_FACES
    limit = limit_positions(v, f)
    for _ in range(6):
        v, f = subdivide(v, f)
    np.testing.assert_allclose(v[:8], limit, atol=2e-4)
    deep, _ = limit_surface(CUBE, CUBE_FACES, 3)
    np.testing.assert_allclose(deep[:8], limit, atol=1e-12)
    np.testing.assert_allclose(limit_positions(CUBE, CUBE_FACES, [5, 2]), limit[[5, 2]], atol=1e-12)


def test_a_plane_stays_a_plane_and_its_corners_stay():
    v, f = grid(4)
    deep, faces = limit_surface(v, f, 2)
    assert np.abs(deep[:, 2]).max() < 1e-12 and len(faces) == 9 * 16
    np.testing.assert_allclose(deep[[0, 3, 12, 15]], v[[0, 3, 12, 15]])
    np.testing.assert_allclose(deep[5], v[5])  # an inner vertex of a regular grid
    assert deep[:, :2].min() == 0 and deep[:, :2].max() == 3


def test_linear_values_follow_the_vertices():
    v, f = grid(3)
    values = subdivide_linear(v[:, 0], f)
    deep, children = subdivide(v, f)
    inner = (deep[:, 0] > 0) & (deep[:, 0] < 2) & (deep[:, 1] > 0) & (deep[:, 1] < 2)
    np.testing.assert_allclose(values[inner], deep[inner, 0], atol=1e-12)
    corners = subdivide_corners(v[f][..., :1])
    np.testing.assert_allclose(corners[..., 0], values[children])


@pytest.mark.render
def test_blender_draws_the_same_surface():
    """The head's own mesh: limit surface here against Blender's modifier, in a process of its own."""
    import subprocess
    import sys

    # Blender loaded into the process of the tests would stop the workers of later tests.
    if find_spec("bpy") is None:
        pytest.skip("needs the render extra")
    code = (
        "import numpy as np, os, bpy\n"
        "from facegen.assets.head.head_model import head_model\n"
        "from facegen.render.blender import bpy_data\n"
        "from facegen.assets.meshes.subdivision import limit_positions, subdivide\n"
        "m = head_model()\n"
        "bpy_data.reset(); scene = bpy.context.scene\n"
        "data = bpy_data.make_mesh('skin', m.template, m.faces)\n"
        "bpy_data.place(scene, 'skin', data, [], 1)\n"
        "item = scene.collection.objects[0]\n"
        "mesh = item.evaluated_get(bpy.context.evaluated_depsgraph_get()).to_mesh()\n"
        "theirs = np.empty(len(mesh.vertices) * 3); mesh.vertices.foreach_get('co', theirs)\n"
        "theirs = theirs.reshape(-1, 3)\n"
        "mine = limit_positions(*subdivide(m.template.astype(float), m.faces))\n"
        "from scipy.spatial import cKDTree\n"
        "d = cKDTree(theirs).query(mine)[0]\n"
        "print('GAP', len(theirs), len(mine), np.percentile(d, 99.9) * 1e6, d.max() * 1e6, flush=True)\n"
        "os._exit(0)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=300)
    line = [x for x in done.stdout.splitlines() if x.startswith("GAP")]
    assert line, done.stderr[-2000:]
    theirs, mine, most, _ = map(float, line[0].split()[1:])
    assert theirs == mine and most < 1.0  # micrometres
