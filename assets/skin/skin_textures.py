"""Skin pictures on the face chart: colour, roughness and relief.

Pictures are (height, width[, 3]) float on the chart (see `chart_grid`), computed in float64 or float32 and
returned as float32. Where no source is given, weights are chosen by eye on rendered faces.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from facegen.assets.skin import eye_area, make_up, skin_marks
from facegen.assets.skin.chart_grid import pixel_grid
from facegen.assets.skin.painted_borders import Floats
from facegen.assets.skin.skin_fields import SkinFields, draw_fields, weighted
from facegen.assets.skin.skin_pigments import HIDES_MARKS, pigment_colour
from facegen.assets.skin.skin_regions import Picture, region_maps
from facegen.render.spec.face_spec import Skin

# Pores are widest on nose, cheeks and forehead; lips have few.
REGION_PORES, PORES_ELSEWHERE, LIPS_WITHOUT_PORES = {"nose": 0.6, "cheeks": 0.45, "forehead": 0.2}, 0.55, 0.8
# Fraction by which the light of a pore-sized patch of skin varies (standard deviation, pores = 1): coarse,
# old skin. Most skin at portrait sizes is smooth from pixel to pixel, and shading alone gives it structure:
# with 0.045 the skin of one matched face in six had more noise than its row before any grain was added.
DETAIL = 0.034

# What lies in a groove sees less light than the flat shading of a bump gives it.
WRINKLE_SHADE, FOLD_SHADE, LIP_GROOVE_SHADE = 0.35, 0.06, 0.02  # per mm of depth
BAG_SHADE = np.array([0.40, 0.41, 0.35])  # thin skin over dark blood: bags are darker and bluer
BELOW_EYES = 0.13  # fraction by which the top of the cheeks, below a bag, is lighter
LID_CREASE_SHADE, WING_CREASE_SHADE = 0.32, 0.30
UPPER_LIP_SHADE = 0.02  # fine hairs
LIP_SEAM_SHADE, NOSTRIL_SHADE = np.array([0.42, 0.56, 0.54]), np.array([0.66, 0.76, 0.78])
LID_SHADE = np.array([1.0, 0.95, 0.80])
LIDS_LIGHT = 0.08  # fraction by which thin, stretched lids without shade are lighter than the mesh is lit
# Linear RGB of what is laid on or shows through.
CARUNCLE_COLOUR = np.array([0.35, 0.15, 0.125])  # the flesh in the inner corner of an eye
LASH_ROOTS_COLOUR, LASH_ROOTS_COVER, LASH_ROOTS_WIDTH = np.array([0.03, 0.02, 0.02]), 0.62, 0.8  # mm
STUBBLE_COVERS, SCALP_COVERS = 0.45, 0.75  # weight of the hair's colour where roots are densest

# Sebum: the T zone and the cheeks shine, the eye corners and the neck do not. Measured skin keeps a slope
# of about 0.2 to 0.4 everywhere (Weyrich et al., Analysis of Human Faces using a Measurement-Based Skin
# Reflectance Model, 2006), which is a roughness of 0.45 to 0.63: broad lights, never small hot spots.
NOSE_SEBUM, REGION_SEBUM = 0.11, {"forehead": 0.13, "cheeks": 0.09, "chin": 0.07}
LIPS_SMOOTH, GLOSS_SMOOTH, SOCKET_ROUGH, CARUNCLE_SMOOTH = 0.18, 0.33, 0.05, 0.25
ROUGHNESS_LIMITS = (0.10, 0.9)

# Relief in mm: pores and fine lines, mottle, lips' furrows, marks.
PORE_RELIEF, FINE_RELIEF, MOTTLE_RELIEF, LIP_GROOVE_RELIEF = 0.05, 0.06, 0.012, 0.07
PIMPLE_RELIEF, MOLE_RELIEF, SCAR_RELIEF, LID_CREASE_RELIEF, WING_CREASE_RELIEF = 0.25, 0.2, 0.10, 0.35, 0.4


@dataclass(frozen=True)
class HairShadow:
    """What the roots of cropped, shaved or dense hair do to the colour of skin.

    Attributes
    ----------
    beard : float in [0, 1]
        Unshaven darkness.
    scalp : float in [0, 1]
        Darkness of the scalp.
    colour : (3,) float
        Linear RGB of the hair.
    scalp_at : callable
        Chart mm s, t (N,) -> how densely scalp hair stands, (N,) in [0, 1]: `assets.hair.scalp.Scalp.shade`.
    """

    beard: float
    scalp: float
    colour: Floats
    scalp_at: Callable[[Floats, Floats], Floats]


class SkinPictures(NamedTuple):
    """Textures of one skin, float32.

    Attributes
    ----------
    colour : (height, width, 3), linear RGB
    roughness : (height, width), of a microfacet surface
    relief : (height, width), mm
    detail : (height, width)
        Fraction by which pores and fine lines brighten or darken what is seen.
    """

    colour: Picture
    roughness: Picture
    relief: Picture
    detail: Picture


def skin_pictures(
    skin: Skin,
    age: float,
    hair: HairShadow,
    light_azimuth: float = 0.0,
    expression: Mapping[str, float] | None = None,
    size: tuple[int, int] = (1024, 600),
) -> SkinPictures:
    """Textures of one skin.

    Parameters
    ----------
    skin : Skin
    age : float, years
    hair : HairShadow
    light_azimuth : float, degrees
        Where the main light comes from (positive: the subject's left).
    expression : mapping of ARKit action to weight in [0, 1], or None for a face at rest
        It folds the skin.
    size : (width, height) in pixels

    Returns
    -------
    SkinPictures
    """
    regions = region_maps(*size)
    fields = draw_fields(skin, age, expression or {}, size)
    grain = skin.pores * (1 - make_up.FILLS * skin.foundation) * _pores(regions)
    return SkinPictures(
        colour_map(skin, fields, regions, hair, size),
        roughness_map(skin, fields, regions),
        relief_map(skin, fields, grain),
        detail_map(fields, regions, grain, light_azimuth),
    )


def colour_map(
    skin: Skin,
    fields: SkinFields,
    regions: Mapping[str, Picture],
    hair: HairShadow,
    size: tuple[int, int],
) -> Picture:
    """Diffuse reflectance (height, width, 3) float32, linear RGB in [0.002, 0.95]."""
    s, t = pixel_grid(*size)
    colour = pigment_colour(skin, fields, regions)
    colour = _mix(colour, 1.15 * colour + 0.03, 0.8 * (1 - HIDES_MARKS * skin.foundation) * fields.scar)
    _shade_grooves(colour, skin, fields, regions)
    colour = make_up.made_up(colour, skin, regions, s, t)
    _shade_openings(colour, fields, regions, s, t)
    colour = _paint_eyes(colour, skin, fields.old, regions, s, t)
    colour = _hair_roots(colour, fields.noise["pores"], regions, hair, s, t)
    return np.clip(colour, 0.002, 0.95).astype(np.float32)


def _shade_grooves(colour: Floats, skin: Skin, fields: SkinFields, regions: Mapping[str, Picture]) -> None:
    """Darken what lies deep and what is thin, in place."""
    deep = WRINKLE_SHADE * fields.wrinkle + FOLD_SHADE * fields.fold
    every = np.clip(1 + deep + LIP_GROOVE_SHADE * fields.grooves, 0.45, 1.3)
    every = every * (1 + BELOW_EYES * regions["below_eye"])
    bags = skin.eye_bags * (1 - make_up.CONCEALS * skin.foundation) * fields.bag
    for i in range(3):  # numpy's inner loops are slow over three values
        colour[..., i] *= every * (1 - BAG_SHADE[i] * bags)


def _shade_openings(
    colour: Floats, fields: SkinFields, regions: Mapping[str, Picture], s: Floats, t: Floats
) -> None:
    """Darken creases, the upper lip, the line between the lips and the nostrils, in place."""
    every = (1 - LID_CREASE_SHADE * fields.lid_crease) * (1 - WING_CREASE_SHADE * fields.wing_crease)
    every = every * (1 - UPPER_LIP_SHADE * regions["under_nose"] * (1 - regions["lips"]))
    nostrils = skin_marks.nostrils(s, t)
    for i in range(3):
        seam, nostril = LIP_SEAM_SHADE[i] * fields.lip_seam, NOSTRIL_SHADE[i] * nostrils
        colour[..., i] *= every * (1 - seam) * np.clip(1 - nostril, 0, 1)


def _paint_eyes(
    colour: Floats, skin: Skin, old: float, regions: Mapping[str, Picture], s: Floats, t: Floats
) -> Floats:
    """Shade of the lids, the line of lashes and liner, the flesh in the inner corner."""
    deep = skin.lid_shade * (1 + 0.3 * old) - LIDS_LIGHT
    colour *= np.clip(1 - LID_SHADE * (deep * eye_area.lid_shade(s, t))[..., None], 0.1, 1)
    roots = LASH_ROOTS_COVER + (1 - LASH_ROOTS_COVER) * 0.5 * skin.mascara
    colour = _mix(colour, LASH_ROOTS_COLOUR, roots * eye_area.lash_line(s, t, LASH_ROOTS_WIDTH))
    if skin.liner > 0:
        line = make_up.LINER_COVERS * make_up.liner(s, t, skin.liner)
        colour = _mix(colour, make_up.LINER_COLOUR, line)
    return _mix(colour, CARUNCLE_COLOUR * min(1.0, 1.25 - 1.8 * skin.melanin), regions["caruncle"])


def _hair_roots(
    colour: Floats, pores: Picture, regions: Mapping[str, Picture], hair: HairShadow, s: Floats, t: Floats
) -> Floats:
    """Stubble of a shaved beard, and the scalp under cropped or dense hair."""
    stubble = hair.beard * regions["beard"] * (0.55 + 0.25 * np.clip(pores, -2, 2))
    stubbled = (1 - STUBBLE_COVERS) * colour + STUBBLE_COVERS * hair.colour
    colour = _mix(colour, stubbled, np.clip(stubble, 0, 1))
    scalp = hair.scalp_at(s.ravel(), t.ravel()).reshape(s.shape)
    cover = np.clip(hair.scalp * scalp * (0.85 + 0.25 * pores), 0, 1)
    return _mix(colour, (1 - SCALP_COVERS) * colour + SCALP_COVERS * hair.colour, cover)


def roughness_map(skin: Skin, fields: SkinFields, regions: Mapping[str, Picture]) -> Picture:
    """Roughness (height, width) float32 in ROUGHNESS_LIMITS."""
    wet = weighted(regions, REGION_SEBUM, NOSE_SEBUM * np.maximum(regions["nose"], regions["nose_tip"]))
    rough = skin.roughness + 0.05 * fields.noise["patch"] + 0.015 * fields.noise["fine"]
    rough = rough - skin.oil * (1 - make_up.MATTES * skin.foundation) * wet
    rough = rough - regions["lips"] * (LIPS_SMOOTH + GLOSS_SMOOTH * skin.lip_gloss)
    rough = rough + SOCKET_ROUGH * regions["eye_socket"] - CARUNCLE_SMOOTH * regions["caruncle"]
    return np.clip(rough, *ROUGHNESS_LIMITS).astype(np.float32)


def relief_map(skin: Skin, fields: SkinFields, grain: Floats) -> Picture:
    """Heights (height, width) float32 in mm; `grain` is how coarse the pores are."""
    relief = grain * (PORE_RELIEF * fields.noise["pores"] + FINE_RELIEF * fields.noise["fine"])
    relief = relief + MOTTLE_RELIEF * fields.noise["mottle"] + fields.wrinkle + fields.fold
    relief = relief + LIP_GROOVE_RELIEF * fields.grooves + skin.eye_bags * fields.bulge
    relief = relief + PIMPLE_RELIEF * fields.pimple + MOLE_RELIEF * fields.mole - SCAR_RELIEF * fields.scar
    relief = relief - LID_CREASE_RELIEF * fields.lid_crease - WING_CREASE_RELIEF * fields.wing_crease
    return relief.astype(np.float32)


def detail_map(
    fields: SkinFields, regions: Mapping[str, Picture], grain: Floats, light_azimuth: float
) -> Picture:
    """Seen light of pores and fine lines: each is darker inside and brighter on the rim towards the light.

    Returns
    -------
    (height, width) float32 in [-0.5, 0.5]
        Fraction by which the light of the developed picture changes.
    """
    fine, pores = fields.noise["fine"], fields.noise["pores"]
    towards = np.sign(light_azimuth) or 1.0
    slope = np.gradient(fine + pores, axis=1) * towards - np.gradient(fine + pores, axis=0)
    detail = DETAIL * grain * (0.5 * fine + 0.5 * pores + 0.35 * slope)
    detail = np.clip(detail + 0.06 * fields.wrinkle + 0.02 * fields.fold, -0.5, 0.5)
    return (detail * (1 - 0.5 * regions["lips"])).astype(np.float32)


def _pores(regions: Mapping[str, Picture]) -> Floats:
    """How coarse pores are for their mean, (height, width)."""
    return weighted(regions, REGION_PORES, PORES_ELSEWHERE) * (1 - LIPS_WITHOUT_PORES * regions["lips"])


_mix = make_up.covered
