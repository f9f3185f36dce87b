"""Open sky or a bright room: much light from everywhere."""

from facegen.assets.environment.light_registry import LIGHTS, LightSetup

LIGHTS.add(
    LightSetup(
        name="open",
        order=1,
        weight=0.2,
        ambient=0.55,
        key=0.55,
        key_size=(0.5, 1.6),
        key_azimuth=70.0,
        key_elevation=(20.0, 65.0),
        fill=0.0,
        rim_chance=0.1,
    )
)
