"""Where annotators draw a border: the labels next to it are read by a parser trained on the donor."""

import functools
from dataclasses import replace

import numpy as np
from scipy import ndimage

from facegen.datasets.conventions.native_labels import IGNORE
from facegen.parse.data.loaded_set import LoadedSet
from facegen.parse.experiment.oracle_registry import ORACLES, Exchange, Maps, Oracle

REACH = 4 / 128  # of the side to each side of a border: the width of the audit's band, habits differ by less
CLASSES = {
    "ears": ("l_ear", "r_ear"),
    "mouth": ("mouth", "u_lip", "l_lip"),
    "neck": ("neck", "cloth"),
    "all": (),
}


def borders(exchange: Exchange, part: str) -> LoadedSet:
    """Relabel pixels near borders of some classes as a parser trained on the donor reads them.

    Only a pixel whose read class occurs within REACH in the label map itself changes, and only where its own
    or its read class is one of the part: borders move, and nothing is recognised that was not labelled.
    """
    target = exchange.target
    names = CLASSES[part] or target.convention.classes
    ids = [i for i, name in enumerate(target.convention.classes) if name in names]
    reach = max(1, round(REACH * target.size))
    read = exchange.reader(target.images)
    masks = np.stack([_moved(*pair, ids, reach) for pair in zip(target.masks, read, strict=True)])
    return replace(target, name=f"{target.name}, {part} borders of {exchange.donor.name}", masks=masks)


def _moved(own: Maps, read: Maps, ids: list[int], reach: int) -> Maps:
    """One label map with the borders of `ids` where `read` has them, at most `reach` pixels away."""
    near = np.zeros(own.shape, bool)
    for label in np.unique(read):
        distance = ndimage.distance_transform_edt(own != label) if (own == label).any() else np.inf
        near |= (read == label) & (distance <= reach)
    changes = near & (own != IGNORE) & (np.isin(own, ids) | np.isin(read, ids))
    return np.where(changes, read, own)


for _place, _part in enumerate(CLASSES):
    ORACLES.add(
        Oracle(
            f"borders-{_part}",
            f"borders of {_part if _part != 'all' else 'all classes'} where a parser trained on the donor "
            f"draws them, at most {REACH:g} of the side away; pictures stay",
            functools.partial(borders, part=_part),
            order=40 + _place,
        )
    )
