"""`facegen train-eval`: what a synthetic set is worth, by training on it and testing on real photos."""

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from facegen.cli.newest import newest_set
from facegen.cli.threads import wait_without_spinning
from facegen.cli.training_bar import duration, load, training_bar
from facegen.datasets.errors import FacegenError

if TYPE_CHECKING:
    from rich.table import Table

    from facegen.parse.train_eval import ArmResult

NEEDS_REAL = """train-eval needs real faces with label maps: --real DIR.
  DIR may be
    - a folder with images/ and masks/ (class ids as pixel values, named alike), or
    - a folder with train/ and test/ of that kind: the test part then judges, or
    - the official CelebAMask-HQ (CelebA-HQ-img/, CelebAMask-HQ-mask-anno/), from
      https://github.com/switchablenorms/CelebAMask-HQ (non-commercial research only).
  Example: facegen train-eval facegen-out --real path/to/celebamaskhq --quick"""
ESTIMATE_SECONDS = 3.0
ARGUMENTS_FILE = "args.json"


@click.command()
@click.argument("synth", nargs=-1, type=click.Path(path_type=Path))
@click.option("--real", type=click.Path(path_type=Path), help="Real faces with masks to train on.")
@click.option("--real-test", type=click.Path(path_type=Path), help="Real faces that judge [test/ in --real].")
@click.option("--num", type=int, help="Training images of every arm [the most that all sets offer].")
@click.option("--size", type=int, help="Working size in pixels [128 on a CPU, 256 on a GPU].")
@click.option(
    "--seeds", type=click.IntRange(min=1), default=1, show_default=True, help="Trainings of every arm."
)
@click.option("--device", default="auto", show_default=True, help="auto, cpu, cuda or cuda:K.")
@click.option("--network", help="small or unet-resnet18 [by the device].")
@click.option("--steps", type=click.IntRange(min=1), help="Training steps [by the network].")
@click.option("--batch", type=click.IntRange(min=1), help="Images a step [by the network].")
@click.option("--out", type=click.Path(path_type=Path), help="Run folder; an interrupted run goes on there.")
@click.option("--quick", is_flag=True, help="A quarter of the steps: a first answer.")
def command(
    synth: tuple[Path, ...],
    real: Path | None,
    real_test: Path | None,
    num: int | None,
    size: int | None,
    seeds: int,
    device: str,
    network: str | None,
    steps: int | None,
    batch: int | None,
    out: Path | None,
    quick: bool,
) -> None:
    """Train one parser on real faces and one on each SYNTH, with the same recipe and number of images, and
    test them all on real faces.

    SYNTH is the newest ./facegen-out* where none is named.
    """
    if real is None:
        raise click.UsageError(NEEDS_REAL)
    wait_without_spinning()
    from rich.console import Console

    from facegen.datasets.files import write_json
    from facegen.datasets.readers import open_set
    from facegen.parse.device import describe_device, pick_device
    from facegen.parse.networks import check_torch_pair
    from facegen.parse.real import choose, open_real
    from facegen.parse.recipes import recipe_for
    from facegen.parse.speed import measure_rate, seconds_for
    from facegen.parse.train_eval import REAL_ARM, Arm, common_number, results_json, run_arms, write_results

    console = Console()
    check_torch_pair()
    chosen = pick_device(device)
    recipe = recipe_for(chosen, network, size, steps, batch, quick)
    sets = open_real(real, real_test)
    synthetic = [open_set(path) for path in (synth or (newest_set(),))]
    count = common_number(sets, synthetic, num)
    folder = out or fresh_folder()
    arguments: dict[str, Any] = {
        "synth": [str(one.path) for one in synthetic],
        "real": str(real),
        "real_test": None if real_test is None else str(real_test),
        "num": count,
        "seeds": seeds,
        "network": recipe.network,
        "size": recipe.size,
        "steps": recipe.steps,
        "batch": recipe.batch,
    }
    check_run_folder(folder, arguments)
    console.print(f"device {describe_device(chosen)}", soft_wrap=True, highlight=False)
    console.print(
        f"network {recipe.network} at {recipe.size} px, {recipe.steps} steps of {recipe.batch}; "
        f"N = {count} images an arm, {seeds} seed(s); tested on {len(sets.test)} real faces: {sets.test_is}",
        soft_wrap=True,
        highlight=False,
    )
    arms = [
        Arm(REAL_ARM, "real", load(console, choose(sets.fit, count), recipe.size)),
        *(
            Arm(f"S{k}", one.name, load(console, choose(one, count), recipe.size))
            for k, one in enumerate(synthetic, 1)
        ),
    ]
    test = load(console, sets.test, recipe.size)
    rate = measure_rate(arms[0].data, recipe, chosen, ESTIMATE_SECONDS)
    trainings = len(arms) * seeds
    console.print(
        f"{trainings} trainings of about {duration(seconds_for(recipe, rate))} ({rate.loop:.0f} images/s): "
        f"{duration(trainings * seconds_for(recipe, rate))} in all; run folder {folder}",
        soft_wrap=True,
        highlight=False,
    )
    write_json(folder / ARGUMENTS_FILE, arguments)
    began, title = time.perf_counter(), ""

    def on_start(arm: Arm, seed: int) -> None:
        nonlocal title
        title = f"{arm.title}, seed {seed}"

    results: list[ArmResult] = []
    with training_bar(console, "training") as report:
        results = run_arms(arms, test, recipe, seeds, chosen, folder, on_start, lambda p: report(p, title))
    content = results_json(results, sets, recipe, chosen, arguments, time.perf_counter() - began)
    write_results(folder, content, results)
    console.print(
        result_table(
            results, f"F1 on {len(sets.test)} real faces ({sets.test_is}), scored at {recipe.size} px"
        )
    )
    for arm in content["arms"]:
        absent = arm["runs"][0]["not_measured"]
        if absent:
            console.print(f"not in the test set, left out of the means: {', '.join(absent)}", soft_wrap=True)
            break
    console.print(f"{folder / 'results.json'}", soft_wrap=True, highlight=False)


