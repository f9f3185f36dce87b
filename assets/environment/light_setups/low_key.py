"""One lamp in a dark room."""

from facegen.assets.environment.light_registry import LIGHTS, LightSetup

LIGHTS.add(
    LightSetup(
        name="low_key",
        order=6,
        weight=0.07,
        ambient=0.12,
        key=1.0,
        key_size=(0.2, 0.9),
        key_azimuth=80.0,
        key_elevation=(5.0, 50.0),
        fill=0.0,
        rim_chance=0.5,
    )
)
