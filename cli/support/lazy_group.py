"""A click group that imports a command only when it is used, and ends every error in one line.

Starting torch or Blender's tables to print `--help` would take seconds. The names and the short helps
of the commands are therefore a table of the group, and a command's module is imported on its first use.
"""

import signal
from collections.abc import Mapping
from importlib import import_module
from importlib.util import find_spec
from types import FrameType
from typing import NoReturn

import click

from facegen.cli.support.say import say
from facegen.cli.support.unforeseen import EXIT_UNFORESEEN, report_unforeseen
from facegen.datasets.errors import FacegenError
from facegen.datasets.printable import printable

EXIT_BAD_USAGE = 2
EXIT_INTERRUPTED = 130  # 128 + SIGINT, what shells expect of a program stopped by Ctrl-C
EXIT_TERMINATED = 143  # 128 + SIGTERM


class Terminated(KeyboardInterrupt):
    """SIGTERM, as batch systems send it: it ends a command as Ctrl-C does."""


def stop_on_sigterm() -> None:
    """Let SIGTERM raise `Terminated` in the main thread, so that workers are ended and locks released."""

    def stop(number: int, frame: FrameType | None) -> NoReturn:
        raise Terminated

    signal.signal(signal.SIGTERM, stop)


class LazyGroup(click.Group):
    """A group whose commands are `command` of the modules named in `table`.

    table : command name -> (module, short help). A command whose module is not installed is not listed.
    """

    def __init__(self, table: Mapping[str, tuple[str, str]], **attributes: object) -> None:
        super().__init__(**attributes)  # type: ignore[arg-type]
        self.table = {name: entry for name, entry in table.items() if find_spec(entry[0])}

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.table)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.table:
            return None
        command = import_module(self.table[cmd_name][0]).command
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        if self.table:
            with formatter.section("Commands"):
                formatter.write_dl([(name, short_help) for name, (_, short_help) in self.table.items()])

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except FacegenError as error:
            say(f"facegen: error: {error}", err=True)
            ctx.exit(EXIT_BAD_USAGE)
        except KeyboardInterrupt as stop:
            say("facegen: interrupted", err=True)
            ctx.exit(EXIT_TERMINATED if isinstance(stop, Terminated) else EXIT_INTERRUPTED)
        except click.ClickException as error:  # it names what was typed, or what a shell's * has found
            vars(error)["message"] = printable(error.message)
            raise
        except (click.exceptions.Exit, click.Abort):
            raise
        except Exception as error:
            say(f"facegen: error: {report_unforeseen(error)}", err=True)
            ctx.exit(EXIT_UNFORESEEN)
