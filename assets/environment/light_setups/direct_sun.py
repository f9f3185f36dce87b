"""A small hard light."""

from facegen.assets.environment.light_registry import LIGHTS, LightSetup

LIGHTS.add(
    LightSetup(
        name="sun",
        order=3,
        weight=0.12,
        ambient=0.28,
        key=1.0,
        key_size=(0.05, 0.14),
        key_azimuth=75.0,
        key_elevation=(15.0, 65.0),
        fill=0.0,
        rim_chance=0.1,
    )
)
