"""The default prior: how faces are drawn when nobody says otherwise.

It is meant as a broad, even-handed population photographed in everyday ways, not as a copy of any data set:
sexes, ancestries and adult ages evenly, poses and light wider than portraits. Where people's features hang
together (skin with ancestry, grey and wrinkles with age, styles with gender) the draws do too. Every draw is
keyed by (seed, index, attribute name).
"""

from __future__ import annotations

import colorsys

import numpy as np

from facegen.assets.face_hair import STUBBLE_MM
from facegen.assets.scenes import hue
from facegen.render import spec as s
from facegen.render.draws import generator
from facegen.render.expressions import draw_expression
from facegen.render.prior_garment import draw_garment
from facegen.render.prior_shape import WEIGHT_SPREAD, draw_sliders
from facegen.render.prior_wear import draw_headwear, draw_jewellery

# Melanin volume fraction of the epidermis by ancestry, median and log spread: ranges of Donner and Jensen, A
# Spectral BSSRDF for Shading Human Skin, 2006 (1.3-6.3 % light, 11-16 % moderate, 18-43 % dark).
MELANIN = {"african": (0.27, 0.38), "asian": (0.085, 0.40), "caucasian": (0.045, 0.45)}
HAIR_MELANIN = {"african": (0.96, 0.02), "asian": (0.94, 0.04), "caucasian": (0.62, 0.24)}

STYLE_WEIGHTS = {
    # style: (women, men)
    "bald": (0.005, 0.06),
    "wreath": (0.0, 0.04),
    "buzz": (0.01, 0.13),
    "short": (0.03, 0.22),
    "side_part": (0.03, 0.16),
    "quiff": (0.01, 0.11),
    "slick_back": (0.04, 0.08),
    "fringe": (0.07, 0.06),
    "curly_short": (0.05, 0.06),
    "afro": (0.02, 0.02),
    "bob": (0.13, 0.01),
    "long_straight": (0.20, 0.015),
    "long_wavy": (0.18, 0.01),
    "long_curly": (0.09, 0.01),
    "locs": (0.012, 0.012),
    "tied_back": (0.05, 0.012),
    "ponytail": (0.05, 0.004),
    "updo": (0.05, 0.004),
    "braids": (0.015, 0.002),
}
DYES = ((0.55, 0.04, 0.03), (0.62, 0.44, 0.20), (0.10, 0.16, 0.45), (0.50, 0.12, 0.38), (0.20, 0.06, 0.14))


class Draw:
    """Keyed draws of one sample: `draw("pose.yaw").normal(0, 10)`."""

    def __init__(self, seed: int, index: int):
        self.seed, self.index = seed, index

    def __call__(self, name: str) -> np.random.Generator:
        return generator(self.seed, self.index, name)

    def choice(self, name, weights):
        """A key of `weights`, with probability proportional to its value."""
        names = list(weights)
        p = np.array([weights[n] for n in names], float)
        return str(self(name).choice(names, p=p / p.sum()))

    def chance(self, name, probability):
        return bool(self(name).random() < probability)

    def uniform(self, name, low, high):
        return float(self(name).uniform(low, high))

    def normal(self, name, mean, sd, low=-np.inf, high=np.inf):
        """Normal, redrawn from the same stream until it lies in [low, high]."""
        stream = self(name)
        for _ in range(1000):
            value = float(stream.normal(mean, sd))
            if low <= value <= high:
                return value
        raise ValueError(f"{name}: normal({mean}, {sd}) hardly ever falls in [{low}, {high}]")


