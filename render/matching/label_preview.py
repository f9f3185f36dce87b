"""Fast previews of a face's labels, without Blender: what matching measures before anything is rendered.

The parts of a face (`render.geometry.assemble`, at the detail of previews) are met by one ray a pixel
(Open3D). Skin gets its labels from its place on the face chart, as in the label pass. What a preview leaves
out decides no content measure. Masks are (SIZE, SIZE) uint8 in the celebamaskhq convention.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import contextmanager
from functools import lru_cache
from itertools import islice
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from facegen.assets.head.head_cut import PART_INNER_MOUTH, PART_TONGUE
from facegen.assets.head.head_model import PosedHead, head_model
from facegen.assets.head.head_model import triangles as split
from facegen.assets.meshes.mesh import Floats, Ints
from facegen.audit.measures.measure_table import CONTENT_NAMES, measure_labels
from facegen.datasets.conventions.convention_registry import convention
from facegen.datasets.conventions.label_conventions import derive
from facegen.datasets.conventions.native_labels import COVERAGE_CLASSES, Native
from facegen.datasets.io.process_pool import ProcessPool
from facegen.render.geometry.assemble import assemble
from facegen.render.geometry.camera_framing import CameraView, solve_view
from facegen.render.geometry.fitting import PreviewDetail, skin_triangles
from facegen.render.geometry.part import PaintedSkin, Part, StrandGeometry, skin_of
from facegen.render.geometry.pose import pose_heads
from facegen.render.geometry.strand_bands import bands
from facegen.render.labels.drawing_spread import drawing_of, with_eye_widths
from facegen.render.labels.label_pass import open_eyes, skin_labels
from facegen.render.spec.face_spec import FaceSpec

Labels = npt.NDArray[np.uint8]

SIZE = 128  # pixels of a preview's side
CONVENTION = "celebamaskhq"
DETAIL = PreviewDetail()
BATCH = 16  # heads posed at a time
CHART_TURN_MM = np.float32(2 * np.pi * 100)  # of s, once around the chart
_HAIR_COVER = [name for name, _ in COVERAGE_CLASSES].index("scalp_hair")


def preview(spec: FaceSpec, head: PosedHead, size: int = SIZE) -> Labels:
    """The label map of a spec whose head is posed already.

    Parameters
    ----------
    spec : FaceSpec
    head : PosedHead, of `pose_heads`
    size : int, pixels of the map's side

    Returns
    -------
    (size, size) uint8, classes of CONVENTION
    """
    view = solve_view(head.landmarks, spec.camera)
    origin, rays = _rays(view, size)
    parts = assemble(spec, head, DETAIL)
    _, painted = skin_of(parts)
    meshes = [_mesh_of(part, origin) for part in parts if part.labels]  # others are drawn, never labelled
    # The skin closes around the head: what turns away from the camera is hidden by what faces it.
    meshes = [mesh.framed(view) for mesh in (meshes[0].facing(origin), *meshes[1:])]
    chosen = convention(CONVENTION)
    drawing = drawing_of(chosen, spec.seed, spec.index)
    native = _labels(meshes, painted, drawing.borders, rays)
    bare = native
    if any(mesh.see_through for mesh in meshes):
        bare = native.copy()
        behind = np.isin(native, (Native.GLASSES_FRAME, Native.GLASSES_LENS))
        if behind.any():
            others = [mesh for mesh in meshes if not mesh.see_through]
            bare[behind] = _labels(others, painted, drawing.borders, rays[behind])
    worn = native != bare
    bare = with_eye_widths(bare, drawing.eye_widths)
    native = np.where(worn, native, bare)
    coverage = np.zeros((*native.shape, len(COVERAGE_CLASSES)), np.uint8)
    coverage[..., _HAIR_COVER] = 255 * (native == Native.SCALP_HAIR)
    return derive(native, bare, coverage, chosen, drawing.hair_lines)


@contextmanager
def preview_processes(workers: int) -> Iterator[Executor | None]:
    """Processes for `measure_specs`, kept between calls: each takes seconds to load the head model.

    None where one worker is enough: previews are then made in this process.
    """
    if workers <= 1:
        yield None
        return
    with ProcessPool(workers, "matching") as pool:
        yield pool


def measure_specs(
    specs: Iterable[FaceSpec],
    pool: Executor | None = None,
    on_progress: Callable[[int], object] | None = None,
) -> npt.NDArray[np.float64]:
    """Preview and measure specs.

    Parameters
    ----------
    specs : may be drawn while processes preview those before them
    pool : of `preview_processes`; None works in this process
    on_progress : called with the number of specs just finished

    Returns
    -------
    (n, len(CONTENT_NAMES)) float64, NaN = could not be measured
    """
    stream = iter(specs)
    parts = iter(lambda: list(islice(stream, BATCH)), [])
    rows = []
    for part in map(_measure_batch, parts) if pool is None else pool.map(_measure_batch, parts):
        rows.append(part)
        if on_progress is not None:
            on_progress(len(part))
    return np.concatenate(rows) if rows else np.empty((0, len(CONTENT_NAMES)))


@contextmanager
def _one_thread() -> Iterator[None]:
    """Torch on one thread: over several, the last digits of posed heads differ between processes, and with
    them where ribbons fall."""
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def _measure_batch(specs: Sequence[FaceSpec]) -> npt.NDArray[np.float64]:
    with _one_thread():
        heads = pose_heads(head_model(), specs)
        masks = (preview(spec, head) for spec, head in zip(specs, heads, strict=True))
        return np.stack([measure_labels(mask) for mask in masks])


def _rays(view: CameraView, size: int) -> tuple[Floats, npt.NDArray[np.float32]]:
    """The camera (3,) and one ray through each pixel's middle: (size, size, 6) float32."""
    x = (np.arange(size) + 0.5) / size - 0.5
    across, down = np.meshgrid(x * view.side + view.centre[0], x * view.side + view.centre[1])
    flat = np.stack([across, down, np.ones_like(across)], -1)
    directions = flat @ view.extrinsics()[:3, :3]
    return view.position, np.concatenate(
        [np.broadcast_to(view.position, directions.shape), directions], -1
    ).astype(np.float32)


