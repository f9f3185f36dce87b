"""Face specs of version 1: their sliders were what a person adds to other averages than today's.

`with_current_averages` gives such a person sliders that make the same head with the averages of
`shape_distribution`.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from facegen.assets.head.shape_distribution import OLD_FROM, both_sides, shipped_distribution
from facegen.assets.head.sliders import SLIDERS
from facegen.render.spec.face_spec import Identity

# Mean of a slider in version 1: for everyone, and added per unit of male gender, of African and Asian
# ancestry, and per decade over OLD_FROM.
VERSION_1_MEANS = {
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


def with_current_averages(identity: Identity) -> Identity:
    """The same head, as a person of today's averages.

    Parameters
    ----------
    identity : Identity
        Its sliders are relative to VERSION_1_MEANS.

    Returns
    -------
    Identity
        With sliders relative to the means of `shape_distribution`; some may lie outside of [-1, 1]. Totals
        beyond that are cut when the head is posed.
    """
    decades = max(identity.age - OLD_FROM, 0.0) / 10
    terms = np.array([1.0, identity.gender, identity.african, identity.asian, decades])
    total = dict(identity.sliders)
    for name, means in VERSION_1_MEANS.items():
        for full in (name,) if name in SLIDERS else (f"l-{name}", f"r-{name}"):
            total[full] = total.get(full, 0.0) + float(terms @ means)
    means_now = both_sides(shipped_distribution().mean(identity))
    return replace(identity, sliders={name: total.get(name, 0.0) - mean for name, mean in means_now.items()})
