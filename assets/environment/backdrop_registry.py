"""Kinds of backdrop: how one is drawn, and how often.

Each file in `backdrops/` adds one `Backdrop` to BACKDROPS; an installed package adds more through the
entry-point group `facegen.backdrops`. See docs/extending/backdrop.md.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from facegen.assets.environment.backdrop_drawing import Picture
from facegen.registry import LAST, Registry


@dataclass(frozen=True)
class Backdrop:
    """One kind of backdrop.

    Attributes
    ----------
    name : str
        As in `--set background.kind=NAME` and in stored specs.
    draw : function of a np.random.Generator and a size, giving (size, size, 3) float, linear RGB
        The scene as light: sharp, in its own colours, lamps brighter than 1. The same generator gives the
        same scene.
    order : int
        Place in the list of kinds.
    weight : float
        Of the default prior, a guess: what is behind people in everyday pictures, indoors, outdoors, at
        events and in studios. No kind is so rare that it is missed, and none so common that a parser could
        rely on it.
    least_blur : float
        Standard deviation of the least blur, as a fraction of the width: drawn shapes pass for things only
        out of focus.
    uniform : bool
        Of one hue: matching does not choose it where a row asks for many colours.
    dark : bool
        Matching does not choose it where a row asks for a bright background.
    flat : float
        Weight of matching for a background of almost one tone.
    """

    name: str
    draw: Callable[[np.random.Generator, int], Picture]
    order: int = LAST
    weight: float = 0.0
    least_blur: float = 0.0
    uniform: bool = False
    dark: bool = False
    flat: float = 0.0


BACKDROPS: Registry[Backdrop] = Registry(
    "backdrop", "facegen.assets.environment.backdrops", "facegen.backdrops"
)
