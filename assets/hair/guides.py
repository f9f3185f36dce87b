"""Guide strands of loose hair: which way they are combed, where they may hang, how they grow.

Local coordinates are the skull's, metres: origin between the eyes, x to the subject's left, y back, z up.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from facegen.assets.hair import drape as dr
from facegen.assets.hair import strands as st
from facegen.assets.head.head_model import PosedHead
from facegen.assets.meshes.collision import Body
from facegen.assets.meshes.mesh import Floats, Ints

if TYPE_CHECKING:
    from facegen.assets.hair.groom import Groom

STEPS = 30  # at most: a guide grows finer than it is drawn, a step of 3 cm cuts corners through the skull
WINDOW_DEPTH = 0.075  # how far behind the eyes combed hair leaves the face free
EAR_BEHIND = 0.116  # depth of what is tucked behind an ear
SHOULDER_Z = -0.10
IN_FRONT, BEHIND = 0.050, 0.135  # depth of hair over the chest and down the back
WIDEST = 0.078  # half width of the head
OVER = (0.035, 0.075)  # heights between which the draw of the parting ends
BODY = 0.93  # of the clearance: single hairs that stand off the others make up the rest
RELAXED = 8  # rounds in which guides are evened out: hair that has slid over an ear falls on without a step
LEAST = 0.0012  # metres that evened guides keep from the head
RISE = 0.02  # metres after which hair has reached its clearance
# Hair lies flat along its parting: fraction of the clearance there, and metres next to it until all is
# reached.
PART_FLAT, PART_WIDE = 0.4, 0.075
# Depths behind the eyes between which a parting ends: behind it, at the whorl, hair of either side crosses
# over, by so many metres (standard deviation).
PART_ENDS, WHORL = (0.05, 0.09), 0.012
SHORT_SIDE = 0.7  # fraction of the clearance that hair loses which falls from a parting at its own temple
UNEVEN = (0.8, 1.2)  # clearance of a guide against its neighbours: more looks like lumps
THICK = (1.15, 0.003)  # hair on the skull is at most this times its clearance and this many metres thick
# Clearance at the sides against the groom's, by the length of the sides: cut short they lie close.
SIDES_LENGTH, SIDES = (0.02, 0.12), (0.3, 0.65)
CROWN = (
    1.55  # clearance on the crown against the groom's: by the height of hair over the skull in photographs
)
FREE_Z, FREE_SLOPE = 0.0, 0.7  # from this height down it may stand off, this much more a metre
FLARE_Z, FLARE = -0.04, 0.45  # from the jaw down long hair spreads towards the shoulders, against gravity 1
EDGE_MM, EDGE_ROOM, EDGE_LIFT = 16.0, 0.25, 0.5  # band inside the hairline, clearance and lift at its border
CROSSING = 0.0015  # metres: how far from the parting hairs still fall to the other side and cover it
FRAYED = 0.09  # standard deviation of the width that single guides leave free
# Chart heights at which a fringe ends towards the crown, at Groom.dense 0 and 1, and the fraction of hairs
# there that belongs to it.
FRINGE_DEPTH, FRINGE_SHARE = (76.0, 98.0), (0.25, 1.0)
# Hair that hangs into the face: what draws it there against gravity 1, over which distance to its border in
# metres, between which heights; which hair, by how far inside the hairline it grows and how far from the
# middle, mm.
INTO, INTO_WIDE, INTO_Z, LEAD_MM, LEAD_WIDE_MM = 1.3, 0.02, (-0.10, 0.085), 35.0, 115.0
# Wind: how far it draws hair aside, back and up against gravity 1, what it lifts off at the tips, metres,
# what it takes from gravity, and how its gusts differ: wave length on the head, metres, and the spread from
# hair to hair.
WIND, WIND_LIFT, WIND_LIGHT, GUST, GUSTY = (1.5, 0.25, 0.35), 0.09, 0.55, 0.05, 0.35
SWEPT = (2.2, 1.3)  # how far a fringe is combed aside at sweep 1, and drawn while it falls
LOOSE_GROUPS = 100  # groups of loose locks begin above this number
MINGLE_MM = 4.0  # width of the border between a fringe and the hair behind it
CLOTH, CLOTH_Z = 0.011, -0.125  # metres kept from the skin below this height, where a garment lies


@dataclass(frozen=True)
class Skull:
    """The frame of the skull in the world."""

    origin: Floats
    rotation: Floats
    eye_x: float

    @classmethod
    def of(cls, head: PosedHead) -> Skull:
        across = np.linalg.norm(head.eye_centres[0] - head.eye_centres[1])
        return cls(head.eye_centres.mean(0), head.head_rotation, float(across) / 2)

    def local(self, points: Floats) -> Floats:
        return (points - self.origin) @ self.rotation

    def world(self, points: Floats) -> Floats:
        return points @ self.rotation.T + self.origin

    def turn(self, vectors: npt.ArrayLike) -> Floats:
        """Directions of the skull's frame in the world."""
        return np.asarray(vectors) @ self.rotation.T


