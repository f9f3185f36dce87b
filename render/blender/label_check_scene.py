"""The label checks on one face as Blender draws it. Imports bpy: worker processes only."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from facegen.datasets.conventions.label_conventions import Convention
from facegen.render.blender.render_passes import label_pass, pass_behind
from facegen.render.blender.scene import Studio
from facegen.render.geometry.landmark_projection import surface_landmarks
from facegen.render.labels.label_checks import check_face
from facegen.render.labels.raycast import raycast_mesh
from facegen.render.spec.face_spec import FaceSpec


def check_sample(studio: Studio, spec: FaceSpec, folder: Path, convention: Convention) -> dict[str, Any]:
    """Build a face, render its label pass alone, and check it against rays cast at the same parts.

    Parameters
    ----------
    folder : where Blender may leave its intermediate files
    convention : whose hair is looked at for islands

    Returns
    -------
    dict, the result of `check_face` and seconds under "timing"
    """
    started = time.perf_counter()
    built = studio.build(spec)
    seen, behind = label_pass(studio, folder), pass_behind(studio, folder)
    rendered = time.perf_counter()
    meshes = [raycast_mesh(part, built.view.position) for part in built.parts if part.labels]
    points = surface_landmarks(studio.model, built.head, built.painted.brow)
    found = check_face(meshes, built.view, built.painted, studio.size, seen, points, convention, behind)
    spent = {"render": rendered - started, "check": time.perf_counter() - rendered}
    return {**found, "timing": {k: round(v, 3) for k, v in spent.items()}}
