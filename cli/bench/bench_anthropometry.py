"""`facegen bench anthropometry`: head shapes in millimetres compared with norms of real people."""

import math
from collections.abc import Iterable, Iterator
from functools import partial
from itertools import count, islice
from pathlib import Path
from typing import Any

import click

from facegen.datasets.errors import FacegenError

DEFAULT_NUM, DEFAULT_SEED = 600, 0


@click.command()
@click.argument("synth", required=False, metavar="[SET]", type=click.Path(path_type=Path))
@click.option("--num", type=click.IntRange(1), help=f"People of each group that are drawn [{DEFAULT_NUM}].")
@click.option("--seed", type=click.IntRange(0), help=f"Of the people [{DEFAULT_SEED}].")
@click.option("--out", type=click.Path(path_type=Path), help="JSON file to write.")
def command(synth: Path | None, num: int | None, seed: int | None, out: Path | None) -> None:
    """Measure heads in millimetres and compare them with norms of real people, by sex.

    \b
    Two groups: europeans, of caucasian ancestry over 0.6 and 18 to 45 years old, against European norms; and
    everybody, against surveys of all ancestries. NUM people of each are drawn by the default prior; with SET,
    a set that facegen rendered, all its people are measured. Heads are measured at rest, whatever expression
    and pose a face of SET has. Nothing is rendered.

    d is the difference of the means in standard deviations of people; its mean is weighted by how comparable
    a mesh is with the instrument. What has no norm is not compared. Correlations are compared with those of
    White adults measured by NIOSH. Norms and their sources: face_norms.json in facegen/render/geometry.
    """
    from facegen.cli.support.progress import progress_bar
    from facegen.cli.support.terminal import Terminal
    from facegen.datasets.io.files import write_json
    from facegen.datasets.io.hardware import describe_machine
    from facegen.render.geometry.anthropometry import MEASUREMENTS, measure_people
    from facegen.render.geometry.norm_comparison import GROUPS, compare_group, sex_of, to_json
    from facegen.render.production.stored_faces import faces_of

    if synth is not None and not (num is seed is None):
        raise FacegenError("all people of SET are measured: leave out --num and --seed")
    num, seed = num or DEFAULT_NUM, seed or DEFAULT_SEED
    everyone = [spec.identity for spec in faces_of(synth)] if synth is not None else None
    console = Terminal(highlight=False)
    comparisons = {}
    with progress_bar(Terminal(stderr=True), transient=True) as bar:
        for group in GROUPS:
            task = bar.add_task(group, total=None, note="draw")
            people = list(_of_group(group, everyone) if everyone is not None else _drawn(seed, num, group))
            bar.update(task, total=len(people), note="measure")
            values = measure_people(people, partial(bar.advance, task))
            comparisons[group] = compare_group(group, list(MEASUREMENTS), values, [sex_of(p) for p in people])
    for comparison in comparisons.values():
        _print(console, comparison)
    if out is not None:
        config = {"set": str(synth)} if synth is not None else {"num": num, "seed": seed}
        write_json(
            out,
            {
                "format": "facegen-bench-anthropometry",
                "format_version": 1,
                "machine": describe_machine("anny"),
                "config": config,
                "groups": {group: to_json(one) for group, one in comparisons.items()},
            },
        )
        console.print(str(out), soft_wrap=True)


def _of_group(group: str, people: Iterable[Any]) -> Iterator[Any]:
    from facegen.render.geometry.norm_comparison import GROUPS

    return filter(GROUPS[group], people)


def _drawn(seed: int, num: int, group: str) -> Iterator[Any]:
    """The first NUM identities of the default prior that belong to a group: draws 0, 1, 2 ... of the seed."""
    from facegen.datasets.keyed_random import Draw
    from facegen.render.prior.identity_prior import draw_identity

    return islice(_of_group(group, (draw_identity(Draw(seed, index)) for index in count())), num)


def _print(console: Any, comparison: Any) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    from facegen.render.geometry.norm_comparison import SEXES

    counts = ", ".join(f"{comparison.summary[sex].n} {sex}" for sex in SEXES)
    table = Table(
        title=f"{comparison.group}: {counts}; means in mm",
        caption="d: difference in sd of people; ratio: of standard deviations",
        box=SIMPLE_HEAD,
    )
    table.add_column("", no_wrap=True)
    for sex in SEXES:
        for heading in (sex, "norm", "d", "ratio"):
            table.add_column(heading, justify="right", no_wrap=True)
    for name in comparison.rows[SEXES[0]]:
        table.add_row(name, *(cell for sex in SEXES for cell in _cells(comparison.rows[sex][name])))
    console.print(table)
    for sex in SEXES:
        one = comparison.summary[sex]
        console.print(
            f"{sex}: weighted mean |d| {_text(one.mean_abs_d, '.2f')}, "
            f"median sd ratio {_text(one.median_sd_ratio, '.2f')}, "
            f"rms difference of correlations {_text(one.rms_correlation, '.3f')}",
            soft_wrap=True,
        )
    both = _text(comparison.rms_correlation_both, ".3f")
    console.print(f"within sex, both: rms difference of correlations {both}", soft_wrap=True)


def _cells(row: Any) -> tuple[str, ...]:
    values = ((row.mean, ".1f"), (row.norm_mean, ".1f"), (row.d, "+.2f"), (row.sd_ratio, ".2f"))
    return tuple(_text(value, shown, "–") for value, shown in values)


def _text(value: float, shown: str, missing: str = "not measured") -> str:
    return missing if math.isnan(value) else format(value, shown)
