"""`facegen render`: labelled faces from the default prior or matched to a profile."""

from dataclasses import replace
from pathlib import Path

import click

from facegen.api.defaults import QUALITIES, RENDER, RESUME, STORAGES

SET_HELP = """Set an attribute of every face to a value, or draw it from a range or from names:
hair.style=afro, pose.yaw=-40:40, glasses.kind=round|oval, or exchange names: hair.style=shag:bob
(repeatable). Skin, hair and clothes of the default prior follow a given age, sex or ancestry.
--list-attributes names all attributes with their ranges."""


@click.command()
@click.option(
    "--match-dist",
    metavar="PROFILE|FILE|REAL_DIR",
    help="Follow the attribute distribution of a shipped profile or a profile file, or the measured pictures "
    "of a folder of real faces.",
)
@click.option(
    "--rounds",
    type=click.IntRange(0, 5),
    default=RENDER.rounds,
    show_default=True,
    help="Pilots of 32 faces that are rendered, audited and corrected for before matching.",
)
@click.option(
    "--num", type=click.IntRange(1, 1_000_000), help=f"How many faces [{RENDER.num}; all of --faces-of]."
)
@click.option(
    "--size",
    type=click.IntRange(32, 2048),
    help=f"Side of the picture in pixels [{RENDER.size}; as --faces-of].",
)
@click.option(
    "--seed",
    type=click.IntRange(0),
    default=RENDER.seed,
    show_default=True,
    help="The same seed gives the same faces.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path(RENDER.out),
    show_default=True,
    help="Dataset folder, or an address on an object store: s3://BUCKET/FACES.",
)
@click.option("--convention", help=f"Label convention of masks/ [{RENDER.convention}; as --faces-of].")
@click.option(
    "--quality",
    type=click.Choice(QUALITIES),
    help=f"Samples, strands and geometry of the renderer [{RENDER.quality}; as --faces-of].",
)
@click.option(
    "--workers",
    type=click.IntRange(1, 64),
    help="Processes, of matching too [one for each processor that memory has room for; 1 renders on a GPU]. "
    "The faces are the same.",
)
@click.option(
    "--device",
    default=RENDER.device,
    show_default=True,
    help="auto, cpu, cuda, optix, hip, oneapi or metal.",
)
@click.option(
    "--resume",
    type=click.Choice(RESUME),
    default=RENDER.resume,
    show_default=True,
    help="What to do with a folder that already holds part of this order.",
)
@click.option(
    "--shard",
    metavar="I/N",
    help="Render only part I (from 0) of N parts, as a job of a job array, into an --out of its own: "
    "`facegen merge` puts the parts together.",
)
@click.option(
    "--shard-size",
    type=click.IntRange(1, 1_000_000),
    help="Faces that are finished, recorded and retried together [256; as the folder].",
)
@click.option(
    "--storage",
    type=click.Choice(STORAGES),
    help="Each file of a face by itself, or a tar archive a shard (WebDataset) [as the folder, else files; "
    "tar on an object store].",
)
@click.option(
    "--backgrounds",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Photographs to stand behind the faces, in place of drawn scenes.",
)
@click.option("--set", "settings", multiple=True, metavar="ATTRIBUTE=VALUE", help=SET_HELP)
@click.option(
    "--without",
    multiple=True,
    type=click.Choice(["subsurface", "light", "camera", "occluders", "rare-wear", "rare-hair"]),
    help="Leave a part of the renderer out: scattering under the skin, varied light, the camera's faults; "
    "hands, things and hair before the face; the rarer headwear and clothes; the rarer hair styles, wind, "
    "wet hair and hair over the face (the nearest common kinds take their place).",
)
@click.option(
    "--faces-of",
    type=click.Path(path_type=Path),
    metavar="SET",
    help="Render the faces of a set again, with --set, --without or another --size.",
)
@click.option(
    "--engine",
    type=click.Choice(["local", "ray"]),
    default="local",
    show_default=True,
    help="Worker processes of this machine, or tasks on a Ray cluster: one a shard (extra: cluster).",
)
@click.option("--address", help="Of a running Ray cluster: auto, ray://HEAD:10001 [one on this machine].")
@click.option(
    "--gpus-per-task",
    type=click.FloatRange(0, 16),
    default=0.0,
    show_default=True,
    help="GPUs of a task of --engine ray; 0.5 lets two share one.",
)
@click.option("--json-progress", is_flag=True, help="Report progress as lines of JSON on the standard error.")
@click.option("--list-attributes", is_flag=True, help="Print every attribute, its default and its range.")
def command(
    match_dist: str | None,
    rounds: int,
    num: int | None,
    size: int | None,
    seed: int,
    out: Path,
    convention: str | None,
    quality: str | None,
    workers: int | None,
    device: str,
    resume: str,
    shard: str | None,
    shard_size: int | None,
    storage: str | None,
    backgrounds: Path | None,
    settings: tuple[str, ...],
    without: tuple[str, ...],
    faces_of: Path | None,
    engine: str,
    address: str | None,
    gpus_per_task: float,
    json_progress: bool,
    list_attributes: bool,
) -> None:
    """Render labelled synthetic faces into a dataset folder.

    \b
    facegen render --num 16                                   16 faces of the default prior
    facegen render --match-dist celebamaskhq --num 300        follow the shipped profile
    facegen render --match-dist celebamaskhq --rounds 1       the same, corrected by a pilot first
    facegen render --set hair.style=afro --set pose.yaw=-30:30
    facegen render --faces-of facegen-out --without subsurface --out plain-skin

    An interrupted run continues where it stopped when the same command is given again; a larger
    --num adds faces.
    """
    from facegen.cli.support import render_summary
    from facegen.cli.support.run_progress import run_progress
    from facegen.cli.support.terminal import Terminal

    console = Terminal(stderr=False, highlight=False)
    if list_attributes:
        render_summary.list_attributes(console)
        return
    from facegen.api.rendering import order_of, overrides_of
    from facegen.render.production.dataset_run import is_finished, plan, produce
    from facegen.render.production.order import indices_of
    from facegen.render.production.ray_engine import RayEngine

    with run_progress(console, json_progress) as progress:
        order = order_of(
            out, num=num, size=size, quality=quality, seed=seed, match_dist=match_dist, rounds=rounds,
            overrides=overrides_of(settings, without), convention=convention, backgrounds=backgrounds,
            faces=faces_of, workers=workers, device=device, resume=resume, progress=progress,
            shard=shard, shard_size=shard_size, storage=storage,
        )  # fmt: skip
    if engine == "ray":
        order = replace(order, engine=RayEngine(address, gpus=gpus_per_task))
    elif address is not None or gpus_per_task:
        raise click.UsageError("--address and --gpus-per-task belong to --engine ray")
    todo = plan(order)
    if not todo and is_finished(order):
        what = "" if order.part is None else f" of part {order.part}"
        number = len(indices_of(order))
        place = render_summary.place_of(order)
        console.print(f"{place}: all {number} faces{what} are there already", soft_wrap=True, markup=False)
        return
    source = f"{faces_of}, again" if faces_of else match_dist or "the default prior"
    render_summary.say_order(console, order, len(todo), source)
    with run_progress(console, json_progress) as progress:
        outcome = produce(order, progress)
    render_summary.print_summary(console, order, outcome)
    if outcome.failures:
        raise SystemExit(1)