@dataclass(frozen=True)
class Parts:
    """What each root belongs to, arrays (N,): hair of different groups never mixes.

    side: +1 left of the parting, -1 right of it; fringe, front, tucked: bool; open: width of the free face;
    drape: how far the hair hangs into the face; lock: number of its loose lock, 0 = none; own: metres of
    loose locks.
    """

    side: np.ndarray
    fringe: np.ndarray
    front: np.ndarray
    tucked: np.ndarray
    open: np.ndarray
    drape: np.ndarray
    lock: np.ndarray
    own: np.ndarray
    group: np.ndarray

    def take(self, index: Ints) -> Parts:
        return Parts(*(getattr(self, name)[index] for name in self.__dataclass_fields__))


def beyond_parting(depth: Floats) -> Floats:
    """How far a parting has ended at depths behind the eyes, metres: 0 = not yet, 1 = altogether."""
    u = np.clip((depth - PART_ENDS[0]) / (PART_ENDS[1] - PART_ENDS[0]), 0, 1)
    return np.asarray(u * u * (3 - 2 * u))


def partition(
    groom: Groom, roots: st.Roots, skull: Skull, rng: np.random.Generator, loose: dr.LooseLocks
) -> Parts:
    """Parts of the roots (N); where the parting runs and how wide each side leaves the face is drawn here."""
    local = skull.local(roots.position)
    s, t = roots.chart.T
    jagged = 0.0016 * np.sin(local[:, 1] * 300 + rng.uniform(0, 6.28))
    jagged = jagged + rng.normal(0, CROSSING + WHORL * beyond_parting(local[:, 1]))
    side = np.where(local[:, 0] > (groom.part or 0.0) + jagged, 1, -1)
    fringe = _fringe(groom, s, t, rng)
    left = side > 0
    # The fraction that hangs in front grows from the nape to the temple.
    fraction = np.clip(groom.behind + groom.uneven * np.array([0.5, -0.5]), 0, 1)
    around = 1 - np.clip(np.abs(s) / 300, 0, 1) + rng.normal(0, 0.03, len(roots))
    front = around > np.where(left, fraction[0], fraction[1])
    tuck = fraction > 1 - groom.tuck
    apart = loose.lock > 0
    short = max(groom.top, groom.sides) < dr.HANGING
    fringe = np.where(apart, short & (np.abs(s) < 60), fringe)
    tucked = np.where(left, tuck[0], tuck[1]) & (t > -5) & ~fringe & ~apart
    width = groom.open * rng.uniform(0.93, 1.12, 2)
    group = np.where(fringe, 8, 0)
    if groom.part is not None:
        group = np.where(fringe, 8, 2 * left + 4 * front)
    # Hair next to a face does not end along one line.
    free = np.where(left, width[0], width[1]) * (1 + FRAYED * rng.normal(0, 1, len(roots)).clip(-1.5, 2))
    drape = np.where(left, *groom.drape)
    tucked = tucked & (drape < dr.SWEPT)
    drape = np.where(drape > 0, drape + dr.FRAYED * rng.normal(0, 1, len(roots)), 0.0)
    drape = np.where(tucked, 0.0, np.where(apart, loose.drape, drape))
    group = np.where(apart, LOOSE_GROUPS + loose.lock, group)
    return Parts(side, fringe, front, tucked, free, drape, loose.lock, loose.length, group)


