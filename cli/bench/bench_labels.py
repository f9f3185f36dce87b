"""`facegen bench labels`: label passes of random faces, checked and cast again with rays."""

from pathlib import Path
from typing import Any

import click

from facegen.datasets.errors import FacegenError


@click.command()
@click.option("--num", type=click.IntRange(1), default=50, show_default=True, help="How many faces.")
@click.option("--size", type=click.IntRange(64, 1024), default=256, show_default=True, help="Side in pixels.")
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="Of the faces.")
@click.option("--match-dist", "match", metavar="PROFILE|FILE", help="Faces of a profile, not the prior.")
@click.option("--quality", type=click.Choice(["fast", "standard", "high"]), default="fast", show_default=True)
@click.option("--set", "settings", multiple=True, metavar="ATTRIBUTE=VALUE", help="As in `facegen render`.")
@click.option("--real", type=click.Path(path_type=Path), help="Real masks whose hair islands set the limit.")
@click.option("--workers", type=click.IntRange(1, 64), help="Processes [by the machine].")
@click.option("--out", type=click.Path(path_type=Path), help="JSON file to write.")
def command(
    num: int,
    size: int,
    seed: int,
    match: str | None,
    quality: str,
    settings: tuple[str, ...],
    real: Path | None,
    workers: int | None,
    out: Path | None,
) -> None:
    """Count label faults in random faces, and compare Blender's label pass with ray casting.

    \b
    Only label passes are rendered. Counted are strands inside the head by more than 1 mm, eyes that show
    through a lid, pixels without a label, landmarks outside their class that are not flagged hidden, and hair
    in more islands than 95 % of real masks have. The overlap compares the label pass with rays cast at the
    posed meshes and hair ribbons by Open3D.

    Exit code 1 where a rate is 1 % or more, or where a class of the head overlaps by less than 0.98 in the
    median; 2 where a face could not be checked.
    """
    import tempfile

    from facegen.audit.profiles.profile_files import load_profile
    from facegen.cli.support.terminal import Terminal
    from facegen.datasets.layouts.open_set import open_set
    from facegen.render.labels.label_checks import REAL_ISLANDS, agreement, fault_rates
    from facegen.render.labels.label_checks import real_islands as measure
    from facegen.render.matching.matcher import draw_specs
    from facegen.render.production.worker_pool import Job, render_specs
    from facegen.render.spec.overrides import check_together, parse

    console = Terminal(highlight=False)
    overrides = tuple(parse(text) for text in settings)
    check_together(overrides)
    islands = measure(open_set(real)) if real else REAL_ISLANDS
    specs = draw_specs(load_profile(match) if match else None, seed, range(num), num, overrides)
    with tempfile.TemporaryDirectory(prefix="facegen-") as folder, console.status("") as status:

        def step(answer: Any) -> None:
            status.update(f"face {answer.index} of {num}")

        job = Job(Path(folder), size, quality, device="cpu", workers=workers or 0, task="check")
        outcome = render_specs(job, enumerate(specs), step)
    indices = sorted(outcome.done)
    reports = [dict(outcome.done[i].report) for i in indices]
    if not reports:
        raise FacegenError(f"no face could be checked: {next(iter(outcome.failures.values()))}")
    rates, overlap = fault_rates(reports, islands), agreement(reports)
    for row in overlap.values():
        row["worst_face"] = indices[row["worst_face"]]
    console.print(_faults_table(rates, len(reports), islands))
    console.print(_overlap_table(overlap, size))
    for index, why in sorted(outcome.failures.items()):
        console.print(f"not checked: face {index}: {why}", soft_wrap=True)
    if out is not None:
        config = {"num": num, "size": size, "seed": seed, "quality": quality}
        config |= {"match_dist": match, "set": list(settings)}
        figures: dict[str, Any] = {"island_limit": islands, "rates": rates, "overlap": overlap}
        figures |= {"failures": outcome.failures, "faces": dict(zip(map(str, indices), reports, strict=True))}
        _write(out, config, figures)
        console.print(str(out), soft_wrap=True)
    if outcome.failures:
        raise SystemExit(2)
    if _out_of_limits(rates, overlap):
        raise SystemExit(1)


def _out_of_limits(rates: dict[str, Any], overlap: dict[str, Any]) -> bool:
    """Whether a rate or the overlap of a class of the head misses its limit."""
    from facegen.render.labels.label_checks import HEAD_GROUPS, MAX_RATE, MIN_IOU

    often = any(row["rate"] >= MAX_RATE for row in rates.values())
    return often or any(overlap[group]["median"] < MIN_IOU for group in HEAD_GROUPS if group in overlap)


def _write(out: Path, config: dict[str, Any], figures: dict[str, Any]) -> None:
    from facegen.datasets.io.files import write_json
    from facegen.datasets.io.hardware import describe_machine

    machine = describe_machine("bpy", "open3d")
    about = {"format": "facegen-bench-labels", "format_version": 1, "machine": machine, "config": config}
    write_json(out, about | figures)


def _faults_table(rates: dict[str, Any], faces: int, islands: float) -> Any:
    from rich.table import Table

    from facegen.render.labels.label_checks import MAX_RATE

    table = Table(title=f"label faults of {faces} faces", caption=f"hair: more than {islands:g} islands")
    table.add_column("fault")
    for name in ("faults", "of", "rate", "faces with one", f"under {MAX_RATE:.0%}"):
        table.add_column(name, justify="right")
    for name, row in rates.items():
        measured = row["count"] > 0
        table.add_row(
            name,
            str(row["faults"]),
            f"{row['count']} {row['of']}",
            f"{row['rate']:.2%}" if measured else "–",
            str(row["faces"]),
            ("yes" if row["rate"] < MAX_RATE else "no") if measured else "not measured",
        )
    return table


def _overlap_table(overlap: dict[str, Any], size: int) -> Any:
    from rich.table import Table

    table = Table(
        title=f"label pass against ray casting at {size} px",
        caption="beyond: fraction of the pixels that lie further than 1 px from the same class in the other",
    )
    table.add_column("class")
    for name in ("faces", "median IoU", "worst IoU", "worst face", "beyond"):
        table.add_column(name, justify="right")
    for name, row in overlap.items():
        table.add_row(
            name,
            str(row["faces"]),
            f"{row['median']:.4f}",
            f"{row['worst']:.4f}",
            str(row["worst_face"]),
            f"{row['beyond_1px']:.2%}",
        )
    return table
