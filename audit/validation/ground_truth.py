"""What is known about a rendered face, for comparing the measures with it.

A Known is one sample of facegen's own layout: its meta.json (spec, true pose, fractions of the native
classes) and its 68 iBUG landmarks in pixels. A truth is a number read from it, NaN where the face has none.
Measures and truths seldom have the same unit: an area of a mask follows a weight of an expression without
being equal.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from facegen.colour_science import LUMINANCE
from facegen.datasets.layouts.celebahq_crop import CENTRE_SHIFT, EYES_TO_SIDE, MOUTH_TO_SIDE

BEARDS = ("goatee", "full_beard")


@dataclass(frozen=True)
class Known:
    """One rendered sample.

    Attributes
    ----------
    meta : Mapping
        Content of meta.json.
    points : (70, 2) float, pixels
        Landmarks.
    hair_traits : frozenset of str
        Which of "long", "curly" and "parted" hold of its hair style (`style_registry.Style.traits` of the
        assets). The caller gives them, because the audit does not know what styles there are.
    """

    meta: Mapping
    points: np.ndarray
    hair_traits: frozenset[str]

    @property
    def spec(self) -> Mapping:
        return self.meta["spec"]

    def area(self, *names: str) -> float:
        """Fraction of the picture that native classes cover."""
        return sum(self.meta["attributes"][f"area.{name}"] for name in names)

    def frame(self) -> tuple[np.ndarray, np.ndarray, float, float]:
        """Points (70, 2) on the face's own axes in crop sides; crop centre, side and tilt in the picture.

        The crop rule on landmarks, as face_view.py has it on masks.
        """
        right, left = self.points[36:42].mean(0), self.points[42:48].mean(0)
        eyes, mouth = (right + left) / 2, self.points[[48, 54]].mean(0)
        across, down = left - right, mouth - eyes
        axis = across - np.array([-down[1], down[0]])
        axis = axis / np.hypot(*axis)
        side = max(EYES_TO_SIDE * np.hypot(*across), MOUTH_TO_SIDE * np.hypot(*down))
        offset = (self.points - eyes) / side
        own = np.stack([offset @ axis, offset @ np.array([-axis[1], axis[0]])], 1)
        return own, eyes + CENTRE_SHIFT * down, float(side), math.atan2(axis[1], axis[0])


@dataclass(frozen=True)
class Truth:
    """What a measure should follow.

    Attributes
    ----------
    read : the number, of a Known
    about : what it is
    same : whether it has the measure's own unit and meaning
    falls : whether the measure is expected to fall as the truth rises
    """

    read: Callable[[Known], float]
    about: str
    same: bool = False
    falls: bool = False


def _spec(path: str, falls: bool = False) -> Truth:
    def read(known: Known) -> float:
        value: Any = known.spec
        for part in path.split("."):
            value = value[part]
        return float(value)

    return Truth(read, path, falls=falls)


def _worn(part: str, kind: str = "kind") -> Truth:
    return Truth(lambda known: float(known.spec[part][kind] != "none"), f"{part} worn")


def _action(*names: str, same: bool = False) -> Truth:
    def read(known: Known) -> float:
        return float(np.mean([known.spec["expression"].get(name, 0.0) for name in names]))

    return Truth(read, " and ".join(names), same=same)


def _pose(name: str, same: bool = False, falls: bool = False) -> Truth:
    return Truth(lambda known: known.meta["head_pose"][name], f"true {name}", same, falls)


def _fraction(*names: str, of: tuple[str, ...] = ()) -> Truth:
    def read(known: Known) -> float:
        whole = known.area(*of) if of else 1.0
        return known.area(*names) / whole if whole else math.nan

    return Truth(read, "native " + " + ".join(names) + (f" of {' + '.join(of)}" if of else ""), same=True)


def _drawn(about: str, read: Callable[[np.ndarray], float], same: bool = False) -> Truth:
    """Of the landmarks on the face's axes, `M` being their mouth's v."""
    return Truth(lambda known: float(read(known.frame()[0])), "landmarks: " + about, same=same)


def _mouth(p: np.ndarray) -> float:
    return float(p[[48, 54], 1].mean())


def _hair(about: str, read: Callable[[Mapping], float], falls: bool = False) -> Truth:
    """Of a head that has hair; NaN of a bald one."""

    def of(known: Known) -> float:
        hair = known.spec["hair"]
        return math.nan if hair["style"] == "bald" else float(read(hair))

    return Truth(of, about, falls=falls)


def _style(trait: str, falls: bool = False) -> Truth:
    """Whether the hair style has a trait; NaN of a bald head."""

    def of(known: Known) -> float:
        bald = known.spec["hair"]["style"] == "bald"
        return math.nan if bald else float(trait in known.hair_traits)

    return Truth(of, f"{trait} style", falls=falls)


def _polygon(points: np.ndarray) -> float:
    x, y = points.T
    return float(abs(np.dot(x, np.roll(y, 1)) - np.dot(y, np.roll(x, 1))) / 2)


def _inner_mouth(p: np.ndarray) -> float:
    """Area inside the lips over the squared width of the mouth."""
    return _polygon(p[60:68]) / (p[54, 0] - p[48, 0]) ** 2


def _lips(p: np.ndarray) -> float:
    return (_polygon(p[48:60]) - _polygon(p[60:68])) / (p[54, 0] - p[48, 0]) ** 2


def _eyelids(p: np.ndarray) -> float:
    """Mean area over squared width of both eyes."""
    eyes = (p[36:42], p[42:48])
    return float(np.mean([_polygon(e) / (e[3, 0] - e[0, 0]) ** 2 for e in eyes]))


def _key_side(known: Known) -> float:
    """Watts of the key light from the subject's left (positive azimuth) over all light."""
    light = known.spec["light"]
    total = light["strength"] + light["key"] + light["fill"] + light["flash"]
    return light["key"] * math.sin(math.radians(light["key_azimuth"])) / max(total, 1e-6)