def draw_spec(seed: int, index: int) -> s.FaceSpec:
    """One face of the default prior."""
    d = Draw(seed, index)
    identity = draw_identity(d)
    hair = draw_hair(d, identity)
    glasses = draw_glasses(d, 0.15)
    return s.FaceSpec(
        seed=seed,
        index=index,
        identity=identity,
        expression=draw_expression(d, smile=None, opening=None),
        pose=draw_pose(
            d,
            d.normal("pose.yaw", 0, 20, -75, 75),
            d.normal("pose.pitch", 0, 10, -35, 35),
            d.normal("pose.roll", 0, 6, -25, 25),
        ),
        skin=draw_skin(d, identity),
        eyes=draw_eyes(d, identity),
        brows=draw_brows(d, identity),
        hair=hair,
        facial_hair=draw_facial_hair(d, identity),
        glasses=glasses,
        headwear=draw_headwear(d, identity, 0.08),
        jewellery=draw_jewellery(d, identity),
        garment=draw_garment(d, identity),
        light=draw_light(d),
        camera=draw_camera(d),
        background=draw_background(d),
    )


def draw_identity(d: Draw, gender=None, age=None) -> s.Identity:
    """gender in [0, 1] and age in years may be given; the rest is drawn."""
    if gender is None:
        gender = float(d.chance("identity.gender", 0.5))
    # Sexes are two clusters with a little spread, as faces are.
    shape = float(
        np.clip(gender + (0.5 - gender) * 2 * abs(d.normal("identity.gender.spread", 0, 0.09)), 0, 1)
    )
    age = d.uniform("identity.age", 16, 90) if age is None else age
    ancestry = d("identity.ancestry").dirichlet((0.35, 0.35, 0.35))
    weight = d.normal("identity.weight", 0.5, WEIGHT_SPREAD, 0.1, 0.95)
    return s.Identity(
        gender=shape,
        age=float(age),
        african=float(ancestry[0]),
        asian=float(ancestry[1]),
        caucasian=float(ancestry[2]),
        weight=weight,
        muscle=d.normal("identity.muscle", 0.45 + 0.12 * shape, 0.12, 0.1, 0.95),
        sliders=draw_sliders(d, weight),
    )


def _blend(identity, table):
    """Ancestry-weighted (centre, spread)."""
    share = (identity.african, identity.asian, identity.caucasian)
    rows = np.array([table[k] for k in ("african", "asian", "caucasian")])
    return np.array(share) @ rows


def draw_skin(d: Draw, identity, melanin=None) -> s.Skin:
    """melanin: volume fraction of the epidermis, or None to follow ancestry."""
    if melanin is None:
        share = (identity.african, identity.asian, identity.caucasian)
        centre = np.exp(sum(w * np.log(MELANIN[k][0]) for w, k in zip(share, MELANIN, strict=True)))
        melanin = float(np.clip(centre * np.exp(d.normal("skin.melanin", 0, 0.36)), 0.012, 0.45))
    fair = float(np.clip(1 - melanin / 0.12, 0, 1))
    old = np.clip((identity.age - 25) / 60, 0, 1)
    youth = float(np.interp(identity.age, [16, 24, 45], [1, 0.6, 0.15]))
    woman = 1 - identity.gender
    lipstick = d.chance("skin.lipstick.worn", 0.38 * woman)
    shaded = d.chance("skin.eye_shadow.worn", 0.4 * woman)
    # Foundation fills pores and hides spots; most skin is finer than a pixel of a portrait anyway.
    bare = 0.45 if lipstick and shaded else 1.0
    coarse = np.exp(d.normal("skin.pores", -0.4, 0.6, -2.5, 1.0)) * (0.8 + 0.9 * old) * (1.25 - 0.5 * woman)
    hue = d("skin.lipstick.colour").uniform(0, 1, 3)
    return s.Skin(
        melanin=melanin,
        haemoglobin=d.normal("skin.haemoglobin", 0.032, 0.010, 0.012, 0.07),
        warmth=d.normal("skin.warmth", 0, 0.4, -1.0, 1.0),
        roughness=d.normal("skin.roughness", 0.45, 0.05, 0.34, 0.58),
        oil=d.uniform("skin.oil", 0.1, 1.0),
        pores=float(np.clip(coarse * bare, 0.05, 2.5)),
        wrinkles=float(np.clip(1.25 * old**1.4 + d.normal("skin.wrinkles", 0, 0.12), 0, 1.4)),
        freckles=fair * d.uniform("skin.freckles", 0.1, 0.9) * d.chance("skin.freckled", 0.08) * bare,
        spots=d.uniform("skin.spots", 0, 1) ** 2 * (0.15 + 0.85 * float(old)) * bare,
        moles=d.uniform("skin.moles", 0, 1) ** 4,
        blemishes=d.uniform("skin.blemishes", 0, 1) ** 4 * youth * bare,
        scars=d.uniform("skin.scars", 0, 1) ** 3,
        blush=d.uniform("skin.blush", 0.05, 0.6),
        lip_colour=d.uniform("skin.lip_colour", 0.1, 0.8),
        lipstick=(float(0.28 + 0.3 * hue[0]), float(0.03 + 0.10 * hue[1]), float(0.045 + 0.11 * hue[2])),
        lipstick_amount=d.uniform("skin.lipstick.amount", 0.25, 0.85) if lipstick else 0.0,
        eye_shadow=d.uniform("skin.eye_shadow", 0, 0.8) if shaded else 0.0,
        texture_seed=int(d("skin.texture_seed").integers(2**31)),
    )


