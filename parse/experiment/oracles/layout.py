"""The layout of the label map: which shapes the parts have and where they lie."""

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from facegen.datasets.conventions.native_labels import IGNORE
from facegen.datasets.keyed_random import keyed_generator
from facegen.parse.data.loaded_set import LoadedSet
from facegen.parse.experiment.oracle_registry import ORACLES, Exchange, Oracle
from facegen.parse.experiment.part_exchange import CANDIDATES, laid_under


def layout(exchange: Exchange) -> LoadedSet:
    """Fill the label maps of donor pictures with the target's appearance, class by class.

    Each target picture gets the map of the donor that agrees with its own in most pixels, of CANDIDATES
    random ones. A class that it does not show is taken from another random target picture that shows it; a
    class that no target picture shows, and pixels without label, keep the donor's picture.
    """
    target, donor = exchange.target, exchange.donor
    shows = [
        np.flatnonzero([(mask == i).any() for mask in target.masks])
        for i in range(len(target.convention.classes))
    ]
    images, masks = np.empty_like(target.images), np.empty_like(target.masks)
    for place, name in enumerate(target.ids):
        draw = keyed_generator(exchange.seed, "oracle", "layout", name)
        chosen = draw.choice(len(donor), min(CANDIDATES, len(donor)), replace=False)
        agree = [(donor.masks[i] == target.masks[place]).mean() for i in chosen]
        other = int(chosen[int(np.argmax(agree))])
        masks[place], images[place] = donor.masks[other], donor.images[other]
        for label in np.unique(masks[place]):
            if label == IGNORE or not len(shows[label]):
                continue
            own = place if (target.masks[place] == label).any() else int(draw.choice(shows[label]))
            images[place] = _filled(images[place], masks[place] == label, target, own, int(label))
    return replace(target, name=f"{target.name}, layout of {donor.name}", images=images, masks=masks)


def _filled(
    picture: npt.NDArray[np.uint8], part: npt.NDArray[np.bool_], target: LoadedSet, own: int, label: int
) -> npt.NDArray[np.uint8]:
    """A picture whose `part` shows the class `label` of picture `own` of the target."""
    pixels = laid_under(target.images[own].astype(float), target.masks[own] == label, part)
    return np.where(part, pixels, picture).astype(np.uint8)


ORACLES.add(
    Oracle(
        "layout",
        "label maps of the donor, filled class by class with the target's pixels; colour and texture stay",
        layout,
        order=30,
    )
)
