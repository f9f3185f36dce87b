"""Gathered hair: drawn over the skull to a tie, and what hangs or is wound there (tail, bun, plaits).

Local coordinates are the skull's, metres: origin between the eyes, x to the subject's left, y back, z up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.interpolate import CubicSpline

from facegen.assets.hair import plaited_rows
from facegen.assets.hair import strands as st
from facegen.assets.hair.guides import Skull
from facegen.assets.meshes.collision import Body
from facegen.assets.meshes.mesh import Floats, Ints

if TYPE_CHECKING:
    from facegen.assets.hair.groom import Groom

ROWS = "rows"  # plaited close to the scalp, see `plaited_rows`
TIES = ("low", "pony", "bun", "plaits", "top", "half", ROWS)
HALF = ("half",)  # ties that hold the hair of the crown alone
WOUND = ("bun", "top")  # ties about which hair is wound
CENTRE = np.array([0.0, 0.085, 0.025])  # the middle of the skull, around which hair is drawn back
ELEVATION = {
    "low": (-22, -5),
    "pony": (8, 55),
    "bun": (-10, 85),
    "top": (62, 90),
    "half": (28, 50),
}  # degrees of the tie above the middle
HALF_MM = 38.0  # chart height of the border between tied and hanging hair
TAIL = 0.25  # strands of a tail, bun or plait against those on the scalp
TWIST = 0.055  # metres a crossing of a plait's three strands
EDGE_MM, EDGE_ROOM = 30.0, 0.12  # band inside the hairline, and clearance at the border against the middle
LEAST = 0.0006  # metres that hair keeps from the head
LOCK = 16  # strands a lock: combed hair shows the teeth of the comb


def gather(
    groom: Groom,
    roots: st.Roots,
    skull: Skull,
    gravity: Floats,
    body: Body,
    rng: np.random.Generator,
    points: int,
) -> tuple[Floats, Ints, Floats]:
    """Strands of tied hair.

    Returns
    -------
    strands (M, points, 3) float32, lock of each (M,) int, distance to the head (M, points) float metres, 0
    where it is to be looked up.
    """
    if groom.tie == ROWS:
        plaited, number = plaited_rows.rows(groom, roots, CENTRE, skull, body, rng, points)
        return plaited, number, np.zeros(plaited.shape[:2])
    ties, side = _ties(groom, roots, skull, body, rng)
    groups: Ints = st.cKDTree(roots.position[::LOCK]).query(roots.position)[1]
    rise = rng.uniform(0.5, 1.5, groups.max() + 1)[groups]
    drawn, gap = _drawn_back(groom, roots, ties[side], rise, skull, body, rng, points)
    stray = rng.random(len(drawn)) < 0.04
    before = drawn
    drawn = st.clump(drawn, groups, np.where(stray, 0, groom.fine * rng.uniform(0.4, 1, len(drawn))), 0.7)
    gap = gap - np.linalg.norm(drawn - before, axis=2)
    parts, locks = [drawn], [groups]
    lock: Ints
    for tie in ties:
        count = int(TAIL * len(roots) * (0.5 if len(ties) == 2 else 1.0))
        if groom.tie in WOUND:
            extra = _bun(groom, tie, skull, body, count, rng, points)
            lock = rng.integers(0, max(1, count // 6), count)
        else:
            extra, lock = _hanging(groom, tie, skull, gravity, body, count, rng, points)
        locks.append(lock + locks[-1].max() + 1)
        parts.append(extra)
    strands = np.concatenate(parts).astype(np.float32)
    below = np.zeros(strands.shape[:2])
    below[: len(gap)] = gap
    return strands, np.concatenate(locks), below


def below(groom: Groom, roots: st.Roots, rng: np.random.Generator) -> np.ndarray:
    """Roots (N,) bool of hair that a tie at the crown does not reach: it hangs."""
    s, t = roots.chart.T
    # The border runs from the temples backwards, a little lower at the back.
    limit = HALF_MM + rng.normal(0, 1.5, len(roots)) - 10 * np.clip((np.abs(s) - 150) / 120, 0, 1)
    return np.asarray(t < limit)


def _ties(
    groom: Groom, roots: st.Roots, skull: Skull, body: Body, rng: np.random.Generator
) -> tuple[Floats, Ints]:
    """Places of the ties (T, 3), local, on the skin, and each root's own (N,)."""
    if groom.tie is None:
        raise ValueError("hair that is not tied has no tie")
    if groom.tie == "plaits":
        p = skull.local(roots.position)
        jagged = (groom.part or 0.0) + rng.normal(0, 0.0012, len(p))
        directions = np.array([[-0.70, 0.42, -0.62], [0.70, 0.42, -0.62]])
        return _on_skin(directions, skull, body), (p[:, 0] > jagged).astype(int)
    low, high = ELEVATION[groom.tie]
    angle = np.radians(rng.uniform(low, high))
    aside = rng.normal(0, 0.10)
    direction = np.array([[aside, np.cos(angle), np.sin(angle)]])
    return _on_skin(direction, skull, body), np.zeros(len(roots), int)


