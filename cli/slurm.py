"""`facegen slurm`: the sbatch script of a job array that renders in parts and merges them."""

from pathlib import Path

import click

from facegen.cli.support.say import say


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("options", nargs=-1, type=click.UNPROCESSED, metavar="[RENDER OPTIONS]...")
@click.option("--jobs", type=click.IntRange(1, 100_000), required=True, help="Jobs of the array.")
@click.option(
    "--out", type=click.Path(path_type=Path), required=True, help="Dataset folder that all nodes share."
)
@click.option("--cpus", type=click.IntRange(1), default=8, show_default=True, help="Processors of a job.")
@click.option("--gpus", type=click.IntRange(0), default=0, show_default=True, help="GPUs of a job.")
@click.option("--hours", type=click.FloatRange(0, min_open=True), default=24.0, show_default=True)
@click.option("--partition", help="Where the jobs run.")
@click.option("--at-once", type=click.IntRange(1), help="Jobs that run at the same time.")
@click.option(
    "--program", default="facegen", show_default=True, help="The command that starts facegen on a node."
)
def command(
    options: tuple[str, ...],
    jobs: int,
    out: Path,
    cpus: int,
    gpus: int,
    hours: float,
    partition: str | None,
    at_once: int | None,
    program: str,
) -> None:
    """Print the script of a Slurm job array that renders an order in parts and merges them.

    \b
    facegen slurm --jobs 40 --out /shared/faces --num 100000 --match-dist celebamaskhq > faces.sh
    sbatch faces.sh

    Options that are not listed below are those of `facegen render`.
    """
    from facegen.render.production.slurm_script import slurm_script

    script = slurm_script(
        options,
        out,
        jobs,
        cpus=cpus,
        gpus=gpus,
        hours=hours,
        partition=partition,
        at_once=at_once,
        program=program,
    )
    say(script.removesuffix("\n"))
