"""Hair and beards that one row of a profile describes.

Lengths of hair in a row (`hair_length`) are what the audit measures: 0.2 reaches past the ear lobe, 0.45 past
the chin. The styles that a length may have, and their weights, are entries of the registry of hair styles.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from facegen.assets.hair.style_registry import HAIR_STYLES, Observed, candidate_weights
from facegen.datasets.keyed_random import Draw
from facegen.render.matching.profile_rows import Row, flag, number
from facegen.render.prior.hair_prior import draw_facial_hair, draw_hair, draw_hair_colour
from facegen.render.spec import face_spec as s

PAST_EAR, PAST_CHIN = 0.2, 0.45  # hair_length
LOW_HAIR = 0.10  # hair_low, fraction of the hair that lies below the mouth, from which hair counts as long
WOMAN_LENGTH, MAN_LENGTH = 0.5, 0.1  # hair_length of rows that do not give it
WOMAN_LOW, MAN_LOW = 0.3, 0.0  # hair_low of rows that do not give it
BANGS = 0.22  # fringe, fraction of the forehead under hair, from which hair counts as bangs

# hair_length -> Hair.length of a bob that shows it: medians of 103 previews, the lower end extended.
BOB_OF_LENGTH = (0.24, 0.34, 0.40, 0.45, 0.48, 0.505), (0.42, 0.55, 0.75, 0.92, 1.1, 1.35)
# Of long hair over the forehead, the fraction that is swept aside from the parting rather than cut (18 of the
# 48 training masks with most hair over the face), and how far it then hangs into the face.
SWEPT_BANGS, SWEPT_DRAPE = 0.4, (0.6, 0.95)
FREE_FOREHEAD = 0.5  # Hair.drape, at most, where a row has no bangs
TUCKED_DRAPE = 0.15  # Hair.drape, at most, on a side where an ear is seen: less than drape.SWEPT
TURNED = 20.0  # degrees of yaw from where the head itself hides an ear

# hair_shade -> range of Hair.melanin.
SHADES = {"black": (0.90, 0.99), "brown": (0.66, 0.88), "other": (0.55, 0.85), "blond": (0.22, 0.48)}
# hair_lightness -> Hair.melanin that is rendered with it: medians of 399 faces, the ends extended.
MELANIN_OF_LIGHTNESS = (
    (9.0, 12.5, 15.0, 19.5, 24.0, 33.5, 41.5, 50.0, 60.0),
    (0.98, 0.91, 0.84, 0.75, 0.62, 0.42, 0.28, 0.14, 0.05),
)
MELANIN_SCATTER = 0.06  # standard deviation of melanin around that curve, relative
# How far melanin may leave the range of its shade: the light is part of the lightness that is measured.
OUTSIDE_SHADE = 0.2

SHORT_MM = 9.0  # the longest beard that annotators call a goatee


@dataclass(frozen=True)
class Wanted:
    """What decides about the cut: the person's gender and African ancestry (0 to 1), and the row."""

    man: bool
    african: float
    row: Row

    @property
    def length(self) -> float:
        """hair_length of the row."""
        return number(self.row, "hair_length", MAN_LENGTH if self.man else WOMAN_LENGTH)

    @property
    def bangs(self) -> bool:
        """What the mask shows of the forehead decides; else what the annotators say."""
        if "fringe" in self.row:
            return number(self.row, "fringe", 0.0) > BANGS
        return bool(self.row.get("bangs", False))

    @property
    def bald(self) -> bool:
        """Whether there is no hair."""
        return bool(self.row.get("bald", False) or not self.row.get("hair", True))

    @property
    def long(self) -> bool:
        """Whether hair hangs past the chin and below the mouth."""
        low = number(self.row, "hair_low", MAN_LOW if self.man else WOMAN_LOW)
        return ("hair_length" not in self.row or self.length > PAST_CHIN) and low > LOW_HAIR

    @property
    def observed(self) -> Observed:
        """The same for the registry of styles."""
        form = str(self.row.get("hair_form", "other"))
        return Observed(self.man, self.african, form, bool(flag(self.row, "receding_hairline")))


# The first whose condition holds names the candidates, one of style_registry.OBSERVED_LENGTHS.
LENGTHS: tuple[tuple[Callable[[Wanted], bool], str], ...] = (
    (lambda wanted: wanted.long, "long"),
    (lambda wanted: wanted.length > PAST_EAR and wanted.man, "middle_men"),
    (lambda wanted: wanted.length > PAST_EAR, "middle_women"),
    (lambda wanted: True, "short"),
)


def hair(d: Draw, identity: s.Identity, row: Row) -> s.Hair:
    """Scalp hair of a row; a draw of the prior where the row says neither `bald` nor `hair_length`."""
    if "bald" not in row and "hair_length" not in row:
        return draw_hair(d, identity)
    wanted = Wanted(identity.gender > 0.5, identity.african, row)
    style = choose_style(d, wanted)
    drawn = draw_hair(d, identity, style=style, colour=hair_colour(d, identity, row))
    drawn = cut_to_row(d, drawn, wanted)
    drawn = tuck_behind_ears(drawn, row)
    return _hairline_of_row(d, drawn, row)


def choose_style(d: Draw, wanted: Wanted) -> str:
    """A style by the row's length, form, bangs and visible ears; a name of HAIR_STYLES."""
    if wanted.bald:
        return "bald"
    length = next(length for applies, length in LENGTHS if applies(wanted))
    weights = candidate_weights(length, wanted.observed)
    if flag(wanted.row, "ear_left") is False and flag(wanted.row, "ear_right") is False:
        weights = {k: w * HAIR_STYLES[k].covers_ears for k, w in weights.items()}
    if wanted.bangs:
        weights = {k: w for k, w in weights.items() if HAIR_STYLES[k].takes_fringe}
    return d.choice("match.hair.style", weights)


