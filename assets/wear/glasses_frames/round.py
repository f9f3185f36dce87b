"""Round glasses: circles, slightly wider than high. Sizes by eye."""

from __future__ import annotations

from facegen.assets.wear.glasses_registry import GLASSES_FRAMES, GlassesFrame, LensShape

ROUND = GLASSES_FRAMES.add(
    GlassesFrame(
        "round",
        LensShape(22.0, 20.5, exponent=2.0),
        weight_clear=0.12,
        weight_sun=0.1,
        order=20,
    )
)
