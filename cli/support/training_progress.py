"""Progress of decoding and training on the terminal, with rate and time left."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape

from facegen.cli.support.progress import progress_bar

if TYPE_CHECKING:
    from facegen.datasets.layouts.face_set import FaceSet
    from facegen.parse.data.loaded_set import LoadedSet
    from facegen.parse.training.trainer import Progress as TrainingProgress


def load(console: Console, faces: "FaceSet", size: int) -> "LoadedSet":
    """Decode a set with a bar; one too large for the memory is kept in the cache folder, which is said."""
    from facegen.parse.data.loaded_set import cache_if_large, load_set

    cache = cache_if_large(len(faces), size)
    if cache is not None:
        console.print(
            f"{faces.name} is large: decoded pictures are kept in {cache}", soft_wrap=True, markup=False
        )
    with progress_bar(console) as bar:
        task = bar.add_task(escape(f"decoding {faces.name}"), total=len(faces), note="")
        return load_set(faces, size, cache, on_sample=lambda: bar.advance(task))


@contextmanager
def training_bar(console: Console, title: str) -> Iterator[Callable[..., None]]:
    """A bar of one training after another; what it yields is the `on_progress` of parse.train.train."""
    with progress_bar(console) as bar:
        task = bar.add_task(title, total=None, note="")
        shown = title

        def report(progress: "TrainingProgress", now: str = title) -> None:
            nonlocal shown
            if now != shown:  # or it would stay finished, and its time left zero
                bar.reset(task)
                shown = now
            bar.update(
                task,
                description=now,
                total=progress.steps,
                completed=progress.step,
                note=f"loss {progress.loss:.3f}  {progress.images_per_second:.0f} images/s",
            )

        yield report


def duration(seconds: float) -> str:
    """A length of time for people: 45 s, 12 min, 3.2 h."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
