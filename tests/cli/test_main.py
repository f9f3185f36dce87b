"""The command group: quick help, errors in one line, exit codes."""

import subprocess
import sys
import time

import click
import pytest
from click.testing import CliRunner

from facegen.cli.main import cli
from facegen.cli.support.lazy_group import LazyGroup
from facegen.datasets.errors import FacegenError

# What --help must not wait for.
HEAVY = ("numpy", "scipy", "torch", "pyarrow", "PIL", "bpy", "sklearn", "matplotlib")


def test_help_is_quick_and_imports_nothing_heavy():
    code = (
        "import sys, facegen.cli.main as m\n"
        "try: m.cli(['--help'], prog_name='facegen')\n"
        "except SystemExit as end: assert end.code == 0\n"
        f"print('HEAVY', [n for n in {HEAVY!r} if n in sys.modules])"
    )
    durations = []
    for _ in range(3):
        started = time.perf_counter()
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        durations.append(time.perf_counter() - started)
    assert done.stdout.splitlines()[-1] == "HEAVY []"
    assert min(durations) < 1
    assert "Check this machine and render one face." in done.stdout


def test_listed_commands_can_be_loaded_and_explain_themselves():
    for name in cli.list_commands(click.Context(cli)):
        result = CliRunner().invoke(cli, [name, "--help"])
        assert result.exit_code == 0 and result.output.startswith("Usage:"), name


def test_version():
    result = CliRunner().invoke(cli, ["--version"])
    assert result.exit_code == 0 and result.output.startswith("facegen, version ")


def test_an_unknown_command_is_bad_usage():
    result = CliRunner().invoke(cli, ["rendr"])
    assert result.exit_code == 2 and "No such command 'rendr'" in result.output


@pytest.fixture
def group(monkeypatch, tmp_path):
    """A group with one command, of a module made here, that ends as its argument says."""
    (tmp_path / "facegen_test_command.py").write_text(
        "import click\n"
        "from facegen.datasets.errors import FacegenError\n"
        "@click.command()\n"
        "@click.argument('end')\n"
        "def command(end):\n"
        "    if end == 'mistake': raise FacegenError('x.png: damaged\\nreplace it')\n"
        "    if end == 'ctrl-c': raise KeyboardInterrupt\n"
        "    if end == 'failed': raise click.exceptions.Exit(1)\n"
        "    if end == 'bug': raise ZeroDivisionError\n"
        "    click.echo('done')\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    table = {"end": ("facegen_test_command", "Ends."), "absent": ("facegen_test_absent", "Is not installed.")}
    return LazyGroup(table, name="facegen")


@pytest.mark.parametrize(
    "end, code, stdout, stderr",
    [
        ("well", 0, "done\n", ""),
        ("mistake", 2, "", "facegen: error: x.png: damaged replace it\n"),
        ("ctrl-c", 130, "", "facegen: interrupted\n"),
        ("failed", 1, "", ""),
    ],
)
def test_ends(group, end, code, stdout, stderr):
    result = CliRunner().invoke(group, ["end", end])
    assert (result.exit_code, result.stdout, result.stderr) == (code, stdout, stderr)


def test_a_bug_is_not_hidden(group):
    assert isinstance(CliRunner().invoke(group, ["end", "bug"]).exception, ZeroDivisionError)


def test_a_command_that_is_not_installed_is_not_listed(group):
    assert "absent" not in CliRunner().invoke(group, ["--help"]).output
    assert CliRunner().invoke(group, ["absent"]).exit_code == 2


def test_the_table_is_read_without_importing(group):
    sys.modules.pop("facegen_test_command", None)
    assert "Ends." in CliRunner().invoke(group, ["--help"]).output
    assert "facegen_test_command" not in sys.modules


def test_errors_are_exceptions_of_the_package():
    assert issubclass(FacegenError, Exception) and not issubclass(FacegenError, click.ClickException)
