"""Resolution, blur, noise and compression together: how much power a picture has at each frequency."""

import numpy as np
import numpy.typing as npt

from facegen.datasets.keyed_random import keyed_generator
from facegen.parse.data.loaded_set import LoadedSet
from facegen.parse.experiment.oracle_registry import ORACLES, Exchange, Oracle
from facegen.parse.experiment.part_exchange import Picture, with_pictures

LOWEST = 1 / 8  # of the side's sampling rate: what lies below is content, not sharpness
LEAST = 1e-6  # power under which a ring is taken as empty


def rings(size: int) -> npt.NDArray[np.int64]:
    """(S, S) ring of each frequency of a picture's spectrum: its radius in cycles a picture, rounded."""
    axis = np.fft.fftfreq(size, 1 / size)
    return np.rint(np.hypot(axis[:, None], axis[None])).astype(np.int64)


def ring_power(picture: Picture) -> npt.NDArray[np.float64]:
    """(R,) mean power a ring of a picture (3, S, S), over its channels."""
    power = (np.abs(np.fft.fft2(picture)) ** 2).mean(0).ravel()
    ring = rings(picture.shape[-1]).ravel()
    return np.bincount(ring, power) / np.bincount(ring)


def spectrum(exchange: Exchange) -> LoadedSet:
    """Scale each ring above LOWEST to the power that it has in a random donor picture; phases stay."""
    target, donor = exchange.target, exchange.donor
    ring = rings(target.size)
    high = np.arange(ring.max() + 1) >= LOWEST * target.size

    def make(place: int) -> Picture:
        picture = target.images[place].astype(float)
        draw = keyed_generator(exchange.seed, "oracle", "spectrum", target.ids[place])
        theirs = ring_power(donor.images[int(draw.integers(len(donor)))].astype(float))
        own = ring_power(picture)
        gain = np.where(high & (own > LEAST), np.sqrt(theirs / np.maximum(own, LEAST)), 1.0)
        return np.real(np.fft.ifft2(np.fft.fft2(picture) * gain[ring]))

    return with_pictures(target, make, f"spectrum of {donor.name}")


ORACLES.add(
    Oracle(
        "spectrum",
        f"power of the frequencies above {LOWEST:g} cycles a pixel, ring by ring, from a random picture of "
        "the donor: resolution, blur, noise and compression together; phases and labels stay",
        spectrum,
        order=60,
    )
)
