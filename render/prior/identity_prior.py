"""The default prior of the face itself: identity, skin and eyes.

Ranges, frequencies and standard deviations without a source are by eye, after photographs of faces.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from facegen.datasets.keyed_random import Draw
from facegen.render.prior.head_shape import WEIGHT_SD, draw_shape
from facegen.render.prior.make_up_prior import Worn, draw_make_up, draw_worn
from facegen.render.spec import face_spec as s

# Melanin volume fraction of the epidermis by ancestry, median and standard deviation of the logarithm: ranges
# of Donner and Jensen, A Spectral BSSRDF for Shading Human Skin, 2006 (1.3-6.3 % light, 11-16 % moderate,
# 18-43 % dark).
MELANIN = {"african": (0.27, 0.38), "asian": (0.085, 0.40), "caucasian": (0.045, 0.45)}

MELANIN_SD = 0.36  # of the logarithm of a person's melanin around the median of its ancestries

# Volume fraction of haemoglobin in the dermis and standard deviation of its logarithm, and that of warmth: of
# 700 photographs, found with the camera's ranges (render.spec.camera_ranges). The means of blood and warmth
# give renders, whose broad reflections are white, the median a* and b* of skin on these photographs.
HAEMOGLOBIN, HAEMOGLOBIN_SD, WARMTH, WARMTH_SD = 0.025, 0.21, 0.5, 0.6
# Mean bags under the eyes of a young woman, more of a man, more of an old person: of young and old women 13
# and 29 % have marked ones, of men 44 and 64 % (rows of CelebAMask-HQ's annotation).
BAGS, BAGS_OF_MEN, BAGS_OF_AGE = 0.12, 0.16, 0.4


def draw_identity(d: Draw, gender: float | None = None, age: float | None = None) -> s.Identity:
    """Draw a person.

    Parameters
    ----------
    d : keyed draws of the face
    gender : 0 (woman) to 1 (man); None draws one of the two
    age : years; None draws it
    """
    if gender is None:
        gender = float(d.chance("identity.gender", 0.5))
    # Faces of women and men are two clusters that vary a little.
    man = float(np.clip(gender + (0.5 - gender) * 2 * abs(d.normal("identity.gender.spread", 0, 0.09)), 0, 1))
    age = d.uniform("identity.age", 16, 90) if age is None else age
    ancestry = d("identity.ancestry").dirichlet((0.35, 0.35, 0.35))
    weight = d.normal("identity.weight", 0.5, WEIGHT_SD, 0.1, 0.95)
    head = draw_shape(d, weight)
    return s.Identity(
        gender=man,
        age=float(age),
        african=float(ancestry[0]),
        asian=float(ancestry[1]),
        caucasian=float(ancestry[2]),
        weight=weight,
        muscle=d.normal("identity.muscle", 0.45 + 0.12 * man, 0.12, 0.1, 0.95),
        shape_factors=head.factors,
        sliders=head.sliders,
    )


def draw_skin(
    d: Draw, identity: s.Identity, melanin: float | None = None, worn: Worn | None = None
) -> s.Skin:
    """Draw the skin of a person.

    Parameters
    ----------
    d : keyed draws of the face
    identity : ancestry, age and gender, on which skin depends
    melanin : volume fraction of the epidermis; None draws it by ancestry
    worn : make-up; None draws it by gender and age
    """
    if melanin is None:
        ancestry = (identity.african, identity.asian, identity.caucasian)
        centre = np.exp(sum(w * np.log(MELANIN[k][0]) for w, k in zip(ancestry, MELANIN, strict=True)))
        melanin = float(np.clip(centre * np.exp(d.normal("skin.melanin", 0, MELANIN_SD)), 0.012, 0.45))
    fair = float(np.clip(1 - melanin / 0.12, 0, 1))
    old = np.clip((identity.age - 25) / 60, 0, 1)
    youth = float(np.interp(identity.age, [16, 24, 45], [1, 0.6, 0.15]))
    woman = 1 - identity.gender
    worn = draw_worn(d, identity) if worn is None else worn
    bags = BAGS + BAGS_OF_MEN * (1 - woman) + BAGS_OF_AGE * old
    blush = d.uniform("skin.blush", 0.2, 0.8)
    coarse = np.exp(d.normal("skin.pores", -0.4, 0.6, -2.5, 1.0)) * (0.85 + 0.5 * old) * (1.2 - 0.45 * woman)
    drawn = s.Skin(
        melanin=melanin,
        haemoglobin=float(HAEMOGLOBIN * np.exp(d.normal("skin.haemoglobin", 0, HAEMOGLOBIN_SD, -0.8, 0.8))),
        warmth=d.normal("skin.warmth", WARMTH, WARMTH_SD, -1.5, 1.5),
        roughness=d.normal("skin.roughness", 0.55, 0.04, 0.45, 0.65),
        oil=d.uniform("skin.oil", 0.1, 1.0),
        pores=float(np.clip(coarse, 0.05, 1.6)),
        wrinkles=float(np.clip(1.25 * old**1.4 + d.normal("skin.wrinkles", 0, 0.12), 0, 1.4)),
        freckles=fair * d.uniform("skin.freckles", 0.1, 0.9) * d.chance("skin.freckled", 0.08),
        spots=d.uniform("skin.spots", 0, 1) ** 2 * (0.15 + 0.85 * float(old)),
        moles=d.uniform("skin.moles", 0, 1) ** 5,
        blemishes=d.uniform("skin.blemishes", 0, 1) ** 4 * youth,
        scars=d.uniform("skin.scars", 0, 1) ** 3,
        blush=d.uniform("skin.rosy", 0.85, 1.15) if worn.rosy and not worn.heavy else blush,
        lip_colour=d.uniform("skin.lip_colour", 0.0, 0.9) * (0.55 + 0.45 * woman),
        lid_crease=float(np.clip(d.normal("skin.lid_crease", 0.8 - 0.6 * identity.asian, 0.2), 0, 1)),
        lid_shade=d.normal("skin.lid_shade", 0.38 + 0.06 * woman, 0.2, 0.0, 0.9),
        eye_bags=float(np.clip(d.normal("skin.eye_bags", bags, 0.18), 0, 1)),
        texture_seed=int(d("skin.texture_seed").integers(2**31)),
    )
    return replace(drawn, **draw_make_up(d, worn, melanin))


def draw_eyes(d: Draw, identity: s.Identity) -> s.Eyes:
    """Draw irises, pupils and the redness of eyes; light irises come with European ancestry."""
    light = identity.caucasian
    families = {
        "blue": 0.28 * light,
        "grey": 0.10 * light,
        "green": 0.12 * light,
        "hazel": 0.18 * light,
        "brown": 0.2 * light + 0.45 * (1 - light),
        "dark": 0.12 * light + 0.55 * (1 - light),
    }
    return s.Eyes(
        family=d.choice("eyes.family", families),
        # Visible iris diameter 11.7 +- 0.5 mm over all adults: Rufer et al., Cornea 24, 2005.
        iris_mm=d.normal("eyes.iris_mm", 5.85, 0.2, 5.3, 6.4),
        pupil=d.uniform("eyes.pupil", 0.26, 0.48),
        redness=d.uniform("eyes.redness", 0.0, 0.35),
    )
