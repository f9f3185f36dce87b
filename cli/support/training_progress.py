"""Progress of loading, measuring and training on the terminal, with rate and time left."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.progress import Progress, TaskID

from facegen.cli.support.progress import progress_bar
from facegen.datasets.io.progress import MESSAGE, ProgressCallback, ProgressEvent

if TYPE_CHECKING:
    from facegen.datasets.layouts.face_set import FaceSet
    from facegen.parse.data.loaded_set import LoadedSet
    from facegen.parse.training.train import Progress as TrainingProgress

# Shown before what a bar is about; other stages show that alone.
WORDS = {
    "load": "decoding",
    "measure": "measuring",
    "check": "checking",
    "mend": "mending",
    "match": "matching",
    "pilot": "pilot",
    "render": "rendering",
    "parse": "parsing",
    "read": "reading",
    "inception": "Inception:",
    "compare": "comparing:",
    "fit": "fitting",
}


def say_on(console: Console) -> Callable[[str], None]:
    """Printing of one plain line, however long."""
    return lambda line: console.print(line, soft_wrap=True, highlight=False, markup=False)


class _Bars:
    """Shows events: lines as they come, and one bar at a time. Trainings share a bar."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self.key: tuple[str, str] | None = None
        self.text = ""
        self.bar: Progress | None = None
        self.task = TaskID(0)

    def __call__(self, event: ProgressEvent) -> None:
        if event.stage == MESSAGE:
            if self.bar is not None and not self.bar.finished:
                say_on(self.bar.console)(event.text)  # above the bar, which goes on
                return
            self.close()
            say_on(self.console)(event.text)
            return
        key = (event.stage, "" if event.stage == "train" else event.text)
        if key != self.key or self.bar is None:
            self.close()
            self.key, self.bar = key, progress_bar(self.console, transient=event.total is None)
            self.bar.start()
            self.task = self.bar.add_task("", total=event.total, note="")
        elif event.text != self.text:  # or the bar would stay finished, and its time left zero
            self.bar.reset(self.task)
        self.text = event.text
        named = f"{WORDS[event.stage]} {event.text}" if event.stage in WORDS else event.text
        self.bar.update(
            self.task,
            description=escape(named),
            total=event.total,
            completed=event.done,
            note=escape(event.note),
        )

    def close(self) -> None:
        if self.bar is not None:
            self.bar.stop()
        self.key, self.bar = None, None


@contextmanager
def event_bars(console: Console) -> Iterator[ProgressCallback]:
    """A progress callback that prints lines and draws bars on a console."""
    bars = _Bars(console)
    try:
        yield bars
    finally:
        bars.close()


def load(console: Console, faces: "FaceSet", size: int) -> "LoadedSet":
    """Decode a set with a bar."""
    from facegen.parse.data.loaded_set import load_reported

    with event_bars(console) as progress:
        return load_reported(faces, size, progress)


@contextmanager
def training_bar(console: Console, title: str) -> Iterator[Callable[["TrainingProgress"], object]]:
    """A bar of one training; it yields the `on_progress` of parse.training.trainer.train."""
    with event_bars(console) as progress:
        yield lambda now: progress(now.event(title))
