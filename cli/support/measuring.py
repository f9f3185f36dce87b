"""Measuring a set with a bar on the terminal, for `facegen bench`."""

from rich.console import Console

from facegen.api import measuring
from facegen.audit.measure_dataset import Measurement
from facegen.cli.support.training_progress import event_bars
from facegen.datasets.layouts.face_set import FaceSet


def measured(faces: FaceSet, workers: int | None, console: Console, cached: bool = True) -> Measurement:
    """`facegen.api.measuring.measured`, its progress shown on `console`."""
    with event_bars(console) as progress:
        return measuring.measured(faces, workers, progress, cached)
