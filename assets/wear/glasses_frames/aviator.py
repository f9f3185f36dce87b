"""Aviator glasses: large lenses with the shape of a drop. Sizes by eye."""

from __future__ import annotations

from facegen.assets.wear.glasses_registry import GLASSES_FRAMES, GlassesFrame, LensShape

AVIATOR = GLASSES_FRAMES.add(
    GlassesFrame(
        "aviator",
        LensShape(27.0, 20.5, exponent=2.6, droop_mm=4.0),
        weight_clear=0.04,
        weight_sun=0.3,
        order=50,
        sits_lower_mm=3.0,
    )
)
