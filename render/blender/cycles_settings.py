"""What each quality spends, and how Cycles renders picture and labels. Imports bpy: worker processes only."""

from __future__ import annotations

from dataclasses import dataclass

import bpy

from facegen.render.geometry.fitting import RenderDetail


@dataclass(frozen=True)
class Quality:
    """What a quality level spends.

    Attributes
    ----------
    samples : int
        Rays of a pixel, from pictures of 256 pixels on (`samples_at`).
    bounces : int
        Of light, at most.
    detail : RenderDetail
        How finely the parts of a face are made.
    """

    samples: int
    bounces: int
    detail: RenderDetail


# Rays of `standard`: a parser trained on real faces reads 6 as well as 16 or 256 (mean F1 .846, .843, .837 of
# eight matched faces at 256 pixels). Four faces at 128 pixels differ from themselves with 256 rays by 8.6 of
# 255 with 4 rays, 7.9 with 6, 7.8 with 8 and 6.2 with 16; hair loses 2.7, 2.2, 2.2 and 1.8 dB of its finest
# octave. 16 are nearer to the converged picture, at more than twice the time. `fast` does not take fewer:
# against 64 rays, its faces differ by 9.6 with 4 rays, 8.9 with 5 and 8.4 with 6.
QUALITIES = {
    "fast": Quality(6, 3, RenderDetail(hair_count=9000, hair_points=12, subdivision=1, texture_width=768)),
    "standard": Quality(
        6, 4, RenderDetail(hair_count=14000, hair_points=16, subdivision=2, texture_width=1024)
    ),
    "high": Quality(64, 6, RenderDetail(hair_count=26000, hair_points=20, subdivision=2, texture_width=2048)),
}


MOST_MORE = 2.0  # factor of samples along each axis, at most, in small pictures


def new_scene(name: str, size: int) -> bpy.types.Scene:
    """A scene of Cycles, `size` pixels square; "beauty" is the one that Blender starts with."""
    scene = bpy.data.scenes.get("Scene") if name == "beauty" else None
    scene = scene or bpy.data.scenes.new(name)
    scene.name = name
    render = scene.render
    render.engine = "CYCLES"
    render.resolution_x = render.resolution_y = size
    render.resolution_percentage = 100
    render.use_persistent_data = False
    render.use_compositing = render.use_sequencer = False
    scene.view_settings.view_transform = "Raw"
    scene.cycles.device = "CPU"
    scene.cycles.seed = 0
    scene.cycles_curves.shape = "RIBBONS"
    scene.cycles_curves.subdivisions = 2
    return scene


def samples_at(quality: Quality, size: int) -> int:
    """Samples of a pixel. Pictures of 128 pixels get as many in total as those of 256: with fewer the
    denoiser smears eyes."""
    return round(quality.samples * min(max(256 / size, 1.0), MOST_MORE) ** 2)


def configure_beauty(scene: bpy.types.Scene, quality: Quality) -> None:
    """Path tracing and denoising at a quality, with passes of depth and normals."""
    c = scene.cycles
    c.samples = samples_at(quality, scene.render.resolution_x)
    c.use_adaptive_sampling = False
    c.use_denoising = True
    c.denoiser = "OPENIMAGEDENOISE"
    c.denoising_input_passes = "RGB_ALBEDO_NORMAL"
    c.denoising_prefilter = "FAST"
    c.max_bounces = quality.bounces
    c.diffuse_bounces = 2
    c.glossy_bounces = 2
    c.transmission_bounces = 2
    c.transparent_max_bounces = 12
    c.caustics_reflective = c.caustics_refractive = False
    c.sample_clamp_indirect = 4.0
    c.use_light_tree = False  # a handful of lamps: the tree costs 7 % and gives the same error
    c.pixel_filter_type = "BLACKMAN_HARRIS"
    c.filter_width = 1.1
    # The background is added when the picture is developed: it is sharp at any number of samples.
    scene.render.film_transparent = True
    scene.render.image_settings.file_format = "OPEN_EXR_MULTILAYER"
    scene.render.image_settings.color_mode = "RGBA"
    scene.render.image_settings.color_depth = "32"
    layer = scene.view_layers[0]
    layer.use_pass_z = layer.use_pass_normal = True


def configure_labels(scene: bpy.types.Scene) -> None:
    """One ray through the middle of each pixel and nothing mixed: emitted numbers arrive unchanged."""
    c = scene.cycles
    c.samples = 1
    c.use_adaptive_sampling = c.use_denoising = False
    c.use_light_tree = False
    c.max_bounces = 0
    c.transparent_max_bounces = 64  # surfaces of see-through eyewear on one ray
    c.pixel_filter_type = "BOX"
    c.filter_width = 0.01
    scene.render.image_settings.file_format = "OPEN_EXR"
    scene.render.image_settings.color_mode = "RGB"
    scene.render.image_settings.color_depth = "32"
    scene.render.image_settings.exr_codec = "NONE"
    scene.render.film_transparent = True
