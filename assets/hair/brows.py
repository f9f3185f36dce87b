"""Brows hair by hair.

Chart coordinates s, t are those of `face_chart` (mm). A place on a brow is (along, across): 0 at the inner
end to 1 at the tail, and -1 on the lower outline to 1 on the upper one. Angles, lengths and densities are by
eye on photographs of brows.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

from facegen.assets.hair import strands as st
from facegen.assets.hair.facial_hair import arc, face_roots, tangent
from facegen.assets.head.head_model import HeadModel, PosedHead
from facegen.assets.meshes.mesh import Floats
from facegen.assets.skin.painted_borders import BrowShape

PER_CM2 = 165.0  # hairs at density 1 where a brow is densest: skin shows between them
UNDERCOAT, UNDERCOAT_LENGTH = 0.4, 0.5  # fraction of short, fine hairs, and their length against the others
# Hairs stand up at the inner end, lie down along the brow within its first third, and further out those of
# the lower edge rise to the middle line and those of the upper edge sink to it: degrees from straight
# outwards, of the inner end (and the fraction of the length in which it falls to 1/e), of the body, of the
# edges, and the standard deviation of one hair.
INNER_RISE, INNER_FALLS, BODY_RISE, CROSSING, UNRULY = 58.0, 0.15, 12.0, 26.0, 9.0
LENGTH_MM, INNER_SHORTER, TAIL_SHORTER = 8.2, 0.35, 0.45  # of the body, and what its ends lack
# Where the brow is less dense, against its body: the inner end and over which fraction of the length it
# fades, the tail likewise, the upper and the lower outline.
INNER_THIN, INNER_OVER, TAIL_THIN, TAIL_OVER = 0.12, 0.32, 0.35, 0.16
UPPER_THIN, UPPER_OVER, LOWER_THIN, LOWER_OVER = 0.08, 0.8, 0.2, 0.5
PATCHY, PATCH_MM = 0.22, (5.0, 11.0)  # how much density wavers along a brow, and over which lengths
STRAYS, STRAY_MM = 0.025, 3.0  # density of single hairs outside the outline, and how far out they stand
TUFT, TUFT_MEETS = 3.0, 0.35  # hairs of a tuft, and how far their tips meet
LIFT = (0.1, 0.26)  # how steeply hairs leave the skin
TONE_SD = 1.0  # standard deviation of the lightness of single hairs, in the shader's unit


@dataclass(frozen=True)
class BrowStrands:
    """Hairs of both brows.

    Attributes
    ----------
    points : (N, K, 3) float32, metres, root first
    side : (N,) int, 1 left, -1 right
    fine : (N,) bool, hairs of the undercoat
    tone : (N,) float32, lightness of each hair (standard normal)
    """

    points: Floats
    side: npt.NDArray[np.int_]
    fine: npt.NDArray[np.bool_]
    tone: Floats


class _Brow:
    """One brow: density and direction of its hairs at chart points s, t (N,)."""

    def __init__(self, shape: BrowShape, side: int, rng: np.random.Generator) -> None:
        self.shape, self.side = shape, side
        self.line, self.half = shape.centre_line(side)
        self.margin = self.half.max() + STRAY_MM  # mm from the line beyond which nothing grows
        self.slopes = np.degrees(np.arctan(np.gradient(self.line[:, 1], self.line[:, 0])))
        self.waves = [(2 * np.pi / mm, rng.uniform(0, 2 * np.pi)) for mm in rng.uniform(*PATCH_MM, 3)]

    def along(self, s: Floats) -> Floats:
        start, stop = self.line[0, 0], self.line[-1, 0]
        return np.clip((np.abs(s) - start) / (stop - start), 0, 1)

    def across(self, s: Floats, t: Floats) -> Floats:
        a = np.abs(s)
        return np.clip((t - np.interp(a, *self.line.T)) / np.interp(a, self.line[:, 0], self.half), -1, 1)

    def cover(self, s: Floats, t: Floats) -> Floats:
        """How dense the brow looks, (N,) in [0, 1].

        Depth under the outline counts in half widths, so that a thin tail is as full as the middle.
        """
        out = np.zeros(len(s))
        low, high = self.line.min(0) - self.margin, self.line.max(0) + self.margin
        a = s * self.side
        near = np.flatnonzero((a > max(low[0], 0)) & (a < high[0]) & (t > low[1]) & (t < high[1]))
        out[near] = self._cover(s[near], t[near])
        return out

    def _cover(self, s: Floats, t: Floats) -> Floats:
        """`cover` of points on the brow's own side."""
        depth = -self.shape.distance(s, t)
        u, fraction = self.along(s), depth / np.interp(np.abs(s), self.line[:, 0], self.half)
        upper = self.across(s, t) > 0
        edge = np.where(
            upper,
            UPPER_THIN + (1 - UPPER_THIN) * fraction / UPPER_OVER,
            LOWER_THIN + (1 - LOWER_THIN) * fraction / LOWER_OVER,
        )
        inner = np.clip(INNER_THIN + (1 - INNER_THIN) * u / INNER_OVER, 0, 1)
        tail = np.clip(TAIL_THIN + (1 - TAIL_THIN) * (1 - u) / TAIL_OVER, 0, 1)
        patch = 1 + PATCHY * sum(np.sin(k * s + 0.6 * k * t + p) for k, p in self.waves) / np.sqrt(3)
        inside = np.clip(edge, 0, 1) * inner * tail * np.clip(patch, 0.3, 1.3) / 1.3
        stray = STRAYS * np.clip(1 + depth / STRAY_MM, 0, 1) * inner
        return np.where(depth > 0, np.maximum(inside, stray), stray)

    def turned(self, s: Floats, t: Floats) -> Floats:
        """Degrees by which hairs rise from straight outwards."""
        u = self.along(s)
        slope = np.interp(np.abs(s), self.line[:, 0], self.slopes)
        crossing = CROSSING * self.across(s, t) * np.clip(u / 0.25, 0, 1)
        return slope + INNER_RISE * np.exp(-u / INNER_FALLS) + BODY_RISE * (1 - u) - crossing

    def reach(self, s: Floats) -> Floats:
        """Length of a hair, mm."""
        u = self.along(s)
        return LENGTH_MM * (1 - INNER_SHORTER * np.clip(1 - u / 0.25, 0, 1)) * (1 - TAIL_SHORTER * u**2)

    def rooted(self, s: Floats, t: Floats) -> Floats:
        """Density of roots: it is the middle of a hair that lies where the brow is seen."""
        angle, half_way = np.radians(self.turned(s, t)), 0.35 * self.reach(s)
        return self.cover(s + self.side * half_way * np.cos(angle), t + half_way * np.sin(angle))


