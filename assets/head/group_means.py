"""The average head of a group: what sex, ancestry and age add to Anny's own averages.

Anny's own averages differ from what the label maps of a thousand real faces measure: noses too narrow,
men's eyes too narrow and set too far above the mouth, mouth corners too low. `group_sliders` corrects the
average; a FaceSpec holds only what one person adds to it.
"""

from __future__ import annotations

import numpy as np

from facegen.assets.head.sliders import SLIDERS
from facegen.render.spec.face_spec import Identity

OLD_FROM = 40  # years from which a head ages

# Mean of a slider: for everyone, and added per unit of male gender, of African and Asian ancestry, and per
# decade over OLD_FROM. Nose, eyes, mouth, jaw and ears: solved from the medians of CelebAMask-HQ's label
# maps, those with long hair or earrings for women, with short hair and none for men. What no label map shows
# (brow ridge, tip of the nose, neck) differs between the sexes by sign and rough size as in Farkas,
# Anthropometry of the Head and Face, 1994. Ageing follows Farkas too: ears and nose grow, the tip of the
# nose, cheeks and the corners of the mouth sink, lips thin, lids droop.
GROUP_MEANS = {
    "nose-scale-horiz-incr": (0.12, 0.02, 0.18, 0.06, 0.02),
    "nose-flaring-incr": (0.0, 0.06, 0.16, 0.0, 0.0),
    "nose-width3-incr": (-0.5, 0.4, 0.0, 0.0, 0.0),
    "nose-volume-incr": (-0.25, 0.12, 0.0, 0.0, 0.02),
    "nose-point-width-incr": (-0.35, 0.05, 0.1, 0.0, 0.0),
    "nose-scale-depth-incr": (-0.14, 0.14, 0.0, 0.0, 0.0),
    "nose-trans-up": (0.3, 0.3, 0.0, 0.0, -0.02),
    "nose-base-up": (0.33, 0.07, 0.0, 0.0, -0.02),
    "nose-scale-vert-incr": (-0.14, -0.2, 0.0, 0.0, 0.03),
    "nose-point-up": (0.1, -0.1, 0.0, 0.0, -0.05),
    "mouth-trans-up": (-0.2, 0.36, 0.0, 0.0, 0.0),
    "mouth-angles-up": (0.24, -0.08, 0.0, 0.0, -0.03),
    "mouth-scale-horiz-incr": (-0.42, 0.05, 0.22, 0.08, 0.0),
    "mouth-upperlip-height-incr": (0.45, -0.08, 0.0, 0.0, -0.04),
    "mouth-upperlip-volume-incr": (0.1, -0.15, 0.0, 0.0, -0.03),
    "mouth-lowerlip-height-incr": (0.26, -0.26, 0.0, 0.0, -0.03),
    "mouth-scale-vert-incr": (0.1, -0.08, 0.0, 0.0, -0.02),
    # Women's jaws and chins are narrower, their brow ridges flatter, their cheek bones and eyes larger.
    "head-fat-incr": (0.0, 0.16, 0.0, 0.0, 0.0),
    "chin-width-incr": (-0.34, 0.32, 0.0, 0.0, 0.0),
    "chin-bones-incr": (-0.4, 0.6, 0.0, 0.0, 0.0),
    "eyebrows-trans-forward": (-0.35, 0.45, 0.0, 0.0, 0.0),
    "measure-neck-circ-incr": (-0.25, 0.3, 0.0, 0.0, 0.0),
    "cheek-bones-incr": (0.18, -0.16, 0.0, 0.0, 0.0),
    "eye-scale-incr": (0.16, -0.04, 0.0, 0.0, 0.0),
    "chin-height-incr": (0.06, -0.1, 0.0, 0.0, 0.0),
    "chin-prominent-incr": (0.0, 0.0, 0.15, 0.0, 0.0),
    "eye-height2-incr": (0.2, 0.06, 0.0, 0.0, -0.02),
    "eye-height3-incr": (0.0, 0.06, 0.0, 0.0, -0.04),
    "ear-scale-vert-incr": (-0.22, 0.18, 0.0, 0.0, 0.04),
    "ear-wing-incr": (0.06, 0.08, 0.0, 0.0, 0.0),
    "cheek-volume-incr": (0.0, 0.0, 0.0, 0.0, -0.04),
    "cheek-trans-up": (0.0, 0.0, 0.0, 0.0, -0.04),
    "neck-double-incr": (0.0, 0.0, 0.0, 0.0, 0.05),
    "eye-bag-incr": (0.0, 0.0, 0.0, 0.0, 0.08),
    "chin-jaw-drop-incr": (0.0, 0.0, 0.0, 0.0, 0.05),
}


def group_sliders(identity: Identity) -> dict[str, float]:
    """Mean sliders of the group that a person belongs to.

    Parameters
    ----------
    identity : Identity
        Its gender, age and ancestry count.

    Returns
    -------
    dict of name in SLIDERS to float, in about [-1, 1]
    """
    decades = (identity.age - OLD_FROM) / 10 if identity.age > OLD_FROM else 0.0
    terms = np.array([1.0, identity.gender, identity.african, identity.asian, decades])
    out = {}
    for name, means in GROUP_MEANS.items():
        value = float(terms @ means)
        for full in (name,) if name in SLIDERS else (f"l-{name}", f"r-{name}"):
            out[full] = value
    return out
