"""Wayfarer glasses: large lenses that widen upwards. Sizes by eye."""

from __future__ import annotations

from facegen.assets.wear.glasses_registry import GLASSES_FRAMES, GlassesFrame, LensShape

WAYFARER = GLASSES_FRAMES.add(
    GlassesFrame(
        "wayfarer",
        LensShape(26.0, 18.5, exponent=2.9, lift_mm=1.5, taper=0.13),
        weight_clear=0.14,
        weight_sun=0.22,
        order=60,
    )
)