def draw_eyes(d: Draw, identity) -> s.Eyes:
    light = identity.caucasian
    families = {
        "blue": 0.28 * light,
        "grey": 0.10 * light,
        "green": 0.12 * light,
        "hazel": 0.18 * light,
        "brown": 0.2 * light + 0.45 * (1 - light),
        "dark": 0.12 * light + 0.55 * (1 - light),
    }
    return s.Eyes(
        family=d.choice("eyes.family", families),
        iris_mm=d.normal("eyes.iris_mm", 5.85, 0.2, 5.3, 6.4),
        pupil=d.uniform("eyes.pupil", 0.26, 0.48),
        redness=d.uniform("eyes.redness", 0.0, 0.5),
    )


def draw_brows(d: Draw, identity) -> s.Brows:
    man = identity.gender
    # Brows sink and thin out with the years.
    old = float(np.clip((identity.age - 45) / 40, 0, 1))
    return s.Brows(
        height=d.normal("brows.height", -2.4 - 1.6 * man - 0.8 * old, 1.4, -7, 2),
        thickness=d.normal("brows.thickness", 0.9 + 0.26 * man, 0.2, 0.45, 1.8),
        arch=d.normal("brows.arch", 0.8 - 0.9 * man, 1.2, -3, 4.5),
        inner=d.normal("brows.inner", 0.2 * man, 2.2, -5, 5),
        length=d.normal("brows.length", 0, 2.5, -6, 5),
        density=d.uniform("brows.density", 0.55, 1.1) * (1 - 0.3 * old),
        lashes=float(np.clip(d.normal("brows.lashes", 0.68 - 0.4 * man, 0.22), 0.05, 1.0)),
    )


