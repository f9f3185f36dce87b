"""The annotated part of a profile: which of CelebAMask-HQ's annotations it holds, and how measures follow."""

from facegen.audit.profiles.profile_parts import Link

# CelebA's attributes that describe what to draw. Left out: Attractive (an opinion) and Blurry (is measured).
ANNOTATED = (
    "Male", "Young", "Eyeglasses", "Wearing_Hat", "Bald", "Gray_Hair", "Bangs", "Receding_Hairline",
    "No_Beard", "Goatee", "Mustache", "Sideburns", "5_o_Clock_Shadow", "Smiling", "Mouth_Slightly_Open",
    "High_Cheekbones", "Narrow_Eyes", "Bags_Under_Eyes", "Arched_Eyebrows", "Bushy_Eyebrows", "Big_Lips",
    "Big_Nose", "Pointy_Nose", "Oval_Face", "Chubby", "Double_Chin", "Pale_Skin", "Rosy_Cheeks",
    "Heavy_Makeup",
    "Wearing_Lipstick", "Wearing_Earrings", "Wearing_Necklace", "Wearing_Necktie",
)  # fmt: skip
# Of these CelebA sets at most one (one picture in 100 breaks the rule): each becomes one ordinal attribute,
# from the first level to the last. "other" is a picture with none of them, or with two.
ORDINALS = {
    "hair_shade": (
        ("black", "Black_Hair"),
        ("brown", "Brown_Hair"),
        ("other", None),
        ("blond", "Blond_Hair"),
    ),
    "hair_form": (("straight", "Straight_Hair"), ("other", None), ("wavy", "Wavy_Hair")),
}
# Most other attributes depend on sex: its correlations change least when the matrix is made definite.
WEIGHTS = {"male": 20.0}
# These go with women, as long hair does, but are seldom visible together with it: where sex is linked to long
# hair, its correlations with these give way (fusion.py).
GIVING_WAY = ("wearing_earrings", "wearing_necklace")
# A grey or bald head has no hair_shade: its row is left out of this marginal.
NO_SHADE = ("Gray_Hair", "Bald")
# Roll was estimated before CelebA-HQ turned its pictures upright: kept for the record, not to be followed.
POSE = {"yaw": "yaw", "pitch": "pitch", "roll": "roll_before_alignment"}
UNMATCHED = ("roll_before_alignment",)
# What the annotated part of a profile can hold: name -> kind.
ANNOTATED_KINDS = (
    {name.lower(): "binary" for name in ANNOTATED}
    | dict.fromkeys(ORDINALS, "ordinal")
    | dict.fromkeys(POSE.values(), "continuous")
)

_SAME = "the same thing; the mask decides what is visible, the annotation what is worn or done"
LINKS = (
    Link("eyeglasses", "glasses", 1, _SAME),
    Link("wearing_hat", "hat", 1, _SAME),
    Link("wearing_earrings", "earring", 1, _SAME),
    Link("wearing_necklace", "necklace", 1, _SAME),
    Link("mouth_slightly_open", "mouth_open", 1, _SAME),
    Link("bald", "hair", -1, "a head without visible hair is a bald one (2.4 % annotated, 2.6 % measured)"),
    Link(
        "yaw",
        "yaw_nose",
        -0.95,
        "assumed: proxy of the same angle; annotated yaw is positive to the picture's left",
    ),
    Link("pitch", "pitch_ear", 0.7, "assumed: proxy of the same angle; annotated pitch is positive upwards"),
    Link("smiling", "smile_curve", 0.85, "assumed: proxy of the same expression"),
    Link("bangs", "fringe", 0.9, "assumed: proxy of the same hair"),
    Link("hair_shade", "hair_lightness", 0.85, "assumed: annotated shade, seen under unknown light"),
    Link(
        "male",
        "hair_low",
        -0.75,
        "assumed: neither source holds both; without it half of the men had long hair",
    ),
    Link("male", "hair_length", -0.75, "assumed: as for hair_low"),
    Link("wearing_lipstick", "lip_redness", 0.35, "assumed: lipstick reddens, lips and light differ"),
    Link("no_beard", "beard_shade", 0.5, "assumed: a beard darkens, light does too"),
)
