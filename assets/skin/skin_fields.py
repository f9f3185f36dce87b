"""What one skin draws at random: noise, spots, marks, wrinkles, bags, as fields on the face chart.

Fields are (height, width) float on the chart (see `chart_grid`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from facegen.assets.skin import eye_area, skin_folds, skin_marks
from facegen.assets.skin.chart_grid import pixel_grid
from facegen.assets.skin.painted_borders import Floats
from facegen.assets.skin.skin_regions import Picture, noise_bank, region_maps, shifted
from facegen.datasets.keyed_random import philox
from facegen.render.spec.face_spec import Skin

OLD_FROM, OLD_OVER = 40, 45  # years: skin ages from 40 on and is old at 85
# mm that actions move the edges of the lips apart, and from which the lips lie open to the light.
PARTING_MM, PARTED_MM = {"jawOpen": 33.0, "mouthUpperUp": 5.0, "mouthLowerDown": 4.0, "mouthFunnel": 9.0}, 4.0
FRECKLES_FROM, SPOTS_FROM, SPOT_SLOPE = 1.6, 2.2, 2.5  # standard deviations of the noise; slope above


@dataclass(frozen=True)
class SkinFields:
    """What one skin draws at random, (height, width) each, and its age.

    Attributes
    ----------
    old : float in [0, 1]
    noise : dict of unit-variance noise by scale
    freckles, age_spots : weight >= 0
    mole, pimple, scar : weight in [0, 1]
    wrinkle, fold, bulge : heights in mm
    grooves : about [-1, 1], on the lips only
    bag, lid_crease, wing_crease, lip_seam : weight in [0, 1]
    """

    old: float
    noise: dict[str, Picture]
    freckles: Floats
    age_spots: Floats
    mole: Floats
    pimple: Floats
    scar: Floats
    wrinkle: Floats
    fold: Floats
    grooves: Floats
    bag: Floats
    bulge: Floats
    lid_crease: Floats
    wing_crease: Floats
    lip_seam: Floats


def draw_fields(skin: Skin, age: float, expression: Mapping[str, float], size: tuple[int, int]) -> SkinFields:
    """Everything random of one skin. The order of the draws is part of what `skin.texture_seed` means."""
    rng = philox(skin.texture_seed)
    bank = noise_bank(*size)
    s, t = pixel_grid(*size)
    noise = {name: shifted(bank[name], rng) for name in ("mottle", "patch", "broad", "fine", "pores")}
    freckles, age_spots = _spots(bank["fine"], FRECKLES_FROM, rng), _spots(bank["mottle"], SPOTS_FROM, rng)
    mole = skin_marks.moles(s, t, skin.moles, rng)
    pimple = skin_marks.blemishes(s, t, skin.blemishes, rng)
    scar = skin_marks.scars(s, t, skin.scars, rng)
    wrinkle = skin_folds.wrinkles(s, t, skin.wrinkles, noise["patch"], rng)
    grooves = skin_marks.lip_grooves(s, rng) * region_maps(*size)["lips"]
    bag, bulge = eye_area.eye_bags(s, t, skin.eye_bags, rng)
    return SkinFields(
        old=float(np.clip((age - OLD_FROM) / OLD_OVER, 0, 1)),
        noise=noise,
        freckles=freckles,
        age_spots=age_spots,
        mole=mole,
        pimple=pimple,
        scar=scar,
        wrinkle=wrinkle,
        fold=skin_folds.folds(s, t, expression, float(np.clip(skin.wrinkles, 0, 1))),
        grooves=grooves,
        bag=bag,
        bulge=bulge,
        lid_crease=eye_area.lid_crease(s, t, skin.lid_crease),
        wing_crease=skin_marks.wing_crease(s, t),
        lip_seam=skin_marks.lip_seam(s, t, _parted(expression)),
    )


def _parted(expression: Mapping[str, float]) -> float:
    """How far lips are apart, 0 to 1: at 1 nothing of the shade between closed lips is left."""
    moved = sum(
        mm
        * max(
            expression.get(name, 0.0), expression.get(f"{name}Left", 0.0), expression.get(f"{name}Right", 0.0)
        )
        for name, mm in PARTING_MM.items()
    )
    return float(np.clip(moved / PARTED_MM, 0, 1))


def weighted(
    maps: Mapping[str, Picture], weights: Mapping[str, float], start: Floats | float | None = None
) -> Floats:
    """The weighted sum of maps, and of `start`, added in the order of the weights: digits depend on it."""
    terms = [weight * maps[name] for name, weight in weights.items()]
    total = terms[0] if start is None else start + terms[0]
    for term in terms[1:]:
        total = total + term
    return total


def _spots(tile: Picture, threshold: float, rng: np.random.Generator) -> Floats:
    """Spots where shifted noise exceeds a threshold, in [0, 1]."""
    return np.clip((shifted(tile, rng) - threshold) * SPOT_SLOPE, 0, 1)
