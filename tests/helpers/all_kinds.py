"""Faces of the default prior among which everything that can be worn or grown occurs."""

from facegen.render.prior import default_prior
from facegen.render.spec import face_spec as s
from facegen.render.spec.attribute_ranges import rules

# Fields whose every choice occurs.
PATHS = (
    "hair.style",
    "headwear.kind",
    "glasses.kind",
    "jewellery.earrings",
    "jewellery.necklace",
    "garment.cut",
    "facial_hair.kind",
)
CHOICES: dict[str, tuple[str, ...]] = {path: rules()[path].choices() for path in PATHS}


def face_of_kinds(seed: int, index: int) -> s.FaceSpec:
    """Face `index` of the prior; with an even index its kinds are set to the next ones of CHOICES.

    Fields have different numbers of choices, so that the kinds meet in many combinations.
    """
    spec = default_prior.draw_spec(seed, index)
    if index % 2:
        return spec
    for path, choices in CHOICES.items():
        spec = s.replace(spec, path, choices[index // 2 % len(choices)])
    return spec
