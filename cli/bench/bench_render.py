"""`facegen bench render`: seconds and memory a rendered face, by quality and size."""

from pathlib import Path
from typing import Any

import click

from facegen.datasets.errors import FacegenError


@click.command()
@click.option(
    "--num", type=click.IntRange(2), default=8, show_default=True, help="Faces of each quality and size."
)
@click.option("--size", "sizes", type=click.IntRange(32, 2048), multiple=True, default=(256, 512),
              show_default=True, help="Side in pixels; may be given again.")  # fmt: skip
@click.option("--quality", "qualities", type=click.Choice(["fast", "standard", "high"]), multiple=True,
              default=("fast", "standard"), show_default=True, help="May be given again.")  # fmt: skip
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="Of the faces.")
@click.option("--match-dist", "match", metavar="PROFILE|FILE", help="Faces of a profile, not the prior.")
@click.option("--workers", type=click.IntRange(1, 64), default=1, show_default=True, help="Processes.")
@click.option("--device", default="auto", show_default=True, help="As in `facegen render`.")
@click.option("--out", type=click.Path(path_type=Path), help="JSON file to write.")
def command(
    num: int,
    sizes: tuple[int, ...],
    qualities: tuple[str, ...],
    seed: int,
    match: str | None,
    workers: int,
    device: str,
    out: Path | None,
) -> None:
    """Render faces of the default prior in its natural mix, all layers and files, and time them.

    A first face that warms the worker up is left out. The same faces are used everywhere.
    """
    from facegen.audit.profiles.profile_files import load_profile
    from facegen.cli.support.terminal import Terminal
    from facegen.datasets.io.files import write_json
    from facegen.datasets.io.hardware import describe_machine
    from facegen.render.matching.matcher import draw_specs

    console = Terminal(highlight=False)
    machine = describe_machine("bpy")
    profile = load_profile(match) if match else None
    specs = list(draw_specs(profile, seed, range(num + 1), num + 1))
    rows = []
    for size in sizes:
        for quality in qualities:
            with console.status(f"{quality} {size}²: starting Blender") as status:
                rows.append(_measure(specs, size, quality, workers, device, status))
    console.print(_table(rows))
    console.print(
        f"{machine['processor']}, {machine['cores']} cores, load {machine['load_1min']} at the start; "
        f"{workers} worker(s) on {rows[0]['device']}",
        soft_wrap=True,
    )
    if out is not None:
        config = {"num": num, "seed": seed, "match_dist": match, "workers": workers}
        content = {"format": "facegen-bench-render", "format_version": 1, "machine": machine}
        write_json(out, {**content, "config": config, "results": rows})
        console.print(str(out), soft_wrap=True)


def _measure(
    specs: list[Any], size: int, quality: str, workers: int, device: str, status: Any
) -> dict[str, Any]:
    import tempfile
    import time

    from facegen.render.production.set_summary import timing
    from facegen.render.production.worker_pool import Job, render_specs

    warm_up, ends = len(specs) - 1, []
    order = [(warm_up, specs[-1]), *enumerate(specs[:-1])]

    def step(answer: Any) -> None:
        ends.append(time.perf_counter())
        status.update(f"{quality} {size}²: {len(ends)} of {len(specs)}, {answer.seconds:.1f} s")

    with tempfile.TemporaryDirectory(prefix="facegen-") as folder:
        outcome = render_specs(Job(Path(folder), size, quality, device=device, workers=workers), order, step)
    done = {i: answer for i, answer in outcome.done.items() if i != warm_up}
    spent = timing(done.values())
    if spent is None or len(ends) < 2:
        why = next(iter(outcome.failures.values()), "no answer")
        raise FacegenError(f"{quality} {size}²: no face could be rendered: {why}")
    files = [a.seconds - sum(a.timing.values()) for a in done.values()]
    return {
        "size": size,
        "quality": quality,
        "device": outcome.device,
        **spent,
        "stages_median_s": {**spent["stages_median_s"], "files": round(sorted(files)[len(files) // 2], 3)},
        "images_per_second": (len(ends) - 1) / (ends[-1] - ends[0]),
        "failures": len(outcome.failures),
    }


def _table(rows: list[dict[str, Any]]) -> Any:
    from rich import box
    from rich.table import Table

    stages = list(rows[0]["stages_median_s"])
    faces = f"{rows[0]['samples']} faces each" + "".join(
        f"; {row['failures']} failed at {row['quality']} {row['size']}²" for row in rows if row["failures"]
    )
    table = Table(
        title="seconds a face",
        box=box.SIMPLE,
        show_edge=False,
        padding=0,
        caption=f"{faces}; stages: medians; MB: peak of a worker",
    )
    table.add_column("", no_wrap=True)
    for name in ("median", "p90", *stages, "img/s", "MB"):
        table.add_column(name, justify="right", no_wrap=True)
    for row in rows:
        table.add_row(
            f"{row['quality']} {row['size']}²",
            f"{row['median_s']:.2f}",
            f"{row['p90_s']:.2f}",
            *(f"{row['stages_median_s'][stage]:.2f}" for stage in stages),
            f"{row['images_per_second']:.2f}",
            str(row["peak_rss_mb"]),
        )
    return table
