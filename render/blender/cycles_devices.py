"""Which processor Cycles renders on. Imports bpy: worker processes only."""

from __future__ import annotations

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


def use_device(scenes, wanted: str) -> str:
    """Set `auto`, `cpu` or a kind of GPU for the scenes; returns what is used, in lower case.

    Raises FacegenError where the wanted kind has no device.
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
