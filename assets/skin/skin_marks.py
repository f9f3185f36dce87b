"""What life leaves on skin: wrinkles, moles, blemishes, scars, on the face chart.

s, t are (H, W) chart millimetres on a regular grid, s rising along the columns and t falling along the rows;
results are (H, W) float, a share in [0, 1] or a height in mm.
"""

from __future__ import annotations

import numpy as np

from facegen.assets.skin import painted_borders

FACE = (-75.0, 75.0, -112.0, 55.0)  # s low, s high, t low, t high: where marks fall
NECK = (-70.0, 70.0, -175.0, -115.0)


def _stamp(out, s, t, cs, ct, reach, shape):
    """Take the maximum of `out` and `shape(ds, dt)` within `reach` mm of a place; `out` changes."""
    columns = np.flatnonzero(np.abs(s[0] - cs) < reach)
    rows = np.flatnonzero(np.abs(t[:, 0] - ct) < reach)
    if len(columns) and len(rows):
        window = np.ix_(rows, columns)
        out[window] = np.maximum(out[window], shape(s[window] - cs, t[window] - ct))


def _discs(s, t, count, low, high, rng, rarity=3):
    """Round marks of `low` to `high` mm radius, large ones rare (`rarity`); one in four on the neck."""
    out = np.zeros_like(s)
    for _ in range(count):
        place = NECK if rng.random() < 0.25 else FACE
        cs, ct = rng.uniform(*place[:2]), rng.uniform(*place[2:])
        radius, stretch = low + (high - low) * rng.random() ** rarity, rng.uniform(0.8, 1.25)
        depth = rng.uniform(0.4, 1.0)

        def shape(ds, dt, radius=radius, stretch=stretch, depth=depth):
            return depth / (1 + np.exp((np.hypot(ds * stretch, dt / stretch) - radius) / 0.25))

        _stamp(out, s, t, cs, ct, 2 * radius + 2, shape)
    return out


def moles(s, t, amount, rng):
    """amount in [0, 1]: up to some ten moles of face and neck, hardly ever one that a small picture shows."""
    return _discs(s, t, int(rng.poisson(10 * amount)), 0.3, 1.7, rng, 6)


def blemishes(s, t, amount, rng):
    """amount in [0, 1]: red, raised spots, mostly of the young."""
    return _discs(s, t, int(rng.poisson(25 * amount)), 0.7, 2.4, rng)


def scars(s, t, amount, rng):
    """amount in [0, 1]: thin pale lines."""
    out = np.zeros_like(s)
    for _ in range(int(rng.poisson(1.5 * amount))):
        cs, ct, turn = rng.uniform(*FACE[:2]), rng.uniform(*FACE[2:]), rng.uniform(0, np.pi)
        length, bend = rng.uniform(4, 14), rng.normal(0, 0.02)

        def shape(ds, dt, turn=turn, length=length, bend=bend):
            along, across = ds * np.cos(turn) + dt * np.sin(turn), dt * np.cos(turn) - ds * np.sin(turn)
            return np.exp(-(((across - bend * along**2) / 0.7) ** 2) - (along / length) ** 4)

        _stamp(out, s, t, cs, ct, 2 * length, shape)
    return out


# The upper lid's edge on the chart, from the inner corner outwards; the lower one's.
UPPER_EDGE = ((19.5, 24.0, 28.0, 32.0, 36.0, 40.0, 45.0), (-3.6, 0.8, 2.4, 3.1, 2.7, 1.2, -1.2))
LOWER_EDGE = ((19.5, 24.0, 27.0, 31.5, 36.0, 40.0, 45.0), (-4.2, -5.0, -5.5, -5.8, -5.5, -4.2, -1.4))


def _eye_window(s, t):
    return np.ix_(np.flatnonzero(np.abs(t[:, 0]) < 22), np.flatnonzero(np.abs(s[0]) < 62))


def lid_crease(s, t, amount):
    """The fold that an open upper lid leaves over its edge, in [0, 1]: soft above, sharp below.

    amount: 0 a lid without a fold, 1 a deep one.
    """
    whole = np.zeros_like(s)
    window = _eye_window(s, t)
    a = np.abs(s[window])
    lift = 2.2 + 3.0 * np.exp(-(((a - 32) / 9) ** 2))
    above = t[window] - np.interp(a, *UPPER_EDGE) - lift
    reach = np.exp(-(((a - 33) / 14.5) ** 6))
    whole[window] = amount * reach * np.exp(-((above / np.where(above > 0, 1.3, 0.8)) ** 2))
    return whole


