"""What a sample's meta says of its face, flat: names that are fields of a table, and plain values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

TURNS = ("yaw", "pitch", "roll")


def attributes_of(meta: Mapping[str, Any]) -> dict[str, Any]:
    """Visible attributes and true head pose of a face.

    Parameters
    ----------
    meta : mapping
        Content of its meta.json.

    Returns
    -------
    dict of str to float, int, bool or str
        "age", "glasses", "area_scalp_hair" (fraction of the picture), "head_yaw" in degrees ... in order of
        their names. What the meta does not hold is left out.
    """
    found = {name.replace(".", "_"): value for name, value in (meta.get("attributes") or {}).items()}
    pose = meta.get("head_pose") or {}
    found |= {f"head_{turn}": pose[turn] for turn in TURNS if turn in pose}
    return {name: found[name] for name in sorted(found) if isinstance(found[name], int | float | str)}
