"""The `facegen` program: which commands there are and where each is kept."""

import sys

import click

from facegen.cache_folder import keep_caches_together
from facegen.cli.support.lasting_streams import lost_output, use_lasting_streams
from facegen.cli.support.lazy_group import LazyGroup, stop_on_sigterm

_TABLE = {
    "render": ("facegen.cli.render", "Render labelled faces."),
    "merge": ("facegen.cli.merge", "Put the parts of a job array together."),
    "slurm": ("facegen.cli.slurm", "Write the script of a job array."),
    "audit": ("facegen.cli.audit", "Measure how a set differs from real faces."),
    "train-eval": ("facegen.cli.train_eval", "Train on synthetic and real faces, test on real ones."),
    "profile": ("facegen.cli.profile", "Fit the attribute profile of a real set."),
    "preview": ("facegen.cli.preview", "Lay a rendered set out on one sheet."),
    "lint": ("facegen.cli.lint", "Name what is wrong with a set of faces."),
    "verify": ("facegen.cli.verify", "Check that a rendered set is whole and consistent."),
    "export": ("facegen.cli.export", "Write a rendered set in another layout."),
    "parse-image": ("facegen.cli.parse_image", "Draw the label map of a photo."),
    "bench": ("facegen.cli.bench.group", "Measure facegen itself."),
    "doctor": ("facegen.cli.doctor", "Check this machine and render one face."),
}


@click.group(cls=LazyGroup, table=_TABLE, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="facegen", prog_name="facegen")
def cli() -> None:
    """Labelled synthetic faces, and an audit of how they differ from real ones.

    Exit codes: 0 done or passed, 1 a check failed, 2 bad input or something could not be measured, 70 a fault
    of facegen, 130 interrupted.
    """


def main() -> None:
    """Entry point of the console script."""
    use_lasting_streams()
    keep_caches_together()
    stop_on_sigterm()
    try:
        cli(prog_name="facegen")
    except SystemExit as ended:
        lost = lost_output()
        if lost and ended.code in (None, 0, 1):
            print(f"facegen: error: the output could not be written ({lost}); files were", file=sys.stderr)
            raise SystemExit(2) from None
        raise
