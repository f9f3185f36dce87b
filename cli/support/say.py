"""Printing of lines: names of files and texts from them cannot control the terminal."""

import click

from facegen.datasets.printable import printable

LAYOUT = "\n\t"


def say(text: str, err: bool = False) -> None:
    """Print a text and a line end, on standard error with `err`."""
    click.echo(printable(text, LAYOUT), err=err)
