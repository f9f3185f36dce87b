"""Blender data from arrays. Imports bpy: used inside worker processes only."""

from __future__ import annotations

from collections.abc import Sequence

import bpy
import mathutils
import numpy as np
import numpy.typing as npt

from facegen.assets.meshes.mesh import Floats, Ints


def reset() -> None:
    """An empty file: nothing of the factory scene, nothing of an earlier face."""
    bpy.ops.wm.read_factory_settings(use_empty=True)


def make_mesh(
    name: str, vertices: Floats, faces: Ints, uv: Floats | None = None, slot: Ints | None = None
) -> bpy.types.Mesh:
    """A mesh datablock with smooth faces; one of the same name is replaced.

    Parameters
    ----------
    name : str
    vertices : (V, 3) float, metres
    faces : (F, n) int, n = 3 or 4
    uv : (F, n, 2) or (V, 2) float or None
    slot : (F,) int or None, index of each face's material
    """
    old = bpy.data.meshes.get(name)
    if old is not None:
        bpy.data.meshes.remove(old)
    mesh = bpy.data.meshes.new(name)
    count, corners = faces.shape
    mesh.vertices.add(len(vertices))
    mesh.vertices.foreach_set("co", np.ascontiguousarray(vertices, np.float32).ravel())
    mesh.loops.add(count * corners)
    mesh.loops.foreach_set("vertex_index", np.ascontiguousarray(faces, np.int32).ravel())
    mesh.polygons.add(count)
    mesh.polygons.foreach_set("loop_start", np.arange(0, count * corners, corners, dtype=np.int32))
    if slot is not None:
        mesh.polygons.foreach_set("material_index", np.ascontiguousarray(slot, np.int32))
    mesh.polygons.foreach_set("use_smooth", np.ones(count, bool))
    if uv is not None:
        corner_uv = uv if uv.ndim == 3 else uv[faces]
        layer = mesh.uv_layers.new(name="chart")
        layer.data.foreach_set("uv", np.ascontiguousarray(corner_uv, np.float32).ravel())
    mesh.update(calc_edges=True)
    mesh.validate()
    return mesh


def add_vertex_field(mesh: bpy.types.Mesh, name: str, values: Floats) -> None:
    """A float attribute on the vertices: values (V,) float."""
    attribute = mesh.attributes.new(name, "FLOAT", "POINT")
    attribute.data.foreach_set("value", np.ascontiguousarray(values, np.float32))


def make_curves(name: str, strands: Floats, radii: Floats) -> bpy.types.HairCurves:
    """A hair-curves datablock of strands (N, K, 3) with radii (N, K), metres; one of the name is replaced."""
    old = bpy.data.hair_curves.get(name)
    if old is not None:
        bpy.data.hair_curves.remove(old)
    curves = bpy.data.hair_curves.new(name)
    count, points, _ = strands.shape
    curves.add_curves([points] * count)
    curves.position_data.foreach_set("vector", np.ascontiguousarray(strands, np.float32).ravel())
    curves.points.foreach_set("radius", np.ascontiguousarray(radii, np.float32).ravel())
    return curves


def add_curve_field(curves: bpy.types.HairCurves, name: str, values: Floats) -> None:
    """A float attribute with one value for each strand: values (N,) float."""
    attribute = curves.attributes.new(name, "FLOAT", "CURVE")
    attribute.data.foreach_set("value", np.ascontiguousarray(values, np.float32))


def place(
    scene: bpy.types.Scene,
    name: str,
    data: bpy.types.ID,
    materials: Sequence[bpy.types.Material],
    subdivision: int = 0,
) -> bpy.types.Object:
    """An object in one scene, with materials of its own (the data may be shared between scenes).

    Parameters
    ----------
    scene : bpy.types.Scene
    name : str
        The object is called after the scene and this.
    data : mesh or curves
    materials : sequence of bpy.types.Material, one for each slot
    subdivision : int, steps of Catmull-Clark subdivision
    """
    item = bpy.data.objects.new(f"{scene.name}.{name}", data)
    scene.collection.objects.link(item)
    while len(data.materials) < len(materials):
        data.materials.append(None)
    for slot, material in zip(item.material_slots, materials, strict=True):
        slot.link = "OBJECT"
        slot.material = material
    if subdivision > 0:
        modifier = item.modifiers.new("subdivision", "SUBSURF")
        modifier.levels = modifier.render_levels = subdivision
        modifier.uv_smooth = "NONE"
        modifier.boundary_smooth = "PRESERVE_CORNERS"
    return item


def clear_scene(scene: bpy.types.Scene) -> None:
    """Remove a scene's objects (data blocks are replaced by name)."""
    for item in list(scene.collection.objects):
        bpy.data.objects.remove(item)


def set_image(name: str, pixels: npt.NDArray[np.float32]) -> bpy.types.Image:
    """An image datablock in linear light from (H, W), (H, W, 3) or (H, W, 4) float32, row 0 at the top.

    The fourth channel is opacity.
    """
    if pixels.ndim == 2:
        pixels = np.repeat(pixels[..., None], 3, -1)
    height, width, channels = pixels.shape
    image = bpy.data.images.get(name)
    if image is not None:
        bpy.data.images.remove(image)
    image = bpy.data.images.new(name, width, height, float_buffer=True, is_data=True)
    rgba = np.ones((height, width, 4), np.float32)
    rgba[..., :channels] = pixels[::-1]
    image.pixels.foreach_set(rgba.ravel())
    image.update()
    return image


def look_at(position: Floats, target: Floats) -> mathutils.Matrix:
    """4x4 matrix of an object at `position` whose -z looks at `target` (lamps and cameras)."""
    direction = mathutils.Vector(tuple(float(x) for x in np.asarray(target) - np.asarray(position)))
    turn = direction.to_track_quat("-Z", "Y").to_matrix().to_4x4()
    return mathutils.Matrix.Translation(mathutils.Vector(tuple(float(x) for x in position))) @ turn
