"""One FaceSpec as a Blender scene. Imports bpy: used inside worker processes only.

Two scenes share their geometry: "beauty" for the picture and "labels" for the flat label pass, so that colour
and labels see the same surfaces. Cycles' persistent data stays off: it does not notice changed pixels and
shaders, and rendering two scenes in turn drops it anyway (the same 5 s of processor time either way).

What stands in them is decided by `render.geometry.assemble`; `place_parts` puts it there.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import bpy
import numpy as np
import numpy.typing as npt

from facegen.assets.environment import lighting
from facegen.assets.head.head_model import HeadModel, PosedHead, head_model
from facegen.render.blender import bpy_data, cycles_settings
from facegen.render.blender.place_parts import Placer
from facegen.render.blender.scene_light import add_light
from facegen.render.geometry.assemble import assemble
from facegen.render.geometry.camera_framing import CameraView, solve_view
from facegen.render.geometry.part import PaintedSkin, Part, skin_of
from facegen.render.geometry.part_materials import Skin
from facegen.render.geometry.pose import pose_head
from facegen.render.labels.label_pass import SUBPIXELS
from facegen.render.spec.face_spec import FaceSpec


@dataclass(frozen=True)
class Built:
    """What rendering and the metadata need of a built face.

    Attributes
    ----------
    view : CameraView
    head : PosedHead
    painted : PaintedSkin, what decides the labels of skin
    pores : (H, W) float32, the fraction by which pores brighten or darken the developed skin, on the chart
    parts : list of Part, what stands in the scenes, without materials
    """

    view: CameraView
    head: PosedHead
    painted: PaintedSkin
    pores: npt.NDArray[np.float32]
    parts: list[Part]


class Studio:
    """Keeps the two scenes and fills them with one face after another.

    Parameters
    ----------
    size : int, pixels of a picture's side
    quality : str, a key of `cycles_settings.QUALITIES`
    samples : int or None
        Rays a pixel instead of the quality's own number.

    Attributes
    ----------
    occluders : list of bpy.types.Object
        What of the label scene stands in front of the face that was built last.
    """

    def __init__(self, size: int, quality: str, samples: int | None = None) -> None:
        self.size = size
        self.quality = cycles_settings.QUALITIES[quality]
        if samples is not None:
            self.quality = replace(self.quality, samples=samples)
        self.model: HeadModel = head_model()
        bpy_data.reset()
        self.beauty = cycles_settings.new_scene("beauty", size)
        self.labels = cycles_settings.new_scene("labels", size * SUBPIXELS)
        cycles_settings.configure_beauty(self.beauty, self.quality)
        cycles_settings.configure_labels(self.labels)
        self.occluders: list[bpy.types.Object] = []
        self.camera = bpy.data.objects.new("camera", bpy.data.cameras.new("camera"))
        for scene in (self.beauty, self.labels):
            scene.camera = self.camera

    def build(self, spec: FaceSpec) -> Built:
        """Replace whatever stands in the scenes by this face."""
        for scene in (self.beauty, self.labels):
            bpy_data.clear_scene(scene)
        head = pose_head(self.model, spec)
        view = solve_view(head.landmarks, spec.camera)
        self._aim(view)
        parts = assemble(spec, head, self.quality.detail)
        placer = Placer(self.beauty, self.labels, lighting.main_direction(spec.light))
        for part in parts:
            placer.place(part)
        self.occluders = placer.occluders
        add_light(self.beauty, spec, view)
        _, painted = skin_of(parts)
        pores = next(material.pores for material in parts[0].materials if isinstance(material, Skin))
        # Pictures are as large as everything else of a face together, and Blender has its own copies.
        return Built(view, head, painted, pores, [replace(part, materials=()) for part in parts])

    def _aim(self, view: CameraView) -> None:
        data = self.camera.data
        data.sensor_fit, data.sensor_width = "HORIZONTAL", 36.0
        data.lens = 36.0 / view.side
        data.shift_x, data.shift_y = view.centre[0] / view.side, -view.centre[1] / view.side
        data.clip_start, data.clip_end = 0.05, 100.0
        self.camera.location = view.position
        # A Blender camera looks along its -z: a quarter turn about x raises it to the horizon.
        self.camera.rotation_mode = "XYZ"
        self.camera.rotation_euler = (np.pi / 2, view.roll, 0.0)
