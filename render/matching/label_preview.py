"""Fast previews of a face's labels, without Blender: what matching measures before anything is rendered.

The posed head, eyes, glasses, cloth and hair are met by one ray a pixel (Open3D); skin is told apart by its
place on the face chart, as in the label pass. Hair is a few hundred broad ribbons and the scalp they grow
from. What a preview leaves out (lashes, teeth apart from the mouth, beards, all colour) decides no content
measure. Masks are (SIZE, SIZE) uint8 in the celebamaskhq convention.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor
from contextlib import contextmanager
from dataclasses import replace
from functools import lru_cache
from itertools import islice

import numpy as np

from facegen.assets.hair import groom as hair
from facegen.assets.hair.hair_plan import brow_of, groom_of, scalp_of
from facegen.assets.head import eyes
from facegen.assets.head.head_model import (
    PART_INNER_MOUTH,
    PART_SKIN,
    PART_TONGUE,
    HeadModel,
    PosedHead,
    head_model,
)
from facegen.assets.head.head_model import triangles as split
from facegen.assets.meshes.collision import Body
from facegen.assets.wear import garments, glasses, headwear, jewellery
from facegen.audit.measures.measure_table import CONTENT_NAMES, measure_labels
from facegen.datasets.conventions.label_conventions import convention, derive
from facegen.datasets.conventions.native_labels import COVERAGE_CLASSES, Native
from facegen.datasets.io.process_pool import ProcessPool
from facegen.render.geometry.camera_framing import solve_view
from facegen.render.geometry.pose import pose_heads
from facegen.render.labels.label_pass import hides_eyes, open_eyes, skin_labels
from facegen.render.spec.face_spec import FaceSpec
from facegen.render.spec.keyed_random import build_generator, generator

SIZE = 128  # pixels of a preview's side
CONVENTION = "celebamaskhq"
RIBBONS, RIBBON_POINTS = 300, 7  # strands of a preview and their points
# Metres: neighbouring ribbons of a full head of hair overlap, a single one hides no eye.
RIBBON_WIDTH = 0.005
GUIDES = 70  # strands that are grown, the others follow them
BATCH = 16  # heads posed at a time
_HAIR_COVER = [name for name, _ in COVERAGE_CLASSES].index("scalp_hair")


def preview(model: HeadModel, spec: FaceSpec, head: PosedHead, size: int = SIZE) -> np.ndarray:
    """The label map (size, size) uint8 of a spec whose head is posed already."""
    view = solve_view(head.landmarks, spec.camera)
    origin, rays = _rays(view, size)
    face, worn = _parts(model, spec, head, origin)
    face = [face[0].facing(origin), *face[1:]]
    face, worn = ([part.framed(view) for part in parts] for parts in (face, worn))
    native = _labels(model, spec, [*face, *worn], rays)
    bare = native
    if worn and not hides_eyes(spec.glasses):
        bare = native.copy()
        behind = np.isin(native, (Native.GLASSES_FRAME, Native.GLASSES_LENS))
        if behind.any():
            bare[behind] = _labels(model, spec, face, rays[behind])
    coverage = np.zeros((*native.shape, len(COVERAGE_CLASSES)), np.uint8)
    coverage[..., _HAIR_COVER] = 255 * (native == Native.SCALP_HAIR)
    return derive(native, bare, coverage, convention(CONVENTION))


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
) -> np.ndarray:
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
def _one_thread():
    """Heads are summed alike in every process: over several threads the last digits differ, and with them
    where ribbons fall."""
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)


def _measure_batch(specs: Sequence[FaceSpec]) -> np.ndarray:
    model = head_model()
    with _one_thread():
        heads = pose_heads(model, specs)
        masks = (preview(model, spec, head) for spec, head in zip(specs, heads, strict=True))
        return np.stack([measure_labels(mask) for mask in masks])


def _rays(view, size):
    """The camera (3,) and one ray through each pixel's middle: (size, size, 6) float32."""
    x = (np.arange(size) + 0.5) / size - 0.5
    across, down = np.meshgrid(x * view.side + view.centre[0], x * view.side + view.centre[1])
    flat = np.stack([across, down, np.ones_like(across)], -1)
    directions = flat @ view.extrinsics()[:3, :3]
    return view.position, np.concatenate(
        [np.broadcast_to(view.position, directions.shape), directions], -1
    ).astype(np.float32)


