"""Rectangular glasses: low lenses with sharp corners. Sizes by eye."""

from __future__ import annotations

from facegen.assets.wear.glasses_registry import GLASSES_FRAMES, GlassesFrame, LensShape

RECTANGULAR = GLASSES_FRAMES.add(
    GlassesFrame(
        "rectangular",
        LensShape(25.5, 14.5, exponent=3.8, droop_mm=0.5, taper=0.06),
        weight_clear=0.3,
        weight_sun=0.12,
        order=10,
    )
)
