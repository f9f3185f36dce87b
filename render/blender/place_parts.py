"""Parts of a face as objects of a studio's two scenes. Imports bpy: worker processes only."""

from __future__ import annotations

from collections.abc import Callable

import bpy
import numpy as np
import numpy.typing as npt

from facegen.datasets.conventions.native_labels import Native
from facegen.render.blender import bpy_data
from facegen.render.blender.materials import shader_of
from facegen.render.blender.materials_labels import flat, flat_in_front, flat_on_chart, flat_strands
from facegen.render.geometry.part import MeshGeometry, Part
from facegen.render.geometry.part_materials import Material
from facegen.render.labels.label_pass import STRANDS


class Placer:
    """Puts the parts of one face into both scenes.

    Parameters
    ----------
    beauty, labels : bpy.types.Scene
    towards_light : (3,) float, unit
        Direction of the main light: strands of the label scene carry how they shine in it.

    Attributes
    ----------
    occluders : list of bpy.types.Object
        What of the label scene stands in front of the face (`Part.occludes`).
    """

    def __init__(
        self, beauty: bpy.types.Scene, labels: bpy.types.Scene, towards_light: npt.NDArray[np.float64]
    ) -> None:
        self.beauty, self.labels, self.towards_light = beauty, labels, towards_light
        self.occluders: list[bpy.types.Object] = []
        self._shaders: dict[Material, bpy.types.Material] = {}

    def place(self, part: Part) -> None:
        """One part: its data once, an object in the beauty scene, and one in the label scene if labelled."""
        data = _data_of(part)
        shown = [self._shader(material) for material in part.materials]
        item = bpy_data.place(self.beauty, part.name, data, shown, _subdivision(part))
        item.visible_shadow = part.casts_shadow
        if part.labels:
            codes = [self._code(part, label) for label in part.labels]
            codes = codes * len(shown) if len(codes) == 1 else codes
            labelled = bpy_data.place(self.labels, part.name, data, codes, _subdivision(part))
            if part.occludes:
                self.occluders.append(labelled)

    def _shader(self, material: Material) -> bpy.types.Material:
        if material not in self._shaders:
            self._shaders[material] = shader_of(material)
        return self._shaders[material]

    def _code(self, part: Part, label: Native | None) -> bpy.types.Material:
        """The shader by which a part of the label scene says what it is."""
        if label is None:
            return flat_on_chart()
        if label in STRANDS:
            return flat_strands(label, self.towards_light)
        make: Callable[[Native], bpy.types.Material] = flat_in_front if part.see_through else flat
        return make(label)


def _subdivision(part: Part) -> int:
    return part.geometry.subdivision if isinstance(part.geometry, MeshGeometry) else 0


def _data_of(part: Part) -> bpy.types.ID:
    shape = part.geometry
    if isinstance(shape, MeshGeometry):
        data = bpy_data.make_mesh(part.name, shape.vertices, shape.faces, shape.uv, shape.slot)
        for name, values in part.fields.items():
            bpy_data.add_vertex_field(data, name, values)
    else:
        data = bpy_data.make_curves(part.name, shape.points, shape.radii)
        for name, values in part.fields.items():
            bpy_data.add_curve_field(data, name, values)
    return data
