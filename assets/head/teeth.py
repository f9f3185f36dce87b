"""Teeth and gums: rows of rounded crowns on MakeHuman's dental arches.

The rows are made once in template coordinates and carried by the rigid motion of the low-polygon helper rows,
which follow skull and jaw.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

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
# In a smile lips part and jaws hardly do. Millimetres that are then shown of the upper incisors at most, left
# dark between them and the lower lip or the lower row, and by which a row is moved at most; openings of
# parted lips, from which jaws take part and that only they make.
SHOWN, LEFT_DARK, MOST_MOVED, PARTED, JAW_OPENS = 10.3, 0.8, 6.0, 3.0, (17.0, 26.0)
SMILES = (0.15, 0.5)  # mouthSmile of a hint of a smile and of one


def tooth_colour(age, rng):
    """Linear RGB (3,) of enamel: yellower and darker with the years, whitened now and then.

    The ends are about L* 88 and 69, bleached and like the darkest tab of a shade guide: little of the light
    that lips and tongue throw back at teeth is traced.
    """
    worn = np.clip((age - 20) / 60, 0, 1) * rng.uniform(0.3, 1.0) * (rng.random() > 0.25)
    white, yellow = np.array([0.76, 0.72, 0.62]), np.array([0.50, 0.40, 0.26])
    return tuple(float(c) for c in white + worn * (yellow - white))


@lru_cache(maxsize=2)
def _row(upper):
    """Vertices (V, 3) mm, faces (F, 4), is_gum (F,): origin amid the incisal edge, x left, z up."""
    widths, heights = (UPPER_WIDTHS, UPPER_HEIGHTS) if upper else (LOWER_WIDTHS, LOWER_HEIGHTS)
    edges = UPPER_EDGES if upper else np.zeros(len(widths))
    angle = np.linspace(0, np.pi / 2, 400)
    arch = np.stack([ARCH_WIDTH * np.sin(angle), -ARCH_DEPTH * np.cos(angle) + ARCH_DEPTH], 1)
    travelled = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(arch, axis=0), axis=1))])
    sign = 1.0 if upper else -1.0
    vertices, faces, gum = [], [], []

    def add(part, is_gum):
        v, f = part
        faces.append(f + sum(map(len, vertices)))
        vertices.append(v)
        gum.append(np.full(len(f), is_gum))

    start = 0.0
    for width, height, edge in zip(widths, heights, edges, strict=True):
        middle = start + width / 2
        start += width
        x, y = np.interp(middle, travelled, arch[:, 0]), np.interp(middle, travelled, arch[:, 1])
        ahead = [np.interp(middle + 0.5, travelled, arch[:, i]) for i in range(2)]
        turn = np.arctan2(ahead[1] - y, ahead[0] - x)
        for side in (1, -1):
            v, f = _crown(side * x, y, side * turn, width * 0.5, height, sign)
            add((v + np.array([0, 0, edge]), f), False)
    add(_gum_tube(arch, sign, max(heights)), True)
    v = np.concatenate(vertices)
    # The smile arc: edges follow the lower lip, rising to the sides.
    v[:, 2] += ARC_MM * (np.abs(v[:, 0]) / ARCH_WIDTH) ** 2
    return v, np.concatenate(faces), np.concatenate(gum)


@lru_cache(maxsize=2)
def _incisors(upper):
    """(V,) bool: vertices of the crowns in the middle of a row."""
    v, faces, gum = _row(upper)
    crown = np.zeros(len(v), bool)
    crown[faces[~gum]] = True
    return crown & (np.abs(v[:, 0]) < 4.0)


def _crown(x, y, turn, half_width, height, sign):
    """A superellipsoid crown standing on the arch, its edge at z = 0."""
    u = np.linspace(-np.pi / 2, np.pi / 2, 9)
    v = np.linspace(0, 2 * np.pi, 20, endpoint=False)

    def power(value, e):
        return np.sign(value) * np.abs(value) ** e

    cu, su = power(np.cos(u), 0.3)[:, None], power(np.sin(u), 0.7)[:, None]
    px = 1.1 * half_width * cu * power(np.cos(v), 0.4)[None]
    py = 3.2 * cu * power(np.sin(v), 0.7)[None]
    pz = np.repeat(sign * height * 0.55 * (su + 1), len(v), 1)
    px = px * (1 - 0.08 * np.abs(pz) / height)
    p = np.stack(
        [x + px * np.cos(turn) - py * np.sin(turn), y + px * np.sin(turn) + py * np.cos(turn), pz], -1
    )
    i, j = np.meshgrid(np.arange(len(u) - 1), np.arange(len(v)), indexing="ij")
    k, nxt = len(v), (j + 1) % len(v)
    faces = np.stack([i * k + j, i * k + nxt, (i + 1) * k + nxt, (i + 1) * k + j], -1).reshape(-1, 4)
    return p.reshape(-1, 3), faces if sign > 0 else faces[:, ::-1]


def _gum_tube(arch, sign, height):
    line = np.concatenate([arch[::-8] * [-1, 1], arch[::8][1:]])
    v = np.linspace(0, 2 * np.pi, 12, endpoint=False)
    tangent = np.gradient(line, axis=0)
    tangent /= np.linalg.norm(tangent, axis=1, keepdims=True)
    normal = np.stack([-tangent[:, 1], tangent[:, 0]], 1)
    scallop = 0.7 * np.abs(np.sin(np.linspace(-7, 7, len(line)) * np.pi))
    across = 3.9 * np.cos(v)
    ring_z = sign * (height * 0.98 + 4.0 - scallop[:, None] + 5.0 * np.sin(v)[None])
    xy = line[:, None] + normal[:, None] * across[None, :, None]
    p = np.concatenate([xy, ring_z[..., None]], -1)
    i, j = np.meshgrid(np.arange(len(line) - 1), np.arange(len(v)), indexing="ij")
    k, nxt = len(v), (j + 1) % len(v)
    faces = np.stack([i * k + j, i * k + nxt, (i + 1) * k + nxt, (i + 1) * k + j], -1).reshape(-1, 4)
    return p.reshape(-1, 3), faces


def rigid_motion(source, target):
    """Similarity (scale, rotation (3, 3), shift (3,)) that carries source (N, 3) onto target (N, 3).

    Umeyama, Least-squares estimation of transformation parameters between two point patterns, 1991.
    """
    a, b = source - source.mean(0), target - target.mean(0)
    u, d, vt = np.linalg.svd(b.T @ a)
    fix = np.diag([1, 1, np.sign(np.linalg.det(u @ vt))])
    rotation = u @ fix @ vt
    scale = (d * np.diag(fix)).sum() / (a**2).sum()
    return scale, rotation, target.mean(0) - scale * rotation @ source.mean(0)


def smile_shifts(opening, upper, lower, smile):
    """By how much a smile moves the rows towards the lips: (upper one down, lower one up), mm.

    Anny opens mouths by the jaw alone, which leaves a black band under the teeth of a smile: photographs show
    teeth down to the lower lip.

    Parameters
    ----------
    opening : between the lips, mm
    upper, lower : what is shown of the rows' incisors, mm; negative behind a lip
    smile : weight of mouthSmile in [0, 1]
    """
    share = np.interp(smile, SMILES, (0, 1)) * np.interp(opening, (0, PARTED, *JAW_OPENS), (0, 1, 1, 0))
    shown = min(opening - LEFT_DARK, SHOWN)
    below = opening - max(shown, upper) - LEFT_DARK
    moves = np.clip([shown - upper, below - lower], 0, MOST_MOVED)
    return tuple(float(x) for x in share * moves)


def teeth(template_rows, posed_rows, eye_middle, lips=None, smile=0.0):
    """Both rows in the world.

    Parameters
    ----------
    template_rows, posed_rows : dict "upper", "lower" of (68, 3) float, metres
    eye_middle : (3,) float, of the template
    lips : (3, 3) float or None
        Middle of the upper and of the lower lip's inner edge and the way up, in the world.
    smile : as of `smile_shifts`; needs lips

    Returns
    -------
    vertices (V, 3) float32, faces (F, 4) int32, is_gum (F,) bool
    """
    vertices, faces, gum = [], [], []
    for name in ("upper", "lower"):
        v, f, g = _row(name == "upper")
        row = template_rows[name]
        front = row[:, 1].min()
        # The rows bite at one height, the uppers 2 mm in front and 1.5 mm over the lowers.
        edge = (
            np.array(
                [
                    0,
                    front - eye_middle[1] - 0.0002 + (0.0 if name == "upper" else 0.0022),
                    -0.0722 - (0.0014 if name == "upper" else -0.0002),
                ]
            )
            + eye_middle
        )
        scale, rotation, shift = rigid_motion(row, posed_rows[name])
        vertices.append(scale * (edge + v / 1000) @ rotation.T + shift)
        faces.append(f + (0 if name == "upper" else len(vertices[0])))
        gum.append(g)
    if lips is not None:
        over, under, up = np.asarray(lips, float)
        edge = (vertices[0] @ up)[_incisors(True)].min(), (vertices[1] @ up)[_incisors(False)].max()
        opening, shown = (over - under) @ up, (over @ up - edge[0], edge[1] - under @ up)
        down, raised = smile_shifts(*(1000 * np.array([opening, *shown])), smile)
        vertices = [vertices[0] - up * down / 1000, vertices[1] + up * raised / 1000]
    return (
        np.concatenate(vertices).astype(np.float32),
        np.concatenate(faces).astype(np.int32),
        np.concatenate(gum),
    )
