"""Which processor Cycles renders on. Imports bpy: worker processes only."""

from __future__ import annotations

from collections.abc import Iterable

import bpy

from facegen.datasets.errors import FacegenError

# Fastest first.
GPU_KINDS = ("OPTIX", "CUDA", "HIP", "ONEAPI", "METAL")


def gpu_kinds() -> list[str]:
    """Kinds of GPU that this Cycles build sees a device for, fastest first."""
    preferences = bpy.context.preferences.addons["cycles"].preferences
    found = []
    for kind in GPU_KINDS:
        try:
            devices = preferences.get_devices_for_type(kind)
        except (TypeError, ValueError):
            continue
        if any(d.type == kind for d in devices):
            found.append(kind)
    return found


def use_device(scenes: Iterable[bpy.types.Scene], wanted: str) -> str:
    """Choose what scenes are rendered on.

    Parameters
    ----------
    scenes : iterable of bpy.types.Scene
    wanted : str
        "auto" (a GPU where there is one), "cpu", or one of GPU_KINDS in lower case.

    Returns
    -------
    str, what is used: "cpu" or a kind of GPU in lower case

    Raises
    ------
    FacegenError : there is no device of the wanted kind.
    """
    if wanted == "cpu":
        return "cpu"
    if "cycles" not in bpy.context.preferences.addons:
        bpy.ops.preferences.addon_enable(module="cycles")
    kinds = gpu_kinds()
    if wanted == "auto":
        if not kinds:
            return "cpu"
        kind = kinds[0]
    else:
        kind = wanted.upper()
        if kind not in kinds:
            raise FacegenError(f"no {wanted} device for rendering: use --device cpu, or auto")
    preferences = bpy.context.preferences.addons["cycles"].preferences
    preferences.compute_device_type = kind
    preferences.get_devices()
    for device in preferences.devices:
        device.use = device.type == kind
    for scene in scenes:
        scene.cycles.device = "GPU"
    return kind.lower()
