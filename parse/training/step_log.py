"""The CSV log of a training: one row about every second."""

import csv
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from facegen.datasets.errors import FacegenError

LOG_FILE = "log.csv"
POLL_SECONDS = 0.5
FIELDS = ("step", "loss", "gradient_norm", "learning_rate", "images_per_second")


class StepLog:
    """Writes log.csv; rows of steps that a restart repeats are dropped."""

    def __init__(self, path: Path, step: int) -> None:
        kept: list[list[str]] = []
        if path.exists() and step:
            with path.open(newline="", encoding="utf-8", errors="replace") as file:
                kept = [row for row in csv.reader(file) if row and row[0].isdecimal() and int(row[0]) <= step]
        try:
            self.file = path.open("w", newline="")
        except OSError as error:
            raise FacegenError(f"{path}: cannot be written ({error.strerror or error})") from None
        self.path = path
        self.writer = csv.writer(self.file)
        self.writer.writerows([FIELDS, *kept])

    def row(self, step: int, *values: float) -> None:
        try:
            self.writer.writerow([step, *(f"{value:.6g}" for value in values)])
            self.file.flush()
        except OSError as error:
            raise FacegenError(
                f"{self.path}: cannot be written ({error.strerror or error}): make room, then run again"
            ) from None

    def __enter__(self) -> "StepLog":
        return self

    def __exit__(self, *_: object) -> None:
        self.file.close()


@dataclass(frozen=True)
class LoggedStep:
    """A row of the log."""

    step: int
    loss: float
    images_per_second: float


@contextmanager
def watched_log(path: Path, on_step: Callable[[LoggedStep], object]) -> Iterator[None]:
    """Report new rows of a log that another process writes, from a thread."""
    done = threading.Event()

    def watch() -> None:
        reported, over = last_step(path), False
        while not over:
            over = done.wait(POLL_SECONDS)  # rows that came since the last look are reported, too
            row = last_step(path)
            if row is not None and row != reported:
                reported = row
                on_step(row)

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def last_step(path: Path) -> LoggedStep | None:
    """The last whole row of a log, None where there is none."""
    if not path.exists():
        return None
    with path.open(newline="", encoding="utf-8", errors="replace") as file:
        rows = list(csv.reader(file))[1:]
    try:
        last = dict(zip(FIELDS, rows[-1], strict=True))
        return LoggedStep(int(last["step"]), float(last["loss"]), float(last["images_per_second"]))
    except (IndexError, ValueError, csv.Error):
        return None  # it is being written, or damaged
