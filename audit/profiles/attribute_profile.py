"""A Profile: the joint distribution that a set of faces follows, as aggregates, and draws from it.

It has up to two parts, each with marginals and a Gaussian copula (marginals.py, copula.py):

    measured    what the audit's measures find on pictures and masks
    annotated   what a data set's annotation files say of its pictures: person, style and head pose

Where the two cannot be joined row by row they are fused through the variables they share (`links`). A
measured attribute that is the same as an annotated one shares its latent, so that each keeps its own
frequency and the rarer implies the commoner (a visible necklace implies a worn one). A measured attribute
that only follows an annotated one gets a given latent correlation, as far as the measured correlations
allow (`fuse`). All other measured attributes depend on the annotated part through these shared variables
only.

`Profile.sample` draws from both parts together. Its annotated part follows the annotations exactly; the
measured part is changed where the two sources disagree. `Profile.table` draws the measured part alone,
exactly as it was measured; the audit compares with that.

Fitting is in profile_fit.py, reading and writing in profile_files.py.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from facegen.audit.measures.measure_table import BY_NAME
from facegen.audit.measures.schema import Table, gate_open
from facegen.audit.profiles.copula import (
    draw_latents,
    linked,
    nearest_correlation,
)
from facegen.audit.profiles.marginals import Marginal
from facegen.cpu_threads import one_blas_thread
from facegen.datasets.errors import FacegenError
from facegen.datasets.keyed_random import keyed_uniform


@dataclass(frozen=True)
class ProfileAttribute:
    """One attribute of a part.

    Attributes
    ----------
    name, unit, group : str
    marginal : Continuous or Levels
    gate : tuple of str, as in Measure
    measured_fraction : fraction in [0, 1] of the rows with an open gate in which it could be measured
    n : rows in which it was measured
    matched : whether a generator is expected to follow it; False: it is compared only
    """

    name: str
    unit: str
    group: str
    marginal: Marginal
    gate: tuple[str, ...]
    measured_fraction: float
    n: int
    matched: bool


@dataclass(frozen=True)
class Part:
    """Attributes from one source, with the (k, k) correlation of their latents; n rows went into it."""

    n: int
    attributes: tuple[ProfileAttribute, ...]
    correlation: np.ndarray

    @cached_property
    def names(self) -> tuple[str, ...]:
        return tuple(attribute.name for attribute in self.attributes)

    def attribute(self, name: str) -> ProfileAttribute:
        return self.attributes[self.names.index(name)]


@dataclass(frozen=True)
class Link:
    """A measured attribute that follows an annotated one.

    Attributes
    ----------
    annotated, measured : names
    correlation : of the latents, in [-1, 1]; 1 or -1: the same attribute
    basis : the reason, for people
    """

    annotated: str
    measured: str
    correlation: float
    basis: str

    @property
    def same(self) -> bool:
        return abs(self.correlation) == 1


@dataclass(frozen=True)
class Profile:
    """The joint distribution of the attributes of a set of faces.

    Attributes
    ----------
    name, source, method : what it is of, where its rows came from, how it was measured and fused
    measured : Part
    annotated : Part or None
    links : how the two are fused
    fidelity : two-sample AUCs ("content", "all") between `table` and pictures it was not fitted to; at 0.5 a
        classifier cannot separate them; empty where it was not measured
    handwritten : lines of a handwritten profile (handwritten_profile.py); empty for a fitted one
    measures : names of the measures that existed when it was fitted; empty where this is not known
    """

    name: str
    source: str
    method: str
    measured: Part
    annotated: Part | None = None
    links: tuple[Link, ...] = ()
    fidelity: Mapping[str, float] = field(default_factory=dict)
    handwritten: tuple[str, ...] = ()
    measures: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Names of all attributes that `sample` returns: annotated first, then measured."""
        return (self.annotated.names if self.annotated else ()) + self.measured.names

    def attribute(self, name: str) -> ProfileAttribute:
        """One attribute by name; FacegenError with a hint where there is none."""
        for part in (self.annotated, self.measured):
            if part and name in part.names:
                return part.attribute(name)
        raise FacegenError(f"profile {self.name!r} has no attribute {name!r}; it has {', '.join(self.names)}")

    @one_blas_thread
    def sample(self, n: int, seed: int, given: Mapping[str, object] | None = None) -> dict[str, np.ndarray]:
        """Draw n people and pictures.

        Parameters
        ----------
        n, seed : rows and seed. The first m rows are the same for every n >= m.
        given : attribute name -> value, or (n,) array of values, to draw conditionally: numbers for
            continuous attributes, booleans for binary ones, level names for ordinal ones. A measured value
            can only be given where it exists (its gates are then given as open too).

        Returns
        -------
        dict of (n,) arrays for every name in `names`: float64 for continuous attributes (NaN where the gate
        is closed: the area of glasses that are not there), bool for binary, str for ordinal ones.

        Raises
        ------
        FacegenError : unknown attribute or level in `given`.
        """
        names, correlation, source = self.fused
        bounds = self._bounds(dict(given or {}))
        latents = draw_latents(names, correlation, n, seed, bounds)
        out = {}
        for name in self.names:
            latent, sign = source[name]
            out[name] = self.attribute(name).marginal.value(sign * latents[:, names.index(latent)])
        for name, value in (given or {}).items():
            if out[name].dtype == float:
                out[name] = np.broadcast_to(np.asarray(value, float), n).copy()
        _close_gates(out, self.measured)
        return out

    @one_blas_thread
    def table(self, n: int, seed: int) -> Table:
        """n rows of the measured part alone, missing values as often as in the fitted set.

        Parameters
        ----------
        n, seed : int
            Rows and seed; the first m rows are the same for every n >= m.

        Returns
        -------
        Table of n rows, its columns those attributes that are measures. Left out are persons and styles of a
        handwritten profile, and measures that follow from an angle whose marginal was replaced by hand,
        because their new marginal is not known.
        """
        part = self.measured
        known = [a for a in part.attributes if a.name in BY_NAME]
        latents = draw_latents(part.names, part.correlation, n, seed, {})
        columns = {
            a.name: a.marginal.value(latents[:, part.names.index(a.name)]).astype(float) for a in known
        }
        _close_gates(columns, replace(part, attributes=tuple(known)))
        for a in known:
            if a.measured_fraction < 1:
                columns[a.name][keyed_uniform(seed, f"{a.name}:missing", n) >= a.measured_fraction] = np.nan
        ids = tuple(str(i) for i in range(n))
        names = tuple(a.name for a in known if a.matched or not BY_NAME[a.name].matchable)
        return Table(names, np.stack([columns[n] for n in names], axis=1), ids, f"profile {self.name}")

    @cached_property
    def fused(self) -> tuple[tuple[str, ...], np.ndarray, dict[str, tuple[str, int]]]:
        """Latent names, their correlation, and for each attribute the latent it reads and with which sign."""
        if self.annotated is None:
            part = self.measured
            return part.names, part.correlation, {name: (name, 1) for name in part.names}
        return fuse(self.annotated, self.measured, self.links)

    def _bounds(self, given: dict[str, object]) -> dict[str, tuple[np.ndarray, np.ndarray]]:
        for name in list(given):
            for gate in self.attribute(name).gate:
                given.setdefault(gate.split("|")[0], True)
        bounds: dict[str, tuple[np.ndarray, np.ndarray]] = {}
        for name, value in given.items():
            latent, sign = self.fused[2][name]
            try:
                low, high = self.attribute(name).marginal.interval(np.asarray(value))
            except (ValueError, TypeError) as error:
                raise FacegenError(f"given {name!r}: {error}") from None
            low, high = (low, high) if sign > 0 else (-high, -low)
            if latent in bounds:
                low, high = np.maximum(low, bounds[latent][0]), np.minimum(high, bounds[latent][1])
                if np.any(low > high):
                    raise FacegenError(f"given {name!r} contradicts what else is given of {latent!r}")
            bounds[latent] = (low, high)
        return bounds


