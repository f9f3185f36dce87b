"""What the samples of a run took, in columns: a tenth of the memory that an object each would take."""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterator, Mapping, MutableMapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Done:
    """A sample came out.

    Attributes
    ----------
    index : int
    seconds : float
        From the spec to the files.
    rss_mb : int
        Memory of the worker afterwards, in MB.
    timing : mapping of str to float
        Seconds of every stage; empty for the task "check".
    report : mapping
        What the task "check" found.
    """

    index: int
    seconds: float
    rss_mb: int
    timing: Mapping[str, float] = field(default_factory=dict)
    report: Mapping[str, Any] = field(default_factory=dict)


class DoneSamples(MutableMapping[int, Done]):
    """`Done` by sample index, in the order of their answers. What was answered twice keeps its last answer.

    Examples
    --------
    >>> from facegen.render.production.done_samples import Done, DoneSamples
    >>> done = DoneSamples()
    >>> done[7] = Done(7, 2.5, 1800, {"build": 0.5})
    >>> done[7].timing
    {'build': 0.5}
    """

    def __init__(self) -> None:
        self._rows: dict[int, int] = {}
        self._seconds, self._rss_mb = array("d"), array("q")
        self._stages: dict[str, array[float]] = {}  # nan: this sample had no such stage
        self._reports: dict[int, Mapping[str, Any]] = {}

    def __setitem__(self, index: int, done: Done) -> None:
        row = len(self._seconds)
        self._rows[index] = row
        self._seconds.append(done.seconds)
        self._rss_mb.append(done.rss_mb)
        for name in done.timing:
            if name not in self._stages:
                self._stages[name] = array("d", [math.nan]) * row
        for name, column in self._stages.items():
            column.append(done.timing.get(name, math.nan))
        self._reports.pop(index, None)
        if done.report:
            self._reports[index] = done.report

    def __getitem__(self, index: int) -> Done:
        row = self._rows[index]
        values = {name: column[row] for name, column in self._stages.items()}
        timing = {name: value for name, value in values.items() if not math.isnan(value)}
        return Done(index, self._seconds[row], self._rss_mb[row], timing, self._reports.get(index, {}))

    def __delitem__(self, index: int) -> None:
        del self._rows[index]
        self._reports.pop(index, None)

    def __iter__(self) -> Iterator[int]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)