def draw_hair(d: Draw, identity, style=None, colour=None) -> s.Hair:
    """style and colour may be given; else they follow gender, age and ancestry."""
    man, age = identity.gender, identity.age
    if style is None:
        weights = {k: (1 - man) * w + man * m for k, (w, m) in STYLE_WEIGHTS.items()}
        weights["afro"] *= 0.2 + 4 * identity.african
        weights["curly_short"] *= 0.4 + 1.6 * identity.african
        weights["long_curly"] *= 0.4 + 1.8 * identity.african
        weights["long_straight"] *= 0.5 + identity.asian
        weights["bald"] *= 0.3 + 1.5 * np.clip((age - 25) / 50, 0, 1)
        style = d.choice("hair.style", weights)
    recede = man * np.clip((age - 24) / 45, 0, 1)
    return s.Hair(
        style=style,
        length=d.uniform("hair.length", 0.72, 1.3),
        volume=d.uniform("hair.volume", 0.5, 1.4),
        part=d.uniform("hair.part", -1, 1),
        curl=abs(d.normal("hair.curl", 0, 0.25)),
        frizz=d.uniform("hair.frizz", 0.1, 1.3),
        fringe=d.uniform("hair.fringe", 0.7, 1.2) if d.chance("hair.fringe.worn", 0.13) else 0.0,
        hairline_height=d.normal("hair.hairline_height", 3 + 2 * man, 4.5, -7, 14),
        recession=float(
            np.clip(
                recede * 16 * d.uniform("hair.recession", 0, 1) + d.normal("hair.recession.base", 0, 1.5),
                -3,
                20,
            )
        ),
        peak=d.normal("hair.peak", 1.5, 2.5, -3, 8),
        thinning=float(np.clip(recede * d.uniform("hair.thinning", -0.7, 0.8), 0, 0.8)),
        behind=d.uniform("hair.behind", 0, 1),
        colour=colour or draw_hair_colour(d, identity),
    )


def draw_hair_colour(d: Draw, identity) -> s.HairColour:
    centre, spread = _blend(identity, HAIR_MELANIN)
    melanin = float(np.clip(d.normal("hair.melanin", centre, spread), 0.18, 0.99))
    grey_start = d.normal("hair.grey.start", 48, 9, 25, 75)
    grey = float(np.clip((identity.age - grey_start) / 24, 0, 1)) * d.uniform("hair.grey", 0.4, 1.0)
    dyed = d.chance("hair.dyed", 0.06)
    dye = DYES[int(d("hair.dye").integers(len(DYES)))] if dyed else None
    redness = float(
        np.clip(
            d("hair.redness").beta(1.6, 4.0) + 0.25 * d.chance("hair.red", 0.06 * identity.caucasian), 0, 1
        )
    )
    return s.HairColour(melanin=melanin, redness=redness, grey=0.0 if dyed else grey, dye=dye)


def draw_facial_hair(d: Draw, identity, kind=None) -> s.FacialHair:
    man = identity.gender > 0.5
    if kind is None:
        kind = (
            d.choice(
                "facial_hair.kind",
                {
                    "none": 0.48,
                    "stubble": 0.2,
                    "moustache": 0.05,
                    "goatee": 0.08,
                    "full_beard": 0.16,
                    "sideburns": 0.03,
                },
            )
            if man
            else "none"
        )
    # Drawn for shaven faces too: `--set facial_hair.kind` then finds lengths and lines that fit a beard.
    length = float(np.exp(d.uniform("facial_hair.length_mm", np.log(3.5), np.log(20))))
    if kind == "stubble":
        length = d.uniform("facial_hair.stubble_mm", 0.8, STUBBLE_MM)
    return s.FacialHair(
        kind=kind,
        length_mm=length,
        density=d.uniform("facial_hair.density", 0.55, 1.0),
        shadow=d.uniform("facial_hair.shadow", 0.05, 0.5) if man else 0.0,
        cheek_line=d.normal("facial_hair.cheek_line", -1.0, 4.0, -12, 9),
        neck_line=d.normal("facial_hair.neck_line", 4.0, 7.0, -10, 22),
    )


