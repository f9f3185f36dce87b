"""Scalp hair: grooms as numbers, strands as their result.

A groom says how long hair is on top, at the sides and in the nape, where it is combed, how it lifts, bends,
curls and clumps. Directions are given in the skull's frame (x to the subject's left, y backwards, z up).
Strands are (N, K, 3) float32 metres, root first.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from facegen.assets.hair import drape as dr
from facegen.assets.hair import strands as st
from facegen.assets.hair import tied
from facegen.assets.hair.guides import Parts, Skull, grow_guides, partition
from facegen.assets.hair.scalp import TURN_MM, Scalp
from facegen.assets.head.head_model import HeadModel, PosedHead
from facegen.assets.meshes.collision import Body
from facegen.assets.meshes.mesh import Floats, Ints


@dataclass(frozen=True)
class Groom:
    """Shape of scalp hair.

    Attributes
    ----------
    top, sides, nape, fringe : float, metres
        Lengths; fringe 0 = the front is combed like the top.
    blend : (2,) float, chart mm
        Heights between which the sides' length turns into the top's.
    comb : (3,) float
        Where the top is drawn, in the skull's frame.
    draw : (3,) float
        What keeps drawing hair while it grows, next to gravity.
    weight : float
        Fraction of gravity: long hair hangs, a cut of a few centimetres hardly does.
    part : float or None
        Sideways position of the parting, metres; hair is combed away from it.
    sweep : float in [-1, 1]
        How far the fringe is swept aside.
    dense : float in [0, 1]
        Fraction of the hairs at the front that belongs to the fringe: 0 = a few, 1 = all.
    drape : (2,) float in [0, 1]
        How far hair hangs into the face, left and right: 0 = to its outline, 1 = before the eye.
    loose : float in [0, 1]
        Locks at the front that left the others and hang apart.
    wind : float in [-1, 1]
        Drawn aside by wind, to the subject's left.
    lift : float in [0, 1]
        0 = hair leaves along the skin, 1 = straight up.
    stiffness : float in [0, 1]
        Fraction of its direction that hair keeps over a step of a twelfth of its length.
    volume : float, metres
        Clearance that the hair keeps from the head.
    open : float
        Width of the face that hair leaves free; 1 = to its outline.
    behind : float in [0, 1]
        Fraction of the hair that falls behind the shoulders.
    uneven : float
        By how much that fraction is larger on the left than on the right.
    tuck : float in [0, 1]
        Hair is tucked behind the ear on a side where all but this fraction of it falls behind.
    curl_radius : float, metres; curl_pitch : float, metres a winding; curl_onset : fraction of the length
    clump : float in [0, 1]; clumps : int
        Strength and number of the wide locks; every lock holds finer ones.
    fine : float in [0, 1]
        Strength of the fine locks.
    join : float
        Where locks close: an exponent, small = at the root (locs), large = at the tips.
    frizz : float, metres at the tip
    tousle : float, metres by which the body of hair is ruffled
    spread : float
        Random variation of lengths (fraction of the length).
    baby : float
        Short fine hairs along the front, against the usual number.
    stray : float
        Single hairs that stand off all others, against the usual number.
    plait : float, metres
        Half width of the wide locks, where each is a plait; 0 = they are none.
    scatter : float
        Standard deviation of the direction in which hair is combed, from place to place.
    tie : str or None, one of hair_tied.TIES
    """

    top: float
    sides: float
    nape: float
    fringe: float = 0.0
    blend: tuple[float, float] = (-10.0, 62.0)
    comb: tuple[float, float, float] = (0.0, -0.6, 0.1)
    draw: tuple[float, float, float] = (0.0, 0.0, 0.0)
    weight: float = 1.0
    part: float | None = None
    sweep: float = 0.0
    dense: float = 1.0
    drape: tuple[float, float] = (0.0, 0.0)
    loose: float = 0.0
    wind: float = 0.0
    lift: float = 0.35
    stiffness: float = 0.8
    volume: float = 0.006
    open: float = 1.0
    behind: float = 0.5
    uneven: float = 0.0
    tuck: float = 0.0
    curl_radius: float = 0.0
    curl_pitch: float = 0.05
    curl_onset: float = 0.25
    clump: float = 0.5
    clumps: int = 500
    fine: float = 0.6
    join: float = 1.5
    frizz: float = 0.003
    tousle: float = 0.0
    spread: float = 0.15
    baby: float = 1.0
    stray: float = 1.0
    plait: float = 0.0
    scatter: float = 0.10
    tie: str | None = None


GUIDES = 140  # at least; one for twenty strands else
# Strands to a lock: fine ones are 2-3 mm wide at 9,000 strands, what the denoiser keeps; several stand in a
# middle one, and a groom says how many wide ones there are.
FINE_LOCK, MIDDLE_LOCK = 4.0, 15.0
FLYAWAY = 0.07  # fraction of strands that leave their lock
UNTIDY = 0.45  # standard deviation (log) of the frizz from lock to lock: some are smooth, some dishevelled
# By how much locks wander across their neighbours: fraction of their length, and metres at most.
SWAY, SWAY_MOST = 0.022, 0.0035
# Hair has no outermost layer: how far single hairs lie outside the others falls off exponentially. Its mean
# against the volume of a groom and the radius of its curls, and metres from the root until it is reached.
LOFT, LOFT_CURLS, LOFTED, LOFT_MOST = 0.16, 0.25, 0.03, 4.0
CROWN_Z = 0.025  # metres above the skull's middle from where single hairs also stand upwards
WEAVES = 5  # places along a hair at which it comes out of the body of hair or stays in it
# Stray hairs: their fraction at a usual frizz (metres), how far they stand off against their length on
# average, metres at most, and their width against other hairs.
STRAYS, FRIZZ, STRAY, STRAY_MOST, STRAY_WIDTH = 0.028, 0.002, 0.08, 0.010, 0.38
BROKEN = (0.012, 0.10)  # metres: their lengths, as many short as long ones
WIDTHS, WIDTH_RANGE = 0.35, (0.4, 1.7)  # standard deviation (log) of strands' widths, and the most it does
TAPER = (0.18, 0.45)  # width of a tip against the root, and the fraction of the length from where it thins
UNLIKE = 0.8  # standard deviation (log) of the number of fine locks in wide ones
FRINGE_CLOSED = 0.65  # by how much less the wide locks of a full fringe close than other ones
LOOSE_ENDS = 0.5  # of the length of a loose lock, by which its shortest hair is shorter: it thins out
LOOSE_INNER = 0.6  # how much less the finer locks in a loose lock close than in others: it stays a flat band
TIPS_PART = 0.8  # fraction of its closing that a lock loses at its tips, at most
# Curls of one size and beat look like rope: standard deviation (log) of radius and pitch from lock to lock,
# radians and
# places along a lock by which it is off its beat, and how far slow waves lie in one plane.
TIGHT = 0.07  # metres a winding: shorter ones are curls, longer ones waves
UNLIKE_CURL, OFF_BEAT, BEATS, FLAT_WAVES = (0.22, 0.15), 0.9, 6, 0.4
# Standard deviations of how far locks are ruffled (log), and of metres by which they meet another ruffling
# than their neighbours.
UNLIKE_TOUSLE, TOUSLED_APART = 0.3, 0.008
PLAITED_LOFT = 0.15  # how far single hairs stand off plaits, against other hair
PLAIT_TWIST, PLAITED = 0.034, 0.012  # metres a crossing of a thin plait, and from the root until it is one
LOCKS_TOGETHER = 4  # locks of tied hair of the same colour
# Standard deviation of colour from lock to lock, and (log) of that of the fine locks from wide lock to wide
# lock: hair is streaked in places and plain in others.
WIDE_TONE, FINE_TONE, STREAKED = 0.6, 0.6, 0.6
BORDER_MM = 11.0  # from the hairline inwards: thinner and shorter hairs, lying on the skin
THINNEST = 0.5  # radius at the hairline against that of other hair
FLUFF, FLUFF_LENGTH = (
    0.7,
    (0.006, 0.028),
)  # fraction of short hairs at the hairline, and their length in metres
# Short hairs at the front: fraction of all strands, width against them, longest in metres
BABY, BABY_WIDTH, BABY_LENGTH = 0.09, 0.42, 0.016
JITTER_MM = 2.2  # standard deviation of where a hairline runs from hair to hair
PARTING = (3.5, 0.008)  # roots along a parting, against those of the sides, and metres to either side of it
CLEAR = 0.0008  # metres that hair keeps from the head
NEAR = 0.0015  # metres: points that are known to stay farther out are not held against the head
# The eyes: centre to edge in metres, across and up. Combed hair does not hang there.
EYE_HALF = (0.020, 0.013)


def scalp_roots(
    head: PosedHead,
    model: HeadModel,
    scalp: Scalp,
    count: int,
    rng: np.random.Generator,
    part: float | None = None,
) -> st.Roots:
    """Roots on the scalp, ears left out. Returns Roots of about `count`.

    part: sideways position of a parting, metres; the two sides leave it, so roots stand denser along it.
    """
    chart = model.chart
    grows = (scalp.distance(chart[:, 0], chart[:, 1]) < 6) & (model.ear < 0.3)
    faces = model.faces[(grows[model.faces]).any(1) & (model.face_part == 0)]
    # The crown is seen flat on and needs more strands to cover than the sides, which are seen edge on.
    crown = np.clip((chart[faces, 1].mean(1) - 20) / 60, 0, 1)
    density = 1 + 0.9 * crown
    if part is not None:
        across = Skull.of(head).local(head.vertices)[faces, 0].mean(1)
        density += PARTING[0] * np.exp(-(((across - part) / PARTING[1]) ** 2)) * (crown > 0)
    roots = st.scatter(head.vertices, head.normals, chart, faces, int(count * 1.35), rng, density)
    s = (roots.chart[:, 0] + TURN_MM / 2) % TURN_MM - TURN_MM / 2
    t = roots.chart[:, 1]
    s_of_hair, t_of_hair = s + rng.normal(0, JITTER_MM, len(s)), t + rng.normal(0, JITTER_MM, len(s))
    kept = roots.take(np.flatnonzero(rng.random(len(roots)) < scalp.density(s_of_hair, t_of_hair))[:count])
    kept.chart[:, 0] = (kept.chart[:, 0] + TURN_MM / 2) % TURN_MM - TURN_MM / 2
    return replace(kept, inside=scalp.inside(kept.chart[:, 0], kept.chart[:, 1]))


def make_hair(
    groom: Groom,
    roots: st.Roots,
    head: PosedHead,
    gravity: Floats,
    body: Body,
    rng: np.random.Generator,
    points: int,
    radius: float,
    guides: int = GUIDES,
    hidden: Callable[[Floats], npt.NDArray[np.bool_]] | None = None,
) -> tuple[Floats, Floats, Floats]:
    """Strands of a groom.

    Parameters
    ----------
    groom : Groom
    roots : Roots (N)
    head : assets.head.PosedHead
    gravity : (3,) float, unit, world
    body : assets.body.Body
    rng : np.random.Generator
    points : int, points a strand
    radius : float, metres at the root
    guides : int, grown at least; the other strands follow them
    hidden : function of strands (M, points, 3), giving those (M,) bool that are left out; None = none
        The others are the same with and without it.

    Returns
    -------
    strands (M, points, 3) float32, radii (M, points) float32, tone (M,) float32 about N(0, 1)
        Strands may be fewer or more than the roots. Tone is what makes neighbouring locks differ in colour.
    """
    skull = Skull.of(head)
    grown = _grown(groom, roots, skull, gravity, body, rng, points, guides)
    strands, fine, wide, gap, border = grown.strands, grown.fine, grown.wide, grown.gap, grown.border
    tone = _toned(fine, wide, rng)
    strands, gap = _fluff(strands, gap, border, rng)
    width = np.exp(rng.normal(0, WIDTHS, len(strands))).clip(*WIDTH_RANGE)
    width = radius * width * (THINNEST + (1 - THINNEST) * border)
    untidy = np.exp(rng.normal(0, UNTIDY, wide.max() + 1))[wide]
    together = wide if groom.plait > 0 else fine  # a plait sways as a whole
    strands, gap, stray = _loosened(groom, strands, gap, untidy, together, skull, rng)
    width = np.where(stray, STRAY_WIDTH * width, width)
    over_eye = grown.over_eye
    if hidden is not None:
        shown = ~hidden(strands)
        strands, gap, width, tone = strands[shown], gap[shown], width[shown], tone[shown]
        over_eye = over_eye[shown]
    strands = st.push_out(strands, body, CLEAR, gap < NEAR)
    if groom.baby > 0:
        short = _baby_hairs(groom, roots, skull, rng, points)
        short = st.push_out(short, body, 0.0006)
        strands = np.concatenate([strands, short])
        width = np.concatenate([width, np.full(len(short), BABY_WIDTH * radius)])
        tone = np.concatenate([tone, rng.normal(0.6, 0.4, len(short))])
        over_eye = np.concatenate([over_eye, np.zeros(len(short), bool)])
    keep = over_eye | ~crosses_eye(strands, skull)
    return strands[keep], st.taper(width[keep], points, *TAPER), tone[keep].astype(np.float32)


@dataclass(frozen=True)
class _Grown:
    """Strands before single hairs go their own ways, arrays over N strands.

    Attributes
    ----------
    strands : (N, K, 3) float, metres
    fine, wide : (N,) int, numbers of the locks
    gap : (N, K) float, metres, least clearance from the head
    border : (N,) float in [0, 1], 0 on the hairline
    over_eye : (N,) bool, may hang before an eye
    """

    strands: Floats
    fine: Ints
    wide: Ints
    gap: Floats
    border: Floats
    over_eye: npt.NDArray[np.bool_]

    def __add__(self, other: _Grown) -> _Grown:
        """Both, the locks of `other` numbered after these."""
        return _Grown(
            np.concatenate([self.strands, other.strands]).astype(np.float32),
            np.concatenate([self.fine, other.fine + self.fine.max() + 1]),
            np.concatenate([self.wide, other.wide + self.wide.max() + 1]),
            np.concatenate([self.gap, other.gap]),
            np.concatenate([self.border, other.border]),
            np.concatenate([self.over_eye, other.over_eye]),
        )


def _grown(
    groom: Groom,
    roots: st.Roots,
    skull: Skull,
    gravity: Floats,
    body: Body,
    rng: np.random.Generator,
    points: int,
    guides: int,
) -> _Grown:
    """All hair of a groom: what is tied, and what hangs or stands."""
    tied_up = groom.tie is not None
    chart, depth = roots.chart, roots.depth
    loose = dr.loose_locks(groom.loose, groom.top, tied_up, roots.position, chart, depth, rng)
    if not tied_up:
        return _loose(groom, roots, loose, skull, gravity, body, rng, points, guides)
    free = loose.lock > 0
    if groom.tie in tied.HALF:
        free |= tied.below(groom, roots, rng)
    held = roots.take(np.flatnonzero(~free))
    strands, fine, gap = tied.gather(groom, held, skull, gravity, body, rng, points)
    border = np.ones(len(strands))
    border[: len(held)] = np.clip(held.depth / BORDER_MM, 0, 1)
    up = _Grown(strands, fine, fine // LOCKS_TOGETHER, gap, border, np.zeros(len(strands), bool))
    rest = np.flatnonzero(free)
    if len(rest) == 0:
        return up
    hanging = replace(groom, tie=None)
    return up + _loose(
        hanging,
        roots.take(rest),
        loose.take(rest),
        skull,
        gravity,
        body,
        rng,
        points,
        guides * len(rest) // len(roots),
    )


def _toned(fine: Ints, wide: Ints, rng: np.random.Generator) -> Floats:
    """Colour (N,) of strands in fine and wide locks of these numbers, about N(0, 1)."""
    streaked = np.exp(rng.normal(-0.2, STREAKED, wide.max() + 1))[wide]
    tone = (
        WIDE_TONE * rng.normal(0, 1, wide.max() + 1)[wide]
        + FINE_TONE * streaked * rng.normal(0, 1, fine.max() + 1)[fine]
    )
    return np.asarray(tone + rng.normal(0, 0.2, len(fine)))


def _loosened(
    groom: Groom,
    strands: Floats,
    gap: Floats,
    untidy: Floats,
    locks: Ints,
    skull: Skull,
    rng: np.random.Generator,
) -> tuple[Floats, Floats, npt.NDArray[np.bool_]]:
    """Single hairs on their own ways: strands, least clearance (N, K), which are stray hairs (N,).

    Most hairs stay in their lock and locks sway; some leave it, and a few, broken or young ones of any
    length, stand off all others: they make the rim of the crown.
    """
    count, points, _ = strands.shape
    kind = rng.random(count)
    length = np.linalg.norm(np.diff(strands, axis=1), axis=2).sum(1)
    stray = kind < STRAYS * groom.stray * (0.5 + groom.frizz / FRIZZ)
    shortest, longest = np.log(BROKEN)
    broken = np.minimum(np.exp(rng.uniform(shortest, longest, count)) / length, 1)[stray]
    strands, gap = _cut(strands, gap, np.flatnonzero(stray), broken)
    length[stray] *= broken
    loose = groom.frizz * untidy * np.where(kind < FLYAWAY, 2.2, 0.5)
    sway = np.minimum(SWAY * length, SWAY_MOST)
    moved = st.frizz(strands, np.where(stray, 0, loose), length, rng, locks=locks, sway=sway)
    far = np.minimum(STRAY * length[stray] * rng.exponential(1, stray.sum()), STRAY_MOST)
    moved[stray] = st.frizz(strands[stray], far, length[stray], rng, 3)
    gap = gap - np.linalg.norm(moved - strands, axis=2)
    # Away from the middle of the crown, and below it from the axis of the neck.
    away = (skull.local(moved) - tied.CENTRE).astype(np.float32)
    away[..., 2] = np.maximum(away[..., 2] - CROWN_Z, 0)
    away /= np.maximum(np.sqrt(np.einsum("ijk,ijk->ij", away, away)), 1e-6)[..., None]
    loft = LOFT * groom.volume + LOFT_CURLS * groom.curl_radius * (groom.curl_pitch < TIGHT)
    loft *= PLAITED_LOFT if groom.plait > 0 else 1.0
    loft = loft * np.minimum(rng.exponential(1, count) * np.where(stray, 1.5, 1), LOFT_MOST)
    along = length[:, None] * np.linspace(0, 1, points)
    weave = np.maximum(0.5 + st.wander(count, points, WEAVES, rng), 0)
    # Stray hairs cross the rim: they stand off more and more towards their tips.
    weave[stray] = 2 * np.linspace(0, 1, points) ** 1.5
    loft = (loft[:, None] * np.clip(along / LOFTED, 0, 1) * weave).astype(np.float32)
    moved += (loft[..., None] * away) @ skull.rotation.T.astype(np.float32)
    return moved, gap, stray


def _fluff(strands: Floats, gap: Floats, border: Floats, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Some of the hairs at the border (0) end after a centimetre or two; none does well inside (1)."""
    length = np.linalg.norm(np.diff(strands, axis=1), axis=2).sum(1)
    short = np.flatnonzero(rng.random(len(strands)) < FLUFF * (1 - border))
    fraction = np.minimum(rng.uniform(*FLUFF_LENGTH, len(short)) / length[short], 1)
    return _cut(strands, gap, short, fraction)


