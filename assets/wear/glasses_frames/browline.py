"""Browline glasses: the rim is heavy along the brows. Sizes by eye."""

from __future__ import annotations

from facegen.assets.wear.glasses_registry import GLASSES_FRAMES, GlassesFrame, LensShape

BROWLINE = GLASSES_FRAMES.add(
    GlassesFrame(
        "browline",
        LensShape(24.5, 17.0, exponent=3.0, droop_mm=1.0, taper=0.06),
        weight_clear=0.1,
        weight_sun=0.06,
        order=40,
        brow_bulk=1.6,
    )
)
