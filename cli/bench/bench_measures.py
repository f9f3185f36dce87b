"""`facegen bench measures`: each measure of the audit against the known truth of rendered faces."""

from pathlib import Path
from typing import Any

import click

from facegen.cli.support.say import say
from facegen.datasets.errors import FacegenError

_STYLE = {"good": "green", "fair": "yellow", "poor": "red", "not measured": "dim"}


@click.command()
@click.argument("synth", required=False, nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--workers", type=click.IntRange(1, 256), default=None, help="Processes that measure; default: all cores."
)
@click.option("--out", type=click.Path(path_type=Path), help="JSON file to write.")
def command(synth: tuple[Path, ...], workers: int | None, out: Path | None) -> None:
    """Hold every measure against what the faces of SYNTH are known to be.

    SYNTH are one or more sets that facegen rendered, taken together; the newest ./facegen-out* where none is
    named. Printed are the rank correlation with the truth, or the AUC where the truth is a yes or no, and
    the mean absolute error where both have one unit.
    """
    import numpy as np

    from facegen.assets.hair.style_registry import HAIR_STYLES
    from facegen.audit.measures.schema import Table
    from facegen.audit.validation.ground_truth import Known
    from facegen.audit.validation.measure_accuracy import accuracies
    from facegen.cli.support.measuring import measured
    from facegen.cli.support.newest_set import newest_set
    from facegen.cli.support.terminal import Terminal
    from facegen.datasets.io.files import write_json
    from facegen.datasets.io.hardware import describe_machine
    from facegen.datasets.io.sample import read_landmarks
    from facegen.datasets.io.stored_samples import StoredSamples
    from facegen.datasets.layouts.open_set import open_set

    console = Terminal(stderr=True)
    tables, known = [], []
    for path in synth or (newest_set(),):
        faces = open_set(path)
        if faces.layout != "facegen":
            raise FacegenError(f"{path}: nothing is known of its faces: name a set that facegen rendered")
        samples = StoredSamples(faces.path)
        tables.append(measured(faces, workers, console).attributes)
        for i, name in enumerate(faces.ids):
            meta = faces.meta(i) or {}
            style = HAIR_STYLES.get_or_fail(meta["spec"]["hair"]["style"], f"{faces.path}, {name}")
            points = read_landmarks(*samples.read("landmarks", name))[0]
            known.append(Known(meta, points, style.traits))
    source = ", ".join(table.source for table in tables)
    ids = tuple(name for table in tables for name in table.ids)
    table = Table(tables[0].names, np.concatenate([one.values for one in tables]), ids, source)
    rows = accuracies(table, known)
    _print(rows, source, len(ids))
    if out is not None:
        write_json(
            out,
            {
                "format": "facegen-bench-measures",
                "format_version": 2,
                "machine": describe_machine("sklearn"),
                "faces": len(ids),
                "sets": source,
                "measures": [_json(row) for row in rows],
            },
        )
        say(str(out))


def _json(row: Any) -> dict[str, Any]:
    import math

    numbers = {key: value for key, value in vars(row).items() if isinstance(value, float)}
    rounded = {key: None if math.isnan(value) else round(value, 4) for key, value in numbers.items()}
    return {**vars(row), **rounded, "grade": row.grade}


def _print(rows: Any, source: str, count: int) -> None:
    import math

    from rich.box import SIMPLE_HEAD
    from rich.markup import escape
    from rich.table import Table as Lines

    from facegen.cli.support.terminal import Terminal

    console = Terminal()
    lines = Lines(title=escape(f"measures against the truth of {count} faces of {source}"), box=SIMPLE_HEAD)
    for heading in ("measure", "truth", "kind"):
        lines.add_column(heading, no_wrap=heading == "measure")
    for heading in ("n", "value", "95 %", "error", "bias"):
        lines.add_column(heading, justify="right", no_wrap=True)
    lines.add_column("grade", no_wrap=True)
    silent = []
    for row in rows:
        if not row.statistic:
            silent.append(f"{row.measure} ({row.reason})")
            continue
        errors = [f"{v:.3g} {row.unit}" if not math.isnan(v) else "–" for v in (row.error, row.bias)]
        interval = f"{row.low:.2f} – {row.high:.2f}"
        grade = f"[{_STYLE[row.grade]}]{row.grade}[/]"
        cells = (
            row.measure,
            row.truth,
            row.statistic,
            str(row.n),
            f"{row.value:.2f}",
            interval,
            *errors,
            grade,
        )
        lines.add_row(*cells)
    console.print(lines)
    console.print("not measured: " + ", ".join(silent), style="dim", highlight=False)