def _on_skin(directions: Floats, skull: Skull, body: Body) -> Floats:
    """Where rays from the middle of the skull leave it: (T, 3) local, by sphere tracing from outside."""
    way = directions / np.linalg.norm(directions, axis=1, keepdims=True)
    distance = np.full(len(way), 0.22)
    for _ in range(30):
        gap, _ = body.clearance(skull.world(CENTRE + way * distance[:, None]))
        distance = distance - 0.9 * gap
    return CENTRE + way * distance[:, None]


def _drawn_back(
    groom: Groom,
    roots: st.Roots,
    ties: Floats,
    rise: Floats,
    skull: Skull,
    body: Body,
    rng: np.random.Generator,
    points: int,
) -> tuple[Floats, Floats]:
    """Over the skull from every root to its tie: great circles about the skull's middle, laid on the head.

    Returns
    -------
    strands (N, points, 3) float32, distance to the head (N, points) float metres, 0 at the root
    """
    start = skull.local(roots.position) - CENTRE
    end = ties + rng.normal(0, 0.004, ties.shape) - CENTRE
    r0, r1 = np.linalg.norm(start, axis=1), np.linalg.norm(end, axis=1)
    a, b = start / r0[:, None], end / r1[:, None]
    angle = np.arccos(np.clip((a * b).sum(1), -0.99, 0.99))[:, None]
    u = np.linspace(0, 1, points)[None]
    ease = u + 0.06 * np.sin(2 * np.pi * u)
    path = (
        np.sin((1 - ease) * angle)[..., None] * a[:, None] + np.sin(ease * angle)[..., None] * b[:, None]
    ) / np.sin(angle)[..., None]
    out = skull.world(CENTRE + path * (r0[:, None] * (1 - u) + r1[:, None] * u)[..., None]).astype(np.float32)
    height = np.clip((roots.chart[:, 1] + 10) / 80, 0, 1)[:, None]
    # Combed hair leaves its border flat on the skin, and all of it rises slowly.
    inside = np.clip(roots.depth / EDGE_MM, 0, 1)
    height = height * (EDGE_ROOM + (1 - EDGE_ROOM) * inside * inside * (3 - 2 * inside))[:, None]
    room = LEAST + groom.volume * height * np.sin(np.pi * u) ** 1.3 * rise[:, None]
    room = room + rng.uniform(0, 0.0012, room.shape[:1])[:, None] * np.clip(5 * u, 0, 1)
    distance = np.zeros(out.shape[:2])
    for _ in range(2):
        gap, normal = body.clearance(out[:, 1:])
        gap = gap.reshape(len(out), -1)
        # Lifted where it would cut the skull; laid down where the great circle floats above it.
        lift = np.clip(room[:, 1:] - gap, -0.02, 0.05)
        out[:, 1:] += normal.reshape(len(out), -1, 3) * lift[..., None]
        distance[:, 1:] = gap + np.minimum(lift, 0.8 * lift)  # lifted next to a fold, it nears the other side
    return out, distance


