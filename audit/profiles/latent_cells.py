"""What a table says of the latents: for every row and latent a number, an interval or nothing.

A value that no other picture shares is a point, its normal score. Equal values (no fringe at all, half of
all rows), binary attributes and gaps are intervals of the normal scale. Where an attribute does not exist or
could not be measured, nothing is said.

Cells are (n, d): one row a picture, one column a latent.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from facegen.audit.measures.schema import BINARY, Table, gate_open
from facegen.audit.profiles.profile_parts import Gap, ProfileAttribute

TIED = 3  # equal values from which on they are an interval: fewer are equal by rounding


@dataclass(frozen=True)
class Cells:
    """Where each latent of each row lies.

    Attributes
    ----------
    low, high : (n, d) float64; equal: the latent is known; -inf and inf: nothing is known
    """

    low: np.ndarray
    high: np.ndarray

    @property
    def fixed(self) -> np.ndarray:
        """(n, d) bool: where the latent is known."""
        return self.low == self.high

    def rows(self, index: np.ndarray) -> "Cells":
        """The cells of some rows, by integer index."""
        return Cells(self.low[index], self.high[index])


def gaps_of(table: Table, attributes: Sequence[ProfileAttribute]) -> tuple[Gap, ...]:
    """Which attributes are missing although their gate is open, those with the same rows together."""
    columns = {name: table.column(name) for name in table.names}
    groups: dict[tuple, list[str]] = {}
    fractions: dict[tuple, float] = {}
    for a in attributes:
        is_open = np.broadcast_to(gate_open(a.gate, columns), len(table))
        missing = np.isnan(columns[a.name]) & is_open
        if missing.any():
            key = (a.gate, missing.tobytes())
            groups.setdefault(key, []).append(a.name)
            fractions[key] = float(missing.sum() / is_open.sum())
    return tuple(Gap(tuple(names), fractions[key]) for key, names in groups.items())


def cells_of(table: Table, attributes: Sequence[ProfileAttribute], gaps: Sequence[Gap]) -> Cells:
    """The cells of a table: a column for each attribute, then one for each gap.

    Parameters
    ----------
    table : Table of n rows
    attributes, gaps : of the part that is fitted
    """
    columns = {name: table.column(name) for name in table.names}
    gates = {a.name: a.gate for a in attributes}
    pairs = [_of_values(columns[a.name], a.marginal.kind == BINARY) for a in attributes]
    for gap in gaps:
        is_open = np.broadcast_to(gate_open(gates[gap.names[0]], columns), len(table))
        missing = np.isnan(columns[gap.names[0]]) & is_open
        pairs.append(_of_values(np.where(is_open, missing.astype(float), np.nan), True))
    return Cells(*(np.stack([pair[side] for pair in pairs], axis=1) for side in (0, 1)))


def _of_values(values: np.ndarray, binary: bool) -> tuple[np.ndarray, np.ndarray]:
    """Ends of the cells of one column (n,), NaN = nothing is said."""
    seen = ~np.isnan(values)
    ordered = np.sort(values[seen])
    below, upto = (np.searchsorted(ordered, values[seen], side) for side in ("left", "right"))
    tied = (upto - below >= TIED) | binary
    middle = (below + upto) / 2
    low, high = np.full(len(values), -np.inf), np.full(len(values), np.inf)
    low[seen] = ndtri(np.where(tied, below, middle) / len(ordered))
    high[seen] = ndtri(np.where(tied, upto, middle) / len(ordered))
    return low, high
