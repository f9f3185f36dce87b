"""What a run is made of: shards, contiguous ranges of sample indices, from the order alone.

The plan is a pure function of the order's config (distribution, seed, generator, ...), the number of samples
and the size of a shard, so that every machine that is given the same order computes the same plan. A larger
number of samples keeps all shards but the last, which may grow.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from facegen.datasets.errors import FacegenError
from facegen.datasets.io.files import fingerprint

PLAN_VERSION = 1
SHARD_SIZE = 256  # the largest block of matching (matching.matcher.LARGEST_BLOCK): no block is matched twice


@dataclass(frozen=True)
class Shard:
    """Samples `start` to `stop` - 1, the unit of work. number : place in the plan, from 0."""

    number: int
    start: int
    stop: int

    @property
    def name(self) -> str:
        """Six digits, which its files are named by."""
        return f"{self.number:06d}"

    @property
    def indices(self) -> range:
        return range(self.start, self.stop)


@dataclass(frozen=True)
class Part:
    """Part `number` (from 0) of `of` parts of a plan: what one job of a job array does."""

    number: int
    of: int

    def __post_init__(self) -> None:
        if not 0 <= self.number < self.of:
            raise FacegenError(
                f"part {self.number}/{self.of}: parts are numbered from 0: need 0/{self.of} to "
                f"{max(self.of, 1) - 1}/{self.of}"
            )

    def __str__(self) -> str:
        return f"{self.number}/{self.of}"


@dataclass(frozen=True)
class RunPlan:
    """All shards of a run.

    Attributes
    ----------
    config : mapping
        What decides the bytes of a sample (`order.Order.config`).
    num : int
        Samples, 1 or more.
    shard_size : int
        Samples of a shard, 1 or more; the last shard may have fewer.
    """

    config: Mapping[str, Any]
    num: int
    shard_size: int = SHARD_SIZE

    def __post_init__(self) -> None:
        if self.num < 1 or self.shard_size < 1:
            raise FacegenError(
                f"a plan needs samples and a shard size of 1 or more, not {self.num} and {self.shard_size}"
            )

    @property
    def count(self) -> int:
        """Number of shards."""
        return -(-self.num // self.shard_size)

    def shard(self, number: int) -> Shard:
        """One shard; IndexError beyond the last."""
        if not 0 <= number < self.count:
            raise IndexError(f"shard {number} of {self.count}")
        start = number * self.shard_size
        return Shard(number, start, min(start + self.shard_size, self.num))

    def shards(self, part: Part | None = None) -> Iterator[Shard]:
        """The shards of the plan or of one part of it, rising. Parts are contiguous and differ by one shard.

        Raises
        ------
        FacegenError : there are more parts than shards.
        """
        first, last = 0, self.count
        if part is not None:
            if part.of > self.count:
                raise FacegenError(
                    f"{part.of} parts of {self.count} shards of {self.shard_size} samples: some would be "
                    "empty: use fewer parts or smaller shards"
                )
            first, last = self.count * part.number // part.of, self.count * (part.number + 1) // part.of
        return map(self.shard, range(first, last))

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready; `from_dict` is the inverse."""
        return {
            "plan_version": PLAN_VERSION,
            "config": dict(self.config),
            "num": self.num,
            "shard_size": self.shard_size,
        }

    @staticmethod
    def from_dict(data: Mapping[str, Any]) -> RunPlan:
        """The plan that `to_dict` described; FacegenError where it is of another version or lacks a key."""
        if data.get("plan_version") != PLAN_VERSION:
            raise FacegenError(
                f"plan version {data.get('plan_version')!r}, this facegen reads {PLAN_VERSION}"
            )
        try:
            return RunPlan(dict(data["config"]), int(data["num"]), int(data["shard_size"]))
        except (KeyError, TypeError, ValueError) as error:
            raise FacegenError(f"not a plan of a run ({error})") from None

    @property
    def digest(self) -> str:
        """sha256 (64 hex digits) of `to_dict`: equal on every machine that does the same work."""
        return fingerprint(self.to_dict())
