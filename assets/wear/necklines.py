"""Necklines that several garments share: upper edges of cloth, see `garment_registry.Layer.neckline`.

All numbers are mm on the face chart, by eye.
"""

from __future__ import annotations

import numpy as np

from facegen.assets.meshes.mesh import Floats
from facegen.assets.skin import painted_borders

FRONT_MM = 75  # from the middle, over which a neckline is its front


def neck_base(a: Floats) -> Floats:
    """Where the neck meets the shoulders: t (N,) at distances a (N,) from the front."""
    return painted_borders.curve(painted_borders.NECK_BASE, a)


def frontness(a: Floats) -> Floats:
    """1 in the middle of the front, 0 from FRONT_MM on."""
    return np.clip(1 - a / FRONT_MM, 0, 1)


def crew(a: Floats, depth: float) -> Floats:
    """A round neckline that lies close to the neck."""
    return neck_base(a) + 8 - (6 + 16 * depth) * frontness(a) ** 0.7


def shirt(a: Floats, depth: float) -> Floats:
    """Under a shirt's collar; `depth` opens the upper buttons."""
    return neck_base(a) + 12 - (14 + 62 * depth) * np.clip(1 - a / (16 + 12 * depth), 0, 1) ** 0.8


def jacket(a: Floats, depth: float) -> Floats:
    """The opening between the lapels of a jacket; the same for every depth."""
    return neck_base(a) + 12 - 190 * np.clip(1 - a / 68, 0, 1)
