"""What every attribute of a FaceSpec may be: the one table of ranges, choices and colours.

`--set` and `--vary` read it. A range is what the renderer was made for, wider than what the default prior
draws; a test holds the prior's draws and the list of fields against it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass

from facegen.assets.head.actions import ACTIONS
from facegen.assets.head.sliders import SLIDERS
from facegen.assets.wear.cloth_patterns import PATTERNS
from facegen.datasets.errors import FacegenError
from facegen.render.spec import face_spec as s

SEEDS = (0, 2**31 - 1)
# Numbers: lowest and highest value.
RANGES: dict[str, tuple[float, float]] = {
    "identity.gender": (0, 1),
    "identity.age": (16, 90),
    "identity.african": (0, 1),
    "identity.asian": (0, 1),
    "identity.caucasian": (0, 1),
    "identity.weight": (0, 1),
    "identity.muscle": (0, 1),
    "pose.yaw": (-90, 90),
    "pose.pitch": (-40, 40),
    "pose.roll": (-30, 30),
    "pose.turn": (0, 1),
    "pose.body_yaw": (-60, 60),
    "pose.lean": (-15, 30),
    "pose.gaze_yaw": (-35, 35),
    "pose.gaze_pitch": (-25, 25),
    "skin.melanin": (0.01, 0.45),
    "skin.haemoglobin": (0.01, 0.1),
    "skin.warmth": (-1.5, 1.5),
    "skin.roughness": (0.2, 0.8),
    "skin.oil": (0, 1),
    "skin.pores": (0, 3),
    "skin.wrinkles": (0, 1.5),
    "skin.freckles": (0, 1),
    "skin.spots": (0, 1),
    "skin.moles": (0, 1),
    "skin.blemishes": (0, 1),
    "skin.scars": (0, 1),
    "skin.blush": (0, 1.2),
    "skin.lip_colour": (0, 1),
    "skin.lipstick_amount": (0, 1),
    "skin.lip_gloss": (0, 1),
    "skin.eye_shadow": (0, 1),
    "skin.lid_crease": (0, 1),
    "skin.lid_shade": (0, 1),
    "skin.eye_bags": (0, 1),
    "skin.subsurface": (0, 1),
    "skin.texture_seed": SEEDS,
    "eyes.iris_mm": (5.0, 6.7),
    "eyes.pupil": (0.2, 0.75),
    "eyes.redness": (0, 1),
    "brows.height": (-8, 6),
    "brows.thickness": (0.3, 2.0),
    "brows.arch": (-4, 6),
    "brows.inner": (-5, 6),
    "brows.length": (-8, 8),
    "brows.lift": (-6, 6),
    "brows.longer": (-8, 8),
    "brows.thicker": (-0.6, 0.6),
    "brows.density": (0.1, 1.5),
    "brows.lashes": (0, 1),
    "hair.length": (0.4, 1.8),
    "hair.volume": (0.3, 2.0),
    "hair.part": (-1, 1),
    "hair.curl": (0, 1.5),
    "hair.frizz": (0, 2),
    "hair.tousle": (0, 2),
    "hair.fringe": (0, 1.5),
    "hair.hairline_height": (-10, 20),
    "hair.recession": (-4, 25),
    "hair.peak": (-5, 12),
    "hair.thinning": (0, 1),
    "hair.behind": (0, 1),
    "hair.uneven": (-1.5, 1.5),
    "hair.sides": (0.4, 4),
    "hair.sideburn": (-8, 30),
    "hair.colour.melanin": (0, 1),
    "hair.colour.redness": (0, 1),
    "hair.colour.grey": (0, 1),
    "facial_hair.length_mm": (0.5, 40),
    "facial_hair.density": (0.1, 1.5),
    "facial_hair.shadow": (0, 1),
    "facial_hair.cheek_line": (-15, 12),
    "facial_hair.neck_line": (-15, 25),
    "glasses.width": (0.85, 1.2),
    "glasses.height": (0.7, 1.35),
    "glasses.thickness_mm": (0.8, 6),
    "glasses.metal": (0, 1),
    "glasses.tint": (0, 1),
    "glasses.gradient": (0, 1),
    "glasses.glare": (0, 1),
    "glasses.slip_mm": (0, 10),
    "headwear.front_mm": (20, 90),
    "headwear.back_mm": (-50, 60),
    "headwear.lean": (-20, 20),
    "headwear.crown": (0, 1),
    "headwear.brim": (0, 1),
    "headwear.curl": (0, 1),
    "headwear.turned": (0, 1),
    "headwear.roughness": (0.2, 1),
    "jewellery.earring_mm": (2, 80),
    "jewellery.necklace_mm": (2, 30),
    "jewellery.drop_mm": (0, 110),
    "jewellery.metal": (0, 1),
    "garment.depth": (0, 1),
    "garment.roughness": (0.2, 1),
    "garment.folds": (0, 1),
    "light.turn": (0, 360),
    "light.strength": (0.02, 3),
    "light.key": (0, 3),
    "light.key_azimuth": (-180, 180),
    "light.key_elevation": (-30, 85),
    "light.key_size": (0.05, 3),
    "light.fill": (0, 2),
    "light.fill_elevation": (-60, 60),
    "light.rim": (0, 3),
    "light.rim_kelvin": (2000, 12000),
    "light.flash": (0, 2),
    "light.kelvin": (2000, 12000),
    "camera.distance": (0.35, 6),
    "camera.scale": (0.6, 2.0),
    "camera.shift_x": (-0.3, 0.3),
    "camera.shift_y": (-0.3, 0.3),
    "camera.tilt": (-45, 45),
    "camera.exposure": (-3, 3),
    "camera.metering": (0, 1),
    "camera.skin_lightness": (0, 95),
    "camera.white_balance": (0, 1),
    "camera.kelvin_shift": (-3000, 3000),
    "camera.contrast": (0.4, 1.8),
    "camera.saturation": (0, 2),
    "camera.noise": (0, 0.05),
    "camera.blur_px": (0, 4),
    "camera.sharpen": (0, 3),
    "camera.vignette": (0, 1),
    "camera.jpeg": (20, 100),
    "camera.aperture_mm": (0, 80),
    "camera.backdrop_blur": (0, 20),
    "camera.look.contrast": (0, 45),
    "camera.look.skin_lightness": (0, 97),
    "camera.look.skin_redness": (-20, 50),
    "camera.look.skin_yellowness": (-40, 70),
    "camera.look.sharpness": (0, 4),
    "camera.look.noise": (0, 10),
    "camera.look.blacks": (0, 0.6),
    "camera.look.whites": (0, 0.6),
    "camera.look.background_sharpness": (-2, 4),
    "background.tint": (0, 1),
    "background.chroma": (0, 3),
    "background.colourfulness": (0, 150),
    "background.blur": (0, 0.2),
    "background.seed": SEEDS,
}
CHOICES: dict[str, tuple[str, ...]] = {
    "hair.style": s.HAIR_STYLES,
    "facial_hair.kind": s.FACIAL_HAIR,
    "glasses.kind": s.GLASSES,
    "headwear.kind": s.HEADWEAR,
    "headwear.pattern": PATTERNS,
    "jewellery.earrings": s.EARRINGS,
    "jewellery.necklace": s.NECKLACES,
    "garment.cut": s.GARMENTS,
    "garment.pattern": PATTERNS,
    "garment.fabric": s.FABRICS,
    "background.kind": s.BACKGROUNDS,
    "light.hdri": s.HDRIS,
    "eyes.family": ("blue", "grey", "green", "hazel", "brown", "dark"),
    "camera.crop": ("celebahq", "loose"),
}
# Linear RGB; a backdrop may be brighter than a white wall.
COLOURS: dict[str, tuple[float, float]] = {
    "skin.lipstick": (0, 1),
    "hair.colour.dye": (0, 1),
    "glasses.colour": (0, 1),
    "glasses.lens": (0, 1),
    "headwear.colour": (0, 1),
    "headwear.second": (0, 1),
    "jewellery.colour": (0, 1),
    "jewellery.stone": (0, 1),
    "garment.colour": (0, 1),
    "garment.second": (0, 1),
    "garment.inner": (0, 1),
    "background.first": (0, 2),
    "background.second": (0, 2),
}
# Dictionaries of a spec: names and their common range.
FAMILIES: dict[str, tuple[tuple[str, ...], tuple[float, float]]] = {
    "identity.sliders": (SLIDERS, (-1, 1)),
    "expression": (ACTIONS, (0, 1)),
}
SHORT = {"sliders.": "identity.sliders."}
NOT_SET = (
    "seed",
    "index",
    "version",
    "background.photograph",
)  # what names a sample rather than describes it


@dataclass(frozen=True)
class Attribute:
    """One settable path of a spec; kind: 'number', 'choice' or 'colour'."""

    path: str
    kind: str
    low: float = 0.0
    high: float = 0.0
    names: tuple[str, ...] = ()

    def limits(self) -> str:
        """What it may be, in words."""
        if self.kind == "choice":
            return "one of " + ", ".join(self.names)
        between = f"{self.low:g} to {self.high:g}"
        return f"R,G,B, each {between}" if self.kind == "colour" else between


def find(path: str) -> Attribute:
    """The attribute of a dotted path ('sliders.X' is short for 'identity.sliders.X').

    Raises FacegenError where there is none.
    """
    for short, full in SHORT.items():
        path = full + path.removeprefix(short) if path.startswith(short) else path
    if path in RANGES:
        return Attribute(path, "number", *RANGES[path])
    if path in CHOICES:
        return Attribute(path, "choice", names=CHOICES[path])
    if path in COLOURS:
        return Attribute(path, "colour", *COLOURS[path])
    for family, (names, (low, high)) in FAMILIES.items():
        if path.startswith(f"{family}."):
            if path.removeprefix(f"{family}.") not in names:
                raise FacegenError(f"unknown attribute {path!r}: {family} has {', '.join(names[:4])}, …")
            return Attribute(path, "number", low, high)
    raise FacegenError(f"unknown attribute {path!r}: see `facegen render --list-attributes`")


def paths(node=None, prefix: str = "") -> Iterator[str]:
    """Every settable path of a spec, dictionaries once as 'NAME.*', in the order of the fields."""
    for name, value in vars(s.FaceSpec() if node is None else node).items():
        path = f"{prefix}{name}"
        if dataclasses.is_dataclass(value):
            yield from paths(value, f"{path}.")
        elif isinstance(value, dict):
            yield f"{path}.*"
        elif path not in NOT_SET:
            yield path


def sweep(attribute: Attribute, steps: int) -> list:
    """`steps` values across a range, or every choice; colours go round the hues, from black to white."""
    import numpy as np

    if attribute.kind == "choice":
        return list(attribute.names)
    if attribute.kind == "number":
        return [float(v) for v in np.linspace(attribute.low, attribute.high, steps)]
    hues = np.arange(max(steps - 2, 0)) / max(steps - 2, 1)
    rgb = 0.5 + 0.45 * np.cos(2 * np.pi * (hues[:, None] - np.array([0, 1, 2]) / 3))
    return [(0.01, 0.01, 0.01), *(tuple(map(float, c)) for c in rgb), (0.9, 0.9, 0.9)][:steps]
