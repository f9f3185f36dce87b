"""Light and shadows on the skin: the low frequencies of its luma, less their mean."""

import numpy as np
import numpy.typing as npt

from facegen.parse.data.loaded_set import LoadedSet
from facegen.parse.experiment.oracle_registry import ORACLES, Exchange, Oracle
from facegen.parse.experiment.part_exchange import (
    Donors,
    Part,
    Picture,
    laid_under,
    large_enough,
    low_pass,
    part_ids,
    part_of,
    with_pictures,
)

SIGMA = 1 / 24  # of the side: about 5 px at 128; shadows of nose and chin are wider
LUMA = np.array([0.299, 0.587, 0.114])  # ITU-R BT.601
DARKEST = 1.0  # grey level that no divisor falls below


def shading_of(picture: Picture, part: Part, sigma: float) -> npt.NDArray[np.float64]:
    """(S, S) low-passed luma of a part over its mean there; 0 outside."""
    low = low_pass(np.tensordot(LUMA, picture, 1), part, sigma)
    return low / max(DARKEST, float(low[part].mean()))


def shading(exchange: Exchange) -> LoadedSet:
    """Multiply the skin by the donor's shading over its own; its mean luma and its texture stay."""
    target, donor = exchange.target, exchange.donor
    ids = part_ids(target.convention, "skin")
    donors = Donors.of(donor, part_ids(donor.convention, "skin"))
    sigma = SIGMA * target.size

    def make(place: int) -> Picture:
        picture = target.images[place].astype(float)
        own = part_of(target.masks[place], ids)
        if not large_enough(own):
            return picture
        other = donors.best(own, exchange.seed, "shading", target.ids[place])
        if other is None:
            return picture
        shape = part_of(donor.masks[other], donors.ids)
        light = laid_under(shading_of(donor.images[other].astype(float), shape, sigma), shape, own)[own]
        mine = shading_of(picture, own, sigma)[own]
        picture[:, own] *= light / light.mean() / np.maximum(mine, DARKEST / 255)
        return picture

    return with_pictures(target, make, f"shading of {donor.name}")


ORACLES.add(
    Oracle(
        "shadows",
        "low frequencies of the skin's luma relative to its mean, from the skin of a similarly shaped donor; "
        "mean colour, texture and labels stay",
        shading,
        order=50,
    )
)
