"""What headwear is made of."""

from __future__ import annotations

import numpy as np

from facegen.assets.wear.cloth_patterns import cloth_picture
from facegen.assets.wear.emblems import emblem_picture
from facegen.assets.wear.hat_registry import HATS
from facegen.render.geometry import part_materials as materials
from facegen.render.geometry.fitting import Fitting
from facegen.render.spec.face_spec import FABRICS

FOLDS = 0.55  # of woven headwear, of the deepest folds of clothes
FOLDS_MOVED = 5.0  # metres at most by which the pattern of folds is moved
GREEN = (0.05, 0.12, 0.03)  # linear RGB of leaves
PLASTIC_ROUGHNESS, METAL_ROUGHNESS = 0.3, 0.2
NET_MM, NET_WIRE = 9.0, 0.07  # mesh of a net, and how much of it is thread


def hat_materials(face: Fitting) -> tuple[materials.Material, ...]:
    """Materials of crown, band, brim and emblem of what a face wears on its head."""
    worn, kind = face.spec.headwear, HATS[face.spec.headwear.kind]
    shell = _shell(face)
    band = materials.PlainCloth("hat_band", worn.second) if kind.plain_band else shell
    brim = materials.PlainCloth("hat_brim", worn.second) if kind.plain_brim else shell
    if kind.stuff == "petals":
        brim = materials.PlainCloth("hat_leaves", GREEN)
    if worn.emblem == "none":
        return shell, band, brim
    picture = emblem_picture(worn.emblem, worn.emblem_colour, worn.second, face.generator("hat emblem"))
    return shell, band, brim, materials.Emblem("hat_emblem", picture)


def _shell(face: Fitting) -> materials.Material:
    worn, kind, rng = face.spec.headwear, HATS[face.spec.headwear.kind], face.generator("hat")
    if kind.stuff == "petals":
        return materials.PlainCloth("hat", worn.colour)
    if kind.stuff in ("plastic", "metal"):
        metallic = float(kind.stuff == "metal")
        return materials.Metal(
            "hat", worn.colour, metallic, METAL_ROUGHNESS if metallic else PLASTIC_ROUGHNESS
        )
    if kind.stuff == "net":
        return materials.Net("hat", worn.colour, NET_MM, NET_WIRE)
    if kind.stuff == "garment":
        return _cloth(face, face.spec.garment.fabric, rng)
    if kind.stuff in FABRICS:
        return _cloth(face, kind.stuff, rng)
    picture = cloth_picture(worn.pattern, worn.colour, worn.second, rng)
    return materials.Felt("hat", picture, worn.roughness, kind.ribs, kind.panels)


def _cloth(face: Fitting, fabric: str, rng: np.random.Generator) -> materials.Fabric:
    """Cloth of its own, or of the garment where the headwear is a part of that."""
    own = HATS[face.spec.headwear.kind].stuff != "garment"
    worn = face.spec.headwear if own else face.spec.garment
    picture = cloth_picture(worn.pattern, worn.colour, worn.second, rng)
    shift = tuple(rng.uniform(0, FOLDS_MOVED, 3).tolist())
    folds = (1.0 if fabric == "fleece" else FOLDS) if own else face.spec.garment.folds
    return materials.Fabric("hat", picture, fabric, worn.roughness, folds, shift)