def _fringe(groom: Groom, s: Floats, t: Floats, rng: np.random.Generator) -> np.ndarray:
    """Roots (N,) bool of a fringe, by their chart coordinates."""
    if groom.fringe <= 0:
        return np.zeros(len(s), bool)
    # Its border is no line: hairs of either kind stand among each other.
    half = 52 + 6 * np.sin(t / 6) + rng.normal(0, MINGLE_MM, len(s))
    behind = FRINGE_DEPTH[0] + (FRINGE_DEPTH[1] - FRINGE_DEPTH[0]) * groom.dense
    inside = (np.abs(s) < half) & (t < behind - 0.4 * np.abs(s) + rng.normal(0, MINGLE_MM, len(s)))
    share = FRINGE_SHARE[0] + (FRINGE_SHARE[1] - FRINGE_SHARE[0]) * groom.dense
    return np.asarray(inside & (t > 38) & (rng.random(len(s)) < share))


@dataclass(frozen=True)
class _Growth:
    """What leads guides (G) while they grow: `strands.grow` calls these methods at every step.

    Attributes
    ----------
    groom, parts, skull
        As of `grow_guides`.
    gravity : (3,) float, unit, world
    draw, over : (G, 3) float, world
        What draws a guide all along, and on top of the head alone.
    room : (G,) float, metres
        Clearance of a guide from the head, away from its root.
    clearance : (G, steps) float, metres
        The same at every step: it grows from the root on.
    wind : (G, 3) float, world
        What draws a guide aside, its own gust included.
    lead : (G,) float
        How strongly a guide is drawn to the border of the face that its side leaves free.
    """

    groom: Groom
    parts: Parts
    skull: Skull
    gravity: Floats
    draw: Floats
    over: Floats
    room: Floats
    clearance: Floats
    wind: Floats
    lead: Floats

    @property
    def lies(self) -> bool:
        """Parted hair and a fringe lie on the head; other hair may stand off it."""
        return self.groom.part is not None or self.groom.fringe > 0

    def fence(self, points: Floats) -> Floats:
        """Points (G, 3) brought back to where hair may be."""
        p = self.skull.local(points)
        _keep_face_free(p, self.parts)
        if self.groom.part is not None:
            _keep_to_shoulders(p, self.parts)
        return self.skull.world(p)

    def flat(self, p: Floats) -> float | Floats:
        """Fraction of the clearance kept at local points: parted hair rises away from its parting."""
        if self.groom.part is None:
            return 1.0
        # Square, as the skull falls off from its top: the outline of the crown stays round.
        u = np.clip(np.abs(p[:, 0] - self.groom.part) / PART_WIDE, 0, 1)
        flat = PART_FLAT + (1 - PART_FLAT) * u * u
        return np.asarray(flat + (1 - flat) * beyond_parting(p[:, 1]))

    def floor(self, points: Floats, step: int) -> Floats:
        """Metres (G,) that a point keeps from the head."""
        p = self.skull.local(points)
        return self.clearance[:, step] * self.flat(p) + CLOTH * (p[:, 2] < CLOTH_Z)

    def ceiling(self, points: Floats, step: int) -> Floats:
        """Metres (G,) from the head beyond which hair is drawn down."""
        p = self.skull.local(points)
        below = np.maximum(FREE_Z - p[:, 2], 0)
        blown = WIND_LIFT * abs(self.groom.wind) * step / self.clearance.shape[1]
        return blown + (THICK[0] * self.room + THICK[1]) * self.flat(p) + FREE_SLOPE * below

    def target(self, points: Floats) -> Floats:
        """What draws hair at points (G, 3).

        Parted hair is drawn over the top. From the widest place of the head on it hangs, and what momentum
        carries farther out comes back.
        """
        p = self.skull.local(points)
        high = np.clip((p[:, 2:] - OVER[0]) / (OVER[1] - OVER[0]), 0, 1)
        high = high * np.clip((WIDEST - np.abs(p[:, :1])) / 0.03, 0, 1)
        parted = self.groom.part is not None
        wide = np.clip((np.abs(p[:, 0]) - WIDEST - self.room) / 0.03, 0, 1) * parted
        flare = np.clip((FLARE_Z - p[:, 2]) / 0.06, 0, 1) * self.lies
        aside = np.sign(p[:, 0]) * (flare * FLARE - 0.7 * wide * (1 - flare))
        aside = self.skull.turn(np.stack([aside, 0 * wide, 0 * wide], 1))
        weight = self.groom.weight * (1 - WIND_LIGHT * abs(self.groom.wind))
        return weight * self.gravity[None] + self.draw + self.wind + high * self.over + aside + self._into(p)

    def _into(self, p: Floats) -> Floats:
        """What draws hair at local points (G, 3) into the face, world."""
        if not self.lead.any():
            return np.zeros(p.shape)
        half = dr.free_half(p[:, 2], self.parts.drape)
        level = (p[:, 2] > INTO_Z[0]) & (p[:, 2] < INTO_Z[1])
        aside = np.clip((p[:, 0] * self.parts.side - half) / INTO_WIDE, 0, 1) * level * self.lead
        ahead = np.clip(p[:, 1] / INTO_WIDE, 0, 1) * level * self.lead
        return self.skull.turn(np.stack([-INTO * aside * self.parts.side, -INTO * ahead, 0 * aside], 1))


