"""Cat-eye glasses: the outer upper corners are drawn up. Sizes by eye."""

from __future__ import annotations

from facegen.assets.wear.glasses_registry import GLASSES_FRAMES, GlassesFrame, LensShape

CAT_EYE = GLASSES_FRAMES.add(
    GlassesFrame(
        "cat_eye",
        LensShape(26.0, 17.0, exponent=2.5, lift_mm=4.5, taper=0.08),
        weight_clear=0.06,
        weight_sun=0.1,
        order=70,
    )
)