def _close_gates(columns: dict[str, np.ndarray], part: Part) -> None:
    """Set to NaN what does not exist in a row, in place; gates themselves are never gated."""
    for a in part.attributes:
        if a.gate:
            columns[a.name] = np.where(gate_open(a.gate, columns), columns[a.name], np.nan)


# How much correlations of shared and of linked attributes weigh where the sources contradict each other.
SHARED_WEIGHT, LINKED_WEIGHT = 20.0, 3.0
# Weight of the link against the measured correlation of a linked and a shared attribute: the mean of both.
MEET = 0.5


@one_blas_thread
def fuse(
    annotated: Part, measured: Part, links: tuple[Link, ...]
) -> tuple[tuple[str, ...], np.ndarray, dict[str, tuple[str, int]]]:
    """One latent correlation matrix for both parts: they are independent given what links them.

    A link of correlation 1 or -1 makes the measured attribute an annotated latent. How such shared latents
    correlate with one another is taken from the annotations, which have more rows. The other links set a
    correlation of their two attributes. Where that contradicts the measured correlation with the shared ones
    (long hair and earrings both go with women, but are seldom visible together), the mean of the two is used.
    Otherwise both parts keep their correlations, and of all normal distributions that do, this one has the
    largest entropy (Dempster, Covariance Selection, Biometrics 28, 1972).

    Returns
    -------
    names of the latents; their (k, k) correlation, positive definite; attribute name -> (latent, sign)
    """
    same = [link for link in links if link.same]
    loose = [link for link in links if not link.same]
    rest = [name for name in measured.names if name not in {link.measured for link in same}]
    names = (*annotated.names, *rest)
    source = {name: (name, 1) for name in names}
    source |= {link.measured: (link.annotated, int(link.correlation)) for link in same}

    a, shared = annotated.correlation, [annotated.names.index(link.annotated) for link in same]
    pairs = [(annotated.names.index(link.annotated), rest.index(link.measured)) for link in loose]
    expected = {
        member: link.correlation * a[place, shared]
        for link, (place, member) in zip(loose, pairs, strict=True)
    }
    among = a[np.ix_(shared, shared)]
    gain, right = _given_shared(measured, rest, same, among, expected)
    sd = np.sqrt(np.diag(gain @ among @ gain.T + right))
    gain, right = gain / sd[:, None], right / sd[:, None] / sd[None, :]
    across = a[:, shared] @ gain.T
    # The links set correlations of what the shared latents leave of either part.
    left: np.ndarray = a - a[:, shared] @ np.linalg.solve(among, a[shared])
    requested = np.array([link.correlation - across[pair] for link, pair in zip(loose, pairs, strict=True)])
    across = across + linked(left, right, pairs, requested)
    return names, np.block([[a, across], [across.T, gain @ among @ gain.T + right]]), source


def _given_shared(
    measured: Part, rest: list[str], same: list[Link], among: np.ndarray, expected: dict[int, np.ndarray]
) -> tuple[np.ndarray, np.ndarray]:
    """The attributes `rest` (r) regressed on the shared latents (s): coefficients (r, s), and covariance of
    the remainders (r, r).

    among : (s, s) correlation of the shared ones
    expected : place in `rest` -> (s,) correlations that its link implies
    """
    order = [measured.names.index(name) for name in (*rest, *(link.measured for link in same))]
    sign = np.array([1.0] * len(rest) + [link.correlation for link in same])
    both = measured.correlation[np.ix_(order, order)] * np.outer(sign, sign)
    weights = np.repeat([1.0, SHARED_WEIGHT], [len(rest), len(same)])
    r, s = slice(0, len(rest)), slice(len(rest), None)
    both[s, s] = among
    for member, correlations in expected.items():
        both[member, s] += MEET * (correlations - both[member, s])
        both[s, member], weights[member] = both[member, s], LINKED_WEIGHT
    both = nearest_correlation(both, weights)
    gain = np.linalg.solve(both[s, s], both[s, r]).T
    return gain, both[r, r] - gain @ both[s, r]