def _hanging(
    groom: Groom,
    tie: Floats,
    skull: Skull,
    gravity: Floats,
    body: Body,
    count: int,
    rng: np.random.Generator,
    points: int,
) -> tuple[Floats, Ints]:
    """A tail or a plait from the tie down: strands (count, points, 3), lock (count,)."""
    out = tie - CENTRE
    out = out / np.linalg.norm(out)
    plait = groom.tie == "plaits"
    side = np.sign(tie[0]) if plait else rng.choice([-1.0, 1.0])
    ahead = rng.random() < (0.85 if plait else 0.55 * (1 - groom.behind) + 0.2)
    down = skull.rotation.T @ gravity
    leave = tie + out * 0.028 + np.array([0, 0, 0.3]) * max(out[2], 0) * 0.05
    length = groom.top
    if ahead:
        beside = np.array([side * 0.074, 0.075, -0.115])
        chest = np.array([side * 0.084, 0.012, -0.195])
        stops = [tie, leave, 0.4 * leave + 0.6 * beside + out * 0.02, beside, chest, chest + down * 0.14]
    else:
        stops = [tie, leave, leave + out * 0.015 + down * 0.06, leave + down * 0.16, leave + down * 0.3]
    way = np.array(stops)
    way[0] = tie + out * 0.007
    knots = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(way, axis=0), axis=1))])
    along = np.linspace(0, min(length, knots[-1]), 3 * points)
    line = CubicSpline(knots, way)(along)[None]
    thick = 0.016 if plait else 0.024 * groom.volume / 0.009 * rng.uniform(0.8, 1.3)
    line = skull.world(line).astype(np.float32)
    for _ in range(3):
        gap, normal = body.clearance(line)
        line = (
            line
            + (normal * np.maximum(0.8 * thick + 0.008 - gap, 0)[:, None])[None]
            * (along > 0.02)[None, :, None]
        )
    line = st.resample(line.astype(np.float32), points)
    u = np.linspace(0, 1, points)[None]
    across, up = st.frames(line)
    if plait:
        return _plaited(line, across, up, along[-1], count, rng, u)
    profile = thick * np.clip(0.35 + 2.2 * u, 0, 1) * (1 - 0.75 * np.clip((u - 0.55) / 0.45, 0, 1) ** 1.5)
    angle, far = rng.uniform(0, 2 * np.pi, (count, 1)), np.sqrt(rng.random((count, 1)))
    offset = (np.cos(angle) * far * profile)[..., None] * across + (np.sin(angle) * far * profile)[
        ..., None
    ] * up
    strands = (line + offset).astype(np.float32)
    strands = st.trim(strands, 1 - groom.spread * rng.beta(1.2, 2.5, count))
    lock = ((angle[:, 0] / (2 * np.pi) * 9).astype(int) * 5 + (far[:, 0] * 4.99).astype(int)).astype(int)
    strands = st.clump(strands, lock, np.full(count, 0.6), 1.0)
    if groom.curl_radius > 0:
        angle = 2 * np.pi * along[-1] / groom.curl_pitch * u + rng.uniform(0, 6.28, (45, 1))[lock]
        angle = angle + st.wander(45, points, 5, rng)[lock]
        strands = st.curl(strands, np.full(count, groom.curl_radius), angle)
    return strands, lock


def _plaited(
    line: Floats, across: Floats, up: Floats, length: float, count: int, rng: np.random.Generator, u: Floats
) -> tuple[Floats, Ints]:
    """Three bundles that cross over one another: a figure of eight run a third apart."""
    bundle = rng.integers(0, 3, count)
    swing = 2 * np.pi * (u * length / TWIST + bundle[:, None] / 3)
    shrink = np.clip(0.5 + 4 * u, 0, 1) * (1 - 0.4 * u)
    angle, far = rng.uniform(0, 2 * np.pi, (count, 1)), np.sqrt(rng.random((count, 1)))
    x = shrink * (0.0105 * np.sin(swing) + 0.0072 * far * np.cos(angle))
    y = shrink * (0.0052 * np.sin(2 * swing) + 0.0072 * far * np.sin(angle))
    lock = bundle + 3 * rng.integers(0, 6, count)
    return (line + x[..., None] * across + y[..., None] * up).astype(np.float32), lock


def _bun(
    groom: Groom, tie: Floats, skull: Skull, body: Body, count: int, rng: np.random.Generator, points: int
) -> Floats:
    """Hair wound about the tie: a flattened ring whose hole is filled by the strands that enter it."""
    out = tie - CENTRE
    out = out / np.linalg.norm(out)
    first = np.cross(out, [1.0, 0, 0])
    first /= np.linalg.norm(first)
    second = np.cross(out, first)
    size = rng.uniform(0.85, 1.25)
    ring, tube = 0.022 * size, 0.021 * size
    u = np.linspace(0, 1, points)[None]
    start = rng.uniform(0, 2 * np.pi, (count, 1))
    turn = start + rng.uniform(0.5, 1.0, (count, 1)) * 2 * np.pi * u
    roll = rng.uniform(0, 2 * np.pi, (count, 1)) + rng.normal(0, 0.5, (count, 1)) * u
    depth = tube * np.sqrt(rng.uniform(0.5, 1, (count, 1)))
    across = ring + depth * np.cos(roll)
    height = 0.75 * depth * np.sin(roll)
    centre = tie + out * 0.55 * tube
    local = (
        centre
        + (across * np.cos(turn))[..., None] * first
        + (across * np.sin(turn))[..., None] * second
        + height[..., None] * out
    )
    return skull.world(local).astype(np.float32)
