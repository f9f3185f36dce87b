"""Rimless glasses: lenses with a thin edge, held by metal. Sizes by eye."""

from __future__ import annotations

from facegen.assets.wear.glasses_registry import GLASSES_FRAMES, GlassesFrame, LensShape

RIMLESS = GLASSES_FRAMES.add(
    GlassesFrame(
        "rimless",
        LensShape(25.0, 15.0, exponent=3.2, taper=0.04),
        weight_clear=0.1,
        weight_sun=0.0,
        order=80,
        rim_mm=0.5,
        always_metal=True,
    )
)
