"""Oracles: one factor of a set of faces exchanged for that of another set. One file adds one.

An oracle takes the factor of a *donor* set and gives it to a *target* set of as many classes. With synthetic
targets and real donors it says what the factor is worth if it were drawn perfectly; the other way round, what
it costs real faces to lose it. Sets are `LoadedSet`s: pictures (N, 3, S, S) uint8, maps (N, S, S) uint8.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from facegen.parse.data.loaded_set import LoadedSet
from facegen.registry import LAST, Registry

Maps = npt.NDArray[np.uint8]
Reader = Callable[[npt.NDArray[np.uint8]], Maps]


@dataclass(frozen=True)
class Exchange:
    """What an oracle works with.

    Attributes
    ----------
    target : the set that gets the factor
    donor : the set that it comes from
    seed : of every random choice; choices are keyed by the names of the target's pictures
    reader : pictures (n, 3, S, S) uint8 -> label maps (n, S, S) of a parser trained on the donor
    """

    target: LoadedSet
    donor: LoadedSet
    seed: int
    reader: Reader


@dataclass(frozen=True)
class Oracle:
    """A factor that can be exchanged.

    Attributes
    ----------
    name : str
        As the user gives it.
    about : str
        What is exchanged, and what stays, in one sentence.
    apply : callable
        Exchange -> the target with the donor's factor; same names in the same order.
    order : int
        Place among the others in lists.
    """

    name: str
    about: str
    apply: Callable[[Exchange], LoadedSet]
    order: int = LAST


ORACLES: Registry[Oracle] = Registry("oracle", "facegen.parse.experiment.oracles", "facegen.oracles")
