"""The default prior of glasses, hats, earrings and necklaces.

The kinds, their weights and their ranges are the entries of the registries in `facegen.assets.wear`.
"""

from __future__ import annotations

from facegen.assets.wear.dyes import CLOTHES_DYES, HAT_DYES, METAL_DYES, PLASTIC_DYES
from facegen.assets.wear.emblems import EMBLEMS
from facegen.assets.wear.glasses_registry import GLASSES_FRAMES
from facegen.assets.wear.hat_registry import HATS
from facegen.assets.wear.jewellery_registry import EARRINGS, NECKLACES
from facegen.datasets.keyed_random import Draw
from facegen.render.prior.garment_prior import draw_dye
from facegen.render.spec import face_spec as s

# Probabilities without a source are by eye, after photographs of faces.
SUNGLASSES = 0.4  # of the glasses: 16 of 40 training photographs, counted by eye
# Of sunglasses, these let eyes be seen: 18 % of glasses hide them (profile celebamaskhq, faces turned less
# than 25°).
PALE = 0.5
METAL_FRAMES = 0.45
FADED = 0.5  # of pale sunglasses get lighter downwards
LENSES = {  # weight, linear RGB of the light that passes at full tint
    "grey": (0.5, (0.02, 0.02, 0.023)),
    "brown": (0.26, (0.10, 0.045, 0.015)),
    "green": (0.12, (0.03, 0.05, 0.025)),
    "blue": (0.08, (0.02, 0.05, 0.2)),
    "rose": (0.04, (0.2, 0.04, 0.05)),
}
PALE_TINT, DARK_TINT, CLEAR_TINT = (0.6, 0.86), (0.93, 1.0), 0.12
ONE_COLOUR = 0.5  # of hats have a band or a visor in the colour of the crown
# Worn in the hair where no hat is: 13 of about 630 women on training photographs, and no man.
ORNAMENTS = (0.021, 0.0)
BACKWARDS, NEARLY, ASKEW = 0.67, 0.9, (0.06, 0.35)  # of turned caps; half turns
WHITE_EMBLEMS, EMBLEM_WHITE = 0.55, (0.8, 0.8, 0.78)  # how many are white (6 of 11), and their linear RGB
METALS = {  # weight, linear RGB
    "gold": (0.5, (0.86, 0.66, 0.33)),
    "silver": (0.42, (0.80, 0.80, 0.82)),
    "copper": (0.08, (0.72, 0.42, 0.28)),
}
PEARL, PEARL_COLOUR = 0.45, (0.72, 0.69, 0.64)  # how many stones are pearls, and their linear RGB
SMALL_SIZES = 1.5  # exponent: small earrings are more frequent than large ones


def draw_glasses(d: Draw, probability: float, eyes: bool | None = None) -> s.Glasses:
    """Glasses with a probability; when not worn, the other fields say how they would look.

    Parameters
    ----------
    d : Draw
    probability : float in [0, 1]
    eyes : bool, optional
        Whether the eyes are seen behind them; None leaves it to the prior.
    """
    worn = d.chance("glasses.worn", probability)
    dark, pale = d.chance("glasses.sun", SUNGLASSES), d.chance("glasses.pale", PALE)
    if eyes is not None:
        dark, pale = (dark and pale, True) if eyes else (True, False)
    kind = d.choice(
        "glasses.kind",
        {name: frame.weight_sun if dark else frame.weight_clear for name, frame in GLASSES_FRAMES.items()},
    )
    metal = float(GLASSES_FRAMES[kind].always_metal or d.chance("glasses.metal", METAL_FRAMES))
    tinted = d.choice("glasses.lens", {k: row[0] for k, row in LENSES.items()}) if dark else "grey"
    bulk = 0 if metal else 0.3 + 3.2 * d.uniform("glasses.bulk", 0, 1) ** 1.5  # mm: plastic is thicker
    return s.Glasses(
        kind=kind if worn else "none",
        width=d.uniform("glasses.width", 0.92, 1.08),
        height=d.uniform("glasses.height", 0.85, 1.15),
        thickness_mm=d.uniform("glasses.thickness_mm", 0.9, 1.5) + bulk,
        colour=draw_dye(d, "glasses.colour", METAL_DYES if metal else PLASTIC_DYES),
        metal=metal,
        tint=_draw_tint(d, dark, pale),
        lens=LENSES[tinted][1],
        gradient=d.uniform("glasses.gradient", 0.2, 0.8)
        if dark and pale and d.chance("glasses.faded", FADED)
        else 0.0,
        glare=d.uniform("glasses.glare", 0.2, 1) if dark else d.uniform("glasses.glare", 0, 1) ** 2,
        slip_mm=d.uniform("glasses.slip_mm", 0, 4),
    )