def grow_guides(
    groom: Groom,
    roots: st.Roots,
    parts: Parts,
    skull: Skull,
    gravity: Floats,
    body: Body,
    rng: np.random.Generator,
    points: int,
) -> tuple[Floats, Floats]:
    """Guide strands of loose hair.

    Parameters
    ----------
    roots : Roots (G)
    parts : Parts (G)
    gravity : (3,) float, unit, world
    points : int
        Of a guide.

    Returns
    -------
    guides : (G, points, 3) float32, metres, world
    clearance : (G, points) float, metres
        From the head.
    """
    low, high = groom.blend
    height = np.clip((roots.chart[:, 1] - low) / (high - low), 0, 1)
    length = _lengths(groom, roots, parts, height)
    direction, draw, over = _directions(groom, roots, parts, skull, height, rng)
    room = _room(groom, roots, parts, rng)
    steps = min(STEPS, 2 * points + 6)
    rise = np.minimum(0.3 * length, RISE)[:, None]
    clearance = 0.001 + room[:, None] * np.clip(length[:, None] * np.linspace(0, 1, steps) / rise, 0, 1)
    wind = _gusts(groom, roots, skull, rng)
    lead = np.clip(2 * parts.drape, 0, 1) * np.exp(-np.maximum(roots.depth, 0) / LEAD_MM)
    lead *= (np.abs(roots.chart[:, 0]) < LEAD_WIDE_MM) & ~parts.fringe
    growth = _Growth(groom, parts, skull, gravity, draw, over, room, clearance, wind, lead)
    keep = np.full(len(roots), groom.stiffness) ** (12 / steps)
    ceiling = growth.ceiling if growth.lies else None
    guides = st.grow(
        roots, direction, length, steps, keep, growth.target, body, growth.floor, growth.fence, ceiling
    )
    guides = st.relax(guides, 2, RELAXED)
    guides = _above_the_eyes(guides, parts, skull, groom, rng)
    guides = st.resample(guides, points)
    gap, normal = (x.reshape(*guides.shape[:2], -1) for x in body.clearance(guides))
    rise = np.maximum(LEAST - gap, 0)
    rise[:, 0] = 0
    return (guides + rise * normal).astype(np.float32), (gap + rise)[..., 0]


