"""The shader of each kind of material. Imports bpy: used inside worker processes only."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import bpy

from facegen.render.blender import (
    materials_fabric,
    materials_hair,
    materials_hand,
    materials_head,
    materials_wear,
)
from facegen.render.geometry import part_materials as m

# Each takes a material of its kind.
SHADERS: dict[type[m.Material], Callable[[Any], bpy.types.Material]] = {
    m.Skin: materials_head.skin,
    m.HandSkin: materials_hand.hand_skin,
    m.WetTissue: materials_head.wet_tissue,
    m.Tooth: materials_head.tooth,
    m.Sclera: materials_head.sclera,
    m.Iris: materials_head.iris,
    m.Pupil: materials_head.pupil,
    m.Cornea: materials_head.cornea,
    m.Hair: materials_hair.hair,
    m.Frame: materials_wear.frame,
    m.Lens: materials_wear.lens,
    m.Fabric: materials_fabric.fabric,
    m.Felt: materials_wear.felt,
    m.PlainCloth: materials_wear.plain_cloth,
    m.Emblem: materials_wear.emblem,
    m.Net: materials_wear.net,
    m.Metal: materials_wear.metal,
}


def shader_of(material: m.Material) -> bpy.types.Material:
    """A Blender material of the material's name, made or refilled.

    Raises
    ------
    KeyError : there is no shader for this kind of material.
    """
    return SHADERS[type(material)](material)
