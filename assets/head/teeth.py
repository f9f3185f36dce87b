"""Teeth and gums: rows of rounded crowns on MakeHuman's dental arches.

The rows are made once in template coordinates and carried by the rigid motion of the low-polygon helper rows,
which follow skull and jaw. A row's own frame is in mm: origin amid the incisal edge, x left, y backwards,
z up.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.floating]
Ints = npt.NDArray[np.integer]
Bools = npt.NDArray[np.bool_]

# Mesiodistal widths in mm, central incisor to second molar: Nelson, Wheeler's Dental Anatomy, 10th ed.
UPPER_WIDTHS = (8.5, 6.5, 7.5, 7.0, 7.0, 10.0, 9.0)
LOWER_WIDTHS = (5.0, 5.5, 7.0, 7.0, 7.0, 11.0, 10.5)
UPPER_HEIGHTS = (9.8, 8.6, 9.4, 8.0, 7.6, 7.0, 6.8)
LOWER_HEIGHTS = (8.4, 8.6, 9.4, 8.2, 7.8, 7.2, 7.0)
# Half width and depth of the arch's ellipse, mm: the helper rows of the template, a little wider, so that
# teeth reach into the corners of a smile.
ARCH_WIDTH, ARCH_DEPTH = 29.5, 36.0
ARC_MM = 6.0  # rise of the edges from the incisors to the last molar
# Edges against the arc, mm: lateral incisors and premolars are shorter.
UPPER_EDGES = (0.0, 0.7, 0.1, 0.7, 1.0, 1.0, 1.0)
LOWER_EDGES = (0.0,) * 7
# Shape of a crown, by eye: its thickness (mm, half) and how much wider than its place it is, so that teeth
# meet; exponents of the superellipsoid (1 round, 0 square) up and around; how much it narrows to the root.
CROWN_HALF_THICKNESS, CROWN_OVERLAP, CROWN_NARROWS = 3.2, 1.1, 0.08
CROWN_SQUARE, CROWN_TIP, CROWN_FRONT, CROWN_SIDE = 0.3, 0.7, 0.4, 0.7
# Gums, mm, by eye: half thickness and half height of the tube, where its middle lies (fraction of the longest
# crown, and mm beyond), depth of the scallops between teeth.
GUM_HALF_THICKNESS, GUM_HALF_HEIGHT, GUM_AT, GUM_BEYOND, GUM_SCALLOP = 3.9, 5.0, 0.98, 4.0, 0.7
INCISORS_S = 4.0  # mm from the middle: the crowns that a smile is measured by

# Where the rows bite in the template, metres: below the middle of the eyes; the uppers stand in front of the
# lowers and over them.
BITE_Z, UPPER_OVERBITE, LOWER_OVERBITE = -0.0722, 0.0014, -0.0002
ROW_IN_FRONT, LOWER_BEHIND = 0.0002, 0.0022

# In a smile lips part and jaws hardly do. All in mm:
SHOWN = 10.3  # at most shown of the upper incisors
LEFT_DARK = 0.3  # between them and the lower lip or the lower row
LOWER_SHOWN = 1.2  # of the lower incisors: smiles show the upper ones
MOST_MOVED = 6.0  # a row is moved at most
PARTED = 3.0  # opening of parted lips
JAW_OPENS = (17.0, 26.0)  # openings from which jaws take part, and that only jaws make
SMILES = (0.15, 0.5)  # mouthSmile of a hint of a smile and of a smile

# Linear RGB of bleached enamel, and of the darkest tab of a shade guide: about L* 88 and 69. Little of the
# light that lips and tongue throw back at teeth is traced; these colours make up for it.
WHITE_ENAMEL, YELLOW_ENAMEL = np.array([0.76, 0.725, 0.67]), np.array([0.52, 0.44, 0.31])
WHITENED = 0.25  # fraction of people with bleached teeth, by eye
WORN_FROM, WORN_OVER = 20, 60  # years of age


def tooth_colour(age: float, rng: np.random.Generator) -> tuple[float, ...]:
    """Colour of enamel: yellower and darker with the years, whitened now and then.

    Parameters
    ----------
    age : float, years
    rng : numpy.random.Generator

    Returns
    -------
    (3,) floats, linear RGB between WHITE_ENAMEL and YELLOW_ENAMEL
    """
    worn = np.clip((age - WORN_FROM) / WORN_OVER, 0, 1) * rng.uniform(0.3, 1.0) * (rng.random() > WHITENED)
    return tuple(float(c) for c in WHITE_ENAMEL + worn * (YELLOW_ENAMEL - WHITE_ENAMEL))


@lru_cache(maxsize=2)
def _row(upper: bool) -> tuple[Floats, Ints, Bools]:
    """Vertices (V, 3) mm, faces (F, 4), is_gum (F,) of a row in its own frame."""
    widths, heights = (UPPER_WIDTHS, UPPER_HEIGHTS) if upper else (LOWER_WIDTHS, LOWER_HEIGHTS)
    edges = UPPER_EDGES if upper else LOWER_EDGES
    angle = np.linspace(0, np.pi / 2, 400)
    arch = np.stack([ARCH_WIDTH * np.sin(angle), -ARCH_DEPTH * np.cos(angle) + ARCH_DEPTH], 1)
    travelled = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(arch, axis=0), axis=1))])
    sign = 1.0 if upper else -1.0
    parts = []
    start = 0.0
    for width, height, edge in zip(widths, heights, edges, strict=True):
        middle = start + width / 2
        start += width
        x, y = (float(np.interp(middle, travelled, arch[:, i])) for i in range(2))
        ahead_x, ahead_y = (float(np.interp(middle + 0.5, travelled, arch[:, i])) for i in range(2))
        turn = float(np.arctan2(ahead_y - y, ahead_x - x))
        for side in (1, -1):
            crown, faces = _crown(side * x, y, side * turn, width * 0.5, height, sign)
            parts.append((crown + np.array([0, 0, edge]), faces))
    parts.append(_gum_tube(arch, sign, max(heights)))
    starts = np.cumsum([0, *(len(v) for v, _ in parts)])
    vertices = np.concatenate([v for v, _ in parts])
    # The smile arc: edges follow the lower lip, rising to the sides.
    vertices[:, 2] += ARC_MM * (np.abs(vertices[:, 0]) / ARCH_WIDTH) ** 2
    quads = np.concatenate([f + start for (_, f), start in zip(parts, starts, strict=False)])
    gum = np.arange(len(quads)) >= len(quads) - len(parts[-1][1])
    return vertices, quads, gum


@lru_cache(maxsize=2)
def _incisors(upper: bool) -> Bools:
    """(V,) bool: vertices of the crowns in the middle of a row."""
    v, faces, gum = _row(upper)
    crown = np.zeros(len(v), bool)
    crown[faces[~gum]] = True
    return crown & (np.abs(v[:, 0]) < INCISORS_S)


def _crown(
    x: float, y: float, turn: float, half_width: float, height: float, sign: float
) -> tuple[Floats, Ints]:
    """A superellipsoid crown standing on the arch, its edge at z = 0."""
    u = np.linspace(-np.pi / 2, np.pi / 2, 9)
    v = np.linspace(0, 2 * np.pi, 20, endpoint=False)

    def power(value: Floats, e: float) -> Floats:
        return np.sign(value) * np.abs(value) ** e

    cu, su = power(np.cos(u), CROWN_SQUARE)[:, None], power(np.sin(u), CROWN_TIP)[:, None]
    px = CROWN_OVERLAP * half_width * cu * power(np.cos(v), CROWN_FRONT)[None]
    py = CROWN_HALF_THICKNESS * cu * power(np.sin(v), CROWN_SIDE)[None]
    pz = np.repeat(sign * height * 0.55 * (su + 1), len(v), 1)
    px = px * (1 - CROWN_NARROWS * np.abs(pz) / height)
    p = np.stack(
        [x + px * np.cos(turn) - py * np.sin(turn), y + px * np.sin(turn) + py * np.cos(turn), pz], -1
    )
    faces = _tube_faces(len(u), len(v))
    return p.reshape(-1, 3), faces if sign > 0 else faces[:, ::-1]


def _gum_tube(arch: Floats, sign: float, height: float) -> tuple[Floats, Ints]:
    """A tube along the arch over the roots of the crowns."""
    line = np.concatenate([arch[::-8] * [-1, 1], arch[::8][1:]])
    v = np.linspace(0, 2 * np.pi, 12, endpoint=False)
    tangent = np.gradient(line, axis=0)
    tangent /= np.linalg.norm(tangent, axis=1, keepdims=True)
    normal = np.stack([-tangent[:, 1], tangent[:, 0]], 1)
    scallop = GUM_SCALLOP * np.abs(np.sin(np.linspace(-7, 7, len(line)) * np.pi))
    across = GUM_HALF_THICKNESS * np.cos(v)
    ring_z = sign * (height * GUM_AT + GUM_BEYOND - scallop[:, None] + GUM_HALF_HEIGHT * np.sin(v)[None])
    xy = line[:, None] + normal[:, None] * across[None, :, None]
    p = np.concatenate([xy, ring_z[..., None]], -1)
    return p.reshape(-1, 3), _tube_faces(len(line), len(v))


def _tube_faces(rings: int, around: int) -> Ints:
    """Quads (F, 4) between rings of `around` vertices each."""
    i, j = np.meshgrid(np.arange(rings - 1), np.arange(around), indexing="ij")
    k, nxt = around, (j + 1) % around
    return np.stack([i * k + j, i * k + nxt, (i + 1) * k + nxt, (i + 1) * k + j], -1).reshape(-1, 4)


def rigid_motion(source: Floats, target: Floats) -> tuple[float, Floats, Floats]:
    """Similarity that carries one set of points onto another.

    Umeyama, Least-squares estimation of transformation parameters between two point patterns, 1991.

    Parameters
    ----------
    source, target : (N, 3) float

    Returns
    -------
    scale : float
    rotation : (3, 3) float
    shift : (3,) float
        target = scale * rotation @ source + shift, in the least squares.
    """
    a, b = source - source.mean(0), target - target.mean(0)
    u, d, vt = np.linalg.svd(b.T @ a)
    fix = np.diag([1, 1, np.sign(np.linalg.det(u @ vt))])
    rotation = u @ fix @ vt
    scale = (d * np.diag(fix)).sum() / (a**2).sum()
    return scale, rotation, target.mean(0) - scale * rotation @ source.mean(0)


def smile_shifts(opening: float, upper: float, lower: float, smile: float) -> tuple[float, ...]:
    """By how much a smile moves the rows towards the lips.

    Anny opens mouths by the jaw alone, which leaves a black band under the teeth of a smile: photographs show
    teeth down to the lower lip.

    Parameters
    ----------
    opening : float, mm between the lips
    upper, lower : float, mm
        What is shown of the rows' incisors; negative behind a lip.
    smile : float in [0, 1], weight of mouthSmile

    Returns
    -------
    (2,) floats, mm: the upper row down, in [0, MOST_MOVED], the lower one up, in +-MOST_MOVED
    """
    weight = np.interp(smile, SMILES, (0, 1)) * np.interp(opening, (0, PARTED, *JAW_OPENS), (0, 1, 1, 0))
    shown = min(opening - LEFT_DARK, SHOWN)
    below = min(max(opening - max(shown, upper) - LEFT_DARK, 0.0), LOWER_SHOWN)
    # The lower row also sinks behind a lip that is drawn down.
    moves = np.clip([shown - upper, below - lower], (0, -MOST_MOVED), MOST_MOVED)
    return tuple(float(x) for x in weight * moves)


def teeth(
    template_rows: Mapping[str, Floats],
    posed_rows: Mapping[str, Floats],
    eye_middle: Floats,
    lips: Floats | None = None,
    smile: float = 0.0,
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.int32], Bools]:
    """Both rows in the world.

    Parameters
    ----------
    template_rows, posed_rows : dict of (68, 3) float, keys "upper" and "lower", metres
    eye_middle : (3,) float, of the template, metres
    lips : (3, 3) float or None
        Middle of the upper and of the lower lip's inner edge and the way up, in the world.
    smile : float in [0, 1]
        As of `smile_shifts`; without effect where `lips` is None.

    Returns
    -------
    vertices : (V, 3) float32, metres
    faces : (F, 4) int32
    is_gum : (F,) bool
    """
    upper, lower = (
        _posed_row(name == "upper", template_rows[name], posed_rows[name], eye_middle)
        for name in ("upper", "lower")
    )
    (_, upper_faces, upper_gum), (_, lower_faces, lower_gum) = _row(True), _row(False)
    faces = np.concatenate([upper_faces, lower_faces + len(upper)])
    if lips is not None:
        over, under, up = np.asarray(lips, float)
        edge = (upper @ up)[_incisors(True)].min(), (lower @ up)[_incisors(False)].max()
        opening, shown = (over - under) @ up, (over @ up - edge[0], edge[1] - under @ up)
        down, raised = smile_shifts(1000 * opening, 1000 * shown[0], 1000 * shown[1], smile)
        upper, lower = upper - up * down / 1000, lower + up * raised / 1000
    return (
        np.concatenate([upper, lower]).astype(np.float32),
        faces.astype(np.int32),
        np.concatenate([upper_gum, lower_gum]),
    )


def _posed_row(is_upper: bool, template_row: Floats, posed_row: Floats, eye_middle: Floats) -> Floats:
    """Vertices (V, 3) of a row in the world, metres."""
    vertices, _, _ = _row(is_upper)
    front = template_row[:, 1].min()
    # The rows bite at one height, the uppers 2 mm in front and 1.5 mm over the lowers.
    behind = front - eye_middle[1] - ROW_IN_FRONT + (0.0 if is_upper else LOWER_BEHIND)
    height = BITE_Z - (UPPER_OVERBITE if is_upper else LOWER_OVERBITE)
    edge = np.array([0, behind, height]) + eye_middle
    scale, rotation, shift = rigid_motion(template_row, posed_row)
    return scale * (edge + vertices / 1000) @ rotation.T + shift
