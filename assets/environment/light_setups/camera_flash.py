"""A flash on the camera and little else."""

from facegen.assets.environment.light_registry import LIGHTS, LightSetup

LIGHTS.add(
    LightSetup(
        name="flash",
        order=7,
        weight=0.13,
        ambient=0.25,
        key=0.0,
        key_size=(0.5, 0.5),
        key_azimuth=40.0,
        key_elevation=(20.0, 40.0),
        fill=0.0,
        rim_chance=0.15,
        flash=True,
    )
)
