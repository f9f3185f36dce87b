"""Texture of one part: what is left of it above its low frequencies."""

import functools

from facegen.parse.data.loaded_set import LoadedSet
from facegen.parse.experiment.oracle_registry import ORACLES, Exchange, Oracle
from facegen.parse.experiment.part_exchange import (
    Donors,
    Picture,
    laid_under,
    large_enough,
    low_pass,
    part_ids,
    part_of,
    with_pictures,
)

# Of the picture's side: 4 px at 128. Strands, folds and pores lie above it, shading and colour below.
LOW_SIGMA = 1 / 32
TEXTURED = ("hair", "cloth", "skin", "background")


def texture(exchange: Exchange, part: str) -> LoadedSet:
    """Exchange the high band of a part for that of the same part in a donor picture of similar shape."""
    target, donor = exchange.target, exchange.donor
    ids = part_ids(target.convention, part)
    donors = Donors.of(donor, part_ids(donor.convention, part))
    sigma = LOW_SIGMA * target.size

    def make(place: int) -> Picture:
        picture = target.images[place].astype(float)
        own = part_of(target.masks[place], ids)
        if not large_enough(own):
            return picture
        other = donors.best(own, exchange.seed, "texture", part, target.ids[place])
        if other is None:
            return picture
        theirs, shape = donor.images[other].astype(float), part_of(donor.masks[other], donors.ids)
        band = theirs - low_pass(theirs, shape, sigma)
        picture[:, own] = (low_pass(picture, own, sigma) + laid_under(band, shape, own))[:, own]
        return picture

    return with_pictures(target, make, f"{part} texture of {donor.name}")


for _place, _part in enumerate(TEXTURED):
    ORACLES.add(
        Oracle(
            f"texture-{_part}",
            f"frequencies of {_part} above {LOW_SIGMA:g} of the side (Gaussian sigma), from the {_part} of a "
            "similarly shaped donor; colour, shading, layout and labels stay",
            functools.partial(texture, part=_part),
            order=20 + _place,
        )
    )