def draw_glasses(d: Draw, probability, kind=None) -> s.Glasses:
    worn = d.chance("glasses.worn", probability) if kind is None else kind != "none"
    if not worn:
        return s.Glasses()
    kind = kind or d.choice(
        "glasses.kind", {"rectangular": 0.36, "round": 0.16, "oval": 0.16, "browline": 0.16, "aviator": 0.16}
    )
    metal = float(d.chance("glasses.metal", 0.45))
    tone = d("glasses.colour").uniform(0, 1, 3)
    colour = (
        (0.45 + 0.3 * tone[0], 0.42 + 0.28 * tone[0], 0.38 + 0.2 * tone[0])
        if metal
        else tuple(float(0.012 + 0.16 * t**4) for t in tone)
    )
    dark = d.chance("glasses.sun", 0.15)
    return s.Glasses(
        kind=kind,
        width=d.uniform("glasses.width", 0.92, 1.08),
        height=d.uniform("glasses.height", 0.85, 1.15),
        thickness_mm=d.uniform("glasses.thickness_mm", 0.9, 1.5)
        + (0 if metal else d.uniform("glasses.bulk", 0.2, 2.0)),
        colour=(float(colour[0]), float(colour[1]), float(colour[2])),
        metal=metal,
        tint=d.uniform("glasses.tint", 0.72, 0.98) if dark else d.uniform("glasses.tint.clear", 0.0, 0.12),
        slip_mm=d.uniform("glasses.slip_mm", 0, 4),
    )


def draw_pose(d: Draw, yaw, pitch, roll) -> s.Pose:
    """Head pose is given in degrees; gaze mostly seeks the camera, so it counters the head's turn."""
    towards = d.uniform("pose.gaze.share", 0.3, 1.0)
    return s.Pose(
        yaw=float(yaw),
        pitch=float(pitch),
        roll=float(roll),
        turn=d.uniform("pose.turn", 0.2, 0.75),
        gaze_yaw=float(np.clip(-towards * yaw + d.normal("pose.gaze_yaw", 0, 5), -24, 24)),
        gaze_pitch=float(np.clip(-towards * pitch + d.normal("pose.gaze_pitch", 0, 4), -18, 15)),
    )


# Ways in which people are lit: chance, ambient light from the HDRI, key light (both relative), lamp size in
# metres, elevation in degrees, fill, chance of a rim light. The set-ups are those of portrait handbooks and
# of snapshots; the chances are even-handed rather than counted.
LIGHTING = {
    # name: (chance, ambient, key, size, azimuth, elevation, fill, rim)
    "open": (0.20, 0.55, 0.55, (0.5, 1.6), 70, (20, 65), 0.0, 0.1),
    "window": (0.16, 0.22, 0.95, (0.8, 2.0), 85, (0, 35), 0.0, 0.1),
    "sun": (0.12, 0.28, 1.0, (0.05, 0.14), 75, (15, 65), 0.0, 0.1),
    "softbox": (0.14, 0.15, 0.9, (0.4, 1.3), 55, (10, 50), 0.25, 0.4),
    "clamshell": (0.08, 0.18, 0.75, (0.5, 1.0), 12, (25, 50), 0.4, 0.3),
    "low_key": (0.07, 0.12, 1.0, (0.2, 0.9), 80, (5, 50), 0.0, 0.5),
    "flash": (0.13, 0.25, 0.0, (0.5, 0.5), 40, (20, 40), 0.0, 0.15),
    "back": (0.06, 0.65, 0.1, (0.5, 1.5), 60, (10, 40), 0.15, 1.0),
    "night": (0.04, 0.15, 0.5, (0.1, 0.6), 85, (5, 60), 0.1, 0.5),
}


def draw_light(d: Draw) -> s.Light:
    kind = d.choice("light.kind", {name: row[0] for name, row in LIGHTING.items()})
    _, ambient, key, size, azimuth, elevation, fill, rim = LIGHTING[kind]
    warm = kind == "night" and d.chance("light.warm", 0.6)
    return s.Light(
        hdri=d.choice("light.hdri", dict.fromkeys(s.HDRIS, 1.0)),
        turn=d.uniform("light.turn", 0, 360),
        strength=ambient * d.uniform("light.strength", 0.75, 1.25),
        key=key * d.uniform("light.key", 0.6, 1.25),
        key_azimuth=d.uniform("light.key_azimuth", -azimuth, azimuth),
        key_elevation=d.uniform("light.key_elevation", *elevation),
        key_size=d.uniform("light.key_size", *size),
        fill=fill * d.uniform("light.fill", 0.3, 1.6),
        fill_elevation=-35.0 if kind == "clamshell" else 5.0,
        rim=d.uniform("light.rim", 0.15, 1.0) if d.chance("light.rim.on", rim) else 0.0,
        rim_kelvin=d.uniform("light.rim_kelvin", 3200, 9000),
        flash=d.uniform("light.flash", 0.5, 1.0) if kind == "flash" else 0.0,
        kelvin=d.uniform("light.kelvin", 2900, 4200) if warm else d.uniform("light.kelvin", 4200, 7200),
    )


