"""Progress of a long job as events for a callback: a terminal, a notebook and a log can each show them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

MESSAGE = "message"  # the stage of a plain line of text


@dataclass(frozen=True)
class ProgressEvent:
    """One report of a job.

    Attributes
    ----------
    stage : str
        What kind of work it is: "load", "measure", "train", "adapt", "score"; or MESSAGE.
    text : str
        The line to show, or what is worked on: "drawn", "real, seed 0".
    done : int
        Units finished so far.
    total : int or None
        Units in all; None where they are not counted.
    note : str
        Further figures, as "loss 0.412  61 images/s".
    figures : mapping of str to float
        The same and others for programs.
    """

    stage: str
    text: str
    done: int = 0
    total: int | None = None
    note: str = ""
    figures: Mapping[str, float] = field(default_factory=dict)

    def __str__(self) -> str:
        if self.stage == MESSAGE:
            return self.text
        count = "" if self.total is None else f": {self.done}/{self.total}"
        return f"{self.stage} {self.text}{count}{'  ' if self.note else ''}{self.note}"


ProgressCallback = Callable[[ProgressEvent], object]


def ignore_progress(event: ProgressEvent) -> None:
    """The callback of somebody who does not want to know."""


def ignore_count(done: int, total: int) -> None:
    """As `ignore_progress`, of jobs that report the numbers of units done and in all."""


def say(progress: ProgressCallback, line: str) -> None:
    """Report one line of text."""
    progress(ProgressEvent(MESSAGE, line))
