"""Cornrows: hair plaited close to the scalp in rows from the front to the nape, scalp bare between them.

Local coordinates are the skull's, metres: origin between the eyes, x to the subject's left, y back, z up.
Rows are circles about the axis through the ears. Numbers are by eye, from photographs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from facegen.assets.hair import strands as st
from facegen.assets.hair.guides import Skull
from facegen.assets.meshes.collision import Body
from facegen.assets.meshes.mesh import Floats, Ints

if TYPE_CHECKING:
    from facegen.assets.hair.groom import Groom

APART = (8.0, 12.0)  # degrees about the middle of the skull from row to row
WIDEST = 62.0  # degrees of latitude of the outermost rows
NAPE = -28.0  # degrees below the level of the skull's middle where rows leave the head
STEP = 0.004  # metres between points of a row
ABOVE = 0.0032  # metres of a row's middle over the skin
TWIST = 0.017  # metres a crossing of the three bundles
SWING, RISE, BUNDLE = 0.0026, 0.0013, 0.0019  # half widths along the skin and off it, radius of a bundle
HELD = (0.03, 0.06)  # metres of the row that one hair runs in before it ends inside
ROOTED = 0.12  # fraction of a hair after which it lies in the row
TAIL = 0.22  # hairs of the hanging ends against those on the scalp
FINE = 6  # locks of the same colour in a bundle


def rows(
    groom: Groom,
    roots: st.Roots,
    middle: Floats,
    skull: Skull,
    body: Body,
    rng: np.random.Generator,
    points: int,
) -> tuple[Floats, Ints]:
    """Strands of hair plaited in rows.

    Parameters
    ----------
    groom : Groom; its top is the length of the ends that hang from the nape
    roots : Roots (N)
    middle : (3,) float, local, the middle of the skull

    Returns
    -------
    strands (M, points, 3) float32, lock of each (M,) int
    """
    place = skull.local(roots.position) - middle
    place = place / np.linalg.norm(place, axis=1, keepdims=True)
    latitude = np.degrees(np.arcsin(np.clip(place[:, 0], -1, 1)))
    turn = np.degrees(np.arctan2(place[:, 2], place[:, 1]))
    turn = np.where(turn < -90, turn + 360, turn)
    apart = rng.uniform(*APART)
    row = np.round((np.clip(latitude, -WIDEST, WIDEST) - rng.uniform(-0.5, 0.5) * apart) / apart).astype(int)
    strands: list[Floats] = []
    locks: list[Ints] = []
    for number in np.unique(row):
        mine = np.flatnonzero(row == number)
        level = float(np.mean(latitude[mine]))
        front = float(np.quantile(turn[mine], 0.98))
        line = _line(np.array([level, front]), groom.top, middle, skull, body)
        along = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(line, axis=0), axis=1))])
        on_head = along[-1] - groom.top
        start = np.clip((front - turn[mine]) / max(front - NAPE, 1.0), 0, 1) * on_head
        held = _plaited(line, along, start, start + rng.uniform(*HELD, len(mine)), body, rng, points)
        # Every hair begins at its own root and enters the row.
        enter = np.clip(np.linspace(0, 1, points) / ROOTED, 0, 1)[None, :, None]
        held[0][:] = roots.position[mine][:, None] * (1 - enter) + held[0] * enter
        count = max(6, int(TAIL * len(mine)))
        tail = _plaited(
            line, along, np.full(count, on_head - 0.02), np.full(count, along[-1]), body, rng, points
        )
        for part, lock in (held, tail):
            strands.append(part)
            locks.append(lock + 3 * FINE * len(locks))
    return np.concatenate(strands).astype(np.float32), np.concatenate(locks)


def _line(row: Floats, tail: float, middle: Floats, skull: Skull, body: Body) -> Floats:
    """Middle of a row over the head and of its hanging end: (P, 3) world, about STEP apart.

    row : latitude, and degrees where it begins at the front
    """
    level, front = np.radians(row[0]), row[1]
    turn = np.radians(np.linspace(front, NAPE, 48))
    way = np.stack(
        [np.full(len(turn), np.sin(level)), np.cos(level) * np.cos(turn), np.cos(level) * np.sin(turn)], 1
    )
    distance = np.full(len(way), 0.22)
    for _ in range(30):
        gap, _ = body.clearance(skull.world(middle + way * distance[:, None]))
        distance = distance - 0.9 * (gap - ABOVE)
    head = skull.world(middle + way * distance[:, None])
    down = np.linspace(0, tail, max(3, int(tail / STEP / 2)))[1:, None]
    end = head[-1] + down * np.array([0, 0, -1.0]) + np.sqrt(down) * 0.02 * skull.turn([0, 1.0, 0])
    for _ in range(2):
        gap, normal = body.clearance(end[None])
        end = end + normal.reshape(end.shape) * np.maximum(2 * ABOVE - gap.ravel(), 0)[:, None]
    line = np.concatenate([head, end])
    along = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(line, axis=0), axis=1))])
    even = np.linspace(0, along[-1], max(8, int(along[-1] / STEP)))
    return np.stack([np.interp(even, along, line[:, i]) for i in range(3)], 1)


def _plaited(
    line: Floats,
    along: Floats,
    start: Floats,
    end: Floats,
    body: Body,
    rng: np.random.Generator,
    points: int,
) -> tuple[Floats, Ints]:
    """Hairs (n, points, 3) that run in the three bundles of a row from `start` to `end`, metres along it.

    The bundles follow a figure of eight, a third of a crossing apart.
    """
    count = len(start)
    _, normal = body.clearance(line)
    normal = normal.reshape(line.shape)
    way = np.gradient(line, axis=0)
    across = np.cross(way, normal)
    across /= np.maximum(np.linalg.norm(across, axis=1, keepdims=True), 1e-9)
    at = start[:, None] + (np.minimum(end, along[-1]) - start)[:, None] * np.linspace(0, 1, points)[None]
    centre, off, side = (
        np.stack([np.interp(at, along, x[:, i]) for i in range(3)], 2) for x in (line, normal, across)
    )
    bundle = rng.integers(0, 3, count)
    swing = 2 * np.pi * (at / TWIST + bundle[:, None] / 3)
    angle, far = rng.uniform(0, 2 * np.pi, (count, 1)), np.sqrt(rng.random((count, 1)))
    x = SWING * np.sin(swing) + BUNDLE * far * np.cos(angle)
    y = RISE * np.sin(2 * swing) + BUNDLE * far * np.sin(angle)
    lock = bundle * FINE + rng.integers(0, FINE, count)
    return (centre + x[..., None] * side + y[..., None] * off).astype(np.float32), lock
