"""Where a figure comes from: the command, the commit and the day."""

import datetime
import subprocess
from pathlib import Path

import click

import facegen


def provenance(context: click.Context) -> dict[str, str | None]:
    """Command with its options (folders by their names only), commit of the source where it is a clone, date.

    Parameters
    ----------
    context : of the running command

    Returns
    -------
    {"command", "commit", "date"}; commit is None outside a clone.
    """
    words = [context.command_path]
    for parameter in context.command.params:
        value = context.params.get(parameter.name or "")
        if value in (None, False, ()) or value == parameter.get_default(context):
            continue
        shown = value.name if isinstance(value, Path) else str(value)
        if isinstance(parameter, click.Argument):
            words.append(shown)
        else:
            flag = isinstance(parameter, click.Option) and parameter.is_flag
            words += [parameter.opts[0]] if flag else [parameter.opts[0], shown]
    day = datetime.datetime.now(datetime.UTC).date().isoformat()
    return {"command": " ".join(words), "commit": _commit(), "date": day}


def _commit() -> str | None:
    source = Path(facegen.__file__).resolve().parent
    try:
        done = subprocess.run(
            ["git", "-C", str(source), "rev-parse", "--short", "HEAD"], capture_output=True, text=True
        )
    except OSError:
        return None
    return done.stdout.strip() or None if done.returncode == 0 else None
