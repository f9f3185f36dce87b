"""Hair, brows, lashes and beard as parts."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from facegen.assets.hair import brows, facial_hair, groom, strands
from facegen.assets.meshes.mesh import Floats, Mask
from facegen.assets.wear import hands, headwear
from facegen.assets.wear.hat_registry import BANDED, FREE
from facegen.datasets.conventions.native_labels import Native
from facegen.datasets.keyed_random import generator
from facegen.render.geometry import part_materials as materials
from facegen.render.geometry.fitting import Fitting, PreviewDetail, RenderDetail
from facegen.render.geometry.hidden_strands import behind_head
from facegen.render.geometry.part import Part, StrandGeometry

DRAPE_EASE = 0.12  # metres from the edge of a hood or a scarf, over which hair becomes free (by eye)
DOWN = np.array([0, 0, -1.0])
SHORT_CLEARANCE = 0.0003  # metres that brow hairs and lashes keep above the skin
REFERENCE_COUNT = 9000  # strands for which the styles' radii hold; with more, each is thinner
FEWEST_POINTS = 5  # of a strand: with fewer its bends are corners
# Brows are darker than the hair of blond people: their melanin over that of the hair, and what is added.
BROW_MELANIN = (0.74, 0.14)
BROW_GREY = 0.75  # brows turn grey later than the scalp
LASH_MELANIN = 0.35  # by which lashes are darker than brows
MASCARA_DARKENS = 0.8  # melanin that a full coat stands for, by eye: make-up leaves shapes and labels
# Beards turn white before the scalp does, and are redder than it.
BEARD_REDNESS, BEARD_GREY = 0.15, 1.4
BROW_RADII = (0.00005, 0.0001)  # metres
# Of the undercoat against the others; of every hair, the tip's against the root's and from where it thins.
BROW_FINE, BROW_TIP, BROW_ONSET = 0.7, 0.15, 0.3
STUBBLE_RADIUS, BEARD_RADIUS, BEARD_VARIES = 0.00006, 0.0001, (0.7, 1.3)  # metres, times these
BEARD_TONE = 1.0  # standard deviation of the colour from hair to hair, in those of the locks of the scalp
LASH_ONSET = 0.2  # fraction of a lash from where it tapers

Grown = tuple[Floats, Floats, Floats]  # strands (N, K, 3), radii (N, K), tone (N,)


def scalp_hair(face: Fitting) -> list[Part]:
    """The hair of the head, pressed flat under a hat where there is one; none on a bald head."""
    if face.hair.groom is None:
        return []
    detail = face.detail
    grown = _ribbons(face, detail) if isinstance(detail, PreviewDetail) else _strands(face, detail)
    if grown is None:
        return []
    points, radii, tone = grown
    points, kept = _under_headwear(points, face)
    radii, tone = radii[kept], tone[kept]
    if not len(points):
        return []
    if face.hand is not None:
        points = hands.press_hair(points, face.hand.vertices, face.hand.faces, face.body_middle)
    if face.thing is not None and face.thing.kind.presses_hair:
        points = hands.press_hair(points, *face.thing.mesh, face.body_middle)
    shape = StrandGeometry(points, radii)
    if face.preview:
        return [Part("hair", shape, (Native.SCALP_HAIR,))]
    colour, wet = face.spec.hair.colour, face.spec.hair.wet
    fibre = materials.Hair("hair", colour.melanin, colour.redness, colour.grey, colour.dye, wet)
    return [Part("hair", shape, (Native.SCALP_HAIR,), (fibre,), {"tone": tone})]


def _under_headwear(points: Floats, face: Fitting) -> tuple[Floats, Mask]:
    """Strands (M, K, 3) as headwear leaves them, and which (N,) of the given (N, K, 3) they are."""
    frame, kind = face.hat_frame, face.hat_kind
    if frame is None or kind is None or kind.hair == FREE:
        return points, np.ones(len(points), bool)
    if kind.hair == BANDED:
        return headwear.press_under_band(points, frame, face.body, kind), np.ones(len(points), bool)
    ease = headwear.EASE if kind.drape is None else DRAPE_EASE
    return headwear.flatten_hair(points, frame, face.body, ease)


def _strands(face: Fitting, detail: RenderDetail) -> Grown | None:
    """Strands as they are rendered."""
    plan, rng = face.hair, face.generator("hair")
    assert plan.groom is not None
    count = int(detail.hair_count * plan.count)
    roots = groom.scalp_roots(face.head, face.model, face.scalp, count, rng, plan.groom.part)
    points = max(FEWEST_POINTS, int(detail.hair_points * plan.points))
    radius = plan.radius_mm / 1000 * (REFERENCE_COUNT / detail.hair_count) ** 0.5
    return groom.make_hair(
        plan.groom,
        roots,
        face.head,
        DOWN,
        face.body,
        rng,
        points,
        radius,
        hidden=lambda strands: behind_head(strands, face),
    )


def _ribbons(face: Fitting, detail: PreviewDetail) -> Grown | None:
    """A few broad strands for a preview; None where no root falls on the scalp."""
    spec, plan = face.spec, face.hair
    assert plan.groom is not None
    rng = generator(spec.seed, spec.index, "preview.hair")
    roots = groom.scalp_roots(face.head, face.model, face.scalp, detail.ribbons, rng)
    if not len(roots):
        return None
    style = replace(plan.groom, baby=0.0, stray=0.0)  # a ribbon is wider than these are long
    return groom.make_hair(
        style,
        roots,
        face.head,
        DOWN,
        face.body,
        rng,
        detail.ribbon_points,
        detail.ribbon_width,
        detail.guides,
    )


def short_hair(face: Fitting) -> list[Part]:
    """Brows, lashes, beard and moustache; none in a preview, where brows are painted on the skin."""
    if face.preview:
        return []
    return [*_brows(face), _lashes(face), *_beard(face)]


def _brow_melanin(face: Fitting) -> float:
    times, more = BROW_MELANIN
    return more + times * face.spec.hair.colour.melanin


def _brows(face: Fitting) -> list[Part]:
    colour, density = face.spec.hair.colour, face.spec.brows.density
    grown = brows.brows(face.head, face.model, face.brow, density, face.generator("brows"))
    points = strands.push_out(grown.points, face.body, SHORT_CLEARANCE)
    fibre = materials.Hair("brow", _brow_melanin(face), colour.redness, colour.grey * BROW_GREY)
    width = face.generator("brow width").uniform(*BROW_RADII, len(points))
    radii = strands.taper(
        np.where(grown.fine, BROW_FINE * width, width), points.shape[1], BROW_TIP, BROW_ONSET
    )
    parts = []
    for name, sign, label in (("brow.l", 1, Native.BROW_L), ("brow.r", -1, Native.BROW_R)):
        mine = grown.side == sign
        if mine.any():
            shape = StrandGeometry(points[mine], radii[mine])
            parts.append(Part(name, shape, (label,), (fibre,), {"tone": grown.tone[mine]}))
    return parts


def _lashes(face: Fitting) -> Part:
    points, width = facial_hair.lashes(face.head.lash_roots, face.spec.brows.lashes, face.generator("lashes"))
    points = strands.push_out(points, face.body, SHORT_CLEARANCE)
    melanin = min(1.0, _brow_melanin(face) + LASH_MELANIN + MASCARA_DARKENS * face.spec.skin.mascara)
    fibre = materials.Hair("lash", melanin, face.spec.hair.colour.redness)
    shape = StrandGeometry(points, strands.taper(width, points.shape[1], onset=LASH_ONSET))
    return Part("lashes", shape, (Native.LASHES,), (fibre,))


def _beard(face: Fitting) -> list[Part]:
    worn, colour = face.spec.facial_hair, face.spec.hair.colour
    if worn.kind == "none":
        return []
    points, upper = facial_hair.facial_hair(face.head, face.model, worn, face.generator("beard"), face.body)
    fibre = materials.Hair(
        "beard",
        colour.melanin,
        min(1.0, colour.redness + BEARD_REDNESS),
        min(1.0, BEARD_GREY * colour.grey),
    )
    width = STUBBLE_RADIUS if worn.kind == "stubble" else BEARD_RADIUS
    low, high = BEARD_VARIES
    drawn = face.generator("beard width").uniform(low * width, high * width, len(points))
    radii = strands.taper(drawn, points.shape[1])
    tone = face.generator("beard tone").normal(0, BEARD_TONE, len(points)).astype(np.float32)
    return [
        Part(name, StrandGeometry(points[mine], radii[mine]), (label,), (fibre,), {"tone": tone[mine]})
        for name, mine, label in (("beard", ~upper, Native.BEARD), ("moustache", upper, Native.MOUSTACHE))
        if mine.any()
    ]
