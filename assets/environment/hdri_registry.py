"""HDRIs: panoramas of light around a head.

Each file in `hdris/` adds `Hdri` entries to HDRIS; an installed package adds more through the entry-point
group `facegen.hdris`. See docs/extending/light.md.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from facegen.registry import LAST, Registry


@dataclass(frozen=True)
class Hdri:
    """One panorama of light.

    Attributes
    ----------
    name : str
        As in `--set light.hdri=NAME` and in stored specs.
    path : function giving a str
        Its file: an equirectangular OpenEXR picture, linear RGB, its height and width multiples of 32 and 64
        pixels. Its brightness does not count: a face is lit as bright as the spec says. Called only when it
        is used.
    order : int
        Place in the list.
    weight : float
        Of the default prior.
    """

    name: str
    path: Callable[[], str]
    order: int = LAST
    weight: float = 1.0


HDRIS: Registry[Hdri] = Registry("HDRI", "facegen.assets.environment.hdris", "facegen.hdris")
