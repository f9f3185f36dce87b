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
from facegen.render.prior.identity_prior import draw_skin
from facegen.render.prior.make_up_prior import Worn, draw_worn
from facegen.render.spec import face_spec as s

SKIN_COLOUR = ("skin_lightness", "skin_redness", "skin_yellowness")
MIDDLE_ITA = 40.0  # degrees, of a row whose skin tone could not be measured
STANDARD_HAEMOGLOBIN = 0.032  # volume fraction, of skin whose tone stands for a melanin


def skin(d: Draw, identity: s.Identity, row: Row) -> s.Skin:
    """Skin of a row's tone and make-up; everything else is a draw of the prior.

    Where the row gives the colour of skin, melanin is a draw of the prior too: `condition_colour` then finds
    what of the colour is melanin and what is light.
    """
    known = "skin_ita" in row and not gives_colour(row)
    melanin = melanin_of_ita(number(row, "skin_ita", MIDDLE_ITA)) if known else None
    drawn = draw_skin(d, identity, melanin, worn(d, identity, row))
    bags = flag(row, "bags_under_eyes")
    if bags is not None:
        drawn = replace(drawn, eye_bags=d.uniform("match.eye_bags", *((0.5, 1.0) if bags else (0.0, 0.3))))
    return drawn


def gives_colour(row: Row) -> bool:
    """Whether a row gives all of the colour of skin: L*, a* and b*."""
    return all(np.isfinite(number(row, name, np.nan)) for name in SKIN_COLOUR)


def worn(d: Draw, identity: s.Identity, row: Row) -> Worn:
    """Make-up of a row; what it does not say is a draw of the prior."""
    names = ("heavy_makeup", "wearing_lipstick", "rosy_cheeks")
    said = [flag(row, name) for name in names]
    own = draw_worn(d, identity)
    return Worn(*(drawn if given is None else given for drawn, given in zip(own, said, strict=True)))


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
