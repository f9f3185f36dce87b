"""Bars of events on a terminal."""

import io

from rich.console import Console

from facegen.cli.support import training_progress
from facegen.cli.support.progress import progress_bar
from facegen.datasets.io.progress import ProgressEvent


def test_the_next_training_starts_its_bar_again(monkeypatch):
    """Otherwise a task that has reached its total stays finished, and its time left zero."""
    made = []

    def kept(console, transient):
        made.append(progress_bar(console, transient))
        return made[-1]

    monkeypatch.setattr(training_progress, "progress_bar", kept)
    console = Console(file=io.StringIO(), width=120)
    with training_progress.event_bars(console) as progress:
        progress(ProgressEvent("train", "real, seed 0", 10, 10))
        task = made[0].tasks[0]
        assert task.finished
        progress(ProgressEvent("train", "real, seed 1", 1, 10))
        assert len(made) == 1
        assert not task.finished and task.completed == 1 and task.description == "real, seed 1"
        assert task.elapsed < 1
