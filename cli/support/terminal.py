"""The console of tables and bars: names of files and texts from them cannot control the terminal."""

from collections.abc import Iterable

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

from facegen.cli.support.say import LAYOUT
from facegen.datasets.printable import printable


class Terminal(Console):
    """A console whose colours and bars are its own: text in what it prints is made printable."""

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """Segments of something to print."""
        for one in super().render(renderable, options):
            yield one if one.control else Segment(printable(one.text, LAYOUT), one.style)