def _gusts(groom: Groom, roots: st.Roots, skull: Skull, rng: np.random.Generator) -> Floats:
    """What wind adds to the draw of guides (G, 3), world: neighbours meet nearly the same gust."""
    if groom.wind == 0:
        return np.zeros((len(roots), 3))
    wave = rng.normal(0, 1 / GUST, (4, 3))
    gust = np.sin(roots.position @ wave.T + rng.uniform(0, 2 * np.pi, 4)).sum(1) / 2
    gust = np.clip(1 + 0.6 * gust + GUSTY * rng.normal(0, 1, len(roots)), 0, 2.5)
    aside, back, up = WIND
    way = np.array([aside * np.sign(groom.wind), back, up]) * abs(groom.wind)
    return gust[:, None] * skull.turn(way)[None]


def _room(groom: Groom, roots: st.Roots, parts: Parts, rng: np.random.Generator) -> Floats:
    """Clearance (G,) of guides, metres: most on the crown, less at the hairline and the sides."""
    crown = np.clip((roots.chart[:, 1] + 10) / 72, 0, 1)
    crown = crown * (EDGE_ROOM + (1 - EDGE_ROOM) * np.clip(roots.depth / EDGE_MM, 0, 1))
    sides = np.interp(groom.sides, SIDES_LENGTH, SIDES)
    room = BODY * groom.volume * (sides + (CROWN - sides) * crown) * rng.uniform(*UNEVEN, len(roots))
    if groom.part is not None:
        room = room * (1 - SHORT_SIDE * _short_side(groom, parts))
    return np.where(parts.fringe, np.minimum(room, 0.007) * rng.uniform(0.5, 1.2, len(roots)), room)


def _short_side(groom: Groom, parts: Parts) -> Floats:
    """How far the parting lies towards the side that hair falls to (G,): 0 = the middle, 1 = the temple."""
    return np.clip(groom.part * parts.side / WIDEST, 0, 1)


def _lengths(groom: Groom, roots: st.Roots, parts: Parts, height: Floats) -> Floats:
    s, t = roots.chart.T
    behind = np.clip((np.abs(s) - 150) / 100, 0, 1)
    low = groom.sides + (groom.nape - groom.sides) * behind
    length = low + (groom.top - low) * height**1.3
    length = np.where(parts.fringe, np.maximum(groom.fringe, 0.02) + 0.0008 * np.maximum(t - 60, 0), length)
    return np.where(parts.lock > 0, parts.own, length)


