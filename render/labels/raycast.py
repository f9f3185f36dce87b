"""The label pass a second time, by casting rays at the parts of a face with Open3D, without Blender.

Meshes are subdivided and strands become ribbons here (`render.geometry.subdivision`, `ribbons`); a ray goes
through the centre of every sub-pixel of the label pass. Lengths are metres in world coordinates.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from facegen.assets.meshes.mesh import Floats, Ints, Mask
from facegen.assets.meshes.subdivision import (
    limit_positions,
    subdivide,
    subdivide_corners,
    subdivide_linear,
)
from facegen.assets.skin.chart_grid import S_RANGE, T_RANGE
from facegen.render.geometry.camera_framing import CameraView
from facegen.render.geometry.part import MeshGeometry, Part, StrandGeometry
from facegen.render.geometry.strand_bands import bands
from facegen.render.labels.label_pass import EYE_SIDES, SUBPIXELS, Seen, Surface, own

CURVE_STEPS = 4  # straight pieces between two points of a strand, as Cycles cuts them at 2 subdivisions
RAYS_AT_ONCE = 1 << 19
EYES = tuple(label for eye in EYE_SIDES for label in eye)


@dataclass(frozen=True)
class RaycastMesh:
    """One part of a face as the triangles that the renderer draws.

    Attributes
    ----------
    name : str
    vertices : (V, 3) float32; triangles : (T, 3) int32
    code : (T,) int16, Surface.SKIN or 16 + native label
    chart : (T, 3, 2) float32 texture coordinates of the corners, or None where nothing is painted
    ear : (V,) float32 or None
    clear : bool, eyewear that is seen through
    strands : (N, K, 3) float32 or None, what the ribbons were made of
    """

    name: str
    vertices: Floats
    triangles: Ints
    code: Ints
    chart: Floats | None = None
    ear: Floats | None = None
    clear: bool = False
    strands: Floats | None = None


def raycast_mesh(part: Part, eye: Floats) -> RaycastMesh:
    """A labelled part as triangles: subdivided, or its strands as ribbons.

    Parameters
    ----------
    part : Part with labels
    eye : (3,) float, metres: the camera, which ribbons face

    Notes
    -----
    Values are rounded to single precision first, as Blender keeps them.
    """
    codes = [Surface.SKIN if label is None else own(label) for label in part.labels]
    shape = part.geometry
    if isinstance(shape, StrandGeometry):
        strands = shape.points.astype(np.float32)
        vertices, triangles = ribbons(strands, shape.radii.astype(np.float32), eye)
        code = np.full(len(triangles), codes[0], np.int16)
        return RaycastMesh(part.name, vertices, triangles, code, strands=strands)
    corners = shape.faces.shape[1]
    vertices, faces, chart, ear = _subdivided(part, shape)
    slot = np.zeros(len(shape.faces), int) if shape.slot is None or len(codes) == 1 else shape.slot
    code = np.array(codes, np.int16)[np.repeat(slot, len(faces) // len(shape.faces))]
    fans = range(1, corners - 1)
    return RaycastMesh(
        name=part.name,
        vertices=vertices.astype(np.float32),
        triangles=np.concatenate([faces[:, [0, i, i + 1]] for i in fans]).astype(np.int32),
        code=np.concatenate([code] * len(fans)),
        chart=None if chart is None else np.concatenate([chart[:, [0, i, i + 1]] for i in fans]),
        ear=None if ear is None else ear.astype(np.float32),
        clear=part.see_through,
    )


def _subdivided(part: Part, shape: MeshGeometry) -> tuple[Floats, Ints, Floats | None, Floats | None]:
    """Vertices, faces, and on painted skin texture coordinates (F, n, 2) and ear weights of what is drawn."""
    vertices, faces = shape.vertices.astype(np.float32).astype(float), shape.faces
    chart = ear = None
    if part.painted is not None and shape.uv is not None:
        chart = shape.uv.astype(np.float32).astype(float)
        ear = part.fields["ear"].astype(np.float32).astype(float)
    for _ in range(shape.subdivision):
        chart = subdivide_corners(chart) if chart is not None else None
        ear = subdivide_linear(ear, faces) if ear is not None else None
        vertices, faces = subdivide(vertices, faces)
    if shape.subdivision:
        vertices = limit_positions(vertices, faces)
    return vertices, faces, chart, ear


def ribbons(
    strands: Floats, radii: Floats, eye: Floats, steps: int = CURVE_STEPS
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.int32]]:
    """Strands as smooth flat bands that face the camera.

    Parameters
    ----------
    strands : (N, K, 3) float; radii : (N, K) float, metres
    eye : (3,) float, the camera
    steps : int, pieces between two points of a strand

    Returns
    -------
    vertices (N * M * 2, 3) float32, triangles (T, 3) int32; M = (K - 1) steps + 1
    """
    vertices, triangles = bands(catmull_rom(strands, steps), catmull_rom(radii[..., None], steps), eye)
    return vertices.astype(np.float32), triangles.astype(np.int32)


def catmull_rom(values: Floats, steps: int) -> Floats:
    """(N, K, D) -> (N, (K - 1) steps + 1, D) on the uniform Catmull-Rom spline, ends doubled."""
    padded = np.concatenate([values[:, :1], values, values[:, -1:]], 1)
    p0, p1, p2, p3 = (padded[:, i : i + values.shape[1] - 1, None] for i in range(4))
    u = (np.arange(steps) / steps)[None, None, :, None]
    out = p1 + 0.5 * u * (p2 - p0 + u * (2 * p0 - 5 * p1 + 4 * p2 - p3 + u * (3 * (p1 - p2) + p3 - p0)))
    return np.concatenate([out.reshape(len(values), -1, values.shape[2]), values[:, -1:]], 1)


class Caster:
    """The triangles of some meshes, to be hit by rays."""

    def __init__(self, meshes: Sequence[RaycastMesh]) -> None:
        import open3d as o3d

        self._tensor = cast(Any, o3d.core.Tensor)  # its stubs refuse arrays of unknown type
        self._scene = o3d.t.geometry.RaycastingScene(nthreads=2)
        start, vertices, corners = 0, [], []
        for mesh in meshes:
            vertices.append(np.ascontiguousarray(mesh.vertices, np.float32))
            corners.append(mesh.triangles.astype(np.uint32) + start)
            start += len(mesh.vertices)
        self.empty = not vertices
        if self.empty:
            return
        self.vertices, self.triangles = np.concatenate(vertices), np.concatenate(corners)
        self.code = np.concatenate([mesh.code for mesh in meshes])
        self._scene.add_triangles(self._tensor(self.vertices), self._tensor(self.triangles))

    def cast(self, origin: Floats, direction: Floats) -> tuple[Floats, Ints, Floats]:
        """What rays meet first.

        Parameters
        ----------
        origin : (3,) or (N, 3) float, metres
        direction : (N, 3) float

        Returns
        -------
        distance (N,) float32 in lengths of the direction, inf where nothing is hit; triangle (N,) int;
        weights (N, 2) float32 of the triangle's corners 1 and 2
        """
        out: list[list[npt.NDArray[Any]]] = [[], [], []]
        for i in range(0, len(direction), RAYS_AT_ONCE):
            d = direction[i : i + RAYS_AT_ONCE]
            o = np.broadcast_to(origin, direction.shape)[i : i + RAYS_AT_ONCE]
            hit = self._scene.cast_rays(self._tensor(np.concatenate([o, d], 1).astype(np.float32)))
            for rows, key in zip(out, ("t_hit", "primitive_ids", "primitive_uvs"), strict=True):
                rows.append(hit[key].numpy())
        distance, triangle, weight = (np.concatenate(rows) for rows in out)
        return distance, triangle.astype(np.int64), weight

    def inside(self, points: Floats) -> Mask:
        """Whether points (N, 3) lie inside: parity of a ray straight up (the mesh may be open below)."""
        up = np.broadcast_to(np.array([0.0, 0.0, 1.0], np.float32), points.shape)
        rays = np.concatenate([points, up], 1).astype(np.float32)
        crossings: Ints = self._scene.count_intersections(self._tensor(rays)).numpy()
        return crossings % 2 == 1

    def distance(self, points: Floats) -> Floats:
        """Metres (N,) from points (N, 3) to the nearest triangle."""
        metres: Floats = self._scene.compute_distance(self._tensor(points.astype(np.float32))).numpy()
        return metres


def pixel_rays(view: CameraView, size: int) -> npt.NDArray[np.float32]:
    """Unit directions (size * size, 3) float32 through the pixel centres, row by row."""
    k, e = view.intrinsics(size), view.extrinsics()
    v, u = np.mgrid[:size, :size] + 0.5
    rays = np.stack([(u - k[0, 2]) / k[0, 0], (v - k[1, 2]) / k[1, 1], np.ones_like(u)], -1).reshape(-1, 3)
    rays = rays @ e[:3, :3]
    return (rays / np.linalg.norm(rays, axis=1, keepdims=True)).astype(np.float32)


class Scene:
    """The meshes of a face, seen from its camera."""

    def __init__(self, meshes: Sequence[RaycastMesh], view: CameraView) -> None:
        self.meshes, self.view = meshes, view
        self.solid = Caster([mesh for mesh in meshes if not mesh.clear])
        self.clear = Caster([mesh for mesh in meshes if mesh.clear])

    def labels(self, size: int) -> Seen:
        """What the label pass must see in a picture of `size` pixels, before borders are painted."""
        fine = size * SUBPIXELS
        rays = pixel_rays(self.view, fine)
        distance, triangle, weight = self.solid.cast(self.view.position, rays)
        hit = np.isfinite(distance)
        code = np.zeros(len(rays), np.int16)
        code[hit] = self.solid.code[triangle[hit]]
        eyewear = np.zeros(len(rays), np.uint8)
        if not self.clear.empty:
            nearer, which, _ = self.clear.cast(self.view.position, rays)
            worn = nearer < distance
            eyewear[worn] = self.clear.code[which[worn]] - Surface.OWN
        skin = np.flatnonzero(code == Surface.SKIN)
        chart, ear = _painted(self.meshes, triangle[skin], weight[skin])
        return Seen(
            plain=np.where(code >= Surface.OWN, code - Surface.OWN, 0).astype(np.uint8).reshape(fine, fine),
            eyewear=eyewear.reshape(fine, fine),
            skin=skin,
            s=(chart[:, 0] % 1.0) * (S_RANGE[1] - S_RANGE[0]) + S_RANGE[0],
            t=chart[:, 1] * (T_RANGE[1] - T_RANGE[0]) + T_RANGE[0],
            ear=ear,
        )

    def depth(self, size: int) -> npt.NDArray[np.float32]:
        """Metres (size, size) along the optical axis at the pixel centres, 0 where nothing is hit."""
        rays = pixel_rays(self.view, size)
        distance, _, _ = self.solid.cast(self.view.position, rays)
        if not self.clear.empty:
            distance = np.minimum(distance, self.clear.cast(self.view.position, rays)[0])
        along = rays @ self.view.extrinsics()[2, :3]
        return np.where(np.isfinite(distance), distance * along, 0).astype(np.float32).reshape(size, size)


def _painted(meshes: Sequence[RaycastMesh], triangle: Ints, weight: Floats) -> tuple[Floats, Floats]:
    """Texture coordinates (N, 2) and ear weights (N,) at hits on skin."""
    chart, ear, start = np.zeros((len(triangle), 2)), np.zeros(len(triangle), np.float32), 0
    corner_weights = np.concatenate([1 - weight.sum(1, keepdims=True), weight], 1)
    for mesh in meshes:
        if mesh.clear:
            continue
        mine = (triangle >= start) & (triangle < start + len(mesh.triangles))
        if mesh.chart is not None and mine.any():
            row = triangle[mine] - start
            chart[mine] = (corner_weights[mine][..., None] * mesh.chart[row]).sum(1)
            if mesh.ear is not None:
                ear[mine] = (corner_weights[mine] * mesh.ear[mesh.triangles[row]]).sum(1)
        start += len(mesh.triangles)
    return chart, ear