def lash_line(s, t, width):
    """Where lashes root and liner is drawn: along both edges of the lids, in [0, 1]; width in mm."""
    whole = np.zeros_like(s)
    window = _eye_window(s, t)
    a, here = np.abs(s[window]), t[window]
    above, below = here - np.interp(a, *UPPER_EDGE), np.interp(a, *LOWER_EDGE) - here
    upper = np.exp(-((above / np.where(above > 0, 1.5 * width, width)) ** 2))
    lower = 0.6 * np.exp(-((below / width) ** 2))
    # Lower lashes and what is drawn under them lie outwards.
    outwards = 1 / (1 + np.exp((36.5 - a) / 1.5))
    lower = np.maximum(
        lower, 0.8 * outwards * np.exp(-((np.maximum(below, 0) / (2.2 * width)) ** 2)) * (below > -1)
    )
    # From where the inner corner opens on.
    reach = 1 / (1 + np.exp((np.abs(a - 37.4) - 12.8) / 0.8))
    whole[window] = np.maximum(upper, lower) * reach
    return whole


def lid_shade(s, t):
    """Shade around an open eye, in [0, 1]: lids are thin, lie deep and under lashes."""
    whole = np.zeros_like(s)
    window = _eye_window(s, t)
    aside, here = s[window], t[window]
    a = np.abs(aside)
    above, below = here - np.interp(a, *UPPER_EDGE), np.interp(a, *LOWER_EDGE) - here
    # Deepest between the inner corner and the brow, where the socket is.
    socket = np.exp(-(((a - 23) / 7) ** 2))
    upper = (0.5 + 0.5 * socket) * np.exp(-((np.maximum(above, 0) / (5.0 + 4.0 * socket)) ** 2))
    lower = 0.8 * np.exp(-((np.maximum(below, 0) / 3.4) ** 2))
    reach = 1 / (1 + np.exp((np.abs(a - 33) - 16.5) / 1.3))
    outer = 0.93 * np.exp(-(((a - 46.5) / 5.0) ** 2) - ((here + 0.3) / 4.0) ** 2)
    inner = 0.06 * np.exp(-(((a - 17.5) / 3.5) ** 2) - ((here + 1.5) / 5.0) ** 2)
    whole[window] = np.maximum(upper * np.where(below > 0, lower, 1) * reach, outer + inner)
    whole[window] *= np.clip(painted_borders.caruncle_radius(aside, here), 0, 1)
    return whole


def eye_bags(s, t, amount, rng):
    """Bags under the eyes: shade in [0, 1], deepest along their lower border, and height in mm.

    The border runs from the inner corner (the tear trough) to below the outer one; half way up lies a crease.
    amount in [0, 1]: larger bags hang lower.
    """
    shade, height = np.zeros_like(s), np.zeros_like(s)
    window = _eye_window(s, t)
    aside, here = s[window], t[window]
    a = np.abs(aside)
    deep, middle, folded = rng.normal(7.0 + 3.5 * amount, 1.1), rng.normal(29.5, 1.2), rng.uniform(0.3, 0.55)
    deep = deep * (1 + np.sign(aside) * rng.normal(0, 0.06))
    border = deep * np.sqrt(np.clip(1 - ((a - middle) / 17) ** 2, 0, 1))
    below = np.interp(a, *LOWER_EDGE) - here
    inside = np.clip(below / np.maximum(border, 0.5), 0, 1)
    out = np.maximum(below - border, 0)
    lid = np.clip(border / 2, 0, 1) / (1 + np.exp(-(below - 1.0) / 0.6))
    edge = np.exp(-((out / 1.6) ** 2)) * inside**3
    crease = np.exp(-(((below - folded * border) / 0.8) ** 2))
    shade[window] = lid * np.minimum(0.3 * np.exp(-(out**2)) + 0.17 * crease + 0.7 * edge, 1)
    height[window] = lid * (0.9 * np.sin(np.pi * inside) * (border / deep) - 0.6 * edge)
    return shade, height


