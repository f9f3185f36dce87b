"""Run Blender's renders of a built face and read them back as arrays. Imports bpy: worker processes only."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path

import bpy
import numpy as np
import numpy.typing as npt

from facegen.assets.environment.background_picture import background
from facegen.assets.hair.hair_plan import groom_of
from facegen.assets.meshes.mesh import Floats
from facegen.assets.skin.skin_pigments import skin_colour
from facegen.colour_science import LUMINANCE
from facegen.datasets.conventions.convention_registry import convention as named
from facegen.datasets.conventions.label_conventions import Convention, derive
from facegen.datasets.conventions.native_labels import Native
from facegen.datasets.errors import DiskError
from facegen.datasets.io.sample import Sample
from facegen.datasets.keyed_random import generator
from facegen.render.blender.scene import Built, Studio
from facegen.render.develop import background_photos, camera_model
from facegen.render.develop.hair_compositing import gloss, soft_cover, streaks, tinted
from facegen.render.geometry.landmark_projection import project_visible, surface_landmarks
from facegen.render.geometry.sample_metadata import describe
from facegen.render.labels.drawing_spread import drawing_of
from facegen.render.labels.label_pass import Seen, coverage, decode, draw_mask, layers, reduce_labels
from facegen.render.spec.face_spec import FaceSpec, Look

MEASURED = named("celebamaskhq")  # the convention that the audit reads
FAR = 1e6  # Blender writes 1e10 where a camera ray leaves the scene


def render_sample(
    studio: Studio,
    spec: FaceSpec,
    folder: Path,
    convention: Convention | None = None,
    backgrounds: Path | None = None,
) -> Sample:
    """Render one face.

    Parameters
    ----------
    studio : Studio
    spec : FaceSpec
    folder : Path
        Where Blender may leave its intermediate files.
    convention : Convention or None
        The mask is drawn with the borders of this convention. None = derive it later from the native labels.
    backgrounds : Path or None
        Folder of the photographs that specs name.

    Returns
    -------
    Sample

    Raises
    ------
    FacegenError : the spec's photograph is missing or not a readable picture.
    """
    clock = [time.perf_counter()]

    def lap() -> float:
        clock.append(time.perf_counter())
        return round(clock[-1] - clock[-2], 3)

    timing = {}
    built = studio.build(spec)
    timing["build"] = lap()
    linear, alpha, depth, normals = _beauty(studio, built, folder)
    timing["beauty"] = lap()
    seen = label_pass(studio, folder)
    uncovered = pass_behind(studio, folder)
    brow, scalp = built.painted.brow, built.painted.scalp
    fine, bare_fine, thin_fine = layers(seen, uncovered, built.painted)
    native, bare = reduce_labels(fine), reduce_labels(bare_fine)
    thin = coverage(thin_fine)
    mask = None
    if convention is not None:
        drawing = drawing_of(convention, spec.seed, spec.index)
        mask = draw_mask(seen, brow, convention, scalp, drawing, uncovered)
    timing["labels"] = lap()
    # Few samples and the denoiser lose pores and strands: they are added here.
    colour, groom = spec.hair.colour, groom_of(spec.hair).groom
    length = groom.top if groom is not None else 0.0
    strands = streaks(seen, studio.size, gloss(colour, length), tinted(colour))
    linear = linear * (strands + seen.on_skin(built.pores)[..., None])
    alpha, linear = soft_cover(fine, alpha, linear)
    skin = np.isin(native, (Native.FACE_SKIN, Native.NOSE)) & (depth > 0)
    albedo = float(skin_colour(spec.skin.melanin, spec.skin.haemoglobin) @ LUMINANCE)
    behind = camera_model.Behind(
        alpha,
        depth,
        background(
            spec.background, studio.size, background_photos.load(backgrounds, spec.background.photograph)
        ),
        spec.camera.distance,
        built.view.side * spec.camera.distance,
    )
    sensor = generator(spec.seed, spec.index, "sensor")
    shown = derive(native, bare, thin, MEASURED) if spec.camera.look != Look() else None
    rgb = camera_model.develop(linear, spec.camera, sensor, skin, albedo, behind, shown)
    points, facing = surface_landmarks(studio.model, built.head, brow)
    landmarks, visible = project_visible(built.view, points, facing, studio.size, depth, native, bare)
    timing["develop"] = lap()
    meta = describe(spec, built.view, built.head, studio.size, native, timing)
    return Sample(rgb, native, bare, thin, landmarks, visible, depth, normals, meta, mask)


def _render(scene: bpy.types.Scene, path: Path) -> None:
    scene.render.filepath = str(path)
    bpy.ops.render.render(write_still=True, scene=scene.name)


def _read(path: Path) -> dict[str, npt.NDArray[np.float32]]:
    """Channels of an EXR file by name, each (H, W) float32; the file is removed.

    DiskError where it is not whole: Blender says that it saved a picture for which there was no room.
    """
    import OpenEXR

    try:
        with OpenEXR.File(str(path), separate_channels=True) as exr:
            found = {name: np.array(channel.pixels, np.float32) for name, channel in exr.channels().items()}
    except (RuntimeError, ValueError, OSError) as error:
        raise DiskError(
            f"temporary folder {path.parent.parent}: a picture was not written whole there "
            f"({str(error).splitlines()[0]}): make room, or name another by TMPDIR"
        ) from None
    path.unlink()
    return found


def _stack(
    channels: Mapping[str, npt.NDArray[np.float32]], name: str, letters: str
) -> npt.NDArray[np.float32]:
    """Channels `*name.X` for the letters X: (H, W, len(letters)) float32."""
    return np.stack([next(v for k, v in channels.items() if k.endswith(f"{name}{x}")) for x in letters], -1)


def _beauty(
    studio: Studio, built: Built, folder: Path
) -> tuple[Floats, Floats, npt.NDArray[np.float32], npt.NDArray[np.float16]]:
    """Render the beauty scene: linear RGB (H, W, 3), alpha (H, W), depth (H, W) and normals (H, W, 3)."""
    path = folder / "beauty.exr"
    _render(studio.beauty, path)
    channels = _read(path)
    linear = _stack(channels, "Combined.", "RGB")
    alpha = np.clip(_stack(channels, "Combined.", "A")[..., 0], 0, 1)
    depth = _stack(channels, "Depth.", "Z")[..., 0]
    depth = np.where(depth < FAR, depth, 0).astype(np.float32)
    world = _stack(channels, "Normal.", "XYZ")
    camera = world @ built.view.extrinsics()[:3, :3].T.astype(np.float32)
    length = np.linalg.norm(camera, axis=-1, keepdims=True)
    normals = np.where(length > 0.5, camera / np.maximum(length, 1e-6), 0)
    normals[depth == 0] = 0
    return linear, alpha, depth, normals.astype(np.float16)


def label_pass(studio: Studio, folder: Path) -> Seen:
    """Render the label scene alone and read it."""
    path = folder / "labels.exr"
    _render(studio.labels, path)
    return decode(_stack(_read(path), "", "RGB"))


def pass_behind(studio: Studio, folder: Path) -> Seen | None:
    """The label pass without hands, things and face masks in front of the face; None where there are none."""
    if not studio.occluders:
        return None
    for item in studio.occluders:
        item.hide_render = True
    behind = label_pass(studio, folder)
    for item in studio.occluders:
        item.hide_render = False
    return behind
