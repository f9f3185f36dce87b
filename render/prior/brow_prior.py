"""The default prior of brows and lashes: by sex, age and ancestry.

Means and standard deviations of the outline follow the label maps of frontal faces in the fitting part of
CelebAMask-HQ's training set: 141 women and 94 men (sex by eye), of them 20 of African and 7 of Asian
ancestry and 17 of 50 years and more. Densities and lashes are by eye.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from facegen.datasets.keyed_random import Draw
from facegen.render.spec import face_spec as s

# Standard deviations of the difference of the two brows of a face: mm, mm, relative. In label maps of frontal
# faces of CelebAMask-HQ the sides differ by standard deviations of 0.023 eye-mouth distances in the height of
# the brows and of 0.14 in the logarithm of their length; part of that is the annotators'.
BROW_LIFT, BROW_LONGER, BROW_THICKER = 1.5, 3.0, 0.1


class BrowLaw(NamedTuple):
    """Means of the fields of face_spec.Brows for one sex, and standard deviations within it.

    thickness : median and standard deviation of its logarithm
    others : mean and standard deviation, mm; of taper without a unit
    """

    thickness: tuple[float, float]
    height: tuple[float, float]
    slant: tuple[float, float]
    arch: tuple[float, float]
    taper: tuple[float, float]
    inner: tuple[float, float]
    length: tuple[float, float]


WOMEN = BrowLaw(
    thickness=(1.0, 0.17),
    height=(-2.7, 2.1),
    slant=(-1.5, 2.3),
    arch=(0.3, 1.3),
    taper=(0.12, 0.22),
    inner=(-0.9, 2.2),
    length=(-1.2, 2.6),
)
MEN = BrowLaw(
    thickness=(1.5, 0.2),
    height=(-2.7, 2.4),
    slant=(-6.8, 2.6),
    arch=(1.5, 1.4),
    taper=(-0.28, 0.24),
    inner=(-1.2, 2.6),
    length=(-0.8, 3.0),
)
# Standard deviations of slant are two thirds of those in the masks, of which the rest is the muscles' and the
# annotators': outlines as steep as their tenth part read as frowns.
# How much higher brows lie above the eyes, mm, by ancestry: 3 to 4.5 in the masks of 20 African and 7 Asian
# faces against the others, of which the average heads hold a part.
HIGHER_AFRICAN, HIGHER_ASIAN = 2.0, 1.6
# After OLD_FROM, fully at OLD_YEARS more: brows sink, their tails most, lose hairs; women's become thinner.
OLD_FROM, OLD_YEARS = 45.0, 40.0
SINKS, TAIL_SINKS, THINS, LOSES = 1.0, 1.8, 0.15, 0.3
# Correlations within a sex: of thickness with length and with bow, of bow with slant.
WITH_LENGTH, WITH_ARCH, ARCH_WITH_SLANT = 0.4, 0.25, -0.5
DENSITY = {"woman": (0.8, 0.16), "man": (1.0, 0.16)}  # mean and standard deviation at the mean thickness
# Fraction of women who wear mascara, young and old (heavy make-up or lipstick in the annotation rows of
# CelebAMask-HQ: .89 and .83; half of them visibly), and the lashes of women with it, without, and of men.
MASCARA = 0.6
LASHES = {"mascara": (0.85, 0.1), "bare": (0.42, 0.12), "man": (0.3, 0.1)}


def draw_brows(d: Draw, identity: s.Identity) -> s.Brows:
    """Brows and lashes of a person.

    Parameters
    ----------
    d : keyed draws of the face
    identity : its sex, age and ancestry count
    """
    man = identity.gender
    old = float(np.clip((identity.age - OLD_FROM) / OLD_YEARS, 0, 1))
    law = BrowLaw(
        *(
            ((1 - man) * women[0] + man * men[0], (1 - man) * women[1] + man * men[1])
            for women, men in zip(WOMEN, MEN, strict=True)
        )
    )
    bushy = d.normal("brows.thickness", 0, 1, -2.2, 2.2)
    slanting = d.normal("brows.slant", 0, 1, -2.2, 2.2)
    longer = _mixed((WITH_LENGTH, bushy), rest=d.normal("brows.length", 0, 1, -2.2, 2.2))
    arched = _mixed(
        (WITH_ARCH, bushy), (ARCH_WITH_SLANT, slanting), rest=d.normal("brows.arch", 0, 1, -2.2, 2.2)
    )
    thickness = law.thickness[0] * np.exp(law.thickness[1] * bushy) * (1 - THINS * old * (1 - man))
    higher = HIGHER_AFRICAN * identity.african + HIGHER_ASIAN * identity.asian - SINKS * old
    return s.Brows(
        height=d.normal("brows.height", law.height[0] + higher, law.height[1], -8, 6),
        thickness=float(np.clip(thickness, 0.5, 2.0)),
        arch=float(np.clip(law.arch[0] + law.arch[1] * arched, -4, 6)),
        slant=float(np.clip(law.slant[0] - TAIL_SINKS * old + law.slant[1] * slanting, -12, 12)),
        taper=d.normal("brows.taper", *law.taper, -0.5, 0.7),
        inner=d.normal("brows.inner", *law.inner, -5, 6),
        length=float(np.clip(law.length[0] + law.length[1] * longer, -8, 8)),
        lift=d.normal("brows.lift", 0.0, BROW_LIFT, -4, 4),
        longer=d.normal("brows.longer", 0.0, BROW_LONGER, -6, 6),
        thicker=d.normal("brows.thicker", 0.0, BROW_THICKER, -0.35, 0.35),
        density=_density(d, man, bushy, old),
        lashes=_lashes(d, man),
    )


def _mixed(*shared: tuple[float, float], rest: float) -> float:
    """A standard normal number that correlates with others: pairs (correlation, number), and its own part."""
    return sum(r * x for r, x in shared) + float(np.sqrt(1 - sum(r**2 for r, _ in shared))) * rest


def _density(d: Draw, man: float, bushy: float, old: float) -> float:
    """Thick brows are dense too."""
    mean, sd = ((1 - man) * a + man * b for a, b in zip(DENSITY["woman"], DENSITY["man"], strict=True))
    drawn = mean + sd * _mixed((0.5, bushy), rest=d.normal("brows.density", 0, 1, -2.2, 2.2))
    return float(np.clip(drawn * (1 - LOSES * old), 0.25, 1.4))


def _lashes(d: Draw, man: float) -> float:
    kind = "man" if man > 0.5 else "mascara" if d.chance("brows.mascara", MASCARA) else "bare"
    return d.normal("brows.lashes", *LASHES[kind], 0.05, 1.0)
