"""Hats: beanies, caps, brimmed and bucket hats, fitted to a head by rays from inside the skull.

A hat lives in its own frame on the skull: origin inside the head, x to the subject's left, -y forward, z up
out of the brim's plane; millimetres.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter

from facegen.assets.hair import strands as st
from facegen.assets.meshes import mesh

SEGMENTS = 72
ROWS = 16
CENTRE_DEPTH_MM = 92.0  # behind the eyes: the middle of the skull
PAD_MM = 9.0  # room for flattened hair between head and hat
HAIR_MM, PRESSED_MM = 4.2, 1.0  # what that hair may take of it just below the brim, and where a hat is tight
COVERED_MM, FREE_MM = 5.0, 2.0  # above the brim: hair ends here, and what stays higher is dropped
EAR_REACH = 25.0  # degrees above the brim's plane that an ear may stick out of it
SHELL_PART, BAND_PART, BRIM_PART = 0, 1, 2


@dataclass(frozen=True)
class HatFrame:
    """Where a hat sits: origin (3,) metres and axes (3, 3), columns x, y, z, both in the world."""

    origin: np.ndarray
    axes: np.ndarray

    def to_world(self, mm):
        """Points (..., 3) of the hat's frame in mm -> metres in the world."""
        return np.asarray(mm) / 1000 @ self.axes.T + self.origin

    def height(self, points):
        """Height in metres of world points (..., 3) above the brim's plane."""
        return (points - self.origin) @ self.axes[:, 2]


def hat_frame(head, spec) -> HatFrame:
    """The frame of a hat.

    Parameters
    ----------
    head : assets.head.PosedHead
    spec : any object with the fields of render.spec.Headwear
    """
    front = np.array([0.0, 5.0, spec.front_mm])
    back = np.array([0.0, 175.0, spec.back_mm])
    y = (back - front) / np.linalg.norm(back - front)
    z = np.cross([1.0, 0.0, 0.0], y)
    lean = np.radians(spec.lean)
    x = np.array([np.cos(lean), 0.0, np.sin(lean)])
    z = np.cross(x, y) / np.linalg.norm(np.cross(x, y))
    x = np.cross(y, z)
    share = (CENTRE_DEPTH_MM - front[1]) / (back[1] - front[1])
    origin = head.eye_centres.mean(0) + head.head_rotation @ ((front + share * (back - front)) / 1000)
    return HatFrame(origin, head.head_rotation @ np.stack([x, y, z], 1))


def head_profile(body, frame, rows=ROWS):
    """Distance in mm from the frame's origin to the skin, (rows, SEGMENTS): row 0 in the brim's plane,
    the last row at the crown. Column 0 looks forward, columns run to the subject's left."""
    polar = np.linspace(0, np.pi / 2, rows)[:, None]
    azimuth = (np.arange(SEGMENTS) / SEGMENTS * 2 * np.pi)[None]
    direction = np.stack(
        [np.cos(polar) * np.sin(azimuth), -np.cos(polar) * np.cos(azimuth), np.sin(polar) + 0 * azimuth], -1
    )
    distance = 1000 * body.reach(frame.origin, direction.reshape(-1, 3) @ frame.axes.T).reshape(
        polar.size, -1
    )
    # An ear in the brim's plane sticks out of the ring: no ray may reach much further than its neighbours.
    beside = (np.abs(np.sin(azimuth)) > 0.6) & (polar < np.radians(EAR_REACH))
    distance = np.where(beside, np.minimum(distance, np.quantile(distance[0], 0.25) * 1.2), distance)
    smooth = gaussian_filter(distance, (1.0, 1.5), mode=("nearest", "wrap"))
    return np.maximum(smooth, distance - 1.5)


def _crown(profile, radius):
    """Vertices (R, SEGMENTS, 3) mm of radii (R, SEGMENTS) on the profile's own directions."""
    rows = len(profile)
    polar = np.linspace(0, np.pi / 2, rows)[:, None]
    azimuth = (np.arange(SEGMENTS) / SEGMENTS * 2 * np.pi)[None]
    return np.stack(
        [
            radius * np.cos(polar) * np.sin(azimuth),
            -radius * np.cos(polar) * np.cos(azimuth),
            radius * np.sin(polar),
        ],
        -1,
    )


def _azimuth():
    return np.arange(SEGMENTS) / SEGMENTS * 2 * np.pi


