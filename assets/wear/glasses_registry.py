"""The registry of glasses: what a shape of glasses is.

Each file of `facegen.assets.wear.glasses_frames` adds one.
"""

from __future__ import annotations

from dataclasses import dataclass

from facegen.registry import LAST, Registry


@dataclass(frozen=True)
class LensShape:
    """Outline of a lens: a superellipse, changed at its corners.

    Attributes
    ----------
    half_width_mm, half_height_mm : float
        Of a standard frame. Eye sizes on the market run from 44 to 58 mm (ISO 8624 boxing system).
    exponent : float
        Of the superellipse: 2 is an ellipse, larger is nearer to a rectangle.
    droop_mm : float
        How much of a drop the lens is: its lower half moves towards the nose and hangs lower there.
    lift_mm : float
        By which the outer upper corner stands higher.
    taper : float
        Fraction by which the lens narrows downwards and widens upwards.
    """

    half_width_mm: float
    half_height_mm: float
    exponent: float
    droop_mm: float = 0.0
    lift_mm: float = 0.0
    taper: float = 0.0


@dataclass(frozen=True)
class GlassesFrame:
    """One shape of glasses.

    Attributes
    ----------
    name : str
        The value of `glasses.kind`.
    lens : LensShape
    weight_clear, weight_sun : float
        Relative frequency in the default prior among glasses with clear lenses, and among sunglasses.
    order : int
        Place among the shapes. Part of what a seed means: never change it.
    rim_mm : float or None
        Thickness of the rim; None for `glasses.thickness_mm`.
    brow_bulk : float
        By which fraction the rim is thicker at the top than at the bottom.
    sits_lower_mm : float
        By which the middle of the lens lies lower than that of other glasses.
    always_metal : bool
        Whether the default prior draws this shape in metal only.
    """

    name: str
    lens: LensShape
    weight_clear: float = 0.0
    weight_sun: float = 0.0
    order: int = LAST
    rim_mm: float | None = None
    brow_bulk: float = 0.25
    sits_lower_mm: float = 0.0
    always_metal: bool = False


GLASSES_FRAMES: Registry[GlassesFrame] = Registry(
    "shape of glasses", "facegen.assets.wear.glasses_frames", "facegen.glasses"
)
