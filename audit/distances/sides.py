"""One thing of both sides of a comparison."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")
S = TypeVar("S")


@dataclass(frozen=True)
class Sides(Generic[T]):
    """The same thing of the reference and of the synthetic set: rows, label maps, features.

    Attributes
    ----------
    real : of the reference, real pictures or rows drawn from a profile
    synthetic : of the audited set
    """

    real: T
    synthetic: T

    def __iter__(self) -> Iterator[T]:
        return iter((self.real, self.synthetic))

    def map(self, function: Callable[[T], S]) -> "Sides[S]":
        """The same function of each side."""
        return Sides(function(self.real), function(self.synthetic))