def fresh_folder() -> Path:
    """./facegen-eval, or the first facegen-eval-K that does not exist."""
    folder, k = Path("facegen-eval"), 1
    while folder.exists():
        k += 1
        folder = Path(f"facegen-eval-{k}")
    return folder


def check_run_folder(folder: Path, arguments: dict[str, Any]) -> None:
    """FacegenError where a folder holds a run of other arguments: going on there would mix two runs."""
    from facegen.datasets.files import read_json

    file = folder / ARGUMENTS_FILE
    if file.exists():
        other = read_json(file)
        differing = sorted(key for key in {*other, *arguments} if other.get(key) != arguments.get(key))
        if differing:
            raise FacegenError(f"{folder} holds a run of other {', '.join(differing)}: choose another --out")
    elif folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise FacegenError(f"{folder} holds something else than a run of train-eval: choose another --out")


def result_table(results: "list[ArmResult]", title: str) -> "Table":
    """F1 a class: real, each synthetic set, and real minus synthetic; means at the end."""
    import numpy as np
    from rich.table import Table

    from facegen.parse.scores import foreground_classes
    from facegen.parse.train_eval import REAL_ARM, class_table

    scores = class_table(results)
    titles = {one.arm.key: one.arm.title for one in results}
    convention = results[0].evaluation.convention
    foreground = foreground_classes(convention)
    classes = len(convention.classes)
    core = len(foreground_classes(convention, accessories=False))
    rows = [(convention.classes[i], i) for i in foreground]
    rows += [(f"mean of {len(foreground)}", classes)]
    if core < len(foreground):
        rows += [(f"mean of {core}, no accessories", classes + 1)]
    rows += [("mIoU", classes + 2)]

    def cell(values: np.ndarray, sign: str = "") -> str:
        if np.isnan(values).any():
            return "–"
        spread = f" ±{values.std(ddof=1):.3f}" if len(values) > 1 else ""
        return f"{values.mean():{sign}.3f}{spread}"

    table = Table(title=title)
    table.add_column("class", no_wrap=True)
    table.add_column("trained on real", justify="right")
    others = [key for key in scores if key != REAL_ARM]
    for key in others:
        table.add_column(f"trained on {titles[key]}", justify="right")
        table.add_column("real − synthetic", justify="right")
    for label, column in rows:
        real = scores[REAL_ARM][:, column]
        cells = [cell(real)]
        for key in others:
            own = scores[key][:, column]
            cells += [cell(own), cell(real - own, "+")]
        if column == classes:
            table.add_section()
        table.add_row(label, *cells)
    return table
