"""Glasses, clothes, hats and jewellery as parts."""

from __future__ import annotations

import numpy as np

from facegen.assets.meshes.mesh import Floats, Ints
from facegen.assets.wear import fur, glasses, jewellery
from facegen.assets.wear.cloth_patterns import cloth_picture
from facegen.assets.wear.garment_registry import GARMENT_CUTS, INNER, MAIN, TIE, Piece
from facegen.assets.wear.jewellery_registry import NECKLACES
from facegen.datasets.conventions.native_labels import Native
from facegen.render.geometry import part_materials as materials
from facegen.render.geometry.fitting import Fitting
from facegen.render.geometry.hat_materials import hat_materials
from facegen.render.geometry.part import MeshGeometry, Part, StrandGeometry
from facegen.render.spec.face_spec import Glasses

OPAQUE = 0.13  # fraction of the light under which lenses hide the eyes: set on 58 rendered sunglasses
COATED, GLARE = 1.1, 0.3  # index of refraction of a lens that mirrors little, and what full glare adds
INNER_FOLDS = 0.5  # in shirts and ties, of the folds of what is worn over them
FOLDS_MOVED = 5.0  # metres at most by which the pattern of folds is moved: so that everybody has other folds
CHART_UNIT_MM = 100.0  # of the texture coordinates of cloth
# Degrees by which a flat earring hangs turned from across the head to along it (`Piercing.turn`).
EARRING_TURN = (10.0, 75.0)
STONE_ROUGHNESS = 0.08  # polished
FUR_PIGMENT = (0.5, 0.5)  # melanin and redness of fur before its dye


def hides_eyes(worn: Glasses) -> bool:
    """Whether nobody could draw the eyes behind these glasses: the map of the bare face then keeps them."""
    return glasses.lens_transmittance(worn) < OPAQUE


def eyewear(face: Fitting) -> list[Part]:
    """Frame and lenses."""
    worn, sitting = face.spec.glasses, face.glasses
    if sitting is None:
        return []
    rim = MeshGeometry(sitting.frame, sitting.frame_faces)
    pane = MeshGeometry(sitting.lens, sitting.lens_faces, sitting.place)
    clear = not hides_eyes(worn)
    metal = materials.Frame("glasses_frame", worn.colour, worn.metal)
    glass = materials.Lens("lens", COATED + GLARE * worn.glare, worn.tint, worn.lens, worn.gradient)
    return [
        Part("frame", rim, (Native.GLASSES_FRAME,), (metal,), see_through=clear),
        Part("lens", pane, (Native.GLASSES_LENS,), (glass,), see_through=clear, casts_shadow=False),
    ]


def clothes(face: Fitting) -> list[Part]:
    """The pieces of the garment."""
    pieces, rng = face.garment
    fabrics = [()] * len(pieces) if face.preview else [(m,) for m in _fabrics(face, pieces, rng)]
    return [
        Part(
            _cloth_name(number),
            MeshGeometry(piece.vertices, piece.faces, piece.chart / CHART_UNIT_MM),
            (Native.CLOTHING,),
            fabric,
        )
        for number, (piece, fabric) in enumerate(zip(pieces, fabrics, strict=True))
    ]


def _cloth_name(number: int) -> str:
    return f"cloth.{number}"


def _fabrics(face: Fitting, pieces: list[Piece], rng: np.random.Generator) -> list[materials.Fabric]:
    worn = face.spec.garment
    shift = tuple(rng.uniform(0, FOLDS_MOVED, 3).tolist())
    # The shirt under a jacket is plain, a tie has a pattern of its own.
    dress = {
        MAIN: (worn.pattern, worn.colour, worn.second),
        INNER: ("plain", worn.inner, worn.inner),
        TIE: (str(rng.choice(["plain", "stripes", "dots"])), worn.second, worn.colour),
    }
    lace = "lace" in (worn.pattern, GARMENT_CUTS[worn.cut].pattern)
    if lace:  # over cloth of the same dye
        dress[INNER] = ("plain", worn.colour, worn.colour)
    out = []
    for number, piece in enumerate(pieces):
        picture = cloth_picture(*dress[piece.cloth], rng)
        main = piece.cloth == MAIN
        kind, folds = (worn.fabric, worn.folds) if main else ("woven", INNER_FOLDS * worn.folds)
        threads = None
        if main and lace:
            threads = cloth_picture("lace", (0.0, 0.0, 0.0), (1.0, 1.0, 1.0), rng)[..., 0]
            picture = cloth_picture("plain", worn.colour, worn.colour, rng)
        out.append(
            materials.Fabric(_cloth_name(number), picture, kind, worn.roughness, folds, shift, threads)
        )
    return out


def hat(face: Fitting) -> list[Part]:
    """Headwear as one part with crown, band, brim and emblem, and the hairs of fur."""
    made, kind = face.headwear_mesh, face.hat_kind
    if made is None or kind is None:
        return []
    vertices, faces, slot, uv = made
    seen = kind.label is not None
    worn = Part(
        "hat",
        MeshGeometry(vertices, faces, uv, slot),
        (kind.label,) if seen else (),
        () if face.preview else hat_materials(face),
        casts_shadow=seen,
    )
    if face.preview or kind.fur_mm is None:
        return [worn]
    return [worn, _fur(face, kind.fur_mm, vertices, faces)]


def _fur(face: Fitting, length_mm: tuple[float, float], vertices: Floats, faces: Ints) -> Part:
    strands, radii, tone = fur.fur(vertices, faces, length_mm, face.generator("hat fur"))
    coat = materials.Hair("hat_fur", *FUR_PIGMENT, dye=face.spec.headwear.colour)
    return Part("hat.fur", StrandGeometry(strands, radii), (Native.HAT,), (coat,), {"tone": tone})


def jewels(face: Fitting) -> list[Part]:
    """Earrings and necklace, of one metal and one kind of stone."""
    worn = face.spec.jewellery
    metal = materials.Metal("jewel_metal", worn.colour, worn.metal)
    stone = materials.Metal("jewel_stone", worn.stone, 0.0, STONE_ROUGHNESS)
    return [*_earrings(face, (metal, stone)), *_necklace(face, (metal, stone))]


def _earrings(face: Fitting, made: tuple[materials.Material, ...]) -> list[Part]:
    worn, head = face.spec.jewellery, face.head
    covered = face.hat_kind is not None and face.hat_kind.covers_ears
    if worn.earrings == "none" or covered:
        return []
    turn = float(face.generator("jewellery").uniform(*EARRING_TURN))
    out = []
    for name, sign, label in (("l", 1, Native.EARRING_L), ("r", -1, Native.EARRING_R)):
        where = jewellery.piercing(head, face.model, sign, turn)
        vertices, faces, slot = jewellery.earring(worn.earrings, worn.earring_mm, where, face.body)
        out.append(Part(f"earring.{name}", MeshGeometry(vertices, faces, slot=slot), (label,), made))
    return out


def _necklace(face: Fitting, made: tuple[materials.Material, ...]) -> list[Part]:
    """It lies on skin and clothes."""
    worn, head, model = face.spec.jewellery, face.head, face.model
    if worn.necklace == "none":
        return []
    kind = NECKLACES.get_or_fail(worn.necklace, "jewellery.necklace")
    ground = jewellery.solid(head, model, *face.cloth)
    line = jewellery.necklace_line(head, model, worn.drop_mm, kind.around_neck, ground)
    vertices, faces, slot = jewellery.necklace(worn.necklace, worn.necklace_mm, line)
    return [Part("necklace", MeshGeometry(vertices, faces, slot=slot), (Native.NECKLACE,), made)]