def _directions(
    groom: Groom, roots: st.Roots, parts: Parts, skull: Skull, height: Floats, rng: np.random.Generator
) -> tuple[Floats, Floats, Floats]:
    """Where guides leave the skin (G, 3), what draws them all along and what draws them on top; world."""
    s, t = roots.chart.T
    count = len(roots)
    comb = np.tile(np.array(groom.comb, float), (count, 1))
    draw = np.tile(np.array(groom.draw, float), (count, 1))
    over = np.zeros((count, 3))
    if groom.part is not None:
        # Away from the parting; at the brow first up and back, then over.
        front = np.clip(1 - np.abs(s) / 75, 0, 1) * np.clip((92 - t) / 30, 0, 1)
        whorl = beyond_parting(skull.local(roots.position)[:, 1]) * np.clip((t - 60) / 30, 0, 1)
        comb[:, 0] = parts.side * (1 - 0.8 * whorl)
        # What hangs into the face is not combed back from it.
        into = np.clip(1.5 * parts.drape, 0, 1)
        comb[:, 1] += (0.25 + 0.45 * front) * (1 - 1.6 * into) + 0.8 * whorl
        comb[:, 2] = -0.12 + 0.3 * front * (1 - into)
        over[:, 0] = 0.55 * parts.side * (1 - _short_side(groom, parts)) * (1 - 0.6 * whorl)
        over[:, 1] = (0.12 + 0.25 * front) * (1 - 1.5 * into) + 0.6 * parts.tucked
    sweep = groom.sweep + rng.normal(0, 0.1, count)
    fanned = np.stack([SWEPT[0] * sweep + 0.25 * s / 50, np.full(count, -1.0), np.full(count, -0.25)], 1)
    comb = np.where(parts.fringe[:, None], fanned, comb)
    draw = np.where(parts.fringe[:, None], np.stack([SWEPT[1] * sweep, 0 * sweep - 0.1, 0 * sweep], 1), draw)
    over *= ~parts.fringe[:, None]
    # The sides hang: what is combed on top turns into falling along the skull below.
    hang = np.where(parts.fringe, 0, 1 - height)[:, None]
    # Cut short, the sides are combed down and a little back; long, they follow their fall.
    back = 0.35 if groom.part is None else 0.15
    fall = np.stack([np.zeros(count), np.where(parts.tucked, 0.9, back), -np.ones(count)], 1)
    comb = skull.turn(comb * (1 - hang) + fall * hang)
    along = st.tangent(roots.normal, comb + rng.normal(0, groom.scatter, comb.shape))
    lift = groom.lift * (0.3 + 0.7 * height) * rng.uniform(0.75, 1.25, count)
    # Hair does not stand off the forehead like a rim: at the border it grows out of the skin at a low angle.
    lift = lift * (EDGE_LIFT + (1 - EDGE_LIFT) * np.clip(roots.depth / EDGE_MM, 0, 1))
    lift = np.clip(np.where(parts.fringe, 0.35, lift), 0, 1)[:, None]
    return lift * roots.normal + (1 - lift) * along, skull.turn(draw * (1 - 0.6 * hang)), skull.turn(over)


def _keep_face_free(p: Floats, parts: Parts) -> None:
    """Draw local points p (G, 3) off the face to its outline, in place; tucked hair goes behind the ear."""
    half = parts.open * dr.free_half(p[:, 2], parts.drape)
    inside = ~parts.fringe & (p[:, 1] < WINDOW_DEPTH) & (p[:, 0] * parts.side < half)
    p[:, 0] = np.where(inside, p[:, 0] + 0.6 * (parts.side * half - p[:, 0]), p[:, 0])
    ear = parts.tucked & (p[:, 2] < 0.022) & (p[:, 2] > -0.075) & (p[:, 1] < EAR_BEHIND)
    p[:, 1] = np.where(ear, p[:, 1] + 0.6 * (EAR_BEHIND - p[:, 1]), p[:, 1])


def _keep_to_shoulders(p: Floats, parts: Parts) -> None:
    """Draw local points p (G, 3) below the jaw before or behind the shoulder, in place."""
    low = np.clip((SHOULDER_Z - p[:, 2]) / 0.05, 0, 1)
    ahead = parts.front & (p[:, 1] > IN_FRONT)
    after = ~parts.front & (p[:, 1] < BEHIND)
    p[:, 1] += np.where(ahead, 0.25 * low * (IN_FRONT - p[:, 1]), 0)
    p[:, 1] += np.where(after, 0.4 * low * (BEHIND - p[:, 1]), 0)


def _above_the_eyes(
    guides: Floats, parts: Parts, skull: Skull, groom: Groom, rng: np.random.Generator
) -> Floats:
    """Cut the fringe, and whatever else falls over the brow, before it reaches the eyes."""
    p = skull.local(guides)
    edge = (
        0.019 + 0.004 * rng.standard_normal(len(guides)) + 0.010 * np.clip(1 - groom.fringe / 0.055, -0.4, 1)
    )
    # Towards the temples a fringe grows longer and frames the face.
    over = np.abs(p[..., 0]) < 0.052
    over &= ((parts.drape < dr.SWEPT) | parts.fringe)[:, None]
    low = over & (p[..., 1] < 0.03) & (p[..., 2] < np.maximum(edge, 0.0135)[:, None])
    cut = np.where(low.any(1), np.maximum(low.argmax(1) - 1, 3), guides.shape[1] - 1)
    return st.trim(guides, cut / (guides.shape[1] - 1))
