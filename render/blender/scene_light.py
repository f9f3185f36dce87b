"""Light of one FaceSpec, put into the beauty scene. Imports bpy: worker processes only."""

from __future__ import annotations

from math import radians

import bpy
import numpy as np

from facegen.assets.environment import lighting
from facegen.colour_science import LUMINANCE
from facegen.render.blender import bpy_data
from facegen.render.blender.shader_nodes import Graph
from facegen.render.geometry.camera_framing import CameraView
from facegen.render.spec.face_spec import FaceSpec


def add_light(scene: bpy.types.Scene, spec: FaceSpec, view: CameraView) -> None:
    """World and lamps, balanced in colour and scaled as the spec says."""
    light = spec.light
    path = lighting.hdri_path(light.hdri)
    front = lighting.frontal_irradiance(path, light.turn)
    level = float(front @ LUMINANCE)
    lamps = lighting.lamps(light)
    # Automatic white balance, applied to all light at once; the backdrop is neutral already.
    correction = lighting.arriving_colour(light) ** -spec.camera.white_balance
    gain = light.strength / level * correction
    scene.world = _world("world", path, light.turn, tuple(gain))
    eye = view.position + np.array([0, spec.camera.distance, 0])
    for lamp in lamps:
        data = bpy.data.lights.get(lamp.name) or bpy.data.lights.new(lamp.name, "AREA")
        data.shape, data.size = "DISK", lamp.size
        data.energy, data.color = lamp.watts, tuple(np.array(lamp.colour) * correction)
        item = bpy.data.objects.new(f"beauty.{lamp.name}", data)
        scene.collection.objects.link(item)
        item.matrix_world = bpy_data.look_at(eye + lamp.offset, eye)


def _world(name: str, hdri_path: str, turn: float, gain: tuple[float, ...]) -> bpy.types.World:
    """Light from an HDRI times `gain` (3,). The background is added when the picture is developed."""
    item = bpy.data.worlds.get(name) or bpy.data.worlds.new(name)
    item.use_nodes = True
    # The automatic importance map is far finer than the HDRIs: 1.65 s of processor time a face, 0.1 s at 512.
    item.cycles.sampling_method, item.cycles.sample_map_resolution = "MANUAL", 512
    g = Graph(item.node_tree)
    direction = g.node("ShaderNodeTexCoord").outputs["Generated"]
    turned = g.node("ShaderNodeMapping", {"Vector": direction, "Rotation": (0, 0, radians(turn))}).outputs[0]
    environment = g.node("ShaderNodeTexEnvironment", {"Vector": turned})
    environment.image = bpy.data.images.load(hdri_path, check_existing=True)
    scaled = g.node(
        "ShaderNodeVectorMath", {0: environment.outputs[0], 1: gain}, operation="MULTIPLY"
    ).outputs[0]
    light = g.node("ShaderNodeBackground", {"Color": scaled, "Strength": 1.0}).outputs[0]
    g.node("ShaderNodeOutputWorld", {"Surface": light})
    return item
