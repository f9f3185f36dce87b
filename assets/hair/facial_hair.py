"""Brows, lashes, beard and moustache as strands."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

from facegen.assets.hair import strands as st
from facegen.assets.head.head_model import HeadModel, PosedHead
from facegen.assets.meshes.collision import Body
from facegen.assets.meshes.mesh import Floats
from facegen.assets.skin import beard_area
from facegen.render.spec.face_spec import FacialHair

Density: TypeAlias = Callable[[Floats, Floats], Floats]  # of chart coordinates s, t in mm; in [0, 1]

# Rows of MakeHuman's lash ribbons (indices into the left lash helper), inner corner to outer corner.
UPPER_ROOTS = (30, 21, 20, 19, 18, 1, 0, 2, 3, 4, 5, 6)
UPPER_TIPS = (63, 66, 65, 64, 67, 74, 75, 73, 72, 71, 70, 69)
LOWER_ROOTS = (23, 17, 16, 15, 14, 13, 12, 11, 10)
LOWER_TIPS = (90, 91, 92, 93, 94, 95, 96, 97, 98)


def face_roots(
    head: PosedHead,
    model: HeadModel,
    density: Density,
    per_cm2: float,
    rng: np.random.Generator,
    jitter_mm: float = 0.0,
) -> st.Roots:
    """Roots on the frontal skin where `density(s, t)` in [0, 1] thins out `per_cm2` of them.

    jitter_mm : standard deviation by which each hair takes its density from beside its place: single hairs
        stand outside a border
    """
    chart = model.chart
    # A coarse mesh can miss a narrow region at its vertices: look 5 mm around.
    near = sum(
        density(chart[:, 0] + x, chart[:, 1] + y) for x, y in ((0, 0), (5, 0), (-5, 0), (0, 5), (0, -5))
    )
    wide = (near > 0) & (model.ear < 0.3)
    faces = model.faces[wide[model.faces].any(1) & (model.face_part == 0)]
    if len(faces) == 0:
        return st.Roots(
            np.zeros((0, 3), np.float32), np.zeros((0, 3), np.float32), np.zeros((0, 2), np.float32)
        )
    a, b, c, d = (head.vertices[faces[:, i]] for i in range(4))
    area_cm2 = float(np.linalg.norm(np.cross(c - a, d - b), axis=1).sum()) * 0.5e4
    roots = st.scatter(head.vertices, head.normals, chart, faces, int(area_cm2 * per_cm2), rng)
    place = roots.chart + rng.normal(0, jitter_mm, roots.chart.shape) if jitter_mm > 0 else roots.chart
    return roots.take(np.flatnonzero(rng.random(len(roots)) < density(*place.T)))


def tangent(normal: Floats, direction: Floats) -> Floats:
    t = direction - (direction * normal).sum(1, keepdims=True) * normal
    return t / np.maximum(np.linalg.norm(t, axis=1, keepdims=True), 1e-9)


def arc(roots: st.Roots, direction: Floats, lift: Floats, length: Floats, points: int, bend: float) -> Floats:
    """Short hairs: leave the skin at `lift`, bend back to it. direction (N, 3) unit tangent."""
    u = np.linspace(0, 1, points)[None, :, None]
    along = direction[:, None] * (u * length[:, None, None])
    rise = roots.normal[:, None] * (lift[:, None, None] * length[:, None, None] * (u - bend * u**2))
    return (roots.position[:, None] + along + rise).astype(np.float32)


def lashes(
    ribbons: Mapping[str, Floats], amount: float, rng: np.random.Generator, points: int = 6
) -> tuple[Floats, Floats]:
    """Lash strands of both eyes: (N, points, 3) and their root radii (N,), metres.

    Parameters
    ----------
    ribbons : dict "l", "r" of (125, 3) float, in one common order (the right one mirrored to the left's)
    amount : float in [0, 1], length and number
    """
    out, radii = [], []
    for key in "lr":
        ribbon = ribbons[key]
        for roots, tips, count, reach, width in (
            (UPPER_ROOTS, UPPER_TIPS, 130, 0.85, 0.00013),
            (LOWER_ROOTS, LOWER_TIPS, 60, 0.5, 0.00006),
        ):
            n = int(count * (0.6 + 0.7 * amount))
            x = np.sort(rng.uniform(0.25, len(roots) - 1.02, n))
            low, f = x.astype(int), (x % 1)[:, None]
            root = ribbon[list(roots)][low] * (1 - f) + ribbon[list(roots)][low + 1] * f
            tip = ribbon[list(tips)][low] * (1 - f) + ribbon[list(tips)][low + 1] * f
            tip = root + (tip - root) * (reach * (0.55 + 0.75 * amount) * rng.uniform(0.75, 1.15, n))[:, None]
            tip += rng.normal(0, 0.0006, tip.shape)
            u = np.linspace(0, 1, points)[None, :, None]
            # Upper lashes leave forwards and then rise: a shallow quadratic against the ribbon's chord.
            sag = np.array([0, -0.25, -1.0]) * (1 if roots is UPPER_ROOTS else -1)
            bow = np.linalg.norm(tip - root, axis=1)[:, None, None] * 0.35 * (u * (1 - u)) * sag
            out.append(root[:, None] * (1 - u) + tip[:, None] * u + bow)
            radii.append(np.full(n, width * (0.8 + 0.5 * amount)))
    return np.concatenate(out).astype(np.float32), np.concatenate(radii)


BEARD_PER_CM2 = {"stubble": 42.0, "full_beard": 58.0, "goatee": 64.0, "sideburns": 60.0}
MOUSTACHE_PER_CM2 = 95.0
JITTER_MM = 1.7  # borders of a beard, by which each hair has its own
# Hair stands in patches: standard deviation of its density, and their wavelengths in mm.
PATCHY, PATCHES, PATCH_MM = 0.22, 9, (7.0, 26.0)
STUBBLE_MM = 3.0  # longer hair than this is a beard


def facial_hair(
    head: PosedHead,
    model: HeadModel,
    style: FacialHair,
    rng: np.random.Generator,
    body: Body,
    points: int = 6,
) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """Beard and moustache strands.

    Parameters
    ----------
    style : any object with the fields of render.spec.FacialHair, its kind not "none"
    body : assets.body.Body

    Returns
    -------
    strands (N, points, 3) float32, is_moustache (N,) bool
    """
    kind, strands, flags = style.kind, [], []
    longest = min(style.length_mm, STUBBLE_MM) if kind == "stubble" else style.length_mm
    if kind != "moustache":

        def lower(s: Floats, t: Floats) -> Floats:
            return beard_area.beard_density(kind, s, t, style.cheek_line, style.neck_line)

        per_cm2 = BEARD_PER_CM2[kind] * style.density
        strands.append(_grow_beard(head, model, lower, per_cm2, longest, rng, body, points, kind))
        flags.append(np.zeros(len(strands[-1]), bool))
    if kind != "sideburns":

        def upper(s: Floats, t: Floats) -> Floats:
            return beard_area.moustache_density(s, t, alone=kind == "moustache")

        per_cm2 = (BEARD_PER_CM2[kind] if kind == "stubble" else MOUSTACHE_PER_CM2) * style.density
        grown = "stubble" if kind == "stubble" else "moustache"
        length = min(longest, 9.0)
        strands.append(_grow_beard(head, model, upper, per_cm2, length, rng, body, points, grown))
        flags.append(np.ones(len(strands[-1]), bool))
    return np.concatenate(strands), np.concatenate(flags)


def _patches(rng: np.random.Generator) -> Density:
    """A factor on density, 1 on average, that changes smoothly over the skin; left and right differ."""
    shortest, longest = np.log(PATCH_MM)
    length = np.exp(rng.uniform(shortest, longest, PATCHES))
    angle, phase = rng.uniform(0, 2 * np.pi, (2, PATCHES))
    wave = 2 * np.pi / length * np.stack([np.cos(angle), np.sin(angle)])

    def factor(s: Floats, t: Floats) -> Floats:
        noise = np.sin(np.stack([s, t], -1) @ wave + phase).sum(-1) * np.sqrt(2 / PATCHES)
        return np.clip(1 + PATCHY * noise, 0, None)

    return factor


def _grow_beard(
    head: PosedHead,
    model: HeadModel,
    density: Density,
    per_cm2: float,
    length_mm: float,
    rng: np.random.Generator,
    body: Body,
    points: int,
    kind: str,
) -> Floats:
    """Strands of one region; hair is shorter where it stands thinner, and longest on the chin."""
    patches = _patches(rng)

    def uneven(s: Floats, t: Floats) -> Floats:
        return density(s, t) * patches(s, t)

    roots = face_roots(head, model, uneven, per_cm2, rng, JITTER_MM)
    rotation = head.head_rotation
    s, t = roots.chart.T
    aside = np.sign(s) * np.clip(np.abs(s) / 24, 0, 1)
    chin = np.exp(-((s / 30) ** 2) - ((t + 108) / 16) ** 2)
    if kind == "moustache":
        # Combed away from the groove under the nose, then down over the corners of the mouth.
        out, down, ahead = 1.1 * aside * np.clip(1.6 - np.abs(s) / 22, 0.2, 1), np.full(len(s), 0.8), 0.25
        fraction = np.ones(len(s))
    else:
        out, down, ahead = 0.12 * aside, np.ones(len(s)), 0.15 + 0.6 * chin
        fraction = np.clip(0.35 + 0.65 * density(s, t), 0, 1) * (0.75 + 0.45 * chin)
    direction = out[:, None] * rotation[:, 0] - down[:, None] * rotation[:, 2]
    direction = direction - np.broadcast_to(ahead, len(s))[:, None] * rotation[:, 1]
    direction = tangent(roots.normal, direction + rng.normal(0, 0.22, (len(roots), 3)))
    length = length_mm / 1000 * rng.uniform(0.6, 1.15, len(roots)) * (1 if kind == "stubble" else fraction)
    lift = rng.uniform(0.3, 0.65, len(roots)) if kind != "stubble" else rng.uniform(0.5, 1.1, len(roots))
    strands = arc(roots, direction, lift, length, points, 0.55)
    if length_mm > 3 and len(strands):
        centres = roots.position[rng.integers(len(roots), size=max(1, len(roots) // 9))]
        _, group = cKDTree(centres).query(roots.position)
        strands = st.clump(strands, group, 0.45)
        strands = st.frizz(strands, 0.10 * length, length, rng)
        strands = st.push_out(strands, body, 0.0006)
    return strands
