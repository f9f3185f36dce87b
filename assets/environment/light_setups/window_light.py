"""One large soft light from the side."""

from facegen.assets.environment.light_registry import LIGHTS, LightSetup

LIGHTS.add(
    LightSetup(
        name="window",
        order=2,
        weight=0.16,
        ambient=0.22,
        key=0.95,
        key_size=(0.8, 2.0),
        key_azimuth=85.0,
        key_elevation=(0.0, 35.0),
        fill=0.0,
        rim_chance=0.1,
    )
)
