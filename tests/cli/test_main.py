"""The command group: quick help, errors in one line, exit codes."""

import resource
import subprocess
import sys

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

    def run(code):
        """Output, and processor seconds, to which other work on the machine adds nothing."""
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return done.stdout, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    runs = [run(code) for _ in range(3)]
    shown = runs[0][0]
    assert shown.splitlines()[-1] == "HEAVY []"
    assert min(seconds for _, seconds in runs) < 1
    assert "Check this machine and render one face." in shown


def commands(group, path=()):
    """Every command of a group with the words that call it, groups in groups included."""
    context = click.Context(group)
    for name in group.list_commands(context):
        one = group.get_command(context, name)
        yield (*path, name)
        if isinstance(one, click.Group):
            yield from commands(one, (*path, name))


def test_listed_commands_can_be_loaded_and_explain_themselves():
    found = list(commands(cli))
    assert ("render",) in found and ("bench", "quality") in found
    for words in found:
        result = CliRunner().invoke(cli, [*words, "--help"])
        assert result.exit_code == 0 and result.output.startswith("Usage:"), words


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


def test_a_bug_has_its_own_exit_code(group, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    result = CliRunner().invoke(group, ["end", "bug"])
    assert result.exit_code == 70 and "unforeseen ZeroDivisionError" in result.output
    assert "ZeroDivisionError" in next(tmp_path.glob("facegen-error-*.txt")).read_text()


def test_a_command_that_is_not_installed_is_not_listed(group):
    assert "absent" not in CliRunner().invoke(group, ["--help"]).output
    assert CliRunner().invoke(group, ["absent"]).exit_code == 2


def test_the_table_is_read_without_importing(group):
    sys.modules.pop("facegen_test_command", None)
    assert "Ends." in CliRunner().invoke(group, ["--help"]).output
    assert "facegen_test_command" not in sys.modules


def test_errors_are_exceptions_of_the_package():
    assert issubclass(FacegenError, Exception) and not issubclass(FacegenError, click.ClickException)
