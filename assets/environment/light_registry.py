"""Ways of lighting a face, from which the default prior draws lamps and ambient light.

Each file in `light_setups/` adds one `LightSetup` to LIGHTS; an installed package adds more through the
entry-point group `facegen.lights`. See docs/extending/light.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from facegen.registry import LAST, Registry

Range: TypeAlias = tuple[float, float]  # the least and the greatest value of an even draw


@dataclass(frozen=True)
class LightSetup:
    """One way of lighting a face.

    Strengths are relative to a face in even light of 1 and are varied around these values.

    Attributes
    ----------
    name : str
    order : int
        Place in the list.
    weight : float
        Of the default prior. The set-ups are those of portrait handbooks and of snapshots; the weights are a
        guess.
    ambient : float
        Strength of the HDRI.
    key : float
        Strength of the key light.
    key_size : Range, metres
        Diameter of the key light: large is soft.
    key_azimuth : float, degrees
        The key light stands up to this far to either side.
    key_elevation : Range, degrees
        Above the face.
    fill : float
        Strength of the fill light, besides what walls and floor throw back.
    fill_elevation : Range, degrees
        Above the face.
    rim_chance : float in [0, 1]
        Probability of a rim light.
    warm_chance : float in [0, 1]
        Probability of lamps as warm as light bulbs.
    flash : bool
        A flash on the camera is lit.
    """

    name: str
    order: int = LAST
    weight: float = 0.0
    ambient: float = 0.3
    key: float = 0.8
    key_size: Range = (0.4, 1.3)
    key_azimuth: float = 70.0
    key_elevation: Range = (15.0, 60.0)
    fill: float = 0.0
    fill_elevation: Range = (-40.0, -5.0)
    rim_chance: float = 0.1
    warm_chance: float = 0.0
    flash: bool = False


LIGHTS: Registry[LightSetup] = Registry(
    "light set-up", "facegen.assets.environment.light_setups", "facegen.lights"
)