def draw_camera(d: Draw) -> s.Camera:
    """Residual framing: the crop rule's own spread on CelebA-HQ, 3.2 % in side, 0.3 % in place, 1 degree.

    Distances of 0.7 to 3.5 m are what 24 to 135 mm equivalents stand at for one head size. Picture styles of
    cameras steepen the middle tones (contrast above 1); flat and harsh ones are drawn too.
    """
    return s.Camera(
        distance=float(np.exp(d.uniform("camera.distance", np.log(0.7), np.log(3.5)))),
        scale=d.normal("camera.scale", 1.006, 0.032, 0.9, 1.1),
        shift_x=d.normal("camera.shift_x", 0, 0.003),
        shift_y=d.normal("camera.shift_y", -0.005, 0.003),
        tilt=d.normal("camera.tilt", 0.1, 1.0, -4, 4),
        exposure=d.normal("camera.exposure", 0.0, 0.45, -1.3, 1.1),
        white_balance=d.uniform("camera.white_balance", 0.5, 0.95),
        kelvin_shift=d.normal("camera.kelvin_shift", 200, 550, -1600, 1600),
        contrast=d.normal("camera.contrast", 1.2, 0.14, 0.75, 1.55),
        saturation=d.normal("camera.saturation", 0.98, 0.14, 0.5, 1.35),
        noise=float(np.exp(d.uniform("camera.noise", np.log(0.0006), np.log(0.005)))),
        blur_px=max(0.0, d.normal("camera.blur_px", -0.1, 0.25, -0.9, 0.9)),
        sharpen=d.uniform("camera.sharpen", 0.3, 1.4),
        vignette=max(0.0, d.normal("camera.vignette", 0.05, 0.12)),
        jpeg=int(d("camera.jpeg").integers(72, 99)),
        aperture_mm=float(np.exp(d.uniform("camera.aperture", np.log(2), np.log(45)))),
    )


# What is behind people in everyday pictures: indoors, outdoors, events, studios. A guess, not a census: no
# kind is rare enough to be missed, none so common that a parser could lean on it.
BACKGROUND_KINDS = {
    "plain": 0.15,
    "gradient": 0.06,
    "blobs": 0.10,
    "bokeh": 0.06,
    "wall": 0.10,
    "text_wall": 0.08,
    "foliage": 0.10,
    "sky": 0.04,
    "room": 0.13,
    "street": 0.08,
    "crowd": 0.06,
    "stage": 0.04,
}


def draw_background(d: Draw) -> s.Background:
    tones, vivid = d("background.tones"), d("background.vivid").random(2)
    value = d("background.value").random(2) ** 1.5

    def tone(i):
        rgb = colorsys.hsv_to_rgb(hue(tones), 0.5 * vivid[i], 1.25 * value[i])
        return tuple(float(np.clip(x, 0.004, 1.2)) for x in rgb)

    return s.Background(
        kind=d.choice("background.kind", BACKGROUND_KINDS),
        first=tone(0),
        second=tone(1),
        tint=d.uniform("background.tint", 0, 0.6),
        chroma=d.uniform("background.chroma", 0.4, 1.4),
        blur=d.uniform("background.blur", 0.0, 1.0) ** 2 * 0.05,
        seed=int(d("background.seed").integers(2**31)),
    )