def nostrils(s, t):
    """Openings of the nose, in [0, 1]: the mesh has dents of two millimetres where light should be lost."""
    whole = np.zeros_like(s)
    window = np.ix_(np.flatnonzero(np.abs(t[:, 0] + 44) < 8), np.flatnonzero(np.abs(s[0]) < 16))
    distance = np.hypot((np.abs(s[window]) - 7.5) / 2.9, (t[window] + 43.8) / 1.75)
    whole[window] = 1 / (1 + np.exp((distance - 1) / 0.16))
    return whole


def wing_crease(s, t):
    """The groove between the wings of the nose and the cheeks, in [0, 1]."""
    whole = np.zeros_like(s)
    window = np.ix_(np.flatnonzero(np.abs(t[:, 0] + 40) < 14), np.flatnonzero(np.abs(s[0]) < 26))
    along = np.clip((t[window] + 33.5) / -13, 0, 1)
    edge = 13.2 + 3.4 * np.sqrt(np.clip(along * (2 - along), 0, 1)) - 2.2 * np.clip(along - 0.75, 0, 1)
    reach = np.exp(-(((t[window] + 41) / 7.5) ** 6))
    whole[window] = reach * np.exp(-(((np.abs(s[window]) - edge) / 1.1) ** 2))
    return whole


def lip_seam(s, t):
    """Where the lips meet and in the corners of the mouth: darker than the rest of them, in [0, 1]."""
    whole = np.zeros_like(s)
    window = np.ix_(np.flatnonzero(np.abs(t[:, 0] + 72) < 6), np.flatnonzero(np.abs(s[0]) < 28))
    off = t[window] - painted_borders.curve(painted_borders.MOUTH_LINE, s[window])
    aside = np.abs(s[window])
    seam = np.exp(-((off / 1.1) ** 2)) / (1 + np.exp((aside - 22.5) / 0.8))
    corner = 0.7 * np.exp(-(((aside - 22.6) / 2.2) ** 2) - (off / 1.7) ** 2)
    whole[window] = np.maximum(seam, corner)
    return whole


def lip_grooves(s, rng):
    """Upright furrows of the lips, in about [-1, 1]."""
    phase = rng.uniform(0, 6.28, 3)
    waves = np.cos(2.7 * s + phase[0]) + np.cos(4.1 * s + phase[1]) + np.cos(1.6 * s + phase[2])
    return waves / 2


def _groove(distance, width, depth):
    """A furrow with raised lips: mm of height over mm of distance."""
    x = (distance / width) ** 2
    return -depth * (1 - 0.35 * x) * np.exp(-0.7 * x)


def wrinkles(s, t, amount, patch, rng):
    """Forehead lines, crow's feet, nasolabial and marionette folds, glabella, under-eye and neck lines: mm.

    amount: 0 none, 1 marked age, 1.4 deep. patch: (H, W) smooth noise that makes the lines waver.
    """
    whole = np.zeros_like(s)
    if amount <= 0.01:
        return whole
    front = np.ix_(np.flatnonzero(np.abs(t[:, 0] + 60) < 130), np.flatnonzero(np.abs(s[0]) < 95))
    s, t, patch = s[front], t[front], patch[front]
    a = np.abs(s)
    relief = np.zeros_like(s)
    for line in range(int(rng.integers(3, 6))):
        height = 27 + 7.6 * line + rng.normal(0, 1.5) + rng.uniform(0, 4) * np.cos(a / 28) + 1.3 * patch
        reach = np.exp(-(((s - rng.normal(0, 6)) / rng.uniform(28, 46)) ** 4))
        relief += _groove(t - height, rng.uniform(0.9, 1.4), 0.30 * rng.uniform(0.3, 1)) * reach
    for side in (-1, 1):
        here = s * side > 0
        for line in range(int(rng.integers(3, 6))):
            slope = (line - 1.8) * rng.uniform(0.25, 0.42)
            across = t + 1 - slope * (a - 44) - 0.5 * patch
            reach = np.exp(-(((a - rng.uniform(54, 59)) / rng.uniform(7, 11)) ** 4)) * here
            relief += _groove(across, 0.9, 0.26 * rng.uniform(0.5, 1)) * reach
    fold = 14.5 + (-47 - t) * 0.40 + 0.5 * patch
    relief += _groove(a - fold, 2.0, 0.55) * np.exp(-(((t + 61) / 16) ** 4))
    relief += _groove(a - (25 + (-80 - t) * 0.12), 1.6, 0.30) * np.exp(-(((t + 92) / 11) ** 4))
    relief += _groove(a - 5.5 - 0.1 * (t - 15), 1.0, 0.28) * np.exp(-(((t - 17) / 7) ** 4))
    for line in range(4):
        height = -14 - 3.3 * line - 0.007 * (a - 28) ** 2 + 0.4 * patch
        relief += _groove(t - height, 0.9, 0.15) * np.exp(-(((a - 30) / 14) ** 4))
    for line in range(3):
        height = -128 - 14 * line + rng.normal(0, 2) + 1.5 * patch - 0.002 * a**2
        relief += _groove(t - height, 1.6, 0.35) * np.exp(-((a / 70) ** 4))
    upper = np.exp(-(((t + 60) / 4.5) ** 4)) * np.exp(-((a / 22) ** 4))
    relief += 0.06 * max(amount - 0.6, 0) * np.cos(a * 1.9 + patch) * upper
    whole[front] = amount * relief
    return whole


