"""The default prior of glasses, hats, earrings and necklaces."""

from __future__ import annotations

from facegen.render.prior.garment_prior import draw_dye
from facegen.render.spec import face_spec as s
from facegen.render.spec.keyed_random import Draw

# (clear, sun): chances
GLASSES_KINDS = {
    "rectangular": (0.3, 0.12),
    "round": (0.12, 0.1),
    "oval": (0.14, 0.1),
    "browline": (0.1, 0.06),
    "aviator": (0.04, 0.3),
    "wayfarer": (0.14, 0.22),
    "cat_eye": (0.06, 0.1),
    "rimless": (0.1, 0.0),
}
# Rows as in prior_garment.DYED.
PLASTIC_FRAMES = {
    "black": (0.56, (0.0, 1.0), (0.0, 0.2), (0.004, 0.02)),
    "tortoise": (0.24, (0.04, 0.08), (0.6, 0.9), (0.03, 0.16)),
    "grey": (0.05, (0.0, 1.0), (0.0, 0.1), (0.05, 0.5)),
    "dark": (0.09, (0.0, 1.0), (0.5, 0.9), (0.02, 0.08)),
    "bright": (0.06, (0.0, 1.0), (0.4, 0.9), (0.1, 0.6)),
}
METAL_FRAMES = {
    "silver": (0.32, (0.08, 0.14), (0.0, 0.06), (0.45, 0.8)),
    "gold": (0.26, (0.1, 0.12), (0.45, 0.65), (0.6, 0.88)),
    "gunmetal": (0.24, (0.55, 0.65), (0.0, 0.15), (0.06, 0.2)),
    "black": (0.18, (0.0, 1.0), (0.0, 0.1), (0.01, 0.04)),
}
SUNGLASSES = 0.4  # of the glasses: 16 of 40 training photographs, by eye
# Of them let eyes be seen: 18 % of glasses hide them (profile celebamaskhq, faces turned less than 25°).
PALE = 0.5
LENSES = {  # chance, what passes (linear RGB)
    "grey": (0.5, (0.02, 0.02, 0.023)),
    "brown": (0.26, (0.10, 0.045, 0.015)),
    "green": (0.12, (0.03, 0.05, 0.025)),
    "blue": (0.08, (0.02, 0.05, 0.2)),
    "rose": (0.04, (0.2, 0.04, 0.05)),
}
GOLD, SILVER, COPPER = (0.86, 0.66, 0.33), (0.80, 0.80, 0.82), (0.72, 0.42, 0.28)

# Dyes of hats, rows as in prior_garment.DYED: felt, wool and cotton are mostly dark or earthen.
HAT_DYES = {
    "black": (0.30, (0.0, 1.0), (0.0, 0.2), (0.004, 0.018)),
    "grey": (0.16, (0.0, 1.0), (0.0, 0.1), (0.03, 0.25)),
    "navy": (0.14, (0.58, 0.66), (0.4, 0.85), (0.012, 0.07)),
    "earth": (0.20, (0.05, 0.13), (0.3, 0.7), (0.05, 0.4)),
    "olive": (0.05, (0.16, 0.24), (0.3, 0.55), (0.03, 0.15)),
    "white": (0.07, (0.05, 0.15), (0.0, 0.12), (0.5, 0.8)),
    "red": (0.05, (0.95, 1.02), (0.7, 0.92), (0.05, 0.35)),
    "bright": (0.03, (0.0, 1.0), (0.4, 0.8), (0.1, 0.5)),
}
STRAW = {
    "straw": (0.6, (0.09, 0.13), (0.35, 0.6), (0.35, 0.65)),
    "white": (0.2, (0.05, 0.15), (0.0, 0.15), (0.5, 0.8)),
    "black": (0.2, (0.0, 1.0), (0.0, 0.2), (0.004, 0.018)),
}


def draw_glasses(d: Draw, probability, eyes=None) -> s.Glasses:
    """Glasses with this probability; what they would look like otherwise, for `--set glasses.kind`.

    eyes : whether they are to be seen behind, None leaves it to the prior
    """
    worn = d.chance("glasses.worn", probability)
    dark, pale = d.chance("glasses.sun", SUNGLASSES), d.chance("glasses.pale", PALE)
    if eyes is not None:
        dark, pale = (dark and pale, True) if eyes else (True, False)
    kind = d.choice("glasses.kind", {k: row[dark] for k, row in GLASSES_KINDS.items()})
    metal = float(kind == "rimless" or d.chance("glasses.metal", 0.45))
    colour = draw_dye(d, "glasses.colour", METAL_FRAMES if metal else PLASTIC_FRAMES)
    tinted = d.choice("glasses.lens", {k: row[0] for k, row in LENSES.items()}) if dark else "grey"
    return s.Glasses(
        kind=kind if worn else "none",
        width=d.uniform("glasses.width", 0.92, 1.08),
        height=d.uniform("glasses.height", 0.85, 1.15),
        thickness_mm=d.uniform("glasses.thickness_mm", 0.9, 1.5)
        + (0 if metal else 0.3 + 3.2 * d.uniform("glasses.bulk", 0, 1) ** 1.5),
        colour=colour,
        metal=metal,
        tint=d.uniform("glasses.tint", *((0.6, 0.86) if pale else (0.93, 1.0)))
        if dark
        else 0.12 * d.uniform("glasses.tint.clear", 0, 1) ** 2,
        lens=LENSES[tinted][1],
        gradient=d.uniform("glasses.gradient", 0.2, 0.8)
        if dark and pale and d.chance("glasses.faded", 0.5)
        else 0.0,
        glare=d.uniform("glasses.glare", 0.2, 1) if dark else d.uniform("glasses.glare", 0, 1) ** 2,
        slip_mm=d.uniform("glasses.slip_mm", 0, 4),
    )


