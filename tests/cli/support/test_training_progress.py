"""The bar of one training after another."""

import io
from types import SimpleNamespace

from rich.console import Console

from facegen.cli.support import training_progress
from facegen.cli.support.progress import progress_bar


def test_the_next_training_starts_its_bar_anew(monkeypatch):
    """A task that has reached its total stays finished, and its time left zero, whatever it is told later."""
    made = []

    def kept(console):
        made.append(progress_bar(console))
        return made[-1]

    monkeypatch.setattr(training_progress, "progress_bar", kept)
    console = Console(file=io.StringIO(), width=120)
    with training_progress.training_bar(console, "trainings") as report:
        at = SimpleNamespace(steps=10, step=10, loss=0.5, images_per_second=60.0)
        report(at, "real, seed 0")
        task = made[0].tasks[0]
        assert task.finished
        report(SimpleNamespace(**{**vars(at), "step": 1}), "real, seed 1")
        assert not task.finished and task.completed == 1 and task.description == "real, seed 1"
        assert task.elapsed < 1