def _cut(strands: Floats, gap: Floats, which: Ints, fraction: Floats) -> tuple[Floats, Floats]:
    """Copies of strands (N, K, 3) and gap (N, K), some (M,) cut to a fraction (M,) of their length."""
    strands, gap = strands.copy(), gap.copy()
    strands[which] = st.trim(strands[which], fraction)
    gap[which] = st.trim(gap[which][..., None], fraction)[..., 0]
    return strands, gap


def _loose(
    groom: Groom,
    roots: st.Roots,
    loose: dr.LooseLocks,
    skull: Skull,
    gravity: Floats,
    body: Body,
    rng: np.random.Generator,
    points: int,
    least: int,
) -> _Grown:
    """Hair that hangs or stands."""
    parts = partition(groom, roots, skull, rng, loose)
    count = min(len(roots), max(len(roots) // 20, least))
    chosen = rng.choice(len(roots), count, replace=False)
    # Every group needs a guide of its own.
    missing = np.setdiff1d(parts.group, parts.group[chosen])
    chosen = np.append(chosen, [np.flatnonzero(parts.group == one)[0] for one in missing]).astype(int)
    guide_roots, guide_parts = roots.take(chosen), parts.take(chosen)
    guides, gaps = grow_guides(groom, guide_roots, guide_parts, skull, gravity, body, rng, points)
    shape, index, _ = st.interpolate(roots, guides, guide_roots, parts.group, guide_parts.group)
    # A child is nowhere farther from a guide than this, so nowhere closer to the head than the difference.
    gap = np.full(gaps[index[:, 0]].shape, -np.inf)
    for i in index.T:
        gap = np.maximum(gap, gaps[i] - np.linalg.norm(shape - guides[i], axis=2))

    wide = _locks(roots, parts.group, groom.clumps, rng)
    # Locks of one size look like rope: here and there hair falls in threads, elsewhere in thick strands.
    crowded = np.exp(rng.normal(0, UNLIKE, wide.max() + 1))[wide]
    fine = _locks(roots, parts.group, int(len(roots) / FINE_LOCK), rng, crowded)
    cut = rng.beta(1.2, 3.0, wide.max() + 1)[wide] + 0.4 * rng.beta(1.2, 3.0, fine.max() + 1)[fine]
    fraction = 1 - groom.spread * np.clip(cut + 0.1 * rng.random(len(shape)), 0, 0.95)
    apart = loose.lock > 0
    fraction[apart] *= 1 - LOOSE_ENDS * rng.beta(1.2, 1.6, np.count_nonzero(apart))
    before, gap = st.trim(shape, fraction), st.trim(gap[..., None], fraction)[..., 0]
    shape = _clumped(groom, before, roots, parts, loose, wide, fine, rng)
    if groom.plait > 0:
        shape = _plaited(groom.plait, shape, wide, rng)
    if groom.curl_radius > 0:
        shape = _curled(groom, shape, roots, wide, fine, rng)
    if groom.tousle > 0:
        own = np.exp(rng.normal(0, UNLIKE_TOUSLE, wide.max() + 1))[wide] * np.where(parts.fringe, 0.4, 1)
        shift = rng.normal(0, TOUSLED_APART, (wide.max() + 1, 3))[wide]
        shape = st.tousle(shape, groom.tousle * own, rng, shift)
    border = np.clip(roots.depth / BORDER_MM, 0, 1)
    over_eye = (apart & ~parts.fringe) | (parts.drape > dr.OVER_EYE)
    # Hairs at the border are fluff; those of a loose lock are not.
    border = np.where(apart, 1.0, border)
    return _Grown(shape, fine, wide, gap - np.linalg.norm(shape - before, axis=2), border, over_eye)


def _clumped(
    groom: Groom,
    shape: Floats,
    roots: st.Roots,
    parts: Parts,
    loose: dr.LooseLocks,
    wide: Ints,
    fine: Ints,
    rng: np.random.Generator,
) -> Floats:
    """Strands (N, K, 3) drawn together in locks: in the wide ones, in middle ones and in the fine ones."""
    apart = loose.lock > 0
    stray = (rng.random(len(shape)) < FLYAWAY) & ~apart
    own = rng.uniform(0.5, 1.15, wide.max() + 1)[wide] * ~stray
    # Locks of a fringe that close leave the brow bare between them.
    own = own * np.where(parts.fringe & ~apart, 1 - FRINGE_CLOSED * groom.dense, 1)
    strength = np.clip(groom.clump * own, 0, 1)
    strength[apart] = dr.closing(loose.lock[apart], rng)
    part = TIPS_PART * rng.random(wide.max() + 1)[wide]
    if groom.plait > 0:  # plaits hold all their hairs, to the tips
        strength, part = np.full(len(shape), min(groom.clump, 1)), np.zeros(len(shape))
    shape = st.clump(shape, wide, strength, groom.join, part)
    middle = _locks(roots, parts.group, int(len(roots) / MIDDLE_LOCK), rng)
    inner = np.where(apart, 1 - LOOSE_INNER, 1.0) * ~stray
    own = rng.uniform(0.0, 1.0, middle.max() + 1)[middle] * inner * (groom.plait == 0)
    part = TIPS_PART * rng.random(middle.max() + 1)[middle]
    shape = st.clump(shape, middle, np.clip(groom.clump * own, 0, 1), 0.8 * groom.join, part)
    own = rng.uniform(0.3, 1.15, fine.max() + 1)[fine] * inner
    part = TIPS_PART * rng.random(fine.max() + 1)[fine]
    return st.clump(shape, fine, np.clip(groom.fine * own, 0, 1), 0.7 * groom.join, part)


def _curled(
    groom: Groom, strands: Floats, roots: st.Roots, wide: Ints, fine: Ints, rng: np.random.Generator
) -> Floats:
    """Windings that neighbouring locks share: waves run through hair, coils belong to their own lock."""
    length = np.linalg.norm(np.diff(strands, axis=1), axis=2).sum(1)
    drift = (roots.position * 100) @ rng.normal(0, 0.45, 3)  # radians a centimetre
    tight = float(np.clip(0.05 / groom.curl_pitch, 0.15, 1))
    phase = drift + tight * rng.uniform(-np.pi, np.pi, wide.max() + 1)[wide]
    phase = phase + 0.5 * tight * rng.normal(0, 1, fine.max() + 1)[fine] + rng.normal(0, 0.2, len(strands))
    locks, points = wide.max() + 1, strands.shape[1]
    size = groom.curl_radius * np.exp(rng.normal(-0.08, UNLIKE_CURL[0], locks))[wide, None]
    pitch = groom.curl_pitch * np.exp(rng.normal(0, UNLIKE_CURL[1], locks))[wide]
    # No lock keeps its beat: windings open and close along it, and it stands in waves of its own.
    turns = (length / pitch)[:, None] * np.linspace(0, 1, points)[None]
    angle = phase[:, None] + 2 * np.pi * turns + OFF_BEAT * st.wander(locks, points, BEATS, rng)[wide]
    size = size * np.exp(0.2 * st.wander(locks, points, BEATS, rng))[wide]
    return st.curl(strands, size, angle, groom.curl_onset, FLAT_WAVES * (1 - tight))


def _plaited(width: float, strands: Floats, wide: Ints, rng: np.random.Generator) -> Floats:
    """Wide locks as plaits: their hairs run in three bundles that follow a figure of eight."""
    step = np.linalg.norm(np.diff(strands, axis=1), axis=2)
    along = np.concatenate([np.zeros((len(strands), 1)), np.cumsum(step, 1)], 1)
    bundle = rng.integers(0, 3, len(strands))
    phase = rng.random(wide.max() + 1)[wide]
    swing = 2 * np.pi * (along / PLAIT_TWIST + (bundle / 3 + phase)[:, None])
    side, up = st.frames(strands)
    size = width * np.clip(along / PLAITED, 0, 1)
    x, y = size * 0.6 * np.sin(swing), size * 0.3 * np.sin(2 * swing)
    angle, far = rng.uniform(0, 2 * np.pi, (len(strands), 1)), np.sqrt(rng.random((len(strands), 1)))
    x, y = x + 0.4 * size * far * np.cos(angle), y + 0.4 * size * far * np.sin(angle)
    return (strands + x[..., None] * side + y[..., None] * up).astype(np.float32)


def _locks(
    roots: st.Roots, group: Ints, count: int, rng: np.random.Generator, weight: Floats | None = None
) -> Ints:
    """Number of the lock (N,) of each root: the nearest of `count` centres of its own group.

    weight : (N,) float, how many more centres lie about a root; None = the same everywhere
    """
    out = np.zeros(len(roots), int)
    first = 0
    for value in np.unique(group):
        mine = np.flatnonzero(group == value)
        wanted = np.clip(round(count * len(mine) / len(roots)), 1, len(mine))
        fraction = None if weight is None else weight[mine] / weight[mine].sum()
        centres = rng.choice(mine, wanted, replace=False, p=fraction)
        out[mine] = first + st.cKDTree(roots.position[centres]).query(roots.position[mine])[1]
        first += len(centres)
    return out


def _baby_hairs(groom: Groom, roots: st.Roots, skull: Skull, rng: np.random.Generator, points: int) -> Floats:
    """Short fine hairs along the front and the temples, where a hairline is soft."""
    s, t = roots.chart.T
    front = np.flatnonzero((np.abs(s) < 92) & (t < 78) & (t > 5))
    count = min(len(front), int(BABY * groom.baby * len(roots)))
    order = np.argsort(t[front] + 0.0024 * s[front] ** 2 + rng.normal(0, 5, len(front)))
    mine = roots.take(front[order[:count]])
    x = np.sign(mine.chart[:, 0]) * np.clip(np.abs(mine.chart[:, 0]) / 60, 0, 1)
    along = np.stack([0.5 * x, 0.1 + 0.5 * np.abs(x), 0.7 - 1.0 * np.abs(x)], 1)
    along = skull.turn(along + rng.normal(0, 0.4, (len(mine), 3)))
    along = st.tangent(mine.normal, along)
    length = min(0.016, 0.6 * groom.top + 0.004) * rng.uniform(0.4, 1.2, len(mine))
    u = np.linspace(0, 1, points)[None, :, None]
    rise = rng.uniform(0.15, 0.5, len(mine))[:, None, None] * (u - 0.7 * u**2)
    return (
        mine.position[:, None] + length[:, None, None] * (along[:, None] * u + mine.normal[:, None] * rise)
    ).astype(np.float32)


def crosses_eye(strands: Floats, skull: Skull) -> npt.NDArray[np.bool_]:
    """Strands (N,) bool that pass in front of an eye, looked at along the face."""
    fine = st.refine(strands, 3)
    p = skull.local(fine)
    across = np.abs(np.abs(p[..., 0]) - skull.eye_x) < EYE_HALF[0]
    return (across & (np.abs(p[..., 2]) < EYE_HALF[1]) & (p[..., 1] < 0.03)).any(1)