class _CastMesh:
    """The triangles of a part that the camera may see.

    label : its native label, or None for the skin, which the chart decides
    index : (T,) the triangles' numbers in the whole mesh; what the camera cannot see is left out, since
        building the ray casting scene is what a preview waits for
    """

    def __init__(
        self,
        vertices: Floats,
        triangles: Ints,
        label: Native | None,
        see_through: bool = False,
        index: Ints | None = None,
    ) -> None:
        self.vertices = np.ascontiguousarray(vertices, np.float32)
        self.triangles = np.ascontiguousarray(triangles, np.uint32)
        self.label, self.see_through = label, see_through
        self.index = np.arange(len(triangles)) if index is None else index

    def facing(self, eye: Floats) -> _CastMesh:
        """Of a closed surface, the triangles that turn their outside to the eye (3,)."""
        corners = self.vertices[self.triangles]
        normal = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
        return self._only(np.einsum("ij,ij->i", normal, eye.astype(np.float32) - corners[:, 0]) > 0)

    def framed(self, view: CameraView) -> _CastMesh:
        """The triangles that do not lie wholly beyond one side of the picture."""
        x, y = view.project(self.vertices, 1)[0].T
        beyond = ((x < 0) + 2 * (x > 1) + 4 * (y < 0) + 8 * (y > 1)).astype(np.uint8)  # a bit a side
        a, b, c = self.triangles.T
        return self._only(beyond[a] & beyond[b] & beyond[c] == 0)

    def _only(self, kept: npt.NDArray[np.bool_]) -> _CastMesh:
        return _CastMesh(self.vertices, self.triangles[kept], self.label, self.see_through, self.index[kept])


def _mesh_of(part: Part, eye: Floats) -> _CastMesh:
    """A part as triangles, strands as ribbons that face the eye (3,)."""
    shape, label = part.geometry, part.labels[0]
    if isinstance(shape, StrandGeometry):
        return _CastMesh(*bands(shape.points, 0.5 * DETAIL.ribbon_width, eye), label)
    if part.painted is not None:
        return _CastMesh(shape.vertices, skin_triangles(), label)
    triangles = shape.faces if shape.faces.shape[1] == 3 else split(shape.faces)
    return _CastMesh(shape.vertices, triangles, label, part.see_through)


@lru_cache(maxsize=1)
def _skin_corners() -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32], npt.NDArray[np.uint8]]:
    """Chart (T, 3, 2) with the corners of a triangle on one side of the seam, ear (T, 3), part (T,)."""
    model = head_model()
    corners = model.chart[skin_triangles()].astype(np.float32)
    corners[..., 0] -= CHART_TURN_MM * np.round((corners[..., 0] - corners[:, :1, 0]) / CHART_TURN_MM)
    return corners, model.ear[skin_triangles()], np.tile(model.face_part, 2)


def _labels(
    meshes: Sequence[_CastMesh],
    painted: PaintedSkin,
    borders: Mapping[str, float],
    rays: npt.NDArray[np.float32],
) -> Labels:
    """Native labels (...) uint8 of rays (..., 6); the first mesh is the skin."""
    import open3d as o3d

    tensor = cast(Any, o3d.core.Tensor)  # its stubs refuse arrays of unknown type
    scene = o3d.t.geometry.RaycastingScene(nthreads=1)
    meshes = [mesh for mesh in meshes if len(mesh.triangles)]
    for mesh in meshes:
        scene.add_triangles(tensor(mesh.vertices), tensor(mesh.triangles))
    hit = scene.cast_rays(tensor(np.ascontiguousarray(rays)), nthreads=1)
    which = hit["geometry_ids"].numpy().astype(np.int64)
    table = np.array([0 if mesh.label is None else mesh.label for mesh in meshes], np.uint8)
    met = which < len(meshes)
    out = np.where(met, table[np.where(met, which, 0)], np.uint8(Native.BACKGROUND))
    skin = which == 0
    out[skin] = _skin(
        painted,
        borders,
        meshes[0].index[hit["primitive_ids"].numpy()[skin]],
        hit["primitive_uvs"].numpy()[skin].astype(float),
        open_eyes(out[~skin]),
    )
    return out


def _skin(
    painted: PaintedSkin, borders: Mapping[str, float], triangle: Ints, uv: Floats, eyes: tuple[bool, bool]
) -> Labels:
    """Native labels (n,) uint8 of points on the skin mesh, the scalp under hair counted as hair."""
    corners, ear_weights, part = _skin_corners()
    weights = np.stack([1 - uv.sum(1), uv[:, 0], uv[:, 1]], 1)
    s, t = np.moveaxis((weights[..., None] * corners[triangle]).sum(1), -1, 0)
    s = (s + 100 * np.pi) % (200 * np.pi) - 100 * np.pi
    ear = (weights * ear_weights[triangle]).sum(1)
    label = skin_labels(s, t, ear, painted.brow, borders, painted.scalp, eyes)
    kind = part[triangle]
    label[kind == PART_INNER_MOUTH] = Native.INNER_MOUTH
    label[kind == PART_TONGUE] = Native.TONGUE
    return label