class _Part:
    """A triangle mesh with one native label, or None for the skin, which the chart decides.

    index : (T,) the triangles' numbers in the whole mesh; what the camera cannot see is left out, since
    building the ray casting scene is what a preview waits for.
    """

    def __init__(self, vertices, triangles, label: Native | None, index=None):
        self.vertices = np.ascontiguousarray(vertices, np.float32)
        self.triangles = np.ascontiguousarray(triangles, np.uint32)
        self.label = label
        self.index = np.arange(len(triangles)) if index is None else index

    def facing(self, eye):
        """Of a closed surface, the triangles that turn their outside to the eye (3,)."""
        corners = self.vertices[self.triangles]
        normal = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
        return self._only(np.einsum("ij,ij->i", normal, eye.astype(np.float32) - corners[:, 0]) > 0)

    def framed(self, view):
        """The triangles that do not lie wholly beyond one side of the picture."""
        x, y = view.project(self.vertices, 1)[0].T
        beyond = ((x < 0) + 2 * (x > 1) + 4 * (y < 0) + 8 * (y > 1)).astype(np.uint8)  # a bit a side
        a, b, c = self.triangles.T
        return self._only(beyond[a] & beyond[b] & beyond[c] == 0)

    def _only(self, kept):
        return _Part(self.vertices, self.triangles[kept], self.label, self.index[kept])


def _parts(model, spec, head, origin):
    """Meshes of the face, and those of its eyewear."""
    parts = [_Part(head.vertices, _skin_triangles(), None)]
    ball, faces = _eyeball(round(head.eye_radius, 6))
    for centre, frame, label in zip(
        head.eye_centres, head.eye_frames, (Native.SCLERA_L, Native.SCLERA_R), strict=True
    ):
        parts.append(_Part(ball @ frame.T + centre, faces, label))
    folds = generator(spec.seed, spec.index, "build.garment")
    cloth = garments.solid(garments.garment(head, model, spec.garment, folds))
    parts.append(_Part(*cloth, Native.CLOTHING))
    body = Body(head.vertices, _skin_triangles())
    frame = headwear.hat_frame(head, spec.headwear) if spec.headwear.kind != "none" else None
    strips = _hair(model, spec, head, body, frame, origin)
    if strips is not None:
        parts.append(_Part(*strips, Native.SCALP_HAIR))
    if frame is not None:
        v, f, *_ = headwear.hat(spec.headwear, headwear.head_profile(body, frame), frame)
        parts.append(_Part(v, split(f), Native.HAT))
    parts += _jewels(model, spec, head, body, cloth)
    worn = []
    if spec.glasses.kind != "none":
        middle = head.eye_centres.mean(0)
        local = (head.landmarks - middle) @ head.head_rotation
        frame, lenses, _ = glasses.glasses(spec.glasses, local)
        for (v, f), label in ((frame, Native.GLASSES_FRAME), (lenses, Native.GLASSES_LENS)):
            worn.append(_Part(v @ head.head_rotation.T + middle, split(f), label))
    return parts, worn


@lru_cache(maxsize=1)
def _skin_triangles():
    return split(head_model().faces)


@lru_cache(maxsize=1)
def _skin_corners():
    """Chart (T, 3, 2) with the corners of a triangle on one side of the seam, ear (T, 3), part (T,)."""
    model = head_model()
    corners = model.chart[_skin_triangles()].astype(np.float32)
    period = np.float32(2 * np.pi * 100)
    corners[..., 0] -= period * np.round((corners[..., 0] - corners[:, :1, 0]) / period)
    return corners, model.ear[_skin_triangles()], np.tile(model.face_part, 2)


@lru_cache(maxsize=64)
def _eyeball(radius):
    vertices, faces = jewellery.ball(np.zeros(3), np.full(3, radius * eyes.EYEBALL_SCALE))
    return vertices, split(faces)


