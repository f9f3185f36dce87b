"""The eight HDRIs that come with Blender's Python module (CC0)."""

from __future__ import annotations

import importlib.util
from functools import cache, partial
from pathlib import Path

from facegen.assets.environment.hdri_registry import HDRIS, Hdri

NAMES = ("city", "courtyard", "forest", "interior", "night", "studio", "sunrise", "sunset")


@cache  # finding a module takes a millisecond
def blender_world(name: str) -> str:
    """File of one of Blender's HDRIs; the module is not imported.

    Raises
    ------
    ModuleNotFoundError : Blender's module is not installed.
    """
    found = importlib.util.find_spec("bpy")
    if found is None or found.origin is None:
        raise ModuleNotFoundError("No module named 'bpy'", name="bpy")
    (folder,) = Path(found.origin).parent.glob("*/datafiles/studiolights/world")
    return str(folder / f"{name}.exr")


for place, name in enumerate(NAMES, 1):
    HDRIS.add(Hdri(name, partial(blender_world, name), order=place))
