"""Printing ends no run: closed pipes, letters that a terminal lacks; and unforeseen errors have a code."""

import os
import subprocess
import sys

import click
from click.testing import CliRunner

from facegen.cli.support import unforeseen
from facegen.cli.support.lazy_group import LazyGroup

PROGRAM = """
import sys
from facegen.cli.support.lasting_streams import use_lasting_streams
use_lasting_streams()
import click
from rich.console import Console
for i in range(5000):
    click.echo(f"line {i} – naïve ≥ 3 漢")
    print("plain →")
Console().print("rich ━ ≥ 漢")
open(sys.argv[1], "w").write("finished")
"""


def run(tmp_path, reader, encoding):
    target = tmp_path / "done"
    command = (
        f"'{sys.executable}' -c '{PROGRAM}' {target} 2> {tmp_path}/err | {reader}; exit ${{PIPESTATUS[0]}}"
    )
    env = os.environ | {"PYTHONIOENCODING": encoding}
    done = subprocess.run(["bash", "-c", command], env=env, capture_output=True, timeout=100, check=False)
    return done, target.read_text(), (tmp_path / "err").read_text()


def test_a_run_outlives_its_reader(tmp_path):
    done, written, said = run(tmp_path, "head -1", "utf-8")
    assert (done.returncode, written, said) == (0, "finished", "")
    assert done.stdout.decode() == "line 0 – naïve ≥ 3 漢\n"


def test_letters_that_the_terminal_lacks_are_replaced(tmp_path):
    done, written, said = run(tmp_path, "cat", "iso-8859-1")
    lines = done.stdout.decode("iso-8859-1").splitlines()
    assert (done.returncode, written, said) == (0, "finished", "")
    assert lines[0] == "line 0 ? naïve ? 3 ?" and lines[-1].startswith("rich ")


class Broken(LazyGroup):
    def get_command(self, ctx, cmd_name):
        @click.command()
        def command():
            raise {"fault": ValueError("two\nlines"), "usage": click.UsageError("so not")}[cmd_name]

        return command


def test_an_unforeseen_error_is_one_line_and_code_70(tmp_path, monkeypatch):
    monkeypatch.setattr(unforeseen.tempfile, "tempdir", str(tmp_path))
    group = Broken({}, name="facegen")
    result = CliRunner().invoke(group, ["fault"])
    assert result.exit_code == unforeseen.EXIT_UNFORESEEN == 70
    (file,) = tmp_path.iterdir()
    assert result.output == (
        "facegen: error: unforeseen ValueError: two lines: this is a fault of facegen; please report it with "
        f"the traceback in {file}\n"
    )
    text = file.read_text()
    assert "Traceback (most recent call last)" in text and "in command" in text and "facegen" in text
    assert CliRunner().invoke(group, ["usage"]).exit_code == 2


def test_without_a_temporary_folder_the_traceback_is_printed(tmp_path, monkeypatch):
    monkeypatch.setattr(unforeseen.tempfile, "tempdir", str(tmp_path / "gone"))
    result = CliRunner().invoke(Broken({}, name="facegen"), ["fault"])
    assert result.exit_code == 70 and "Traceback (most recent call last)" in result.output
