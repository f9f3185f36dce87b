"""Values of one row of a profile: a mapping from an attribute's name to its value.

A row holds what one face of the target distribution shows. Names that are absent are not known; a number that
is NaN does not exist on this face (the opening of shut eyes).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

Row = Mapping[str, Any]


def number(row: Row, name: str, default: float) -> float:
    """A row's number, or `default` where it is absent or NaN."""
    value = row.get(name)
    # Rounded: the last bits of a sampled row depend on how many rows are drawn together.
    return default if value is None or not np.isfinite(value) else round(float(value), 6)


def flag(row: Row, name: str) -> bool | None:
    """A row's yes or no; None where it is absent."""
    return None if name not in row else bool(row[name])
