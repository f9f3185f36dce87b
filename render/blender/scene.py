"""One FaceSpec as a Blender scene. Imports bpy: used inside worker processes only.

Two scenes share their geometry: "beauty" for the picture and "labels" for the flat label pass, so that colour
and labels see the same surfaces. Cycles' persistent data stays off: it does not notice changed pixels and
shaders, and rendering two scenes in turn drops it anyway (the same 5 s of processor time either way).

What stands in them comes from `scene_head`, `scene_hair`, `scene_wear` and `scene_light`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import bpy
import numpy as np

from facegen.assets.hair.hair_plan import brow_of, groom_of, scalp_of
from facegen.assets.hair.scalp import Scalp
from facegen.assets.head.head_model import HeadModel, PosedHead, head_model, triangles
from facegen.assets.meshes.collision import Body
from facegen.assets.skin import painted_borders
from facegen.assets.wear import headwear
from facegen.render.blender import bpy_data, cycles_settings, scene_hair, scene_head, scene_light, scene_wear
from facegen.render.geometry.camera_framing import View, solve_view
from facegen.render.geometry.pose import pose_head
from facegen.render.labels.label_pass import SUBPIXELS
from facegen.render.spec.face_spec import FaceSpec


@dataclass
class Built:
    """What rendering and the metadata need of a built face."""

    view: View
    head: PosedHead
    landmarks: np.ndarray
    rotation: np.ndarray
    brow: painted_borders.BrowShape
    scalp: Scalp | None  # what hair covers; None on a bald head
    detail: np.ndarray


class Studio:
    """Keeps the two scenes and fills them with one face after another."""

    def __init__(self, size: int, quality: str, samples: int | None = None):
        """samples: rays a pixel instead of the quality's own number."""
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
        brow = brow_of(spec.brows)
        detail = scene_head.add_skin(self, spec, head)
        body = Body(head.vertices, triangles(self.model.faces))
        scene_head.add_eyes(self, spec, head, body)
        scene_head.add_teeth(self, spec, head)
        hat_frame = headwear.hat_frame(head, spec.headwear) if spec.headwear.kind != "none" else None
        scene_hair.add_hair(self, spec, head, body, hat_frame)
        scene_hair.add_face_hair(self, spec, head, brow, body)
        scene_wear.add_glasses(self, spec, head)
        cloth = scene_wear.add_garment(self, spec, head)
        if hat_frame is not None:
            scene_wear.add_hat(self, spec, hat_frame, body)
        scene_wear.add_jewellery(self, spec, head, body, cloth)
        scene_light.add_light(self, spec, view)
        scalp = None if groom_of(spec.hair, spec.identity).groom is None else scalp_of(spec.hair)
        return Built(view, head, head.landmarks, head.head_rotation, brow, scalp, detail)

    def _aim(self, view):
        data = self.camera.data
        data.sensor_fit, data.sensor_width = "HORIZONTAL", 36.0
        data.lens = 36.0 / view.side
        data.shift_x, data.shift_y = view.centre[0] / view.side, -view.centre[1] / view.side
        data.clip_start, data.clip_end = 0.05, 100.0
        self.camera.location = view.position
        # A Blender camera looks along its -z: a quarter turn about x raises it to the horizon.
        self.camera.rotation_mode = "XYZ"
        self.camera.rotation_euler = (np.pi / 2, view.roll, 0.0)

    def add(self, name, data, beauty, code, subdivision=0):
        """Put one object in both scenes.

        beauty: its material, or a list with one for each slot; code: its material in the label scene for all
        slots, or such a list. Returns the two objects.
        """
        shown = beauty if isinstance(beauty, list) else [beauty]
        codes = code if isinstance(code, list) else [code] * len(shown)
        return [
            bpy_data.place(self.beauty, name, data, shown, subdivision),
            bpy_data.place(self.labels, name, data, codes, subdivision),
        ]
