"""Weights of the default prior as functions of gender (0 women, 1 men).

A draw picks an entry with a probability proportional to its weight. A weight of 0 leaves an entry out of the
default prior; `--set` still puts it on.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

Weight: TypeAlias = Callable[[float], float]


def by_gender(women: float, men: float) -> Weight:
    """A weight that goes linearly from `women` (gender 0) to `men` (gender 1)."""
    return lambda gender: (1 - gender) * women + gender * men


def same_for_all(weight: float) -> Weight:
    """The same weight for every gender."""
    return lambda gender: weight


def never(gender: float) -> float:
    """Weight 0: the default prior does not draw the entry."""
    return 0.0