def _jewels(model, spec, head, body, cloth):
    worn, parts = spec.jewellery, []
    if worn.earrings != "none":
        turn = float(build_generator(spec, "jewellery").uniform(10, 75))
        forward = -head.head_rotation[:, 1]
        for sign, label in ((1, Native.EARRING_L), (-1, Native.EARRING_R)):
            place, side = jewellery.lobe(head, model, sign)
            v, f, _ = jewellery.earring(worn.earrings, worn.earring_mm, place, side, forward, turn, body)
            parts.append(_Part(v, split(f), label))
    if worn.necklace != "none":
        ground = jewellery.solid(head, model, np.asarray(cloth[0]), np.asarray(cloth[1]))
        line = jewellery.necklace_line(head, model, worn.drop_mm, worn.necklace == "choker", ground)
        v, f, _ = jewellery.necklace(worn.necklace, worn.necklace_mm, line)
        parts.append(_Part(v, split(f), Native.NECKLACE))
    return parts


def _hair(model, spec, head, body, frame, origin):
    """Ribbons that face the camera: vertices and triangles, or None on a bald head."""
    plan = groom_of(spec.hair, spec.identity)
    if plan.groom is None:
        return None
    rng = generator(spec.seed, spec.index, "preview.hair")
    roots = hair.scalp_roots(head, model, scalp_of(spec.hair), RIBBONS, rng)
    if not len(roots):
        return None
    down = np.array([0, 0, -1.0])
    groom = replace(plan.groom, baby=0.0)  # a ribbon is wider than these are long
    line, _, _ = hair.make_hair(groom, roots, head, down, body, rng, RIBBON_POINTS, RIBBON_WIDTH, GUIDES)
    if frame is not None:
        line, _ = headwear.flatten_hair(line, frame, body)
    return ribbons(line, RIBBON_WIDTH, origin) if len(line) else None


def ribbons(line, width, eye):
    """Flat strips along polylines (N, K, 3), turned to the eye (3,): vertices (V, 3), triangles (T, 3)."""
    n, k, _ = line.shape
    across = np.cross(np.gradient(line, axis=1), line - eye)
    across *= 0.5 * width / np.maximum(np.linalg.norm(across, axis=2, keepdims=True), 1e-12)
    vertices = np.stack([line - across, line + across], 2).reshape(-1, 3)
    start = (np.arange(n)[:, None] * k + np.arange(k - 1)).ravel() * 2
    one = np.stack([start, start + 1, start + 3], 1)
    other = np.stack([start, start + 3, start + 2], 1)
    return vertices, np.concatenate([one, other])


def _labels(model, spec, parts, rays):
    """Native labels (...) uint8 of rays (..., 6)."""
    import open3d as o3d

    scene = o3d.t.geometry.RaycastingScene(nthreads=1)
    parts = [part for part in parts if len(part.triangles)]
    for part in parts:
        scene.add_triangles(o3d.core.Tensor(part.vertices), o3d.core.Tensor(part.triangles))
    hit = scene.cast_rays(o3d.core.Tensor(np.ascontiguousarray(rays)), nthreads=1)
    which = hit["geometry_ids"].numpy().astype(np.int64)
    table = np.array([0 if part.label is None else part.label for part in parts], np.uint8)
    met = which < len(parts)
    out = np.where(met, table[np.where(met, which, 0)], np.uint8(Native.BACKGROUND))
    skin = which == 0
    out[skin] = _skin(
        model,
        spec,
        parts[0].index[hit["primitive_ids"].numpy()[skin]],
        hit["primitive_uvs"].numpy()[skin].astype(float),
        open_eyes(out[~skin]),
    )
    return out


def _skin(model, spec, triangle, uv, eyes):
    """Native labels (n,) uint8 of points on the skin mesh, the scalp under hair counted as hair."""
    corners, ear_weights, part = _skin_corners()
    weights = np.stack([1 - uv.sum(1), uv[:, 0], uv[:, 1]], 1)
    s, t = np.moveaxis((weights[..., None] * corners[triangle]).sum(1), -1, 0)
    s = (s + 100 * np.pi) % (200 * np.pi) - 100 * np.pi
    ear = (weights * ear_weights[triangle]).sum(1)
    borders = convention(CONVENTION).borders
    brow = brow_of(spec.brows)
    bald = groom_of(spec.hair, spec.identity).groom is None
    label = skin_labels(s, t, ear, brow, borders, None if bald else scalp_of(spec.hair), eyes)
    kind = part[triangle]
    label[kind == PART_INNER_MOUTH] = Native.INNER_MOUTH
    label[kind == PART_TONGUE] = Native.TONGUE
    assert PART_SKIN == 0
    return label