def _key_height(known: Known) -> float:
    light = known.spec["light"]
    total = light["strength"] + light["key"] + light["fill"] + light["flash"]
    return light["key"] * math.sin(math.radians(light["key_elevation"])) / max(total, 1e-6)


def _cloth_luminance(known: Known) -> float:
    return float(np.dot(LUMINANCE, known.spec["garment"]["colour"]))


def _part(known: Known) -> float:
    hair = known.spec["hair"]
    return float(hair["part"]) if "parted" in known.hair_traits and not hair["fringe"] else math.nan


def _beard(known: Known) -> float:
    kind = known.spec["facial_hair"]["kind"]
    return math.nan if kind in ("stubble", "moustache", "sideburns") else float(kind in BEARDS)


def _moustache(known: Known) -> float:
    kind = known.spec["facial_hair"]["kind"]
    return math.nan if kind in ("stubble", "sideburns") else float(kind in (*BEARDS, "moustache"))


TRUTHS: dict[str, Truth] = {
    "face_x": Truth(lambda k: k.frame()[1][0] / k.meta["size"], "landmarks: crop centre", same=True),
    "face_y": Truth(lambda k: k.frame()[1][1] / k.meta["size"], "landmarks: crop centre", same=True),
    "face_scale": Truth(lambda k: k.frame()[2] / k.meta["size"], "landmarks: crop side", same=True),
    "roll": Truth(lambda k: math.degrees(k.frame()[3]), "landmarks: tilt of the crop", same=True),
    "yaw_nose": _pose("yaw"),
    "yaw_eyes": _pose("yaw"),
    "yaw_skin": _pose("yaw"),
    "pitch_nose": _pose("pitch", falls=True),
    "pitch_ear": _pose("pitch"),
    "pose_yaw": _pose("yaw", same=True),
    "pose_pitch": _pose("pitch", same=True),
    "pose_roll": _pose("roll", same=True),
    "smile": _action("mouthSmileLeft", "mouthSmileRight", same=True),
    "jaw_open": _action("jawOpen", same=True),
    "eye_mouth_ratio": _drawn(
        "the same", lambda p: (p[42:48, 0].mean() - p[36:42, 0].mean()) / _mouth(p), True
    ),
    "eye_opening": _drawn("area over squared width of the eyes", _eyelids, True),
    "brow_height": _drawn("brows above the eyes", lambda p: -p[17:27, 1].mean() / _mouth(p), True),
    "mouth_width": _drawn("the same", lambda p: p[54, 0] - p[48, 0], True),
    "smile_curve": _action("mouthSmileLeft", "mouthSmileRight"),
    "mouth_open": Truth(lambda k: float(k.spec["expression"].get("jawOpen", 0) > 0.05), "jawOpen over 0.05"),
    "mouth_opening": _drawn("area inside the lips over squared width", _inner_mouth, True),
    "lip_thickness": _drawn("area of the lips over squared width", _lips, True),
    "eye_width": _drawn("the same", lambda p: (p[39, 0] - p[36, 0] + p[45, 0] - p[42, 0]) / 2, True),
    "brow_thickness": _spec("brows.thickness"),
    "nose_width": _drawn("between the nostrils' wings", lambda p: p[35, 0] - p[31, 0]),
    "nose_length": _drawn("bridge to base", lambda p: (p[33, 1] - p[27, 1]) / _mouth(p)),
    "cheek_width": _drawn("jaw line next to the nose", lambda p: p[14, 0] - p[2, 0]),
    "jaw_width": _drawn("jaw line next to the mouth", lambda p: p[12, 0] - p[4, 0]),
    "chin_length": _drawn("chin under the mouth", lambda p: (p[8, 1] - _mouth(p)) / _mouth(p), True),
    "glasses": _worn("glasses"),
    "hat": Truth(lambda known: float(known.area("hat") > 0), "headwear that is labelled as a hat"),
    "earring": _worn("jewellery", "earrings"),
    "necklace": _worn("jewellery", "necklace"),
    "hair": Truth(lambda k: float(k.spec["hair"]["style"] != "bald"), "hair worn"),
    "glasses_area": _fraction("glasses_frame", "glasses_lens"),
    "hat_area": _fraction("hat"),
    "earring_area": _fraction("earring_l", "earring_r"),
    "neck_area": _fraction("neck", "torso_skin"),
    "cloth_area": _fraction("clothing"),
    "ear_area": _fraction("ear_l", "ear_r"),
    "background_area": _fraction("background"),
    "teeth_share": _fraction("teeth", of=("teeth", "inner_mouth", "tongue")),
    "teeth_light": _fraction("teeth", of=("teeth", "inner_mouth", "tongue")),
    "hair_volume": _hair("hair.volume", lambda h: h["volume"]),
    "hair_length": _style("long"),
    "hair_low": _style("long"),
    "hairline_height": _hair("hair.hairline_height", lambda h: h["hairline_height"]),
    "fringe": _hair("fringe worn", lambda h: h["fringe"] > 0 or h["style"] == "fringe"),
    "hair_below_chin": _style("long"),
    "hair_roughness": _style("curly"),
    "hair_coherence": _style("curly", falls=True),
    "parting": Truth(_part, "hair.part of parted styles"),
    "skin_ita": _spec("skin.melanin", falls=True),
    "skin_lightness": _spec("skin.melanin", falls=True),
    "skin_redness": _spec("skin.haemoglobin"),
    "beard_shade": Truth(_beard, "beard worn", falls=True),
    "beard_redness": Truth(_beard, "beard worn", falls=True),
    "moustache_shade": Truth(_moustache, "moustache or beard worn", falls=True),
    "lid_shade": _spec("skin.eye_shadow", falls=True),
    "hair_lightness": _spec("hair.colour.grey"),
    "hair_redness": _spec("hair.colour.redness"),
    "lip_redness": _spec("skin.lipstick_amount"),
    "cloth_lightness": Truth(_cloth_luminance, "luminance of garment.colour"),
    "exposure": _spec("camera.exposure"),
    "contrast": _spec("camera.contrast"),
    "saturation": _spec("camera.saturation"),
    "warmth": _spec("camera.kelvin_shift"),
    "colour_temperature": _spec("camera.kelvin_shift"),
    "jpeg_blocks": _spec("camera.jpeg", falls=True),
    "light_side": Truth(_key_side, "key light from the left"),
    "light_top": Truth(_key_height, "key light from above"),
    "sharpness": _spec("camera.sharpen"),
    "noise": _spec("camera.noise"),
    "background_sharpness": _spec("background.blur", falls=True),
}
"""Measure -> what it should follow. A measure that is not here has no truth in a spec: its accuracy is not
measured."""
