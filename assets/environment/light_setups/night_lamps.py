"""Weak lamps, often warm ones."""

from facegen.assets.environment.light_registry import LIGHTS, LightSetup

LIGHTS.add(
    LightSetup(
        name="night",
        order=9,
        weight=0.04,
        ambient=0.15,
        key=0.5,
        key_size=(0.1, 0.6),
        key_azimuth=85.0,
        key_elevation=(5.0, 60.0),
        fill=0.1,
        rim_chance=0.5,
        warm_chance=0.6,
    )
)
