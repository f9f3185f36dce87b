"""From latents to the ranks that marginals read, so that every marginal holds exactly.

The distribution of a latent in a mixture is no standard normal, and among the rows in which an attribute
exists (its gate is open) it is another one again: mouths that are open in the mixture's rows are the wider
ones of all. A scale is that distribution among the rows in which the attribute exists.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from facegen.audit.measures.schema import gate_open
from facegen.audit.profiles.marginals import Marginal
from facegen.audit.profiles.mixture import Mixture, draw_latents

_SEED, _ROWS = 0, 20000  # rows of the mixture behind a gated scale: frequencies are right to 0.4 %
_ENDS, _POINTS = 9.0, 2401  # of the grid on which an ungated scale is tabulated
_FEWEST = 50  # rows with an open gate under which the scale of all rows is used


@dataclass(frozen=True)
class LatentScale:
    """A rising table of latents and of their ranks.

    Attributes
    ----------
    latents, ranks : (m,) float64, rising; ranks in [0, 1]
    """

    latents: np.ndarray
    ranks: np.ndarray

    @classmethod
    def of_mixture(cls, mixture: Mixture, place: int) -> "LatentScale":
        """Of a latent in all rows."""
        z = np.linspace(-_ENDS, _ENDS, _POINTS)
        return cls(z, mixture.rank(place, z))

    @classmethod
    def of_draws(cls, latents: np.ndarray) -> "LatentScale":
        """Of (m,) drawn latents."""
        return cls(np.sort(latents), (np.arange(len(latents)) + 0.5) / len(latents))

    def rank(self, latents: np.ndarray) -> np.ndarray:
        """(n,) float64 in (0, 1)."""
        return np.interp(latents, self.latents, self.ranks)

    def latent(self, ranks: np.ndarray) -> np.ndarray:
        """(n,) float64: the latents of ranks; infinite at 0 and at 1."""
        inside = np.interp(ranks, self.ranks, self.latents)
        return np.where(ranks <= 0, -np.inf, np.where(ranks >= 1, np.inf, inside))


def scales_of(
    names: Sequence[str],
    marginals: Mapping[str, Marginal],
    gates: Mapping[str, tuple[str, ...]],
    mixture: Mixture,
) -> dict[str, LatentScale]:
    """The scale of every latent of a part.

    Parameters
    ----------
    names : sequence of d str
        Latents of the mixture, in its order.
    marginals : mapping
        Latent -> marginal, of those that gates name.
    gates : mapping
        Latent -> its gate, see measures.schema.Measure; a latent that is not in it exists in every row.
    mixture : Mixture
    """
    found = {name: LatentScale.of_mixture(mixture, j) for j, name in enumerate(names)}
    if not any(gates.values()):
        return found
    drawn = dict(zip(names, draw_latents(names, mixture, _ROWS, _SEED, {}).T, strict=True))
    columns: dict[str, np.ndarray] = {}

    def resolve(name: str) -> None:
        """Gates first: what they show decides in which rows an attribute exists."""
        gate = gates.get(name, ())
        needed = [one for part in gate for one in part.split("|")]
        for one in needed:
            if one not in columns:
                resolve(one)
                columns[one] = np.asarray(marginals[one].value(found[one].rank(drawn[one])), float)
        if gate:
            is_open = np.broadcast_to(gate_open(gate, columns), len(drawn[name]))
            if np.count_nonzero(is_open) >= _FEWEST:
                found[name] = LatentScale.of_draws(drawn[name][is_open])

    for name in names:
        resolve(name)
    return found
