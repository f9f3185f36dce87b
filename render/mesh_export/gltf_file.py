"""Meshes as one binary glTF 2.0 file (Khronos, glTF 2.0 specification, sections 3 and 4.4).

Lengths are metres, y up; colours linear. Faces of one native label are one primitive, whose `extras` name it:
glTF has no values of faces.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy.typing as npt

from facegen.assets.meshes.mesh import Floats, Ints

FLOAT, UINT32 = 5126, 5125  # component types
VERTICES, INDICES = 34962, 34963  # targets of buffer views
JSON_CHUNK, BINARY_CHUNK = 0x4E4F534A, 0x004E4942
MAGIC, VERSION = 0x46546C67, 2


@dataclass(frozen=True)
class Surface:
    """Faces of one mesh that have one material and one label.

    Attributes
    ----------
    mesh : str
        Name of the mesh that it belongs to.
    positions, normals : (V, 3) float
    uv : (V, 2) float or None
        v downwards, as glTF counts.
    triangles : (T, 3) int
    material : int
        Place among the file's materials.
    extras : mapping
        JSON types.
    """

    mesh: str
    positions: Floats
    normals: Floats
    uv: Floats | None
    triangles: Ints
    material: int
    extras: Mapping[str, Any]


@dataclass(frozen=True)
class SurfaceMaterial:
    """How faces look.

    Attributes
    ----------
    name : str
    colour : (r, g, b, a), linear, in [0, 1]
        Where there is a picture, what it is multiplied with.
    picture : bytes or None
        A PNG in sRGB.
    roughness, metal : float in [0, 1]
    cut_out : bool
        Whether the picture's alpha is opacity: one looks through where it is below 1.
    """

    name: str
    colour: tuple[float, float, float, float]
    picture: bytes | None = None
    roughness: float = 0.6
    metal: float = 0.0
    cut_out: bool = False


class _Buffer:
    """The binary chunk, with its views and accessors."""

    def __init__(self) -> None:
        self.content = bytearray()
        self.views: list[dict[str, Any]] = []
        self.accessors: list[dict[str, Any]] = []

    def view(self, content: bytes, target: int | None = None) -> int:
        self.content += b"\0" * (-len(self.content) % 4)
        view: dict[str, Any] = {"buffer": 0, "byteOffset": len(self.content), "byteLength": len(content)}
        self.views.append(view if target is None else {**view, "target": target})
        self.content += content
        return len(self.views) - 1

    def accessor(self, values: npt.NDArray[Any], bounds: bool = False) -> int:
        """An accessor of (N,) uint32 indices or (N, k) float32 vectors."""
        if values.ndim == 1:
            kind, component, target, stored = "SCALAR", UINT32, INDICES, values.astype("<u4")
        else:
            kind, component, target = f"VEC{values.shape[1]}", FLOAT, VERTICES
            stored = values.astype("<f4")
        row: dict[str, Any] = {
            "bufferView": self.view(stored.tobytes(), target),
            "componentType": component,
            "count": len(values),
            "type": kind,
        }
        if bounds:
            row |= {"min": stored.min(0).tolist(), "max": stored.max(0).tolist()}
        self.accessors.append(row)
        return len(self.accessors) - 1


def glb_bytes(
    surfaces: Sequence[Surface], materials: Sequence[SurfaceMaterial], extras: Mapping[str, Any]
) -> bytes:
    """A .glb file; the same input gives the same bytes.

    Parameters
    ----------
    surfaces : sequence of Surface
        Those of one mesh follow each other.
    materials : sequence of SurfaceMaterial
    extras : mapping
        Of the scene; JSON types.
    """
    buffer = _Buffer()
    meshes: dict[str, list[dict[str, Any]]] = {}
    for one in surfaces:
        attributes = {
            "POSITION": buffer.accessor(one.positions, bounds=True),
            "NORMAL": buffer.accessor(one.normals),
        }
        if one.uv is not None:
            attributes["TEXCOORD_0"] = buffer.accessor(one.uv)
        primitive = {
            "attributes": attributes,
            "indices": buffer.accessor(one.triangles.ravel()),
            "material": one.material,
            "extras": dict(one.extras),
        }
        meshes.setdefault(one.mesh, []).append(primitive)
    images: list[dict[str, Any]] = []
    content: dict[str, Any] = {
        "asset": {"version": "2.0", "generator": "facegen"},
        "scene": 0,
        "scenes": [{"nodes": list(range(len(meshes))), "extras": dict(extras)}],
        "nodes": [{"name": name, "mesh": k} for k, name in enumerate(meshes)],
        "meshes": [{"name": name, "primitives": rows} for name, rows in meshes.items()],
        "materials": [_material(one, buffer, images) for one in materials],
    }
    if images:
        content |= {"images": images, "samplers": [{}]}
        content["textures"] = [{"source": k, "sampler": 0} for k in range(len(images))]
    content |= {"accessors": buffer.accessors, "bufferViews": buffer.views}
    content["buffers"] = [{"byteLength": len(buffer.content)}]
    return _file(content, bytes(buffer.content))


def _material(one: SurfaceMaterial, buffer: _Buffer, images: list[dict[str, Any]]) -> dict[str, Any]:
    shading: dict[str, Any] = {
        "baseColorFactor": [float(value) for value in one.colour],
        "roughnessFactor": float(one.roughness),
        "metallicFactor": float(one.metal),
    }
    if one.picture is not None:
        images.append({"name": one.name, "mimeType": "image/png", "bufferView": buffer.view(one.picture)})
        shading["baseColorTexture"] = {"index": len(images) - 1}
    row: dict[str, Any] = {"name": one.name, "doubleSided": True, "pbrMetallicRoughness": shading}
    return {**row, "alphaMode": "BLEND"} if one.cut_out or one.colour[3] < 1 else row


def _file(content: Mapping[str, Any], binary: bytes) -> bytes:
    text = json.dumps(content, separators=(",", ":"), allow_nan=False).encode()
    text += b" " * (-len(text) % 4)
    binary += b"\0" * (-len(binary) % 4)
    chunks = struct.pack("<II", len(text), JSON_CHUNK) + text
    chunks += struct.pack("<II", len(binary), BINARY_CHUNK) + binary
    return struct.pack("<III", MAGIC, VERSION, 12 + len(chunks)) + chunks