def brows(
    head: PosedHead,
    model: HeadModel,
    shape: BrowShape,
    density: float,
    rng: np.random.Generator,
    points: int = 5,
) -> BrowStrands:
    """Hairs of both brows on a posed head.

    Parameters
    ----------
    shape : BrowShape, the outline
    density : float, 1 for a full brow
    rng : numpy.random.Generator
    points : int, of a strand
    """
    both = [_grown(head, model, _Brow(shape, side, rng), density, rng, points) for side in (1, -1)]
    strands, fine = (np.concatenate(part) for part in zip(*both, strict=True))
    side = np.repeat((1, -1), [len(one) for one, _ in both])
    return BrowStrands(strands, side, fine, TONE_SD * rng.standard_normal(len(strands)).astype(np.float32))


def _grown(
    head: PosedHead, model: HeadModel, brow: _Brow, density: float, rng: np.random.Generator, points: int
) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """Strands (N, points, 3) of one brow, and which of them are the undercoat."""
    roots = face_roots(head, model, brow.rooted, PER_CM2 * 1.3 * density, rng)
    s, t = roots.chart.T
    turn = np.radians(brow.turned(s, t) + rng.normal(0, UNRULY, len(roots)))
    rotation = head.head_rotation
    direction = brow.side * np.cos(turn)[:, None] * rotation[:, 0] + np.sin(turn)[:, None] * rotation[:, 2]
    fine = rng.random(len(roots)) < UNDERCOAT
    length = brow.reach(s) / 1000 * np.where(fine, UNDERCOAT_LENGTH, 1.0) * rng.uniform(0.7, 1.15, len(roots))
    strands = arc(
        roots, tangent(roots.normal, direction), rng.uniform(*LIFT, len(roots)), length, points, 0.8
    )
    if len(strands):
        centres = roots.position[rng.integers(len(roots), size=max(1, int(len(roots) / TUFT)))]
        strands = st.clump(strands, cKDTree(centres).query(roots.position)[1], TUFT_MEETS)
    return strands, fine