def _beanie(profile, spec):
    """A knitted cap that follows the skull, with a folded band and a slack top."""
    rows = len(profile)
    height = np.linspace(0, 1, rows)[:, None]
    behind = 0.5 - 0.5 * np.cos(_azimuth())[None]
    slack = 26.0 * spec.crown * (0.3 + 0.7 * behind) * np.clip((height - 0.35) / 0.65, 0, 1) ** 1.5
    shell = _crown(profile, profile + PAD_MM + slack)
    parts = [(_strip(shell), SHELL_PART)]
    if spec.brim > 0.15:
        # The band is rolled up over the lower rows; its upper edge turns back in.
        ring = profile[0] + PAD_MM
        out, up = np.stack([np.sin(_azimuth()), -np.cos(_azimuth())], -1), 26.0 + 40.0 * spec.brim
        profile_z = np.array([-3.0, -4.0, 0.0, up * 0.5, up, up + 2.0])
        thick = np.array([1.0, 4.5, 6.5, 6.5, 6.0, 1.0])
        rest = np.stack(
            [
                np.interp(z, shell[:, j, 2], np.hypot(*shell[:, j, :2].T))
                for z in profile_z
                for j in range(SEGMENTS)
            ]
        ).reshape(len(profile_z), SEGMENTS)
        rest = np.maximum(rest, ring * 0.8)
        band = np.concatenate(
            [
                (rest + thick[:, None])[..., None] * out[None],
                np.broadcast_to(profile_z[:, None, None], (6, SEGMENTS, 1)),
            ],
            -1,
        )
        parts.append((_strip(band), BAND_PART))
    return parts


def _cap(profile, spec):
    """A baseball cap: a dome with a steeper front and a curved visor; `turned` caps look backwards."""
    rows = len(profile)
    height = np.linspace(0, 1, rows)[:, None]
    facing = np.where(spec.turned > 0.5, -1.0, 1.0)
    front = np.clip(facing * np.cos(_azimuth()), 0, 1)[None]
    rise = (8.0 + 14.0 * spec.crown) * front**2 * np.sin(np.pi * np.clip(height / 0.9, 0, 1))
    shell = _crown(profile, profile + PAD_MM - 2 + rise + 4.0 * height)
    reach = 52.0 + 26.0 * spec.brim
    u = np.linspace(-1, 1, 25)
    angle = u * np.radians(66)
    ring = profile[0] + PAD_MM - 1
    column = np.interp(angle % (2 * np.pi), np.append(_azimuth(), 2 * np.pi), np.append(ring, ring[0]))
    inner = np.stack([column * np.sin(angle), -column * np.cos(angle)], -1)
    depth = reach * np.sqrt(np.clip(1 - np.abs(u) ** 2.6, 0, 1))
    visor = []
    for share, side in _leaf((0.0, 0.35, 0.7, 1.0)):
        thick = 1.2 * side
        y = inner[:, 1] - share * depth
        x = inner[:, 0] * (1 + 0.04 * share)
        z = (
            4.0
            + thick
            - 0.0042 * (1 + spec.curl) * x**2 * (0.25 + 0.75 * share)
            - share * (8.0 + 10 * spec.curl)
        )
        visor.append(np.stack([x, y, z], -1))
    visor = np.stack(visor)
    visor[..., :2] *= facing
    quads = mesh.grid_faces(len(visor), len(u))
    return [(_strip(shell), SHELL_PART), ((visor.reshape(-1, 3), quads), BRIM_PART)]


def _brimmed(profile, spec, tall, brim, droop, curl, pinch, soft):
    """A hat with a brim all round: its crown rises from the head's own footprint."""
    azimuth = _azimuth()
    ring = profile[0] + PAD_MM - 1
    ring = gaussian_filter(ring, 4, mode="wrap")
    out = np.stack([np.sin(azimuth), -np.cos(azimuth)], -1)
    top = profile[-1].max() + 9.0
    height = max(top + 4.0, tall)
    rows = []
    for share in np.linspace(0, 1, 9):
        scale = 1 - (0.05 if not soft else 0.12) * share - 0.08 * share**4
        rows.append(np.concatenate([ring[:, None] * scale * out, np.full((SEGMENTS, 1), share * height)], -1))
    wall = rows[-1]
    for share in (0.93, 0.8, 0.6, 0.35, 0.02):
        inner = wall.copy()
        inner[:, :2] *= share
        # A pinched crown dips along its middle and at both sides of the front.
        across = np.abs(inner[:, 0]) / max(np.abs(wall[:, 0]).max(), 1e-6)
        dip = pinch * np.exp(-((across / 0.28) ** 2)) * np.clip((1 - share) * 2.2, 0, 1)
        inner[:, 2] += (4.0 if soft else 6.0) * (1 - share**2) - dip
        rows.append(inner)
    crown = np.stack(rows)
    sides = np.abs(np.sin(azimuth))
    ahead = np.clip(np.cos(azimuth), 0, 1)
    leaf = []
    for share, thick in _leaf((0.0, 0.3, 0.65, 0.9, 1.0)):
        flare = share * brim * (1 + 0.12 * ahead)
        z = (
            thick * 1.0
            - droop * share * brim
            + curl * sides**2 * share**2 * brim
            - 0.10 * ahead * share**2 * brim
        )
        leaf.append(np.concatenate([(ring + flare)[:, None] * out, z[:, None]], -1))
    parts = [(_strip(crown), SHELL_PART), (_strip(np.stack(leaf)), BRIM_PART)]
    if not soft:
        wide = []
        for z, thick in ((2.0, 0.2), (2.0, 1.4), (26.0, 1.4), (26.0, 0.2)):
            scale = 1 - 0.05 * z / height
            wide.append(
                np.concatenate([(ring * scale + thick)[:, None] * out, np.full((SEGMENTS, 1), z)], -1)
            )
        parts.append((_strip(np.stack(wide)), BAND_PART))
    return parts


