"""Scalp hair: grooms as numbers, strands as their result.

A groom says how long hair is on top, at the sides and in the nape, where it is combed, how it lifts, bends,
curls and clumps. Directions are given in the skull's frame (x to the subject's left, -y forward, z up).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from facegen.assets import strands as st
from facegen.assets.regions import Hairline


@dataclass(frozen=True)
class Groom:
    """Shape of scalp hair.

    Attributes
    ----------
    top, sides, nape, fringe : float, metres
        Lengths; fringe 0 = the front is combed like the top.
    comb : (3,) float
        Where the top is drawn, in the skull's frame.
    part : float or None
        Sideways position of the parting, metres; hair is combed away from it.
    lift : float in [0, 1]
        0 = hair leaves along the skin, 1 = straight up.
    stiffness : float in [0, 1]
        Share of its direction that hair keeps over a step.
    volume : float, metres
        Clearance that the hair keeps from the head.
    curl_radius : float, metres; curl_pitch : float, metres a winding
    clump : float in [0, 1]; clumps : int
    frizz : float, metres at the tip
    back : float in [0, 1]
        How strongly hair is drawn behind the shoulders and ears.
    spread : float
        Random spread of lengths (share of the length).
    """

    top: float
    sides: float
    nape: float
    fringe: float = 0.0
    comb: tuple[float, float, float] = (0.0, -0.6, 0.1)
    part: float | None = None
    lift: float = 0.35
    stiffness: float = 0.8
    volume: float = 0.006
    curl_radius: float = 0.0
    curl_pitch: float = 0.05
    clump: float = 0.5
    clumps: int = 700
    frizz: float = 0.003
    back: float = 0.0
    spread: float = 0.15


GUIDES = 420
SCALP_TOP_MM = 62.0  # chart height above which the scalp counts as top
BOTTOM_OF_SIDES_MM = -10.0


def scalp_roots(head, model, hairline: Hairline, count, rng, thinning=0.0):
    """Roots on the scalp above the hairline, ears left out. Returns Roots of about `count`."""
    chart = model.chart
    grows = (hairline.distance(chart[:, 0], chart[:, 1]) < 6) & (model.ear < 0.3)
    faces = model.faces[(grows[model.faces]).any(1) & (model.face_part == 0)]
    # The crown is seen flat on and needs more strands to cover than the sides, which are seen edge on.
    crown = np.clip((chart[faces, 1].mean(1) - 20) / 60, 0, 1)
    roots = st.scatter(head.vertices, head.normals, chart, faces, int(count * 1.25), rng, 1 + 0.9 * crown)
    s, t = roots.chart[:, 0], roots.chart[:, 1]
    s = (s + 314.159) % 628.318 - 314.159
    # A living hairline fades over some millimetres instead of ending on a line.
    fade = hairline.distance(s, t) + rng.normal(0, 2.2, len(roots)) < 0
    keep = fade & (rng.random(len(roots)) >= thinning * np.clip((t - 40) / 50, 0, 1))
    kept = roots.take(np.flatnonzero(keep)[:count])
    kept.chart[:, 0] = (kept.chart[:, 0] + 314.159) % 628.318 - 314.159
    return kept


def make_hair(groom, roots, rotation, gravity, body, rng, points, radius):
    """Strands of a groom.

    Parameters
    ----------
    groom : Groom
    roots : Roots (N)
    rotation : (3, 3) float, the skull's frame to the world
    gravity : (3,) float, unit, world
    body : strands.Body
    rng : np.random.Generator
    points : int, points a strand
    radius : float, metres at the root

    Returns
    -------
    strands (N, points, 3) float32, radii (N, points) float32
    """
    guide_index = rng.choice(len(roots), min(GUIDES, len(roots)), replace=False)
    guide_roots = roots.take(guide_index)
    side_of = _sides(groom, roots, rotation)
    guides = _grow_guides(groom, guide_roots, side_of[guide_index], rotation, gravity, body, rng, points)
    strands, _ = st.interpolate(
        roots, guides, guide_roots, rng, part=side_of, guide_part=side_of[guide_index]
    )
    strands = _trim(strands, 1 - groom.spread * rng.beta(1.2, 3.0, len(strands)))

    centres = rng.choice(len(roots), min(groom.clumps, len(roots)), replace=False)
    groups = st.cKDTree(roots.position[centres]).query(roots.position)[1]
    strands = st.clump(strands, groups, groom.clump)
    if groom.curl_radius > 0:
        length = np.linalg.norm(np.diff(strands, axis=1), axis=2).sum(1)
        phase = rng.uniform(0, 2 * np.pi, len(centres))[groups] + rng.normal(0, 0.35, len(strands))
        size = groom.curl_radius * rng.uniform(0.7, 1.2, len(centres))[groups]
        strands = st.curl(strands, size, length / groom.curl_pitch, phase)
    loose = groom.frizz * np.where(rng.random(len(strands)) < 0.06, 3.0, 0.6)
    strands = st.frizz(strands, loose, rng)
    strands = st.push_out(strands, body, 0.0008)
    return strands, st.taper(np.full(len(strands), radius), points)


def _sides(groom, roots, rotation):
    """0 right of the parting, 1 left of it, 2 the fringe."""
    local = roots.position @ rotation
    side = np.zeros(len(roots), int)
    if groom.part is not None:
        middle = local[:, 0].mean()
        side = (local[:, 0] - middle > groom.part).astype(int)
    if groom.fringe > 0:
        s, t = roots.chart.T
        side[(np.abs(s) < 46) & (t < SCALP_TOP_MM + 26) & (t > 40)] = 2
    return side


def _grow_guides(groom, roots, side, rotation, gravity, body, rng, points):
    s, t = roots.chart.T
    height = np.clip((t - BOTTOM_OF_SIDES_MM) / (SCALP_TOP_MM - BOTTOM_OF_SIDES_MM), 0, 1)
    behind = np.clip((np.abs(s) - 150) / 100, 0, 1)
    low = groom.sides + (groom.nape - groom.sides) * behind
    length = low + (groom.top - low) * height**1.3
    length = np.where(side == 2, np.maximum(groom.fringe, 0.02), length)

    comb = np.tile(np.array(groom.comb, float), (len(roots), 1))
    if groom.part is not None:
        away = np.where(side == 1, 1.0, -1.0)
        comb[:, 0] = away * 1.0
        comb[:, 1] = comb[:, 1] + 0.9 * groom.back
        comb[:, 2] = -0.15
    comb[side == 2] = (0.0, -1.0, 0.0)
    comb[:, 0] += np.where(side == 2, 0.25 * np.sign(groom.part or 1.0), 0)
    # The sides hang: what is combed on top turns into falling along the skull below.
    hang = (1 - height)[:, None] * (side != 2)[:, None]
    fall = np.stack([np.zeros(len(roots)), np.full(len(roots), groom.back * 0.8), -np.ones(len(roots))], 1)
    comb = comb * (1 - hang) + fall * hang
    comb = comb @ rotation.T
    comb += rng.normal(0, 0.12, comb.shape)
    normal = roots.normal
    tangent = comb - (comb * normal).sum(1, keepdims=True) * normal
    tangent /= np.maximum(np.linalg.norm(tangent, axis=1, keepdims=True), 1e-9)
    lift = np.clip(groom.lift * (0.35 + 0.65 * height) * rng.uniform(0.75, 1.25, len(roots)), 0, 1)[:, None]
    direction = lift * normal + (1 - lift) * tangent

    pull = 0.9 * groom.back * (rotation @ np.array([0.0, 1.0, 0.0]))[None] * np.ones((len(roots), 1))
    room = groom.volume * (0.35 + 0.65 * height) * rng.uniform(0.5, 1.4, len(roots))
    along = np.clip(np.linspace(0, 1, points) / 0.35, 0, 1)
    clearance = 0.001 + room[:, None] * along[None]
    keep = np.full(len(roots), groom.stiffness) ** (12 / points)
    return st.grow(roots, direction, length, points, gravity, keep, clearance, body, pull)


def _trim(strands, share):
    """Cut strands to a share (N,) of their length, keeping the number of points."""
    n, k, _ = strands.shape
    x = share[:, None] * np.linspace(0, k - 1, k)[None]
    low = np.minimum(x.astype(int), k - 2)
    f = (x - low)[..., None]
    rows = np.arange(n)[:, None]
    return (strands[rows, low] * (1 - f) + strands[rows, low + 1] * f).astype(np.float32)
