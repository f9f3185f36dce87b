"""The default prior of hair: styles, lengths, colours, beards."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from facegen.assets.hair.facial_hair import STUBBLE_MM
from facegen.assets.hair.style_registry import HAIR_STYLES, style_weights
from facegen.datasets.keyed_random import Draw
from facegen.render.spec import face_spec as s

HAIR_MELANIN = {"african": (0.96, 0.02), "asian": (0.94, 0.04), "caucasian": (0.66, 0.2)}
# Shares of CelebAMask-HQ's 30,000 annotations among hair that is called black, brown, blond or grey. Of women
# who are not "Young" 13 % are grey and 45 % blond, of men 44 % and 4 %: most women cover grey, half of them
# with blond. Of young women 35 % are blond and 38 % brown, of young men 3 % and 35 %. The pictures are mostly
# of people of European ancestry; what others lighten is a guess.
COVERED = 0.7  # grey women who dye
LIGHTENED = {"african": (0.08, 0.0), "asian": (0.15, 0.0), "caucasian": (0.25, 0.0)}  # women; men do not
LIGHTENED_COVER = 0.25  # more among those who cover grey
LIGHT = (0.22, 0.6)  # melanin that is left in lightened hair, before the tips
# Fringes are seen on 20 % of young women and 42 % of others, on 15 % of young men and 3 % of others there.
FRINGES = {"woman": (0.2, 0.38), "man": (0.15, 0.03)}
FRINGE_AGES = (30.0, 55.0)  # years between which the first share turns into the second
# Logarithm of Hair.sides, mean and standard deviation: in photographs short hair usually covers the tops of
# ears.
SIDES = (0.45, 0.4)
# Logarithm of Hair.volume, mean and standard deviation, and standard deviation of Hair.hairline_height, mm:
# with 1.0, 0.27 and 4.5 hair of label maps stood lower over the skull than in photographs and varied less.
VOLUME, HAIRLINE = (0.05, 0.36), 8.0
UNEVEN = 0.5  # standard deviation of Hair.uneven: often one side hangs in front and the other behind
# How far hair hangs into the face, where it does, as beta distributions, and in how many faces, on the side
# that the parting leaves more hair and on the other; a fringe's density; loose locks where there are any;
# wind and wet hair. Shares counted on 208 training photographs of CelebAMask-HQ: of some 110 women with hair
# down, 30 have it over the end of a brow and 3 over an eye; 1 in 4 faces has locks that hang apart over the
# skin; 5 faces have wind in their hair, 3 wet hair. (Drawn for everybody, cheeks of women with long hair
# showed .42 of the picture's width in previews of the prior, against .505 in 319 training photographs; .47
# as it is, .49 without any.)
DRAPED, DRAPED_OTHER = 0.27, 0.12
DRAPE, DRAPE_OTHER = (2.0, 2.2), (1.5, 3.0)
LOOSE, LOOSE_MOST = {"woman": 0.35, "man": 0.15}, (1.0, 2.5)
FRINGE_DENSITY = (2.0, 1.2)
WIND, WIND_MOST = {"woman": 0.04, "man": 0.01}, (1.5, 2.0)
WET, WET_MOST = {"woman": 0.012, "man": 0.02}, (2.0, 1.5)
DYES = ((0.55, 0.04, 0.03), (0.62, 0.44, 0.20), (0.10, 0.16, 0.45), (0.50, 0.12, 0.38), (0.20, 0.06, 0.14))


def draw_hair(
    d: Draw, identity: s.Identity, style: str | None = None, colour: s.HairColour | None = None
) -> s.Hair:
    """style and colour may be given; else they follow gender, age and ancestry."""
    man, age = identity.gender, identity.age
    if style is None:
        style = d.choice("hair.style", style_weights(identity))
    recede = man * np.clip((age - 24) / 45, 0, 1)
    if HAIR_STYLES[style].hangs:  # who loses hair at the top seldom wears the rest long
        recede *= 0.4
    part = d.uniform("hair.part", -1, 1)
    left, right = draw_drape(d, part)
    return s.Hair(
        style=style,
        length=d.uniform("hair.length", 0.72, 1.3),
        volume=float(np.exp(d.normal("hair.volume", *VOLUME, -0.75, 0.69))),
        part=part,
        curl=abs(d.normal("hair.curl", 0, 0.25)),
        frizz=d.uniform("hair.frizz", 0.1, 1.3),
        tousle=1.2 * d.uniform("hair.tousle", 0, 1) ** 1.5,
        fringe=d.uniform("hair.fringe", 0.8, 1.45)
        if d.chance("hair.fringe.worn", fringed(identity))
        else 0.0,
        hairline_height=d.normal("hair.hairline_height", 3 + 2 * man, HAIRLINE, -10, 20),
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
        uneven=d.normal("hair.uneven", 0.0, UNEVEN, -1.4, 1.4),
        sides=float(np.exp(d.normal("hair.sides", *SIDES, -0.5, 1.3))),
        sideburn=d.normal("hair.sideburn", 6.0 * man, 4.0, -6, 18),
        fringe_density=float(d("hair.fringe_density").beta(*FRINGE_DENSITY)),
        drape_left=left,
        drape_right=right,
        loose=_sometimes(d, "hair.loose", identity, LOOSE, LOOSE_MOST),
        wind=_sometimes(d, "hair.wind", identity, WIND, WIND_MOST)
        * (1 if d.chance("hair.wind.side", 0.5) else -1),
        wet=_sometimes(d, "hair.wet", identity, WET, WET_MOST),
        colour=colour or draw_hair_colour(d, identity),
    )


def draw_drape(d: Draw, part: float) -> tuple[float, float]:
    """How far hair hangs into the face on the left and on the right; more falls away from the parting."""
    more = float(d("hair.drape.more").beta(*DRAPE)) * d.chance("hair.drape.more.shown", DRAPED)
    less = float(d("hair.drape.less").beta(*DRAPE_OTHER)) * d.chance("hair.drape.less.shown", DRAPED_OTHER)
    return (less, more) if part > 0 else (more, less)


def _sometimes(
    d: Draw,
    name: str,
    identity: s.Identity,
    share: Mapping[str, float],
    most: tuple[float, float],
) -> float:
    """0 but for a share of people, whose values have a beta distribution."""
    chance = share["woman"] + identity.gender * (share["man"] - share["woman"])
    return float(d(f"{name}.amount").beta(*most)) if d.chance(f"{name}.shown", chance) else 0.0


def draw_hair_colour(d: Draw, identity: s.Identity) -> s.HairColour:
    mean, sd = _blend(identity, HAIR_MELANIN)
    melanin = float(np.clip(d.normal("hair.melanin", mean, sd), 0.18, 0.99))
    grey_start = d.normal("hair.grey.start", 48, 9, 25, 75)
    grey = float(np.clip((identity.age - grey_start) / 24, 0, 1)) * d.uniform("hair.grey", 0.4, 1.0)
    woman = 1 - identity.gender
    covered = d.chance("hair.grey.covered", COVERED * woman) and grey > 0
    lightened = woman * (_blend(identity, LIGHTENED)[0] + LIGHTENED_COVER * covered)
    if d.chance("hair.lightened", lightened):
        melanin = min(melanin, d.uniform("hair.lightened.melanin", *LIGHT))
    grey = 0.0 if covered else grey
    dyed = d.chance("hair.dyed", 0.02)
    dye = DYES[int(d("hair.dye").integers(len(DYES)))] if dyed else None
    redness = float(
        np.clip(
            d("hair.redness").beta(1.4, 4.6) + 0.25 * d.chance("hair.red", 0.06 * identity.caucasian), 0, 1
        )
    )
    return s.HairColour(melanin=melanin, redness=redness, grey=0.0 if dyed else grey, dye=dye)


def fringed(identity: s.Identity) -> float:
    """Share of people like this who wear a fringe, where their style takes one."""
    woman, man = (float(np.interp(identity.age, FRINGE_AGES, FRINGES[sex])) for sex in ("woman", "man"))
    return woman + identity.gender * (man - woman)


def _blend(identity: s.Identity, table: Mapping[str, tuple[float, float]]) -> tuple[float, float]:
    """Mean and standard deviation, weighted by ancestry."""
    weights = (identity.african, identity.asian, identity.caucasian)
    rows = np.array([table[k] for k in ("african", "asian", "caucasian")])
    mean, sd = np.array(weights) @ rows
    return mean, sd


def draw_facial_hair(d: Draw, identity: s.Identity, kind: str | None = None) -> s.FacialHair:
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
