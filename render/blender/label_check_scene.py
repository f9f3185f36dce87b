"""The checks of `render.checks` on what stands in the label scene. Imports bpy: worker processes only."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np

from facegen.datasets.conventions.label_conventions import Convention
from facegen.render.blender.render_passes import label_pass
from facegen.render.blender.scene import Studio
from facegen.render.geometry.landmark_projection import project_visible, surface_landmarks
from facegen.render.geometry.subdivision import (
    limit_positions,
    subdivide,
    subdivide_corners,
    subdivide_linear,
)
from facegen.render.labels.label_checks import check_face
from facegen.render.labels.label_pass import EYEWEAR, EYEWEAR_STEP, Surface, own
from facegen.render.labels.raycast import Shape, ribbons
from facegen.render.spec.face_spec import FaceSpec


def check_sample(studio: Studio, spec: FaceSpec, folder: Path, convention: Convention) -> dict:
    """Build a face, render its label pass alone, and check it: the result of `checks.check_face`."""
    started = time.perf_counter()
    built = studio.build(spec)
    seen = label_pass(studio, folder)
    rendered = time.perf_counter()
    shapes = [shape_of(item, built.view.position) for item in studio.labels.collection.objects]
    points = surface_landmarks(studio.model, built.head, built.brow)
    found = check_face(
        shapes, built.view, built.brow, studio.size, seen, points, project_visible, convention, built.scalp
    )
    spent = {"render": rendered - started, "check": time.perf_counter() - rendered}
    return {**found, "timing": {k: round(v, 3) for k, v in spent.items()}}


def shape_of(item, eye) -> Shape:
    """A Blender object as triangles; eye: (3,) the camera, which ribbons face."""
    codes, clear = zip(*(_code(slot.material) for slot in item.material_slots), strict=True)
    if item.type == "CURVES":
        return _curves(item, eye, codes[0])
    mesh = item.data
    vertices = _read(mesh.vertices, "co", 3, float)
    sides = _read(mesh.polygons, "loop_total", 1, int).ravel()
    corners = _read(mesh.loops, "vertex_index", 1, int).ravel()
    part = _read(mesh.polygons, "material_index", 1, int).ravel()
    levels = sum(m.levels for m in item.modifiers if m.type == "SUBSURF")
    if np.ptp(sides):
        raise ValueError(f"{item.name}: faces with different numbers of corners")
    faces = corners.reshape(-1, sides[0])
    chart = ear = None
    if any(code == Surface.SKIN for code in codes):
        chart = _read(mesh.uv_layers["chart"].data, "uv", 2, float).reshape(*faces.shape, 2)
        ear = _read(mesh.attributes["ear"].data, "value", 1, float).ravel()
    for _ in range(levels):
        chart = subdivide_corners(chart) if chart is not None else None
        ear = subdivide_linear(ear, faces) if ear is not None else None
        part = np.repeat(part, 4)
        vertices, faces = subdivide(vertices, faces)
    if levels:
        vertices = limit_positions(vertices, faces)
    code, fans = np.array(codes, np.int16)[part], range(1, faces.shape[1] - 1)
    return Shape(
        name=item.name,
        vertices=vertices.astype(np.float32),
        triangles=np.concatenate([faces[:, [0, i, i + 1]] for i in fans]).astype(np.int32),
        code=np.concatenate([code] * len(fans)),
        chart=None if chart is None else np.concatenate([chart[:, [0, i, i + 1]] for i in fans]),
        ear=None if ear is None else ear.astype(np.float32),
        clear=any(clear),
    )


def _curves(item, eye, code):
    data = item.data
    offsets = _read(data.curve_offset_data, "value", 1, int).ravel()
    strands = _read(data.position_data, "vector", 3, np.float32).reshape(len(offsets) - 1, -1, 3)
    radii = _read(data.points, "radius", 1, np.float32).reshape(strands.shape[:2])
    vertices, triangles = ribbons(strands, radii, eye)
    codes = np.full(len(triangles), code, np.int16)
    return Shape(item.name, vertices, triangles, codes, strands=strands)


def _read(collection, name, width, dtype):
    values = np.empty(len(collection) * width, np.float32 if dtype in (float, np.float32) else np.int32)
    collection.foreach_get(name, values)
    return values.reshape(-1, width).astype(dtype)


def _code(material):
    """Code that a material of the label scene emits, and whether it lets the ray pass."""
    emission = next(node for node in material.node_tree.nodes if node.type == "EMISSION")
    colour = emission.inputs["Color"]
    if colour.is_linked:
        return int(material.get("code", Surface.SKIN)), False
    blue = int(colour.default_value[2])
    if blue >= EYEWEAR_STEP:
        label = EYEWEAR[blue // EYEWEAR_STEP]
        assert label is not None
        return own(label), True
    return blue, False
