"""`facegen doctor`: can this machine render, audit and train? Exit code 0 yes, 1 no, 2 not all measured."""

import click

from facegen.cli.support.machine_checks import (
    BAD,
    OK,
    UNKNOWN,
    Finding,
    blender,
    one_face,
    packages,
    python,
    storage,
    system_libraries,
    torch_pair,
)
from facegen.cli.support.say import say

_COLOUR = {OK: "green", BAD: "red", UNKNOWN: "yellow"}
# From cheap to dear, so that the first lines come at once.
_CHECKS = (python, packages, system_libraries, storage, torch_pair, blender, one_face)


@click.command()
def command() -> None:
    """Check Python, packages, system libraries, devices, cache and disk; render one 64² face."""
    findings = []
    for check in _CHECKS:
        for finding in check():
            findings.append(finding)
            show(finding)
    code = exit_code(findings)
    say({0: "all is well", 1: "something is missing: see above", 2: "not everything could be measured"}[code])
    raise click.exceptions.Exit(code)


def exit_code(findings: list[Finding]) -> int:
    """0 where all is OK, 1 where anything is BAD, else 2: what was not measured has not passed."""
    statuses = {finding.status for finding in findings}
    if BAD in statuses:
        return 1
    return 2 if UNKNOWN in statuses or not findings else 0


def show(finding: Finding) -> None:
    """Print one finding on one line."""
    advice = f" -> {finding.advice}" if finding.advice else ""
    mark = f"{finding.status:<7}"
    say(f" {finding.subject}: {finding.detail}{advice}", mark=mark, colour=_COLOUR[finding.status])
