"""Strands: roots scattered on a mesh, guides grown against a body, children between guides.

Strands are (N, K, 3) float32 metres, root first; radii (N, K) float32 metres.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

from facegen.assets.meshes.collision import Body
from facegen.assets.meshes.mesh import Floats, Ints

DRAWN_DOWN = 0.6  # fraction of its height over the ceiling that a step of growing hair loses
TIPS = 0.55  # fraction of a strand from where the tips of a lock may part
LOOSE = 0.06  # metres from the root after which single hairs lie off their neighbours as far as they ever do


@dataclass(frozen=True)
class Roots:
    """Points on a mesh: positions (N, 3), unit normals (N, 3), chart coordinates (N, 2) in mm.

    inside : (N,) mm from the border of what grows there; None where no border was given
    """

    position: Floats
    normal: Floats
    chart: Floats
    inside: Floats | None = None

    def __len__(self) -> int:
        return len(self.position)

    @property
    def depth(self) -> Floats:
        """`inside`, of roots whose border is known."""
        if self.inside is None:
            raise ValueError("these roots have no border")
        return self.inside

    def take(self, index: Ints) -> Roots:
        inside = None if self.inside is None else self.inside[index]
        return Roots(self.position[index], self.normal[index], self.chart[index], inside)


def scatter(
    vertices: Floats,
    normals: Floats,
    chart: Floats,
    faces: Ints,
    count: int,
    rng: np.random.Generator,
    density: float | Floats = 1.0,
) -> Roots:
    """`count` roots spread over quads by area times density.

    Parameters
    ----------
    vertices, normals : (V, 3) float; chart : (V, 2) float, mm; faces : (F, 4) int
    rng : np.random.Generator
    density : float or (F,) float
    """
    a, b, c, d = (vertices[faces[:, i]] for i in range(4))
    area = np.linalg.norm(np.cross(c - a, d - b), axis=1) * density
    face = np.searchsorted(np.cumsum(area) / area.sum(), rng.random(count))
    face = np.minimum(face, len(faces) - 1)
    u, v = rng.random((2, count, 1))
    corner = faces[face]
    weights = ((1 - u) * (1 - v), u * (1 - v), u * v, (1 - u) * v)

    def blend(values: Floats) -> Floats:
        return sum(w * values[corner[:, i]] for i, w in enumerate(weights))

    normal = blend(normals)
    # The chart's seam runs down the back of the head: bring all corners of a face to one side of it.
    charts = chart[corner].copy()
    turn = 2 * np.pi * 100.0
    charts[..., 0] -= turn * np.round((charts[..., 0] - charts[:, :1, 0]) / turn)
    flat = sum(w * charts[:, i] for i, w in enumerate(weights))
    return Roots(
        blend(vertices).astype(np.float32),
        (normal / np.linalg.norm(normal, axis=1, keepdims=True)).astype(np.float32),
        flat.astype(np.float32),
    )


def grow(
    roots: Roots,
    direction: Floats,
    length: Floats,
    points: int,
    stiffness: Floats,
    target: Callable[[Floats], Floats],
    body: Body,
    floor: Callable[[Floats, int], Floats],
    fence: Callable[[Floats], Floats],
    ceiling: Callable[[Floats, int], Floats] | None = None,
) -> Floats:
    """Grow guides step by step: bend towards the target, slide along the body.

    Parameters
    ----------
    roots : Roots (N)
    direction : (N, 3) float, where the hair leaves the skin
    length : (N,) float, metres
    points : int K
    stiffness : (N,) float in [0, 1], fraction of its direction that a step keeps
    target : function of points (N, 3), giving what draws the hair there (N, 3): gravity and the comb
    body : assets.body.Body
    floor : function of points (N, 3) and the step, giving metres (N,) kept free above the body
    fence : function of points (N, 3), giving them back where they may be
    ceiling : function of points (N, 3) and the step, giving metres (N,) above the body from which hair is
        drawn down; None = none

    Returns
    -------
    (N, K, 3) float32
    """
    step = (length / (points - 1))[:, None]
    strand = np.empty((len(roots), points, 3), np.float32)
    strand[:, 0] = position = roots.position
    heading = direction / np.linalg.norm(direction, axis=1, keepdims=True)
    keep = stiffness[:, None]
    for k in range(1, points):
        heading = keep * heading + (1 - keep) * target(position)
        heading /= np.maximum(np.linalg.norm(heading, axis=1, keepdims=True), 1e-9)
        moved = fence(position + step * heading)
        gap, normal = body.clearance(moved)
        rise = np.maximum(floor(moved, k) - gap, 0)
        if ceiling is not None:
            rise -= DRAWN_DOWN * np.maximum(gap - ceiling(moved, k), 0)
        moved = moved + normal * rise[:, None]
        heading = moved - position
        heading /= np.maximum(np.linalg.norm(heading, axis=1, keepdims=True), 1e-9)
        position = position + step * heading
        strand[:, k] = position
    return strand


def interpolate(
    roots: Roots,
    guides: Floats,
    guide_roots: Roots,
    group: Ints | None = None,
    guide_group: Ints | None = None,
    neighbours: int = 3,
) -> tuple[Floats, Ints, Floats]:
    """Children that follow their nearest guides, offset to their own root.

    Parameters
    ----------
    group, guide_group : (N,), (G,) int or None
        Children never mix guides of another group (the two sides of a parting).

    Returns
    -------
    strands (N, K, 3) float32, index (N, neighbours) of the guides, weight (N, neighbours), rows sum to 1
    """
    label = np.zeros(len(roots), int) if group is None else group
    guide_label = np.zeros(len(guides), int) if guide_group is None else guide_group
    index = np.zeros((len(roots), neighbours), int)
    weight = np.zeros((len(roots), neighbours))
    for value in np.unique(label):
        mine = np.flatnonzero(label == value)
        theirs = np.flatnonzero(guide_label == value)
        if len(theirs) == 0:
            theirs = np.arange(len(guides))
        k = min(neighbours, len(theirs))
        distance, nearest = cKDTree(guide_roots.position[theirs]).query(roots.position[mine], k=k)
        index[mine, :k] = theirs[nearest.reshape(len(mine), k)]
        weight[mine, :k] = 1 / (distance.reshape(len(mine), k) + 1e-3) ** 2
    weight /= weight.sum(1, keepdims=True)
    shapes = (guides - guides[:, :1]).reshape(len(guides), -1)
    out = np.zeros((len(roots), shapes.shape[1]), np.float32)
    for i in range(neighbours):
        out += weight[:, i : i + 1].astype(np.float32) * shapes[index[:, i]]
    return roots.position[:, None] + out.reshape(-1, *guides.shape[1:]), index, weight


def clump(
    strands: Floats,
    groups: Ints,
    strength: float | Floats,
    profile: float = 1.6,
    parting: float | Floats = 0.0,
) -> Floats:
    """Draw the strands of a group together towards their tips.

    Parameters
    ----------
    groups : (N,) int
    strength : float or (N,) float in [0, 1], how far they meet
    profile : float, exponent of the closing along the strand
    parting : float or (N,) float in [0, 1], fraction of the closing that is lost again at the tips
    """
    points = strands.shape[1]
    count = np.bincount(groups)
    order = np.argsort(groups, kind="stable")
    used = count > 0
    starts = (np.cumsum(count) - count)[used]
    centre = np.zeros((len(count), *strands.shape[1:]), np.float32)
    centre[used] = np.add.reduceat(strands[order], starts, axis=0) / count[used, None, None]
    u = np.linspace(0, 1, points)
    end = np.clip((u - TIPS) / (1 - TIPS), 0, 1)
    open_again = np.broadcast_to(parting, len(strands))[:, None] * (end * end * (3 - 2 * end))[None]
    fraction = np.broadcast_to(strength, len(strands))[:, None] * (u**profile)[None] * (1 - open_again)
    return (strands + fraction[..., None] * (centre[groups] - strands)).astype(np.float32)


def trim(strands: Floats, fraction: Floats) -> Floats:
    """Cut strands to a fraction (N,) of their length, keeping the number of points."""
    k = strands.shape[1]
    return _at(strands, fraction[:, None] * np.linspace(0, k - 1, k)[None])


def stretch(strands: Floats, first: Floats, last: Floats) -> Floats:
    """Strands from one fractional point number (N,) to another, keeping the number of points."""
    u = np.linspace(0, 1, strands.shape[1])[None]
    return _at(strands, first[:, None] + (last - first)[:, None] * u)


def resample(strands: Floats, points: int) -> Floats:
    """The same strands with another number of points, evenly along them."""
    n, k, _ = strands.shape
    return _at(strands, np.tile(np.linspace(0, k - 1, points), (n, 1)))


def refine(strands: Floats, factor: int) -> Floats:
    """Points added between those of strands: `factor` segments for each."""
    n, k, _ = strands.shape
    return _at(strands, np.tile(np.linspace(0, k - 1, (k - 1) * factor + 1), (n, 1)))


def _at(strands: Floats, x: Floats) -> Floats:
    """Strands at fractional point numbers x (N, M): (N, M, 3) float32, straight between points."""
    low = np.minimum(x.astype(int), strands.shape[1] - 2)
    f = (x - low)[..., None].astype(np.float32)
    rows = np.arange(len(strands))[:, None]
    return strands[rows, low] * (1 - f) + strands[rows, low + 1] * f


def tangent(normal: Floats, direction: Floats) -> Floats:
    """Directions (N, 3) laid into the planes of unit normals (N, 3): unit vectors."""
    flat = direction - (direction * normal).sum(1, keepdims=True) * normal
    return flat / np.maximum(np.linalg.norm(flat, axis=1, keepdims=True), 1e-9)


def frames(strands: Floats) -> tuple[Floats, Floats]:
    """Two unit vectors across each strand at each point: (N, K, 3) twice; they turn as little as they can."""
    tangent = np.gradient(strands, axis=1)
    tangent /= np.maximum(np.linalg.norm(tangent, axis=2, keepdims=True), 1e-12)
    side = np.empty_like(tangent)
    helper = np.where(np.abs(tangent[:, 0, 1:2]) < 0.9, [0.0, 1.0, 0.0], [1.0, 0.0, 0.0])
    before = np.cross(tangent[:, 0], helper)
    for k in range(strands.shape[1]):
        before = before - np.einsum("ij,ij->i", before, tangent[:, k])[:, None] * tangent[:, k]
        before /= np.maximum(np.sqrt(np.einsum("ij,ij->i", before, before)), 1e-12)[:, None]
        side[:, k] = before
    return side, np.cross(tangent, side)


def curl(strands: Floats, radius: Floats, angle: Floats, onset: float = 0.15, flat: float = 0.0) -> Floats:
    """Wind strands into helices.

    Parameters
    ----------
    radius : (N,) or (N, K) float, metres
    angle : (N, K) float, radians: how far each point is turned about its strand
    onset : float, fraction of the length before the full radius is reached
    flat : float in [0, 1), 0 = round windings, towards 1 = waves in one plane
    """
    radius = np.broadcast_to(radius.reshape(len(strands), -1), angle.shape)
    u = np.clip(np.linspace(0, 1, strands.shape[1]) / onset, 0, 1)
    grown = radius * (u * u * (3 - 2 * u))[None]
    side, up = frames(strands)
    offset = np.cos(angle)[..., None] * side + (1 - flat) * np.sin(angle)[..., None] * up
    return (strands + grown[..., None] * offset).astype(np.float32)


def wander(count: int, points: int, knots: int, rng: np.random.Generator) -> Floats:
    """Smooth random curves along strands (count, points), about N(0, 1) at each of `knots` places."""
    x = np.linspace(0, knots - 1, points)
    low = np.minimum(x.astype(int), knots - 2)
    fraction = x - low
    fraction = fraction * fraction * (3 - 2 * fraction)
    noise = rng.normal(size=(count, knots))
    return noise[:, low] * (1 - fraction) + noise[:, low + 1] * fraction


def frizz(
    strands: Floats,
    amplitude: Floats,
    length: Floats,
    rng: np.random.Generator,
    knots: int | None = None,
    locks: Ints | None = None,
    sway: Floats | None = None,
) -> Floats:
    """Smooth random wander across the strand, of each hair and of the lock that it belongs to.

    Parameters
    ----------
    amplitude : (N,) float, metres, reached LOOSE metres from the root or at the tip of what is shorter
    length : (N,) float, metres
    knots : int or None, places along a strand that wander on their own; None = every third point
    locks : (N,) int or None, number of the lock of each strand
    sway : (N,) float, metres by which locks wander: they cross their neighbours. Needed with `locks`.
    """
    n, k, _ = strands.shape
    side, up = frames(strands)
    knots = knots or max(3, k // 3)
    full = np.minimum(LOOSE / np.maximum(length, 1e-6), 1)[:, None]
    grown = np.clip(np.linspace(0, 1, k)[None] / full, 0, 1)
    across, off = (amplitude[:, None] * wander(n, k, knots, rng) for _ in range(2))
    if locks is not None and sway is not None:
        count = locks.max() + 1
        across = across + sway[:, None] * wander(count, k, SWAYS, rng)[locks]
        off = off + sway[:, None] * wander(count, k, SWAYS, rng)[locks]
    return (strands + (grown * across)[..., None] * side + (grown * off)[..., None] * up).astype(np.float32)


SWAYS = 4  # places along a lock at which it wanders on its own
# Of `tousle`: waves and their lengths in metres, metres from the root to its full size, and how far a point
# goes at most along an axis, in amplitudes: beyond it locks stand off like horns.
WAVES, WAVELENGTH, ROOTED, MOST_TOUSLED = 12, (0.045, 0.15), 0.07, 1.6


def tousle(
    strands: Floats, amplitude: Floats, rng: np.random.Generator, shift: Floats | None = None
) -> Floats:
    """Strands (N, K, 3) carried along by a smooth random field: what lies together stays together.

    amplitude : (N,) float, metres, about the root mean square along each axis; reached ROOTED metres from the
        root
    shift : (N, 3) float, metres, or None
        By how much beside its place a strand meets the field: locks that differ here cross one another.
    """
    low, high = np.log(WAVELENGTH)
    length = np.exp(rng.uniform(low, high, WAVES))
    wave = rng.normal(size=(WAVES, 3))
    wave *= 2 * np.pi / (length * np.linalg.norm(wave, axis=1))[:, None]
    push = rng.normal(size=(WAVES, 3)) / np.sqrt(WAVES / 2)
    phase = rng.uniform(0, 2 * np.pi, WAVES)
    if shift is not None:
        phase = phase + (shift @ wave.T)[:, None]
    # Sines in single precision, ten times as fast.
    field = np.sin(strands @ wave.T.astype(np.float32) + phase.astype(np.float32)) @ push.astype(np.float32)
    field = MOST_TOUSLED * np.tanh(field / MOST_TOUSLED)
    step = np.linalg.norm(np.diff(strands, axis=1), axis=2)
    along = np.concatenate([np.zeros((len(strands), 1)), np.cumsum(step, 1)], 1)
    size = amplitude[:, None] * np.clip(along / ROOTED, 0, 1)
    return (strands + size[..., None] * field).astype(np.float32)


def relax(strands: Floats, fixed: int, rounds: int) -> Floats:
    """Bends of strands (N, K, 3) evened out, root and tip kept: hair springs back from sharp corners.

    fixed : int, points from the root on that stay
    rounds : int, of averaging with the two neighbours
    """
    out = strands.astype(np.float32)
    first = max(fixed, 1)
    for _ in range(rounds):
        out[:, first:-1] = 0.5 * out[:, first:-1] + 0.25 * (out[:, first - 1 : -2] + out[:, first + 1 :])
    return out


def push_out(
    strands: Floats, body: Body, clearance: float, near: npt.NDArray[np.bool_] | None = None
) -> Floats:
    """Lift every point that lies closer than `clearance` metres to the body (roots excepted).

    Parameters
    ----------
    near : (N, K) bool or None, the points to look at; None = all
    """
    out = strands.astype(np.float32)
    look = np.ones(out.shape[:2], bool) if near is None else near.copy()
    look[:, 0] = False
    for _ in range(3):  # a point pushed off one fold may come to lie in another
        gap, normal = body.clearance(out[look])
        short = np.maximum(clearance - gap, 0)
        out[look] += normal * short[:, None]
        look[look] = short > 0
        if not look.any():
            break
    return out


def taper(radius: Floats, points: int, tip: float = 0.25, onset: float = 0.6) -> Floats:
    """(N,) root radii -> (N, K): constant, then thinning to `tip` of the root radius."""
    u = np.linspace(0, 1, points)
    profile = 1 - (1 - tip) * np.clip((u - onset) / (1 - onset), 0, 1)
    return (radius[:, None] * profile[None]).astype(np.float32)
