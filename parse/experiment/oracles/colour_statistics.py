"""Mean and spread of the colour channels of each part."""

from facegen.datasets.keyed_random import keyed_generator
from facegen.parse.data.loaded_set import LoadedSet
from facegen.parse.experiment.oracle_registry import ORACLES, Exchange, Oracle
from facegen.parse.experiment.part_exchange import (
    PARTS,
    Donors,
    Picture,
    part_ids,
    part_of,
    shown_parts,
    with_pictures,
)

LEAST_SPREAD = 0.5  # grey levels: a flatter part has no spread to stretch


def colour_statistics(exchange: Exchange) -> LoadedSet:
    """Give each part the mean and standard deviation a channel of the part in a random donor picture."""
    target, donor = exchange.target, exchange.donor
    ids = {name: part_ids(target.convention, name) for name in PARTS}
    donors = {name: Donors.of(donor, part_ids(donor.convention, name)) for name in PARTS}

    def make(place: int) -> Picture:
        picture = target.images[place].astype(float)
        for name, part in shown_parts(target.masks[place], ids):
            known = donors[name]
            if not len(known.places):
                continue
            draw = keyed_generator(exchange.seed, "oracle", "colour", name, target.ids[place])
            other = int(draw.choice(known.places))
            theirs = donor.images[other].astype(float)[:, part_of(donor.masks[other], known.ids)]
            own = picture[:, part]
            spread = own.std(1, keepdims=True)
            gain = theirs.std(1, keepdims=True) / spread.clip(LEAST_SPREAD)
            picture[:, part] = (own - own.mean(1, keepdims=True)) * gain + theirs.mean(1, keepdims=True)
        return picture

    return with_pictures(target, make, f"colours of {donor.name}")


ORACLES.add(
    Oracle(
        "colours",
        "mean and standard deviation of each colour channel of each part, from a random picture of the "
        "donor; texture, layout and labels stay",
        colour_statistics,
        order=10,
    )
)
