"""A studio lamp from above and a fill from right below."""

from facegen.assets.environment.light_registry import LIGHTS, LightSetup

LIGHTS.add(
    LightSetup(
        name="clamshell",
        order=5,
        weight=0.08,
        ambient=0.18,
        key=0.75,
        key_size=(0.5, 1.0),
        key_azimuth=12.0,
        key_elevation=(25.0, 50.0),
        fill=0.4,
        rim_chance=0.3,
        fill_elevation=(-35.0, -35.0),
    )
)
