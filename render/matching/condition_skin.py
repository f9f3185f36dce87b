"""Skin that one row of a profile describes, and the pigment that shows a skin tone."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from facegen.assets.skin.skin_pigments import skin_colour
from facegen.colour_science import bytes_of_linear, lab_of_srgb
from facegen.datasets.keyed_random import Draw
from facegen.render.develop.camera_model import tone
from facegen.render.matching.profile_rows import Row, flag, number
from facegen.render.prior.identity_prior import draw_gloss, draw_skin
from facegen.render.spec import face_spec as s

MIDDLE_ITA = 40.0  # degrees, of a row whose skin tone could not be measured
MADE_UP = 0.5  # factor of foundation on what it covers (by eye)
COVERED = ("pores", "spots", "blemishes", "eye_bags")
STANDARD_HAEMOGLOBIN = 0.032  # volume fraction, of skin whose tone stands for a melanin


def skin(d: Draw, identity: s.Identity, row: Row) -> s.Skin:
    """Skin of a row's tone and make-up; everything else is a draw of the prior."""
    melanin = melanin_of_ita(number(row, "skin_ita", MIDDLE_ITA)) if "skin_ita" in row else None
    drawn = draw_skin(d, identity, melanin)
    lipstick, makeup = flag(row, "wearing_lipstick"), flag(row, "heavy_makeup")
    if lipstick is not None:
        amount = d.uniform("match.lipstick", 0.2, 0.75) if lipstick else 0.0
        drawn = replace(drawn, lipstick_amount=amount, lip_gloss=draw_gloss(d, lipstick))
    if makeup is not None:
        drawn = replace(drawn, eye_shadow=d.uniform("match.eye_shadow", 0.2, 0.8) if makeup else 0.0)
    if makeup:
        drawn = replace(drawn, **{field: MADE_UP * getattr(drawn, field) for field in COVERED})
    if flag(row, "rosy_cheeks"):
        drawn = replace(drawn, blush=d.uniform("match.blush", 0.6, 1.1))
    bags = flag(row, "bags_under_eyes")
    if bags is not None:
        drawn = replace(drawn, eye_bags=d.uniform("match.eye_bags", *((0.5, 1.0) if bags else (0.0, 0.45))))
    return drawn


def melanin_of_ita(ita: float) -> float:
    """Melanin of skin whose developed colour has this individual typology angle.

    Parameters
    ----------
    ita : float, degrees
        arctan((L* - 50) / b*) (Chardon, Cretois and Hourseau, 1991): 55 and above is very light skin, below
        -30 dark skin.

    Returns
    -------
    float
        Volume fraction of the epidermis, in [0.01, 0.45].
    """
    angles, melanin = _ita_table()
    return float(np.exp(np.interp(ita, angles[::-1], np.log(melanin)[::-1])))


@lru_cache(maxsize=1)
def _ita_table() -> tuple[npt.NDArray[np.floating], npt.NDArray[np.float64]]:
    """Angles in degrees, falling, and the melanin that shows them."""
    melanin = np.geomspace(0.01, 0.45, 60)
    # Developed skin in standard light.
    colour = tone(skin_colour(melanin, np.full_like(melanin, STANDARD_HAEMOGLOBIN)))
    lab = lab_of_srgb(bytes_of_linear(colour))
    return np.degrees(np.arctan2(lab[..., 0] - 50, lab[..., 2])), melanin
