"""What the ids of masks mean, as options of every command that opens a set."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from facegen.datasets.errors import FacegenError

F = TypeVar("F", bound=Callable[..., Any])


def meaning_options(command: F) -> F:
    """Add --convention and --classes to a command; it gets `convention` and `classes`."""
    command = click.option(
        "--classes",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="A table that names the class of each id, where it is no known convention: lines `id name`.",
    )(command)
    return click.option(
        "--convention",
        metavar="NAME",
        help="What the ids of masks mean where a set does not say it [celebamaskhq].",
    )(command)


def meaning(convention: str | None, classes: Path | None) -> str | Path | None:
    """What the two options say together; FacegenError where both are given, or the file is not there."""
    if convention is not None and classes is not None:
        raise FacegenError("--convention and --classes both say what ids mean: give one")
    if classes is not None and not classes.is_file():
        raise FacegenError(f"{classes}: no such file: give a table with a line `id name` for each id")
    return classes if classes is not None else convention