def _leaf(shares):
    """A thin leaf out along its upper side (+1) and back along its lower one (-1): (share, side) pairs."""
    return [(u, 1) for u in shares[:-1]] + [(shares[-1], 0)] + [(u, -1) for u in shares[-2::-1]]


def _strip(grid):
    """(R, SEGMENTS, 3) rings -> vertices and quads."""
    return grid.reshape(-1, 3), mesh.grid_faces(len(grid), grid.shape[1], False, True)


def hat(spec, profile, frame):
    """A hat in the world.

    Parameters
    ----------
    spec : any object with the fields of render.spec.Headwear
    profile : (R, SEGMENTS) float, mm, of `head_profile`
    frame : HatFrame

    Returns
    -------
    vertices (V, 3) float32 metres, faces (F, 4) int32, part (F,) int: SHELL_PART, BAND_PART or BRIM_PART,
    uv (V, 2) float32 in units of 100 mm
    """
    if spec.kind == "beanie":
        parts = _beanie(profile, spec)
    elif spec.kind == "cap":
        parts = _cap(profile, spec)
    elif spec.kind == "fedora":
        rise = 0.08 + 0.16 * spec.curl
        parts = _brimmed(profile, spec, 112 + 16 * spec.crown, 44 + 26 * spec.brim, 0.08, rise, 16.0, False)
    elif spec.kind == "cowboy":
        rise = 0.3 + 0.5 * spec.curl
        parts = _brimmed(profile, spec, 120 + 20 * spec.crown, 78 + 30 * spec.brim, 0.0, rise, 22.0, False)
    elif spec.kind == "sun_hat":
        parts = _brimmed(profile, spec, 95 + 10 * spec.crown, 85 + 50 * spec.brim, 0.22, 0.0, 0.0, False)
    elif spec.kind == "bucket":
        parts = _brimmed(profile, spec, 92 + 10 * spec.crown, 40 + 22 * spec.brim, 0.75, 0.0, 0.0, True)
    else:
        raise ValueError(f"unknown headwear {spec.kind!r}")
    v, f, index = mesh.merge([p for p, _ in parts])
    part = np.array([kind for _, kind in parts])[index]
    around = np.arctan2(v[:, 0], -v[:, 1]) * 0.9
    uv = np.stack([around, v[:, 2] / 100 + 0.6 * np.hypot(v[:, 0], v[:, 1]) / 100], 1)
    return frame.to_world(v).astype(np.float32), f, part, uv.astype(np.float32)


def _stretch_below(height, limit):
    """Fractional point numbers (N,) at which strands of heights (N, K) first pass below `limit`, and at which
    they rise over it again or end."""
    n, k = height.shape
    rows, low = np.arange(n), height < limit

    def crossing(out, into):
        """Where the line from a point `out` above the limit to one `into` it passes the limit."""
        share = (height[rows, out] - limit) / np.maximum(height[rows, out] - height[rows, into], 1e-9)
        return out + (into - out) * np.clip(share, 0, 1)

    first = low.argmax(1)
    again = ~low & (np.arange(k) > first[:, None])
    end = np.where(again.any(1), again.argmax(1), k - 1)
    start = np.where(first > 0, crossing(np.maximum(first - 1, 0), first), 0.0)
    return start, np.where(again.any(1), crossing(end, end - 1), k - 1.0)


def flatten_hair(strands, frame, body, ease=0.045):
    """Hair under a hat: what it covers is cut away, the rest is pressed to the head at the brim's plane and
    freed again within `ease` metres below.

    Parameters
    ----------
    strands : (N, K, 3) float32, metres
    body : assets.body.Body

    Returns
    -------
    strands (M, K, 3) float32, kept (N,) bool
    """
    # No crown keeps clear of each hair: only what comes out from under the brim is hair to be seen.
    height = frame.height(strands)
    kept = (height < FREE_MM / 1000).any(1)
    strands, height = strands[kept], height[kept]
    if not len(strands):
        return strands, kept
    strands = st.stretch(strands, *_stretch_below(height, COVERED_MM / 1000))
    height = frame.height(strands)
    below = np.clip(-height / ease, 0, 1)
    room = np.interp(-height, (0, 0.008), (PRESSED_MM / 1000, HAIR_MM / 1000)) + 0.06 * below**1.5
    points = strands.reshape(-1, 3)
    for _ in range(2):  # a point far out may come to lie over another part of the head
        gap, normal = body.clearance(points)
        excess = np.maximum(gap - room.ravel(), 0) * (below.ravel() < 1)
        points = points - normal * excess[:, None]
    return points.reshape(strands.shape).astype(np.float32), kept