def cut_to_row(d: Draw, cut: s.Hair, wanted: Wanted) -> s.Hair:
    """A bob of the row's length, and a fringe where the row has bangs."""
    if cut.style == "bob" and "hair_length" in wanted.row:
        cut = replace(cut, length=float(np.interp(wanted.length, *BOB_OF_LENGTH)))
    if wanted.bangs and HAIR_STYLES[cut.style].parted and d.chance("match.swept", SWEPT_BANGS):
        drape = d.uniform("match.drape", *SWEPT_DRAPE)
        left, right = (cut.drape_left, drape) if cut.part > 0 else (drape, cut.drape_right)
        cut = replace(cut, fringe=0.0, drape_left=left, drape_right=right)
    elif wanted.bangs:
        cut = replace(cut, fringe=d.uniform("match.fringe", 1.0, 1.5))
    elif "bangs" in wanted.row:
        left, right = (min(drape, FREE_FOREHEAD) for drape in (cut.drape_left, cut.drape_right))
        cut = replace(cut, fringe=0.0, drape_left=left, drape_right=right)
    return cut


def tuck_behind_ears(cut: s.Hair, row: Row) -> s.Hair:
    """Hair that lies behind ears and shoulders on the sides where the row shows an ear."""
    left, right = flag(row, "ear_left"), flag(row, "ear_right")
    if left is None or right is None:
        return cut
    seen = (int(left) + int(right)) / 2
    # A turned head hides an ear itself: the difference of the sides then says nothing about hair.
    frontal = max(0.0, 1 - abs(number(row, "yaw", 0.0)) / TURNED)
    more_left = frontal * (int(left) - int(right))
    # Hair that hangs into the face hides the ear of its side.
    most = [TUCKED_DRAPE if ear else 1.0 for ear in (left, right)]
    return replace(
        cut,
        drape_left=min(cut.drape_left, most[0]),
        drape_right=min(cut.drape_right, most[1]),
        behind=float(np.clip(0.15 + 0.7 * seen + 0.3 * (cut.behind - 0.5), 0, 1)),
        uneven=float(np.clip(0.5 * cut.uneven + 0.6 * more_left, -1.4, 1.4)),
    )


def _hairline_of_row(d: Draw, cut: s.Hair, row: Row) -> s.Hair:
    receding = flag(row, "receding_hairline")
    if receding is None:
        return cut
    if receding:
        recession = d.uniform("match.recession", 8, 20)
        return replace(cut, recession=recession, hairline_height=cut.hairline_height + 4)
    return replace(cut, recession=min(cut.recession, 4.0), thinning=0.0)


def hair_colour(d: Draw, identity: s.Identity, row: Row) -> s.HairColour:
    """Hair of a row's shade, lightness and grey; a draw of the prior where it gives none of them."""
    colour = draw_hair_colour(d, identity)
    if "hair_shade" in row:
        low, high = SHADES[str(row["hair_shade"])]
        melanin = d.uniform("match.hair.melanin", low, high)
        lightness = number(row, "hair_lightness", np.nan)
        if np.isfinite(lightness):
            scatter = d.normal("match.hair.scatter", 1.0, MELANIN_SCATTER)
            rendered = np.interp(lightness, *MELANIN_OF_LIGHTNESS) * scatter
            least, most = max(low - OUTSIDE_SHADE, 0.04), min(high + OUTSIDE_SHADE, 0.99)
            melanin = float(np.clip(rendered, least, most))
        colour = replace(colour, melanin=melanin, dye=None)
    if "gray_hair" in row:
        grey = d.uniform("match.grey", 0.45, 1.0) if row["gray_hair"] else min(colour.grey, 0.15)
        colour = replace(colour, grey=grey)
    return colour


def facial_hair(d: Draw, identity: s.Identity, row: Row) -> s.FacialHair:
    """A beard of a row; a draw of the prior where it does not say `no_beard`."""
    if "no_beard" not in row:
        return draw_facial_hair(d, identity)
    kind = _beard_kind(d, identity, row)
    drawn = draw_facial_hair(d, identity, kind)
    if row.get("goatee", False) and kind == "full_beard":
        length_mm = float(np.exp(d.uniform("match.goatee_mm", *np.log((3.5, SHORT_MM)))))
        drawn = replace(drawn, length_mm=length_mm)
    # Few people shave the rest of the face of a goatee closely.
    if row.get("5_o_clock_shadow", False) or (kind == "goatee" and "5_o_clock_shadow" not in row):
        drawn = replace(drawn, shadow=d.uniform("match.shadow", 0.25, 0.6))
    return drawn


def _beard_kind(d: Draw, identity: s.Identity, row: Row) -> str:
    if row["no_beard"] or identity.gender < 0.5:
        return "none"
    if row.get("goatee", False):
        # Annotators call most short beards with a fuller chin a goatee.
        return "goatee" if d.chance("match.goatee_alone", 0.5) else "full_beard"
    if row.get("mustache", False):
        return "moustache" if d.chance("match.moustache_alone", 0.35) else "full_beard"
    shadow = bool(row.get("5_o_clock_shadow", False))
    return "stubble" if shadow or d.chance("match.stubble", 0.5) else "full_beard"