def draw_headwear(d, identity, probability) -> s.Headwear:
    """A hat with this probability; what it would look like otherwise, for `--set headwear.kind`.

    Parameters
    ----------
    d : render.draws.Draw
    identity : render.spec.Identity
    """
    worn = d.chance("headwear.worn", probability)
    man = identity.gender
    kind = d.choice(
        "headwear.kind",
        {
            "beanie": 0.27,
            "cap": 0.18 + 0.14 * man,
            "fedora": 0.2,
            "cowboy": 0.12,
            "sun_hat": 0.02 + 0.16 * (1 - man),
            "bucket": 0.1,
        },
    )
    colour = draw_dye(d, "headwear.colour", STRAW if kind == "sun_hat" else HAT_DYES)
    # A hat's band, a cap's visor: of the same cloth, or dark.
    second = colour if d.chance("headwear.one_colour", 0.5) else draw_dye(d, "headwear.second", HAT_DYES)
    patterned = kind in ("beanie", "bucket", "cap") and d.chance("headwear.patterned", 0.22)
    front = {"beanie": (38, 62), "cap": (44, 64)}.get(kind, (46, 68))
    back = {"beanie": (-32, 2), "cap": (-12, 12)}.get(kind, (-4, 18))
    return s.Headwear(
        kind=kind if worn else "none",
        front_mm=d.uniform("headwear.front_mm", *front),
        back_mm=d.uniform("headwear.back_mm", *back),
        lean=d.normal("headwear.lean", 0, 3, -9, 9),
        crown=d.uniform("headwear.crown", 0, 1),
        brim=d.uniform("headwear.brim", 0, 1),
        curl=d.uniform("headwear.curl", 0, 1),
        turned=float(kind == "cap" and d.chance("headwear.turned", 0.12)),
        colour=colour,
        second=second,
        pattern=d.choice("headwear.pattern", {"hoops": 0.4, "stripes": 0.2, "checks": 0.2, "print": 0.2})
        if patterned
        else "plain",
        roughness=d.uniform("headwear.roughness", 0.7, 0.95),
    )


def draw_jewellery(d, identity, earrings=None, necklace=None) -> s.Jewellery:
    """Earrings and a necklace; True or False says that they are worn, None leaves it to the prior."""
    woman = 1 - identity.gender
    if earrings is None:
        earrings = d.chance("jewellery.earrings.worn", 0.05 + 0.45 * woman)
    if necklace is None:
        necklace = d.chance("jewellery.necklace.worn", 0.05 + 0.2 * woman)
    kind = d.choice(
        "jewellery.earrings",
        {"stud": 0.42 + 0.4 * (1 - woman), "hoop": 0.26, "drop": 0.32 * woman + 0.02},
    )
    low, high = {"stud": (3.0, 11.0), "hoop": (9.0, 48.0), "drop": (16.0, 62.0)}[kind]
    size = low + (high - low) * d.uniform("jewellery.earring_mm", 0, 1) ** 1.5
    band = d.choice("jewellery.necklace", {"chain": 0.36, "pendant": 0.32, "beads": 0.2, "choker": 0.12})
    width = {"chain": (3, 16), "pendant": (8, 22), "beads": (4, 12), "choker": (3, 14)}[band]
    metal = {"gold": GOLD, "silver": SILVER, "copper": COPPER}[
        d.choice("jewellery.metal", {"gold": 0.5, "silver": 0.42, "copper": 0.08})
    ]
    pearl = d.chance("jewellery.pearl", 0.45)
    red, green, blue = (float(0.02 + 0.6 * x**2) for x in d("jewellery.stone").random(3))
    return s.Jewellery(
        earrings=kind if earrings else "none",
        earring_mm=float(size),
        necklace=band if necklace else "none",
        necklace_mm=d.uniform("jewellery.necklace_mm", *width),
        drop_mm=d.uniform("jewellery.drop_mm", 5, 75),
        colour=metal,
        stone=(0.72, 0.69, 0.64) if pearl else (red, green, blue),
        metal=1.0,
    )