def folds(s, t, expression, slack):
    """Creases and hollows that an expression presses into skin, and the tear trough of a face at rest: mm.

    expression: ARKit action -> weight in [0, 1]. slack in [0, 1]: young skin springs back, old skin folds.
    """

    def pull(action):
        return max(expression.get(f"{action}Left", 0.0), expression.get(f"{action}Right", 0.0))

    smile, squint = pull("mouthSmile"), max(pull("cheekSquint"), pull("eyeSquint"))
    raised = max(pull("browOuterUp"), expression.get("browInnerUp", 0.0))
    whole = np.zeros_like(s)
    front = np.ix_(np.flatnonzero(np.abs(t[:, 0] + 40) < 100), np.flatnonzero(np.abs(s[0]) < 80))
    s, t = s[front], t[front]
    a = np.abs(s)
    fold = a - (14.5 - 0.40 * (47 + t) + 0.004 * (47 + t) ** 2)
    along = np.exp(-(((t + 62) / 15) ** 4))
    deep = (0.18 + 0.82 * smile) * (0.45 + 0.15 * smile + (0.55 - 0.15 * smile) * slack)
    # A valley some millimetres wide, with a line in it where the skin is slack or the smile broad.
    relief = -1.8 * deep * np.exp(-((fold / 4.5) ** 2)) * along
    relief = relief + _groove(fold, 1.5, 0.60 * deep) * along
    trough = t + 13.5 - 0.012 * (a - 26) ** 2 + 0.16 * (a - 26)
    reach = np.exp(-(((a - 24) / 12) ** 4))
    relief = relief - (0.30 + 0.40 * slack + 0.20 * squint) * np.exp(-((trough / 3.2) ** 2)) * reach
    for line in range(3):
        across = t + 1 - (line - 1.2) * 0.3 * (a - 44)
        feet = np.exp(-(((a - 56) / 8) ** 4))
        relief = relief + _groove(across, 1.0, 0.20 * squint * (0.25 + slack)) * feet
        across = t - 29 - 8 * line - 2.5 * np.cos(a / 24)
        relief = relief + _groove(across, 1.5, 0.28 * raised * (0.3 + slack)) * np.exp(-((a / 40) ** 4))
    knitted = pull("browDown") * (0.3 + slack)
    relief = relief + _groove(a - 5.5 - 0.1 * (t - 15), 1.4, 0.35 * knitted) * np.exp(-(((t - 17) / 7) ** 4))
    chin = np.exp(-(((t + 88 + 0.01 * a**2) / 3.5) ** 2)) * np.exp(-((a / 17) ** 4))
    # The philtrum: a channel between two ridges, from the nose down to the bow of the upper lip.
    ridge = 2.6 + 0.16 * (-53 - t)
    channel = 0.5 * np.exp(-(((a - ridge - 1.2) / 1.3) ** 2)) - 0.55 * np.exp(-((a / ridge) ** 2))
    whole[front] = relief - 0.6 * chin + channel * np.exp(-(((t + 58) / 5.5) ** 4))
    return whole
