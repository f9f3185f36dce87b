"""Rows of a real folder that the user has at hand: what `--match-dist REAL_DIR` follows.

A profile keeps aggregates only. Where the pictures themselves are at hand, their measured rows are a better
target: they are drawn one by one, each moved a little within the error of its measures, so that no face
repeats a picture's numbers. They live in memory only. A run that is resumed measures the folder again, and
`MeasuredRows.digest` says whether it still is the same.

Rows are (n, k) float64, one row a picture, one column an attribute, NaN = missing.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from scipy.special import ndtr, ndtri

from facegen.audit.measures.schema import BINARY, Table, gate_open
from facegen.audit.profiles.attribute_profile import Profile
from facegen.audit.profiles.copula import latent_correlation
from facegen.audit.profiles.mixture import Mixture
from facegen.audit.profiles.profile_files import profile_text
from facegen.audit.profiles.profile_fit import fitted_attributes
from facegen.audit.profiles.profile_parts import Link, Part, ProfileAttribute
from facegen.cpu_threads import one_blas_thread
from facegen.datasets.errors import FacegenError
from facegen.datasets.keyed_random import keyed_generator, keyed_uniform

# Standard deviation of the moves, in those of the attribute's normal scores. Moved by a tenth, rows stay as
# far from held-out rows as unmoved ones do, and no value stays as it was measured.
JITTER = 0.1
# A move is at most this many standard deviations of the measure's known error.
MOST_ERRORS = 2.0


@dataclass(frozen=True)
class MeasuredRows:
    """The measured rows of a real set, drawn from as from a Profile.

    Attributes
    ----------
    name : of the folder
    table : Table, all rows
    errors : measure -> standard deviation of its error, in its own unit
        (validation.shipped_accuracy.known_errors); a measure that is not in it has no limit but JITTER
    links, handwritten : empty, as of a profile without them
    """

    name: str
    table: Table = field(repr=False)
    errors: Mapping[str, float] = field(default_factory=dict, repr=False)
    links: tuple[Link, ...] = ()
    handwritten: tuple[str, ...] = ()

    @cached_property
    def measured(self) -> Part:
        """The attributes that were measured at least once, and the correlation of their normal scores."""
        attributes = fitted_attributes(self._ordered)
        values = self._ordered.columns([a.name for a in attributes])
        correlation = latent_correlation(values, [a.marginal for a in attributes])
        return Part(len(self.table), attributes, Mixture.copula(correlation))

    @property
    def names(self) -> tuple[str, ...]:
        """Names of all attributes that `sample` returns."""
        return self.measured.names

    def attribute(self, name: str) -> ProfileAttribute:
        """One attribute by name; FacegenError where there is none."""
        if name not in self.names:
            raise FacegenError(f"{self.name} has no attribute {name!r}; it has {', '.join(self.names)}")
        return self.measured.attribute(name)

    @cached_property
    def _ordered(self) -> Table:
        """The table by its numbers: what is drawn does not depend on the names of files."""
        return self.table.rows(np.lexsort(np.nan_to_num(self.table.values, nan=-np.inf).T))

    @cached_property
    def digest(self) -> str:
        """Of all measured numbers, whatever the files are called: 32 hexadecimal digits."""
        state = hashlib.blake2b(repr(self.table.names).encode(), digest_size=16)
        state.update(np.ascontiguousarray(self._ordered.values).tobytes())
        return state.hexdigest()

    @one_blas_thread
    def sample(self, n: int, seed: int) -> dict[str, np.ndarray]:
        """Draw n rows. Every picture is used once before one is used again.

        Parameters
        ----------
        n, seed : int
            Rows and seed; the first m rows are the same for every n >= m.

        Returns
        -------
        dict of (n,) arrays for every name in `names`: float64 for continuous attributes, NaN where the
        picture lacks it; bool for binary ones, False where it could not be seen.
        """
        place = self._drawn(n, seed)
        moved = self._moved(place, n, seed)
        out = {}
        for j, a in enumerate(self.measured.attributes):
            values = moved[:, j]
            out[a.name] = np.nan_to_num(values) > 0 if a.marginal.kind == BINARY else values
        for a in self.measured.attributes:
            if a.gate and out[a.name].dtype == float:
                out[a.name] = np.where(gate_open(a.gate, out), out[a.name], np.nan)
        return out

    def _drawn(self, n: int, seed: int) -> np.ndarray:
        """(n,) int: which row of `_ordered` each drawn row is; one order of all rows after another."""
        count = len(self.table)
        rounds = range(-(-n // count))
        orders = [keyed_generator(seed, "measured-rows", turn).permutation(count) for turn in rounds]
        return np.concatenate([np.empty(0, int), *orders])[:n]

    def _moved(self, place: np.ndarray, n: int, seed: int) -> np.ndarray:
        """(n, k) float64: the rows `place`, moved. Moves are correlated as the attributes are, so that what
        goes together still does. A value that several pictures share exactly (no fringe at all) stays."""
        part = self.measured
        noise = np.stack([ndtri(keyed_uniform(seed, f"{name}:moved", n)) for name in part.names], axis=1)
        noise = JITTER * noise @ np.linalg.cholesky(part.mixture.covariances[0]).T
        rows = self._ordered.columns(part.names)
        out = rows[place]
        for j, a in enumerate(part.attributes):
            if a.marginal.kind == BINARY:
                continue
            values, count = np.unique(rows[~np.isnan(rows[:, j]), j], return_counts=True)
            values = values[count == 1]
            single = np.isin(out[:, j], values)
            rank = np.searchsorted(values, out[:, j])
            to = _moved_rank(rank, noise[:, j], max(1, len(values)))
            moved = np.interp(to, np.arange(len(values)), values) if len(values) else out[:, j]
            most = MOST_ERRORS * self.errors.get(a.name, np.inf)
            out[:, j] = np.where(single, out[:, j] + np.clip(moved - out[:, j], -most, most), out[:, j])
        return out


def _moved_rank(rank: np.ndarray, move: np.ndarray, count: int) -> np.ndarray:
    """(n,) float64 in [0, count - 1]: ranks moved on the normal scale, mirrored at the first and the last."""
    score = (ndtri((rank + 0.5) / count) + move) / np.sqrt(1 + JITTER**2)
    end = ndtri(0.5 / count)  # of the lowest rank
    score = np.where(score < end, 2 * end - score, np.where(score > -end, -2 * end - score, score))
    return np.clip(ndtr(score) * count - 0.5, 0, count - 1)


RowSource = Profile | MeasuredRows  # what faces can be matched to: both are drawn from by `sample`


def digest_of(source: RowSource) -> str:
    """A text that is the same for the same source of rows, and for no other."""
    return source.digest if isinstance(source, MeasuredRows) else profile_text(source)
