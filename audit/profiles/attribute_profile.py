"""A Profile: the joint distribution that a set of faces follows, as aggregates, and draws from it.

It has up to two parts, each with marginals and a Gaussian mixture of latents (marginals.py, mixture.py):

    measured    what the audit's measures find on pictures and masks
    annotated   what a data set's annotation files say of its pictures: person, style and head pose

Where the two cannot be joined row by row they are fused through the variables they share (`links`,
fusion.py). An annotated attribute that is the same as a measured one shares its latent, so that each keeps
its own frequency and the rarer implies the commoner (a visible necklace implies a worn one). An annotated
attribute that only goes with a measured one gets a given latent correlation, as far as the annotated
correlations allow. All other dependence between the parts goes through these.

`Profile.sample` draws from both parts together, `Profile.table` the measured part alone, which the audit
compares with. The measured columns of both are the same rows.

Fitting is in profile_fit.py, reading and writing in profile_files.py.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from facegen.audit.measures.measure_table import BY_NAME
from facegen.audit.measures.schema import Table, gate_open
from facegen.audit.profiles.fusion import Fusion, fuse
from facegen.audit.profiles.latent_scale import LatentScale
from facegen.audit.profiles.mixture import draw_latents
from facegen.audit.profiles.profile_parts import Link, Part, ProfileAttribute, Separated
from facegen.cpu_threads import one_blas_thread
from facegen.datasets.errors import FacegenError


@dataclass(frozen=True)
class Profile:
    """The joint distribution of the attributes of a set of faces.

    Attributes
    ----------
    name, source, method : what it is of, where its rows came from, how it was measured and fused
    measured : Part
    annotated : Part or None
    links : how the two are fused
    separated : how far rows of it can be told from pictures it was not fitted to, on "content" and "all"
        attributes; empty where it was not measured
    handwritten : lines of a handwritten profile (handwritten_profile.py); empty for a fitted one
    measures : names of the measures that existed when it was fitted; empty where this is not known
    dependence : how the measured attributes depend on one another, for people
    """

    name: str
    source: str
    method: str
    measured: Part
    annotated: Part | None = None
    links: tuple[Link, ...] = ()
    separated: Mapping[str, Separated] = field(default_factory=dict)
    handwritten: tuple[str, ...] = ()
    measures: tuple[str, ...] = ()
    dependence: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """Names of all attributes that `sample` returns: annotated first, then measured."""
        return (self.annotated.names if self.annotated else ()) + self.measured.names

    @property
    def fidelity(self) -> dict[str, float]:
        """The AUCs of `separated`; at 0.5 a classifier cannot tell rows of the profile from real ones."""
        return {key: one.auc for key, one in self.separated.items()}

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
        dict of (n,) arrays for every name in `names`: float64 for continuous attributes, bool for binary, str
        for ordinal ones. A number is NaN where the gate is closed (the area of glasses that are not there)
        and where it could not be measured, as often and in the same rows as in the fitted set.

        Raises
        ------
        FacegenError : unknown attribute or level in `given`.
        """
        fused = self.fused
        bounds = self._bounds(dict(given or {}))
        drawn = draw_latents(fused.names, fused.mixture, n, seed, bounds)
        latents = dict(zip(fused.names, drawn.T, strict=True))
        out = {name: self._values(name, latents) for name in self.names}
        for name, value in (given or {}).items():
            if out[name].dtype == float:
                out[name] = np.broadcast_to(np.asarray(value, float), n).copy()
        _open_gaps(out, latents, self.measured, floats_only=True)
        _close_gates(out, self.measured, self.measured.names)
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
        known = [a.name for a in part.attributes if a.name in BY_NAME]
        drawn = draw_latents(part.latents, part.mixture, n, seed, {})
        latents = dict(zip(part.latents, drawn.T, strict=True))
        columns = {name: self._values(name, latents).astype(float) for name in known}
        gates = {name: column.copy() for name, column in columns.items()}
        _open_gaps(columns, latents, part, floats_only=False)
        _close_gates(columns, part, known, gates)
        names = tuple(n for n in known if part.attribute(n).matched or not BY_NAME[n].matchable)
        ids = tuple(str(i) for i in range(n))
        return Table(names, np.stack([columns[n] for n in names], axis=1), ids, f"profile {self.name}")

    @cached_property
    def fused(self) -> Fusion:
        """The joint distribution of the latents of both parts."""
        return fuse(self.annotated, self.measured, self.links)

    def scale(self, name: str) -> LatentScale:
        """The distribution of the latent that an attribute reads, in the rows in which it exists."""
        return self._scales[name]

    @cached_property
    def _scales(self) -> dict[str, LatentScale]:
        found = dict(self.measured.scales)
        for name in self.annotated.names if self.annotated else ():
            place = self.fused.names.index(self.fused.source[name][0])
            found[name] = LatentScale.of_mixture(self.fused.mixture, place)
        return found

    def _values(self, name: str, latents: Mapping[str, np.ndarray]) -> np.ndarray:
        """(n,) values of an attribute by the (n,) latents of each name."""
        latent, sign = self.fused.source[name]
        rank = self.scale(name).rank(latents[latent])
        return self.attribute(name).marginal.value(rank if sign > 0 else 1 - rank)

    def _bounds(self, given: dict[str, object]) -> dict[str, tuple[np.ndarray, np.ndarray]]:
        """The intervals in which latents lie where these values are given."""
        seen = {name for name in given if name in self.measured.names}
        for name in list(given):
            for gate in self.attribute(name).gate:
                given.setdefault(gate.split("|")[0], True)
        bounds: dict[str, tuple[np.ndarray, np.ndarray]] = {}
        for name, value in given.items():
            latent, sign = self.fused.source[name]
            try:
                low, high = self.attribute(name).marginal.interval(np.asarray(value))
            except (ValueError, TypeError) as error:
                raise FacegenError(f"given {name!r}: {error}") from None
            low, high = (low, high) if sign > 0 else (1 - high, 1 - low)
            low, high = (self.scale(name).latent(end) for end in (low, high))
            if latent in bounds:
                low, high = np.maximum(low, bounds[latent][0]), np.minimum(high, bounds[latent][1])
                if np.any(low > high):
                    raise FacegenError(f"given {name!r} contradicts what else is given of {latent!r}")
            bounds[latent] = (low, high)
        for gap in self.measured.gaps:
            if seen & set(gap.names):
                low, high = gap.marginal.interval(np.array(False))
                bounds[gap.latent] = (np.array(-np.inf), self.measured.scales[gap.latent].latent(high))
        return bounds


def _open_gaps(
    columns: dict[str, np.ndarray], latents: Mapping[str, np.ndarray], part: Part, floats_only: bool
) -> None:
    """Set to NaN, in place, what could not be measured in a row.

    floats_only : leave columns of bool as they are
    """
    for gap in part.gaps:
        missing = gap.marginal.value(part.scales[gap.latent].rank(latents[gap.latent]))
        for name in gap.names:
            if name in columns and not (floats_only and columns[name].dtype != float):
                columns[name] = np.where(missing, np.nan, columns[name])


def _close_gates(
    columns: dict[str, np.ndarray],
    part: Part,
    names: tuple[str, ...] | list[str],
    gates: Mapping[str, np.ndarray] | None = None,
) -> None:
    """Set to NaN, in place, what does not exist in a row; gates themselves are never gated.

    gates : columns that decide; default `columns` themselves
    """
    deciding = dict(gates if gates is not None else columns)
    for a in part.attributes:
        if a.gate and a.name in names:
            columns[a.name] = np.where(gate_open(a.gate, deciding), columns[a.name], np.nan)
