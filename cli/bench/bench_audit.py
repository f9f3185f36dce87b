"""`facegen bench audit`: how fast faces are measured and compared."""

import resource
import time
from pathlib import Path

import click

from facegen.cli.support.say import say


@click.command()
@click.argument("faces_dir", required=False, type=click.Path(path_type=Path))
@click.option(
    "--workers", type=click.IntRange(1, 256), default=None, help="Processes that measure; default: all cores."
)
def command(faces_dir: Path | None, workers: int | None) -> None:
    """Time the audit of FACES_DIR against the shipped profile.

    FACES_DIR is the newest ./facegen-out* where none is named.
    """
    from facegen.audit.profiles.profile_files import load_profile
    from facegen.audit.report.compare import compare
    from facegen.audit.report.reference import Reference
    from facegen.cli.support.measuring import measured
    from facegen.cli.support.newest_set import newest_set
    from facegen.cli.support.terminal import Terminal
    from facegen.datasets.layouts.open_set import open_set

    faces = open_set(faces_dir or newest_set())
    start = time.perf_counter()
    found = measured(faces, workers, Terminal(stderr=True), cached=False)
    middle = time.perf_counter()
    compare(Reference.of_profile(load_profile("celebamaskhq")), found)
    end = time.perf_counter()
    # ru_maxrss is in kilobytes on Linux.
    own, child = (
        resource.getrusage(who).ru_maxrss / 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    rate = len(faces) / (middle - start)
    say(f"measured {len(faces)} pictures in {middle - start:.1f} s ({rate:.1f} a second)")
    say(f"compared in {end - middle:.1f} s; memory at most {own:.0f} MB here, {child:.0f} MB in a worker")
