"""From the label pass to native labels.

The label pass is a flat render at SUBPIXELS times the size, one sample a pixel, no filter: each value is a
number, not a colour. Blue holds the code of the surface; on skin red and green hold its place on the face
chart, where painted borders (nose, lips, brows, jaw) are looked up exactly instead of being drawn.
"""

from __future__ import annotations

from enum import IntEnum

import numpy as np

from facegen.assets import regions
from facegen.assets.skin import S_RANGE, T_RANGE
from facegen.datasets.labels import COVERAGE_CLASSES, Native

SUBPIXELS = 4
UV_OFFSET = 10.0  # keeps chart coordinates positive: emission has no negative light
EAR_EDGE = 0.35  # value of the ear mask at the border; 0.5 cuts off the root of the ear
EAR_SHARE = 0.9  # ear weight rides on the code's fraction


class Surface(IntEnum):
    """Codes of the label pass. Surfaces with a label of their own use 16 + that label."""

    NOTHING = 0
    SKIN = 1
    OWN = 16


def own(label: Native) -> int:
    """Code of a surface that is one class everywhere."""
    return int(Surface.OWN) + int(label)


def classify(buffer, brow, offsets=None):
    """Native label of every sub-pixel.

    Parameters
    ----------
    buffer : (h, w, 3) float32, the label pass
    brow : assets.regions.BrowShape
    offsets : dict or None
        Outward shift in mm of the painted borders "nose", "lips", "brows", "jaw", "ears" (ears: in
        [-0.5, 0.5] of the ear mask).

    Returns
    -------
    (h, w) uint8

    Raises
    ------
    ValueError : a code that no surface has (the pass was filtered or mixed).
    """
    offsets = offsets or {}
    code = np.floor(buffer[..., 2] + 1e-3).astype(int)
    known = (code == 0) | (code == 1) | ((code >= Surface.OWN) & (code < Surface.OWN + len(Native)))
    if not known.all():
        raise ValueError(f"label pass: unknown code {code[~known][0]}")
    out = np.where(code >= Surface.OWN, code - Surface.OWN, 0).astype(np.uint8)
    skin = code == Surface.SKIN
    u, v = buffer[skin, 0] - UV_OFFSET, buffer[skin, 1] - UV_OFFSET
    s = (u % 1.0) * (S_RANGE[1] - S_RANGE[0]) + S_RANGE[0]
    t = v * (T_RANGE[1] - T_RANGE[0]) + T_RANGE[0]
    ear = (buffer[skin, 2] - 1.0) / EAR_SHARE
    out[skin] = skin_labels(s, t, ear, brow, offsets)
    return out


def skin_labels(s, t, ear, brow, offsets):
    """Native labels (N,) uint8 of skin points: s, t (N,) chart mm, ear (N,) in [0, 1]."""
    left = s > 0
    label = np.full(len(s), Native.FACE_SKIN, np.uint8)
    label[t < regions.curve(regions.JAW, s) - offsets.get("jaw", 0.0)] = Native.NECK
    label[t < regions.curve(regions.NECK_BASE, s)] = Native.TORSO_SKIN
    near = (np.abs(s) < 90) & (t > -95) & (t < 45)
    i = np.flatnonzero(near)
    nose = regions.polygon_distance(regions.NOSE, s[i], t[i]) < offsets.get("nose", 0.0)
    label[i[nose]] = Native.NOSE
    lips = regions.polygon_distance(regions.LIPS, s[i], t[i]) < offsets.get("lips", 0.0)
    upper = t[i] > regions.curve(regions.MOUTH_LINE, s[i])
    label[i[lips & upper]] = Native.UPPER_LIP
    label[i[lips & ~upper]] = Native.LOWER_LIP
    brows = brow.distance(s[i], t[i]) < offsets.get("brows", 0.0)
    label[i[brows]] = np.where(left[i[brows]], Native.BROW_L, Native.BROW_R)
    ears = ear > EAR_EDGE - offsets.get("ears", 0.0)
    label[ears] = np.where(left[ears], Native.EAR_L, Native.EAR_R)
    return label


def reduce_labels(fine, factor=SUBPIXELS):
    """Label of the largest share of each pixel, ties to the smaller id.

    Parameters
    ----------
    fine : (h, w) uint8, h and w multiples of factor

    Returns
    -------
    (h/factor, w/factor) uint8
    """
    height, width = fine.shape[0] // factor, fine.shape[1] // factor
    blocks = fine.reshape(height, factor, width, factor).swapaxes(1, 2).reshape(height, width, factor**2)
    counts = np.stack([(blocks == label).sum(-1) for label in Native], -1)
    return counts.argmax(-1).astype(np.uint8)


def coverage(fine, factor=SUBPIXELS):
    """Share of the thin classes in each pixel: (H, W, 6) uint8, 255 = all, order of COVERAGE_CLASSES."""
    height, width = fine.shape[0] // factor, fine.shape[1] // factor
    blocks = fine.reshape(height, factor, width, factor)
    shares = [np.isin(blocks, [int(c) for c in classes]).mean((1, 3)) for _, classes in COVERAGE_CLASSES]
    return np.round(np.stack(shares, -1) * 255).astype(np.uint8)
