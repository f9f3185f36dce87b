"""Oval glasses: low ellipses. Sizes by eye."""

from __future__ import annotations

from facegen.assets.wear.glasses_registry import GLASSES_FRAMES, GlassesFrame, LensShape

OVAL = GLASSES_FRAMES.add(
    GlassesFrame(
        "oval",
        LensShape(24.5, 15.5, exponent=2.2),
        weight_clear=0.14,
        weight_sun=0.1,
        order=30,
    )
)
