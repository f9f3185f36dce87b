"""What a Profile is made of: attributes with marginals, their mixture, links between two parts, and how well
rows of it pass for real ones."""

from dataclasses import dataclass
from functools import cached_property

from facegen.audit.profiles.latent_scale import LatentScale, scales_of
from facegen.audit.profiles.marginals import Levels, Marginal
from facegen.audit.profiles.mixture import Mixture


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
class Gap:
    """Attributes that could not be measured in the same rows, although their gate was open.

    Whether they are missing in a row has a latent of its own, so that it depends on all else.

    Attributes
    ----------
    names : attributes, all with the same gate
    fraction : fraction in (0, 1) of the rows with an open gate in which they are missing
    """

    names: tuple[str, ...]
    fraction: float

    @property
    def latent(self) -> str:
        """Name of its latent."""
        return f"{self.names[0]}:missing"

    @property
    def marginal(self) -> Levels:
        """1 where the attributes are missing."""
        return Levels.binary(self.fraction)


@dataclass(frozen=True)
class Part:
    """Attributes from one source.

    Attributes
    ----------
    n : rows that went into it
    attributes : tuple of ProfileAttribute
    mixture : Mixture of the latents: one for each attribute, then one for each gap
    gaps : tuple of Gap
    """

    n: int
    attributes: tuple[ProfileAttribute, ...]
    mixture: Mixture
    gaps: tuple[Gap, ...] = ()

    @cached_property
    def names(self) -> tuple[str, ...]:
        return tuple(attribute.name for attribute in self.attributes)

    @cached_property
    def latents(self) -> tuple[str, ...]:
        """Names of the mixture's latents."""
        return (*self.names, *(gap.latent for gap in self.gaps))

    @cached_property
    def scales(self) -> dict[str, LatentScale]:
        """Latent -> its distribution among the rows in which its attribute exists."""
        marginals = {a.name: a.marginal for a in self.attributes}
        gates = {a.name: a.gate for a in self.attributes}
        gates |= {gap.latent: gates[gap.names[0]] for gap in self.gaps}
        return scales_of(self.latents, marginals, gates, self.mixture)

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
class Separated:
    """How well a classifier tells rows of a profile from rows of pictures that it was not fitted to.

    Attributes
    ----------
    auc : of the better of two classifiers, two_sample.py; 0.5 where it cannot tell them; NaN: not measured
    low, high : 95 % interval of it
    """

    auc: float
    low: float
    high: float
