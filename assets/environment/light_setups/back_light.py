"""Light from behind."""

from facegen.assets.environment.light_registry import LIGHTS, LightSetup

LIGHTS.add(
    LightSetup(
        name="back",
        order=8,
        weight=0.06,
        ambient=0.65,
        key=0.1,
        key_size=(0.5, 1.5),
        key_azimuth=60.0,
        key_elevation=(10.0, 40.0),
        fill=0.15,
        rim_chance=1.0,
    )
)
