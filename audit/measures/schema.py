"""What a measured attribute is, and the table that measuring a set gives.

A table is (n, k) float64: one row a picture, one column an attribute, NaN = could not be measured.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

CONTINUOUS, BINARY = "continuous", "binary"

# Groups in the order in which reports show them. Content is what the label map alone shows.
# Appearance needs the picture's colours. Labels describe how the map was drawn, not what it shows.
CONTENT_GROUPS = ("framing", "pose", "expression", "shape", "presence", "hair")
APPEARANCE_GROUPS = ("colour", "light", "texture", "background", "realism")
GROUPS = (*CONTENT_GROUPS, *APPEARANCE_GROUPS, "labels")


@dataclass(frozen=True)
class Measure:
    """One attribute that a picture and its mask show.

    Attributes
    ----------
    name, unit : str
    kind : CONTINUOUS or BINARY (0 or 1)
    group : one of GROUPS, or a new name, which is then shown after them and counts as appearance
    low, high : float
        The valid range: a value outside comes from labels that are no face, and is missing.
    missing : str
        When it cannot be measured; it is then NaN, never 0.
    about : str
        What it is, with the sign and the source of a formula.
    gate : tuple of str
        Binary attributes that must all be 1, else this one does not exist (the area of glasses nobody wears);
        "one|other" needs either.
    matchable : bool
        Whether a generator is expected to follow its distribution; False: it is only compared.
    """

    name: str
    unit: str
    kind: str
    group: str
    low: float
    high: float
    missing: str
    about: str
    gate: tuple[str, ...] = ()
    matchable: bool = True

    def __post_init__(self) -> None:
        if self.kind not in (CONTINUOUS, BINARY):
            raise ValueError(f"measure {self.name}: unknown kind {self.kind!r}")

    @property
    def content(self) -> bool:
        return self.group in CONTENT_GROUPS


def gate_open(gate: tuple[str, ...], columns: Mapping[str, np.ndarray]) -> np.ndarray | bool:
    """(n,) bool: where all of a measure's gates are 1 in these columns; True where it has none."""
    is_open: np.ndarray | bool = True
    for part in gate:
        is_open &= np.any([columns[name] > 0 for name in part.split("|")], axis=0)
    return is_open


@dataclass(frozen=True)
class Table:
    """Attributes of a set.

    Attributes
    ----------
    names : tuple of k str
    values : (n, k) float64, NaN = missing
    ids : n names of the pictures; never written to a profile
    source : where it comes from, for people
    """

    names: tuple[str, ...]
    values: np.ndarray
    ids: tuple[str, ...] = field(repr=False)
    source: str

    def __post_init__(self) -> None:
        if self.values.shape != (len(self.ids), len(self.names)):
            raise ValueError(
                f"values {self.values.shape}, but {len(self.ids)} ids and {len(self.names)} names"
            )

    def __len__(self) -> int:
        return len(self.values)

    def column(self, name: str) -> np.ndarray:
        """(n,) float64: one attribute, NaN = missing."""
        return self.values[:, self.names.index(name)]

    def columns(self, names: Sequence[str]) -> np.ndarray:
        """(n, len(names)) float64: several attributes in the requested order."""
        return self.values[:, [self.names.index(name) for name in names]]

    def rows(self, index: np.ndarray) -> "Table":
        """The table of some rows, by integer index."""
        return Table(self.names, self.values[index], tuple(self.ids[i] for i in index), self.source)