def _draw_tint(d: Draw, dark: bool, pale: bool) -> float:
    """Fraction of the light that the lenses take, in [0, 1]."""
    if not dark:
        return CLEAR_TINT * d.uniform("glasses.tint.clear", 0, 1) ** 2
    return d.uniform("glasses.tint", *(PALE_TINT if pale else DARK_TINT))


def draw_headwear(d: Draw, identity: s.Identity, probability: float) -> s.Headwear:
    """A hat with a probability; when not worn, the other fields say how it would look.

    Parameters
    ----------
    d : Draw
    identity : Identity
    probability : float in [0, 1]
    """
    worn = d.chance("headwear.worn", probability)
    women, men = ORNAMENTS
    ornament = not worn and d.chance("headwear.ornament", women + (men - women) * identity.gender)
    weights = {name: hat.weight(identity.gender) for name, hat in HATS.items() if hat.is_hat is not ornament}
    kind = d.choice("headwear.ornament.kind" if ornament else "headwear.kind", weights)
    worn, hat = worn or ornament, HATS[kind]
    colour = draw_dye(d, "headwear.colour", hat.dyes)
    one_colour = d.chance("headwear.one_colour", ONE_COLOUR)
    patterned = d.chance("headwear.patterned", hat.patterned)
    return s.Headwear(
        kind=kind if worn else "none",
        front_mm=d.uniform("headwear.front_mm", *hat.front_mm),
        back_mm=d.uniform("headwear.back_mm", *hat.back_mm),
        lean=d.normal("headwear.lean", 0, 3, -9, 9),
        crown=d.uniform("headwear.crown", 0, 1),
        brim=d.uniform("headwear.brim", 0, 1),
        curl=d.uniform("headwear.curl", 0, 1),
        turned=_draw_turned(d) if d.chance("headwear.turned", hat.turned) else 0.0,
        colour=colour,
        second=colour if one_colour else draw_dye(d, "headwear.second", HAT_DYES),
        pattern=d.choice("headwear.pattern", dict(hat.patterns)) if patterned else "plain",
        roughness=d.uniform("headwear.roughness", 0.7, 0.95),
        emblem=d.choice("headwear.emblem.kind", dict.fromkeys(EMBLEMS, 1.0))
        if d.chance("headwear.emblem", hat.emblem)
        else "none",
        emblem_colour=EMBLEM_WHITE
        if d.chance("headwear.emblem.white", WHITE_EMBLEMS)
        else draw_dye(d, "headwear.emblem.colour", CLOTHES_DYES),
    )


def _draw_turned(d: Draw) -> float:
    """Half turns of a cap that does not look forward."""
    side = 1.0 if d.chance("headwear.turned.left", 0.5) else -1.0
    if d.chance("headwear.turned.back", BACKWARDS):
        return side * d.uniform("headwear.turned.behind", NEARLY, 1.0)
    return side * d.uniform("headwear.turned.askew", *ASKEW)


def draw_jewellery(
    d: Draw, identity: s.Identity, earrings: bool | None = None, necklace: bool | None = None
) -> s.Jewellery:
    """Earrings and a necklace.

    Parameters
    ----------
    d : Draw
    identity : Identity
    earrings, necklace : bool, optional
        Whether they are worn; None leaves it to the prior.
    """
    woman = 1 - identity.gender
    if earrings is None:
        earrings = d.chance("jewellery.earrings.worn", 0.05 + 0.45 * woman)
    if necklace is None:
        necklace = d.chance("jewellery.necklace.worn", 0.05 + 0.2 * woman)
    at_ears = d.choice(
        "jewellery.earrings", {name: entry.weight(identity.gender) for name, entry in EARRINGS.items()}
    )
    at_neck = d.choice(
        "jewellery.necklace", {name: entry.weight(identity.gender) for name, entry in NECKLACES.items()}
    )
    low, high = EARRINGS[at_ears].size_mm
    size = low + (high - low) * d.uniform("jewellery.earring_mm", 0, 1) ** SMALL_SIZES
    metal = METALS[d.choice("jewellery.metal", {name: row[0] for name, row in METALS.items()})][1]
    red, green, blue = (float(0.02 + 0.6 * x**2) for x in d("jewellery.stone").random(3))
    return s.Jewellery(
        earrings=at_ears if earrings else "none",
        earring_mm=float(size),
        necklace=at_neck if necklace else "none",
        necklace_mm=d.uniform("jewellery.necklace_mm", *NECKLACES[at_neck].size_mm),
        drop_mm=d.uniform("jewellery.drop_mm", 5, 75),
        colour=metal,
        stone=PEARL_COLOUR if d.chance("jewellery.pearl", PEARL) else (red, green, blue),
        metal=1.0,
    )
