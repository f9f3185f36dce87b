"""Make-up on the face chart: foundation, contour, rouge, eye shadow, liner and lipstick.

Make-up is a film: it covers a fraction of the skin below it and changes neither shape nor labels. s, t are
(H, W) chart millimetres on a regular grid, s rising along the columns and t falling along the rows; weights
are (H, W) float64 in [0, 1], colours linear RGB. Places, widths (mm) and strengths are by eye on photographs
of made-up faces and on renders.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from facegen.assets.skin import eye_area
from facegen.assets.skin.chart_grid import window
from facegen.assets.skin.painted_borders import Floats
from facegen.assets.skin.skin_pigments import VENOUS, lip_blood, skin_colour
from facegen.assets.skin.skin_regions import Picture
from facegen.render.spec.face_spec import Skin

MADE_UP_WINDOW = (-8, 86, 115)  # middle t, half height, largest |s|, mm: nothing is put on outside
# Fraction of shine, of pores and of the shade of bags that a full foundation takes away.
MATTES, FILLS, CONCEALS = 0.45, 0.35, 0.5
SHADOW_COVERS, SHADOW_UP, SHADOW_UP_OUTSIDE = 0.85, 5.0, 4.0  # mm that a full shadow reaches above the lid
SHADOW_BELOW = 0.35  # weight of the shadow under the lower lid
LINER_COLOUR, LINER_COVERS = np.array([0.012, 0.010, 0.010]), 0.95
# mm of a faint line, and more of a full one on the upper lid.
LINER_WIDTH, LINER_GROWS = 0.75, 1.1
WING_FROM, WING_ENDS, WING_RISES = 42.0, 51.0, 0.45  # |s| of the wing's ends; rise per mm
WING_AT = 0.6  # amount of liner from which it has a wing
# Light that a full rouge and a full contour take away, of red, green and blue.
ROUGE = np.array([0.03, 0.27, 0.20])
CONTOUR = np.array([0.17, 0.23, 0.27])
HIGHLIGHT = 0.10  # fraction by which highlighter lightens ridge of the nose and the top of the cheekbones
LIPSTICK_COVERS = 0.9


def rouge(s: Floats, t: Floats) -> Floats:
    """Where rouge is brushed: the apples of the cheeks, drawn out towards the temples."""
    a = np.abs(s)
    out, up = a - 47, t + 33
    along, across = 0.87 * out + 0.5 * up, 0.87 * up - 0.5 * out
    return np.exp(-((along / 19) ** 2) - (across / 12) ** 2)


def contour(s: Floats, t: Floats) -> Floats:
    """Where a darker powder is brushed: under the cheekbones, beside the nose, at the temples."""
    a = np.abs(s)
    along, across = 0.9 * (a - 62) + 0.44 * (t + 48), 0.9 * (t + 48) - 0.44 * (a - 62)
    cheek = np.exp(-((along / 18) ** 2) - (across / 7) ** 2)
    nose = 0.5 * np.exp(-(((a - 9.5) / 3) ** 2) - ((t + 20) / 13) ** 2)
    temple = 0.6 * np.exp(-(((a - 72) / 14) ** 2) - ((t - 38) / 16) ** 2)
    return np.maximum(np.maximum(cheek, nose), temple)


def highlighter(s: Floats, t: Floats) -> Floats:
    """Where a lighter powder is brushed: the ridge of the nose and the top of the cheekbones."""
    a = np.abs(s)
    ridge = np.exp(-((a / 3.2) ** 2) - ((t + 18) / 17) ** 2)
    bone = np.exp(-(((a - 50) / 13) ** 2) - ((t + 21 - 0.35 * (a - 50)) / 5) ** 2)
    return np.maximum(ridge, bone)


def eye_shadow(s: Floats, t: Floats, amount: float) -> Floats:
    """Eye shadow: densest at the lashes and in the outer corner, fading towards the brow.

    Parameters
    ----------
    s, t : (H, W) float, chart mm
    amount : float in [0, 1]
        More reaches higher, and from 0.4 on under the lower lid as well.
    """
    whole = np.zeros_like(s)
    here = window(s, t, *eye_area.EYE_WINDOW)
    a = np.abs(s[here])
    above = t[here] - np.interp(a, *eye_area.UPPER_EDGE)
    below = np.interp(a, *eye_area.LOWER_EDGE) - t[here]
    outwards = 1 / (1 + np.exp((36 - a) / 4))
    height = (0.6 + 0.4 * amount) * (SHADOW_UP + SHADOW_UP_OUTSIDE * outwards)
    upper = (0.55 + 0.45 * outwards) * np.exp(-((np.maximum(above, 0) / height) ** 2)) * (below < 0)
    under = SHADOW_BELOW * max(amount - 0.4, 0) / 0.6
    lower = under * (0.4 + 0.6 * outwards) * np.exp(-((np.maximum(below, 0) / 2.2) ** 2)) * (above < 0)
    reach = 1 / (1 + np.exp((np.abs(a - 34) - 15.5) / 1.2))
    whole[here] = np.maximum(upper, lower) * reach
    return whole


def liner(s: Floats, t: Floats, amount: float) -> Floats:
    """Eyeliner along the lids, with a wing beyond the outer corner where there is a lot of it.

    Parameters
    ----------
    s, t : (H, W) float, chart mm
    amount : float in [0, 1]
        More is wider and darker.
    """
    line = eye_area.lash_line(s, t, LINER_WIDTH + LINER_GROWS * amount)
    here = window(s, t, *eye_area.EYE_WINDOW)
    a = np.abs(s[here])
    under = np.interp(a, *eye_area.LOWER_EDGE) - t[here] > -LINER_WIDTH
    thin = eye_area.lash_line(s, t, LINER_WIDTH)[here]
    line[here] = np.where(under, np.minimum(line[here], thin), line[here])
    out = np.clip((a - WING_FROM) / (WING_ENDS - WING_FROM), 0, 1)
    off = t[here] - np.interp(a, *eye_area.UPPER_EDGE) - WING_RISES * np.maximum(a - 45, 0) * 2
    wide = (0.5 + 0.8 * amount) * (1 - 0.8 * out)
    wing = np.exp(-((off / np.maximum(wide, 0.15)) ** 2)) * (a > WING_FROM) * (a < WING_ENDS)
    line[here] = np.maximum(line[here], np.clip((amount - WING_AT) / 0.2, 0, 1) * wing)
    return amount**0.5 * line


def made_up(colour: Floats, skin: Skin, regions: Mapping[str, Picture], s: Floats, t: Floats) -> Floats:
    """Skin colours with all make-up but the liner, which lies over the shade of the lids.

    Parameters
    ----------
    colour : (H, W, 3) float
    skin : Skin
    regions : dict of (H, W) float
        Needs "lipstick", the lips with a clean border.
    s, t : (H, W) float, chart mm

    Returns
    -------
    (H, W, 3), of the type of `colour`
    """
    made = colour.copy()
    here = window(s, t, *MADE_UP_WINDOW)
    made[here] = _powdered(made[here], skin, s[here], t[here])
    if skin.lipstick_amount > 0:
        cover = LIPSTICK_COVERS * skin.lipstick_amount * regions["lipstick"][here]
        made[here] = covered(made[here], np.array(skin.lipstick), cover)
    return made


def _powdered(colour: Floats, skin: Skin, s: Floats, t: Floats) -> Floats:
    """Contour, highlighter, rouge and eye shadow."""
    if skin.contour > 0:
        colour = colour * (1 - skin.contour * CONTOUR * contour(s, t)[..., None])
        colour = colour * (1 + skin.contour * HIGHLIGHT * highlighter(s, t)[..., None])
    if skin.rouge > 0:
        colour = colour * (1 - skin.rouge * ROUGE * rouge(s, t)[..., None])
    if skin.eye_shadow > 0:
        cover = SHADOW_COVERS * skin.eye_shadow * eye_shadow(s, t, skin.eye_shadow)
        colour = covered(colour, np.array(skin.eye_shadow_colour), cover)
    return colour


def lip_colour(skin: Skin) -> Floats:
    """Diffuse reflectance (3,) of flat lips with their lipstick, linear RGB."""
    more = lip_blood(skin)
    bare = skin_colour(skin.melanin, skin.haemoglobin + more) * np.exp(-VENOUS * more)
    film = LIPSTICK_COVERS * skin.lipstick_amount
    return bare + film * (np.array(skin.lipstick) - bare)


def covered(colour: Floats, film: Floats, fraction: Floats) -> Floats:
    """`colour` (..., 3) under a film of colour (3,) that covers a fraction (...) of it."""
    out = np.empty_like(colour)
    fraction, film = np.asarray(fraction, colour.dtype), np.broadcast_to(film, colour.shape)
    for i in range(3):  # numpy's inner loops are slow over three values
        out[..., i] = colour[..., i] + fraction * (film[..., i] - colour[..., i])
    return out
