"""A studio lamp with a fill."""

from facegen.assets.environment.light_registry import LIGHTS, LightSetup

LIGHTS.add(
    LightSetup(
        name="softbox",
        order=4,
        weight=0.14,
        ambient=0.15,
        key=0.9,
        key_size=(0.4, 1.3),
        key_azimuth=55.0,
        key_elevation=(10.0, 50.0),
        fill=0.25,
        rim_chance=0.4,
    )
)
