"""Escape sequences in names of files reach no terminal, whichever way a command prints them."""

import io
import re
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from rich.markup import escape
from rich.table import Table

import facegen.cli
from facegen.cli.main import cli
from facegen.cli.support.say import say
from facegen.cli.support.terminal import Terminal
from facegen.cli.support.training_progress import event_bars
from facegen.datasets.io.progress import MESSAGE, ProgressEvent

HOSTILE = "a\x1b]0;owned\x07\x9b2J[bold]b"


def console():
    return Terminal(file=io.StringIO(), force_terminal=True, width=200, color_system="standard")


def test_texts_tables_and_bars_keep_their_own_colours_only():
    one = console()
    table = Table(title=escape(HOSTILE))
    table.add_row(f"[red]{escape(HOSTILE)}[/]")
    one.print(table)
    one.print(escape(HOSTILE), style="red")
    one.print(HOSTILE, markup=False)
    with event_bars(one) as progress:
        progress(ProgressEvent(MESSAGE, HOSTILE))
        progress(ProgressEvent("check", HOSTILE, 1, 2, HOSTILE))
    shown = one.file.getvalue()
    assert "\x1b[31m" in shown and shown.count("a\\u001b]0;owned") == 5  # rich drops bells
    assert "\x1b]" not in shown and "\x07" not in shown and "\x9b" not in shown


def test_lines_keep_their_ends_only(capsys):
    say(f"{HOSTILE}\nsecond")
    assert capsys.readouterr().out == "a\\u001b]0;owned\\u0007\\u009b2J[bold]b\nsecond\n"


def test_a_mark_is_coloured_and_no_more_than_a_text():
    @click.command()
    def command():
        say(HOSTILE, mark=HOSTILE, colour="green")

    shown = CliRunner().invoke(command, color=True).output
    assert shown.startswith("\x1b[32m") and shown.count("a\\u001b]0;owned") == 2
    assert "\x1b]" not in shown and "\x07" not in shown
    assert "\x1b" not in CliRunner().invoke(command).output


@pytest.mark.parametrize(
    "words", [["audit", HOSTILE], [HOSTILE], ["lint", f"--{HOSTILE}"], ["render", "--num", HOSTILE]]
)
def test_what_was_typed_is_not_obeyed(words):
    result = CliRunner().invoke(cli, words)
    assert result.exit_code == 2 and "owned" in result.output
    assert "\x1b" not in result.output and "\x07" not in result.output and "\x9b" not in result.output


def test_commands_print_no_other_way():
    for path in Path(facegen.cli.__path__[0]).rglob("*.py"):
        if path.name not in ("say.py", "terminal.py"):
            assert not re.search(r"click\.echo\(|\bConsole\(|\bsecho\(", path.read_text()), path
