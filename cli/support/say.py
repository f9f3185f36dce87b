"""Printing of lines: names of files and texts from them cannot control the terminal."""

import click

from facegen.datasets.printable import printable

LAYOUT = "\n\t"


def say(text: str, err: bool = False, mark: str = "", colour: str | None = None) -> None:
    """Print a text and a line end, on standard error with `err`; a `mark` before it may have a colour."""
    start = click.style(printable(mark, LAYOUT), fg=colour) if mark else ""
    click.echo(start + printable(text, LAYOUT), err=err)
