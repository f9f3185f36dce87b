"""Progress of a long run: bars on a terminal, a line a minute in a log, JSON lines for programs."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from facegen.cli.support.training_progress import event_bars
from facegen.datasets.io.progress import MESSAGE, ProgressCallback, ProgressEvent

if TYPE_CHECKING:
    from rich.console import Console

LINE_SECONDS = 60.0  # between two lines of a log
JSON_SECONDS = 1.0  # between two JSON lines of one stage


class _Stage:
    """Rate and time left of the stage that runs, by a clock that cannot be set."""

    def __init__(self, event: ProgressEvent, now: float) -> None:
        self.name, self._first, self._started = event.stage, event.done, now
        self.last = -float("inf")

    def rate(self, event: ProgressEvent, now: float) -> float:
        """Units a minute since the stage began; 0 while there is nothing to go by."""
        spent = now - self._started
        return 60 * (event.done - self._first) / spent if spent > 0 else 0.0

    def seconds_left(self, event: ProgressEvent, now: float) -> float | None:
        """Seconds to the end at this rate; None where the end or the rate is not known."""
        rate = self.rate(event, now)
        return 60 * (event.total - event.done) / rate if event.total is not None and rate > 0 else None


class TimedProgress:
    """A progress callback that reports an event when its stage begins, when it ends, and every `seconds`.

    Parameters
    ----------
    show : callable
        Called with the event, its rate in units a minute and the seconds left or None.
    seconds : float
    clock : callable
        Seconds of a clock that never goes back.
    """

    def __init__(
        self,
        show: Callable[[ProgressEvent, float, float | None], object],
        seconds: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._show, self._seconds, self._clock = show, seconds, clock
        self._stage: _Stage | None = None

    def __call__(self, event: ProgressEvent) -> None:
        if event.stage == MESSAGE:
            self._show(event, 0.0, None)
            return
        now = self._clock()
        if self._stage is None or self._stage.name != event.stage:
            self._stage = _Stage(event, now)
        if now - self._stage.last >= self._seconds or event.done == event.total:
            self._stage.last = now
            self._show(event, self._stage.rate(event, now), self._stage.seconds_left(event, now))


def line_of(event: ProgressEvent, rate: float, left: float | None) -> str:
    """An event as a line of a log."""
    figures = [event.note] if event.note else []
    figures += [f"{rate:.1f} a minute"] if rate else []
    figures += [f"{_span(left)} left"] if left else []
    return f"{event.stage} {event.text} {_count(event)}{': ' if figures else ''}{', '.join(figures)}"


def _count(event: ProgressEvent) -> str:
    return str(event.done) if event.total is None else f"{event.done}/{event.total}"


def _span(seconds: float) -> str:
    minutes = round(seconds / 60)
    return f"{seconds:.0f} s" if minutes < 2 else f"{minutes // 60} h {minutes % 60:02d} min"


def json_of(event: ProgressEvent, rate: float, left: float | None) -> str:
    """An event as a line of JSON: stage, text, and figures, of which unknown ones are null."""
    if event.stage == MESSAGE:
        return json.dumps({"stage": MESSAGE, "text": event.text})
    return json.dumps(
        {
            "stage": event.stage,
            "text": event.text,
            "done": event.done,
            "total": event.total,
            "per_minute": round(rate, 3),
            "seconds_left": None if left is None else round(left, 1),
            **event.figures,
        }
    )


@contextmanager
def run_progress(console: Console, as_json: bool = False) -> Iterator[ProgressCallback]:
    """The progress callback that suits where the output goes.

    Parameters
    ----------
    console : Console
        Bars are drawn on a terminal; a file or pipe gets a line a minute.
    as_json : bool
        Write JSON lines on the standard error instead, at most one a second.
    """
    if as_json:
        yield TimedProgress(lambda *one: print(json_of(*one), file=sys.stderr, flush=True), JSON_SECONDS)
    elif console.is_terminal:
        with event_bars(console) as bars:
            yield bars
    else:

        def show(event: ProgressEvent, rate: float, left: float | None) -> None:
            text = event.text if event.stage == MESSAGE else line_of(event, rate, left)
            console.print(text, soft_wrap=True, highlight=False, markup=False)

        yield TimedProgress(show, LINE_SECONDS)
