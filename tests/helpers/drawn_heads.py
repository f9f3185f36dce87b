"""Faces drawn from ellipses whose place, size and tilt are known exactly.

In crop sides from the middle of the eyes: eyes at u = ±0.12, mouth at v = 1 / 3.6, so that one crop side is
one unit of the drawing.
"""

from functools import cache

import numpy as np

from facegen.audit.measure_dataset import Measurement
from facegen.audit.measures.aligned_labels import adjacency, aligned_map
from facegen.audit.measures.face_view import ID, make_view
from facegen.audit.measures.label_drawing import NAMES as LABEL_NAMES
from facegen.audit.measures.label_drawing import label_row
from facegen.audit.measures.measure_table import NAMES, measure_view
from facegen.audit.measures.schema import Table

MOUTH = 1 / 3.6
EYES = 0.12
COLOURS = {
    "background": (90, 110, 130), "skin": (200, 150, 120), "nose": (205, 155, 125), "eye_g": (40, 40, 40),
    "l_eye": (230, 230, 230), "r_eye": (230, 230, 230), "l_brow": (70, 50, 40), "r_brow": (70, 50, 40),
    "l_ear": (195, 140, 115), "r_ear": (195, 140, 115), "mouth": (90, 30, 30), "u_lip": (180, 80, 80),
    "l_lip": (185, 85, 85), "hair": (60, 40, 30), "hat": (20, 60, 120), "ear_r": (220, 200, 80),
    "neck_l": (220, 200, 80), "neck": (190, 140, 110), "cloth": (30, 90, 60),
}  # fmt: skip
# class, centre (u, v), half axes (u, v), in drawing order
PARTS = (
    ("hair", (0, 0.0), (0.36, 0.46)),
    ("neck", (0, 0.55), (0.13, 0.2)),
    ("cloth", (0, 0.68), (0.4, 0.2)),
    ("l_ear", (0.29, 0.08), (0.03, 0.07)),
    ("r_ear", (-0.29, 0.08), (0.03, 0.07)),
    ("skin", (0, 0.1), (0.27, 0.37)),
    ("nose", (0, 0.12), (0.06, 0.09)),
    ("l_brow", (EYES, -0.07), (0.05, 0.012)),
    ("r_brow", (-EYES, -0.07), (0.05, 0.012)),
    ("u_lip", (0, MOUTH - 0.012), (0.09, 0.02)),
    ("l_lip", (0, MOUTH + 0.012), (0.09, 0.02)),
    ("l_eye", (EYES, 0), (0.04, 0.02)),
    ("r_eye", (-EYES, 0), (0.04, 0.02)),
)


def head(size=256, centre=(0.5, 0.5), scale=1.0, roll=0.0, nose_u=0.0, without=(), extra=(), swapped=False):
    """(size, size) uint8 mask of a head.

    centre : of the crop square, in shares of the picture
    scale : crop side over size
    roll : degrees, clockwise
    nose_u : the nose's place beside the middle
    without, extra : parts left out, or added on top
    """
    angle = np.deg2rad(roll)
    along, down = np.array([np.cos(angle), np.sin(angle)]), np.array([-np.sin(angle), np.cos(angle)])
    side = scale * size
    eyes = np.array(centre) * size - 0.1 * MOUTH * side * down
    grid = np.stack(np.meshgrid(np.arange(size) + 0.5, np.arange(size) + 0.5), axis=-1) - eyes
    u, v = grid @ along / side, grid @ down / side
    mask = np.zeros((size, size), np.uint8)
    for name, (cu, cv), (au, av) in (*PARTS, *extra):
        if name not in without:
            cu = nose_u if name == "nose" else cu
            mask[((u - cu) / au) ** 2 + ((v - cv) / av) ** 2 <= 1] = ID[name]
    if swapped:
        for left, right in (("l_eye", "r_eye"), ("l_brow", "r_brow"), ("l_ear", "r_ear")):
            one, other = mask == ID[left], mask == ID[right]
            mask[one], mask[other] = ID[right], ID[left]
    return mask


def paint(mask, colours=None):
    """(h, w, 3) uint8: each class in one flat colour."""
    table = np.zeros((256, 3), np.uint8)
    for name, colour in (COLOURS | (colours or {})).items():
        table[ID[name]] = colour
    return table[mask]


def found(mask, colours=None):
    """Attribute name -> value of a mask painted flat."""
    return dict(zip(NAMES, measure_view(make_view(paint(mask, colours), mask)), strict=True))


GLASSES = (("eye_g", (EYES, 0.0), (0.08, 0.06)), ("eye_g", (-EYES, 0.0), (0.08, 0.06)), *PARTS[-2:])
OPEN_MOUTH = (("mouth", (0, MOUTH), (0.06, 0.012)),)


@cache
def random_heads(n, seed, size=128, roll=0.0, glasses=0.1, swapped=False):
    """Measurement and [(image, mask)] of n heads that vary in place, tilt, parts, colours and noise.

    Drawn once a session: not to be changed by a test.
    """
    rng = np.random.default_rng(seed)
    pairs = []
    for _ in range(n):
        extra = (*(GLASSES if rng.random() < glasses else ()), *(OPEN_MOUTH if rng.random() < 0.5 else ()))
        without = [name for name, p in (("l_ear", 0.4), ("r_ear", 0.4), ("cloth", 0.3)) if rng.random() < p]
        mask = head(
            size,
            centre=0.5 + 0.01 * rng.standard_normal(2),
            scale=1 + 0.03 * rng.standard_normal(),
            roll=roll + rng.standard_normal(),
            nose_u=0.01 * rng.standard_normal(),
            without=without,
            extra=extra,
            swapped=swapped,
        )
        shift = {name: tuple(np.clip(np.add(c, rng.normal(0, 15)), 0, 255)) for name, c in COLOURS.items()}
        image = paint(mask, shift) + rng.normal(0, 4, (size, size, 3))
        pairs.append((np.clip(image, 0, 255).astype(np.uint8), mask))
    views = [make_view(*pair) for pair in pairs]
    ids = tuple(f"{i:06d}" for i in range(n))
    attributes = Table(NAMES, np.array([measure_view(view) for view in views]), ids, "drawn")
    labels = Table(LABEL_NAMES, np.array([label_row(view) for view in views]), ids, "drawn")
    maps = np.stack([aligned_map(view) for view in views])
    return Measurement(attributes, labels, maps, np.stack([adjacency(view) for view in views])), pairs
