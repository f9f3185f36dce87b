"""From the hair and brows of a spec to what is grown: a groom, a scalp, the outline of brows."""

from __future__ import annotations

from dataclasses import fields, replace

from facegen.assets.hair.groom import Groom
from facegen.assets.hair.scalp import Scalp
from facegen.assets.hair.style_registry import HAIR_STYLES, Style
from facegen.assets.skin.painted_borders import BrowShape, Hairline
from facegen.render.spec.face_spec import Brows, Hair

SWEPT_LONGER = 0.6  # by how much a fringe that is swept aside altogether is longer
# What wind of strength 1 adds: drape of the side that it comes from, loose locks, ruffling in metres; frizz
# and stray hairs against their number. All by eye.
WIND_DRAPE, WIND_LOOSE, WIND_TOUSLE, WIND_FRIZZ, WIND_STRAY = 0.5, 0.35, 0.006, 1.0, 2.0
# What soaked hair has lost of the number of its wide locks and of its volume.
WET_FEWER, WET_FLAT = 0.6, 0.6


def groom_of(hair: Hair) -> Style:
    """The style of a spec's hair, its groom changed as the spec says."""
    style = HAIR_STYLES.get_or_fail(hair.style, "hair.style")
    if style.groom is None:
        return style
    g = style.groom
    part = None if g.part is None else g.part * (-1 if hair.part < 0 else 1) + 0.02 * hair.part
    sweep = 0.0 if abs(hair.part) < 0.25 else hair.part * 0.9
    fringe = 0.055 * hair.fringe if hair.fringe > 0 and style.takes_fringe else g.fringe
    fringe *= 1 + SWEPT_LONGER * abs(sweep)
    sides = hair.sides if style.sides_set else 1.0
    groom = replace(
        g,
        top=g.top * hair.length,
        sides=g.sides * hair.length * sides,
        nape=g.nape * hair.length * sides,
        fringe=fringe,
        sweep=sweep,
        comb=(g.comb[0] * (-1 if hair.part < 0 else 1), *g.comb[1:]),
        draw=(g.draw[0] * (-1 if hair.part < 0 else 1), *g.draw[1:]),
        part=part,
        volume=g.volume * hair.volume,
        lift=min(1.0, g.lift * (0.6 + 0.4 * hair.volume)),
        frizz=g.frizz * (0.4 + hair.frizz),
        tousle=style.tousle * hair.tousle,
        curl_radius=g.curl_radius + 0.006 * hair.curl * (g.top > 0.05),
        behind=min(1.0, max(0.0, g.behind + hair.behind - 0.5)),
        uneven=hair.uneven,
        # Whether hair is tucked depends on its wearer, not on how far the style falls behind the shoulders.
        tuck=g.tuck + 0.5 - g.behind if g.tuck > 0 else 0.0,
    )
    groom = _moved(groom, hair)
    return replace(style, groom=_wetted(groom, hair.wet) if hair.wet > 0 else groom)


def _moved(g: Groom, hair: Hair) -> Groom:
    """A groom with what hangs into the face, and what wind makes of it.

    Wind opens locks and blows the hair of the side that it comes from into the face.
    """
    strength = abs(hair.wind)
    blown = WIND_DRAPE * strength
    drape = (hair.drape_left + blown * (hair.wind < 0), hair.drape_right + blown * (hair.wind > 0))
    return replace(
        g,
        dense=hair.fringe_density,
        drape=(min(drape[0], 1.0), min(drape[1], 1.0)),
        loose=min(1.0, hair.loose + WIND_LOOSE * strength),
        wind=hair.wind,
        tousle=g.tousle + WIND_TOUSLE * strength * (g.top > 0.05),
        frizz=g.frizz * (1 + WIND_FRIZZ * strength),
        stray=g.stray * (1 + WIND_STRAY * strength),
    )


def _wetted(g: Groom, wet: float) -> Groom:
    """A groom whose locks water closes and draws to the skin."""
    return replace(
        g,
        clump=g.clump + wet * (0.95 - g.clump),
        clumps=max(40, int(g.clumps * (1 - WET_FEWER * wet))),
        fine=g.fine + wet * (1 - g.fine),
        join=g.join * (1 - 0.5 * wet),
        frizz=g.frizz * (1 - 0.85 * wet),
        tousle=g.tousle * (1 - 0.6 * wet),
        volume=g.volume * (1 - WET_FLAT * wet),
        lift=g.lift * (1 - 0.6 * wet),
        stray=g.stray * (1 - 0.8 * wet),
        baby=g.baby * (1 - 0.7 * wet),
        curl_radius=g.curl_radius * (1 - 0.4 * wet),
    )


def scalp_of(hair: Hair) -> Scalp:
    """The part of the scalp on which a spec's hair grows."""
    line = Hairline(hair.hairline_height, hair.recession, hair.peak, hair.sideburn)
    # Any two heads differ in these numbers, so they serve as the phase of the wandering hairline.
    phase = 7.0 * hair.hairline_height + 5.0 * hair.recession + 11.0 * hair.peak
    return Scalp(line, hair.thinning, HAIR_STYLES[hair.style].crown, 1.2, phase)


def brow_of(brows: Brows) -> BrowShape:
    """The outline of a spec's brows."""
    return BrowShape(**{field.name: getattr(brows, field.name) for field in fields(BrowShape)})
