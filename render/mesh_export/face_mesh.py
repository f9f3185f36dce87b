"""The posed head of a rendered sample, and what it wears, as a glTF file with native labels and UV.

Strands (hair, brows, lashes, beards) are no surfaces and are left out; skin under them has the label that it
shows without them. Skin is drawn at the vertices of its mesh on the smooth surface that was rendered; its
labels change where a painted border crosses a face, at the face's middle.

glTF's y is up and z towards the viewer: world (x, y, z) is (x, z, -y) there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from facegen.assets.head.head_cut import PART_TONGUE
from facegen.assets.head.head_model import HeadModel, triangles
from facegen.assets.meshes.mesh import Floats, Ints
from facegen.assets.meshes.subdivision import limit_positions
from facegen.colour_science import bytes_of_linear
from facegen.datasets.conventions.native_labels import Native
from facegen.datasets.export.exported_faces import ExportedFaces
from facegen.datasets.io.files import png_bytes, write_bytes
from facegen.render.geometry import assemble, hair_parts, part_materials
from facegen.render.geometry.fitting import Fitting, RenderDetail
from facegen.render.geometry.part import MeshGeometry, PaintedSkin, Part
from facegen.render.labels.label_pass import skin_labels
from facegen.render.mesh_export.gltf_file import Surface, SurfaceMaterial, glb_bytes
from facegen.render.mesh_export.rebuilt_head import RebuiltHead, rebuilt

# What is rendered, but for strands.
STRANDS = (hair_parts.scalp_hair, hair_parts.short_hair)
BUILDERS = tuple(builder for builder in assemble.BUILDERS if builder not in STRANDS)
TEXTURE = 1024  # pixels around the head of the skin's picture
GREY = (0.8, 0.8, 0.8)  # linear, of materials without one colour
LENS_ALPHA = 0.3  # least that a lens hides, by eye
# No strand is made here; one each is the least that a detail takes.
DETAIL = RenderDetail(hair_count=1, hair_points=2, subdivision=0, texture_width=TEXTURE)


def head_glb(meta: Mapping[str, Any]) -> bytes:
    """The .glb file of a rendered sample.

    Parameters
    ----------
    meta : mapping
        Content of its meta.json.

    Returns
    -------
    bytes
        Meshes "skin", "eye.l" ... of primitives whose extras are {"native": id, "label": name}; the scene's
        extras hold the camera's "intrinsics" and "extrinsics" (world to camera, before the change of axes).

    Raises
    ------
    FacegenError : the head cannot be built again (`rebuilt_head.rebuilt`).
    """
    one = rebuilt(meta)
    face = Fitting(one.spec, one.head, DETAIL)
    parts = [part for builder in BUILDERS for part in builder(face)]
    materials: dict[int, int] = {}
    looks: list[SurfaceMaterial] = []
    surfaces: list[Surface] = []
    for part in parts:
        if not isinstance(part.geometry, MeshGeometry) or not part.labels:
            continue
        for material in part.materials:
            if id(material) not in materials:
                materials[id(material)] = len(looks)
                looks.append(look_of(material))
        surfaces += _surfaces(part, one, [materials[id(material)] for material in part.materials])
    camera = {"intrinsics": one.intrinsics.tolist(), "extrinsics": one.extrinsics.tolist()}
    return glb_bytes(surfaces, looks, {**camera, "sample": one.spec.index})


def write_mesh(faces: ExportedFaces, name: str, folder: Path) -> None:
    """Write mesh/NAME.glb of a sample into the folder of an export."""
    write_bytes(folder / "mesh" / f"{name}.glb", head_glb(faces.meta(name)))


def look_of(material: part_materials.Material) -> SurfaceMaterial:
    """A material as far as glTF can tell it: colour or picture with its opacity, roughness, metal."""
    colour = getattr(material, "colour", None)
    picture, opacity = _picture_of(material)
    if isinstance(material, part_materials.Skin):
        colour = None
    shown = None if picture is None else png_bytes(_pixels(picture, opacity))
    red, green, blue = (1.0,) * 3 if shown else GREY if colour is None else colour[:3]
    alpha = 1.0
    if isinstance(material, part_materials.Pupil):
        red = green = blue = 0.0
    if isinstance(material, part_materials.Lens):
        alpha = max(LENS_ALPHA, float(material.tint))
    factor = (float(red), float(green), float(blue), alpha)
    rough = getattr(material, "roughness", 0.6)
    metal = getattr(material, "metal", getattr(material, "metallic", 0.0))
    return SurfaceMaterial(
        material.name,
        factor,
        shown,
        float(np.mean(rough)),
        float(np.clip(metal, 0, 1)),
        cut_out=opacity is not None,
    )


def _picture_of(
    material: part_materials.Material,
) -> tuple[part_materials.Picture | None, part_materials.Picture | None]:
    """The picture (H, W, 3) of a material and its opacity (H, W), both linear; None where it has none."""
    match material:
        case part_materials.Skin():
            return material.colour, None
        case part_materials.Emblem():
            return material.picture[..., :3], material.picture[..., 3]
        case part_materials.Fabric():
            return material.picture, material.threads
        case _:
            return getattr(material, "picture", None), None


def _pixels(picture: part_materials.Picture, opacity: part_materials.Picture | None) -> npt.NDArray[np.uint8]:
    """Bytes (H, W, 3 or 4): colours in sRGB; opacity is linear in glTF (section 3.9.2)."""
    colour = bytes_of_linear(picture)
    if opacity is None:
        return colour
    alpha = np.round(255 * np.clip(opacity, 0, 1)).astype(np.uint8)
    return np.concatenate([colour, alpha[..., None]], axis=-1)


def _surfaces(part: Part, one: RebuiltHead, places: list[int]) -> Iterator[Surface]:
    """A part as surfaces of one material and one label each."""
    mesh = part.geometry
    assert isinstance(mesh, MeshGeometry)
    vertices = mesh.vertices
    slot = np.zeros(len(mesh.faces), int) if mesh.slot is None else np.asarray(mesh.slot)
    labels = np.array([255 if label is None else int(label) for label in part.labels])
    label = labels[np.minimum(slot, len(labels) - 1)]
    if part.painted is not None:
        painted = label == 255
        label[painted] = painted_labels(one.model, part.painted)[painted]
        surface = one.model.faces[one.model.face_part != PART_TONGUE]
        vertices = vertices.copy()
        used = np.unique(surface)
        vertices[used] = limit_positions(vertices, surface, used)
    uv = None if mesh.uv is None else np.asarray(mesh.uv)
    if uv is not None and uv.ndim == 2:
        uv = uv[mesh.faces]
    faces = mesh.faces
    if volume_of(vertices, faces) < 0:  # wound inwards: renderers that draw both sides do not mind
        faces, uv = faces[:, ::-1], None if uv is None else uv[:, ::-1]
    normals = corner_normals(vertices, faces)
    for material, kind in sorted({(int(a), int(b)) for a, b in zip(slot, label, strict=True)}):
        chosen = (slot == material) & (label == kind)
        yield _surface(part.name, vertices, normals, faces[chosen], None if uv is None else uv[chosen],
                       places[min(material, len(places) - 1)], kind)  # fmt: skip


def _surface(
    name: str, vertices: Floats, normals: Floats, faces: Ints, uv: Floats | None, material: int, kind: int
) -> Surface:
    """Some faces with vertices of their own: one for each pair of vertex and texture place."""
    corners = triangles(faces) if faces.shape[1] == 4 else faces
    place = None
    if uv is not None:
        place = np.concatenate([uv[:, [0, 1, 2]], uv[:, [0, 2, 3]]]) if faces.shape[1] == 4 else uv
    key = corners.reshape(-1, 1).astype(np.float64)
    if place is not None:
        key = np.concatenate([key, place.reshape(-1, 2).round(7)], axis=1)
    rows, index = np.unique(key, axis=0, return_inverse=True)
    row = rows[:, 0].astype(int)
    return Surface(
        mesh=name,
        positions=to_gltf(vertices[row]),
        normals=to_gltf(normals[row]),
        uv=None if place is None else np.stack([rows[:, 1], 1 - rows[:, 2]], 1),
        triangles=index.reshape(-1, 3),
        material=material,
        extras={"native": kind, "label": Native(kind).name},
    )


def painted_labels(model: HeadModel, painted: PaintedSkin) -> npt.NDArray[np.uint8]:
    """Native label (F,) of each face of the skin, by the chart place of its middle."""
    corners = model.chart[model.faces].astype(np.float64)
    # All corners on one side of the seam behind the head, then the middle back into one turn.
    turn = 2 * np.pi * 100
    corners[..., 0] -= turn * np.round((corners[..., 0] - corners[:, :1, 0]) / turn)
    s, t = corners.mean(1).T
    s = (s + turn / 2) % turn - turn / 2
    ear = model.ear[model.faces].mean(1)
    return skin_labels(s, t, ear, painted.brow, {}, painted.scalp)


def corner_normals(vertices: Floats, faces: Ints) -> npt.NDArray[np.float64]:
    """Unit normals (V, 3) of the vertices of triangles or quads, weighted by area; (0, 0, 1) where none."""
    corners = triangles(faces) if faces.shape[1] == 4 else faces
    a, b, c = (vertices[corners[:, k]].astype(np.float64) for k in range(3))
    out = np.zeros((len(vertices), 3))
    for k in range(3):
        np.add.at(out, corners[:, k], np.cross(b - a, c - a))
    length = np.linalg.norm(out, axis=1, keepdims=True)
    return np.where(length > 0, out / np.maximum(length, 1e-30), [0.0, 0.0, 1.0])


def volume_of(vertices: Floats, faces: Ints) -> float:
    """Signed volume, cubic metres, between faces of triangles or quads and their middle: negative where they
    are wound so that their normals point inwards."""
    corners = triangles(faces) if faces.shape[1] == 4 else faces
    a, b, c = (vertices[corners[:, k]].astype(np.float64) for k in range(3))
    middle = (a + b + c).mean(0) / 3
    return float(((a - middle) * np.cross(b - middle, c - middle)).sum() / 6)


def to_gltf(points: Floats) -> Floats:
    """World coordinates (N, 3) in glTF's axes."""
    return np.stack([points[:, 0], points[:, 2], -points[:, 1]], axis=1)
