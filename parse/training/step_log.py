"""The CSV log of a training: one row about every second."""

import csv
from pathlib import Path

from facegen.datasets.errors import FacegenError

FIELDS = ("step", "loss", "gradient_norm", "learning_rate", "images_per_second")


class StepLog:
    """log.csv; rows of steps that a restart makes again are dropped."""

    def __init__(self, path: Path, step: int) -> None:
        kept: list[list[str]] = []
        if path.exists() and step:
            with path.open(newline="") as file:
                kept = [row for row in csv.reader(file) if row and row[0].isdigit() and int(row[0]) <= step]
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
