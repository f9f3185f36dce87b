"""Blender data from arrays. Imports bpy: used inside worker processes only."""

from __future__ import annotations

import bpy
import numpy as np


def reset():
    """An empty file: nothing of the factory scene, nothing of an earlier face."""
    bpy.ops.wm.read_factory_settings(use_empty=True)


def make_mesh(name, vertices, faces, uv=None, part=None, smooth=True):
    """A mesh datablock.

    Parameters
    ----------
    vertices : (V, 3) float; faces : (F, n) int, n = 3 or 4
    uv : (F, n, 2) or (V, 2) float or None
    part : (F,) int or None, material index
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
    if part is not None:
        mesh.polygons.foreach_set("material_index", np.ascontiguousarray(part, np.int32))
    if smooth:
        mesh.polygons.foreach_set("use_smooth", np.ones(count, bool))
    if uv is not None:
        corner_uv = uv if uv.ndim == 3 else uv[faces]
        layer = mesh.uv_layers.new(name="chart")
        layer.data.foreach_set("uv", np.ascontiguousarray(corner_uv, np.float32).ravel())
    mesh.update(calc_edges=True)
    mesh.validate()
    return mesh


def add_vertex_field(mesh, name, values):
    """A float attribute on the vertices: values (V,) float."""
    attribute = mesh.attributes.new(name, "FLOAT", "POINT")
    attribute.data.foreach_set("value", np.ascontiguousarray(values, np.float32))


def make_curves(name, strands, radii):
    """A hair-curves datablock of strands (N, K, 3) with radii (N, K)."""
    old = bpy.data.hair_curves.get(name)
    if old is not None:
        bpy.data.hair_curves.remove(old)
    curves = bpy.data.hair_curves.new(name)
    count, points, _ = strands.shape
    curves.add_curves([points] * count)
    curves.position_data.foreach_set("vector", np.ascontiguousarray(strands, np.float32).ravel())
    curves.points.foreach_set("radius", np.ascontiguousarray(radii, np.float32).ravel())
    return curves


def add_curve_field(curves, name, values):
    """A float attribute, one value a strand: values (N,) float."""
    attribute = curves.attributes.new(name, "FLOAT", "CURVE")
    attribute.data.foreach_set("value", np.ascontiguousarray(values, np.float32))


def place(scene, name, data, materials, subdivision=0):
    """An object in one scene, with materials of its own (the data may be shared between scenes)."""
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


def clear_scene(scene):
    """Remove a scene's objects (data blocks are replaced by name)."""
    for item in list(scene.collection.objects):
        bpy.data.objects.remove(item)


def set_image(name, pixels):
    """An image datablock in linear light from (H, W, 3) or (H, W) float32, row 0 at the top."""
    if pixels.ndim == 2:
        pixels = np.repeat(pixels[..., None], 3, -1)
    height, width, _ = pixels.shape
    image = bpy.data.images.get(name)
    if image is not None:
        bpy.data.images.remove(image)
    image = bpy.data.images.new(name, width, height, float_buffer=True, is_data=True)
    rgba = np.ones((height, width, 4), np.float32)
    rgba[..., :3] = pixels[::-1]
    image.pixels.foreach_set(rgba.ravel())
    image.update()
    return image


def look_at(position, target):
    """4x4 matrix of an object at `position` whose -z looks at `target` (lamps and cameras)."""
    from mathutils import Matrix, Vector

    direction = Vector(tuple(float(x) for x in np.asarray(target) - np.asarray(position)))
    turn = direction.to_track_quat("-Z", "Y").to_matrix().to_4x4()
    return Matrix.Translation(Vector(tuple(float(x) for x in position))) @ turn
