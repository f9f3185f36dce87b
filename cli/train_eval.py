"""`facegen train-eval`: what synthetic faces are worth on real photos, and where the loss comes from."""

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from facegen.cli.support.newest_set import newest_set
from facegen.cli.support.omp import wait_without_spinning
from facegen.cli.support.params import NumberList
from facegen.cli.support.run_folder import ARGUMENTS_FILE, check_run_folder, fresh_folder
from facegen.cli.support.training_progress import load, training_bar

if TYPE_CHECKING:
    from facegen.parse.experiment.experiment_plan import Training

NEEDS_REAL = """train-eval needs real faces with label maps: --real DIR.
  DIR may be
    - a folder with images/ and masks/ (class ids as pixel values, named alike), or
    - a folder with train/ and test/ of that kind: the test part then judges, or
    - the official CelebAMask-HQ (CelebA-HQ-img/, CelebAMask-HQ-mask-anno/), from
      https://github.com/switchablenorms/CelebAMask-HQ (non-commercial research only).
  Example: facegen train-eval facegen-out --real path/to/celebamaskhq --quick"""
SEEDS, QUICK_SEEDS = 3, 1
SET = click.Path(path_type=Path)


@click.command()
@click.argument("synth", nargs=-1, type=SET)
@click.option("--real", type=SET, help="Real faces with masks to train on.")
@click.option("--real-test", type=SET, help="Real faces that judge [test/ in --real].")
@click.option(
    "--convention",
    default="celebamaskhq",
    show_default=True,
    help="What the ids of index masks mean where a set does not say.",
)
@click.option(
    "--default", "default_", multiple=True, type=SET, help="A set of the default prior (repeatable)."
)
@click.option("--matched", multiple=True, type=SET, help="A set matched to the real profile (repeatable).")
@click.option("--also", multiple=True, type=SET, help="A set of another kind, scored beside (repeatable).")
@click.option("--num", type=int, help="Training images of every arm [the most that all sets offer].")
@click.option("--size", type=int, help="Working size in pixels [128 on a CPU, 256 on a GPU].")
@click.option("--seeds", type=click.IntRange(min=1), help=f"Trainings of every arm and set [{SEEDS}].")
@click.option("--device", default="auto", show_default=True, help="auto, cpu, cuda or cuda:K.")
@click.option(
    "--devices",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    help="GPUs (or processes of a CPU) that share each training.",
)
@click.option(
    "--network",
    metavar="NAME",
    help="small, unet-resnet18 or other ARCHITECTURE-ENCODER of segmentation-models-pytorch [by the device].",
)
@click.option(
    "--encoder-weights",
    type=SET,
    metavar="FILE",
    help="Pretrained weights of the encoder, a state dict; nothing is downloaded.",
)
@click.option("--steps", type=click.IntRange(min=1), help="Training steps [by the network].")
@click.option("--batch", type=click.IntRange(min=1), help="Images a step [by the network].")
@click.option(
    "--n", "numbers", type=NumberList(1), default=(), help="Curve: numbers of images, 100,300,1000."
)
@click.option(
    "--mix", type=NumberList(0), default=(), help="Curve: real images beside N synthetic, 0,50,100."
)
@click.option(
    "--adapt-n", type=NumberList(1), default=(), help="Label adapters on fewer pictures, 25,50,100."
)
@click.option("--adapt-probabilities", is_flag=True, help="Also adapters that see class probabilities.")
@click.option(
    "--controls",
    is_flag=True,
    help="Also real half against half, and real by the default set's law (four trainings).",
)
@click.option("--onnx", is_flag=True, help="Write every arm's first parser as ONNX too.")
@click.option("--show-real", is_flag=True, help="Put the worst real test pictures into the page.")
@click.option("--out", type=SET, help="Run folder; an interrupted run goes on there.")
@click.option("--quick", is_flag=True, help="A quarter of the steps, one seed: a first answer.")
def command(
    synth: tuple[Path, ...],
    real: Path | None,
    real_test: Path | None,
    convention: str,
    default_: tuple[Path, ...],
    matched: tuple[Path, ...],
    also: tuple[Path, ...],
    num: int | None,
    size: int | None,
    seeds: int | None,
    device: str,
    devices: int,
    network: str | None,
    encoder_weights: Path | None,
    steps: int | None,
    batch: int | None,
    numbers: tuple[int, ...],
    mix: tuple[int, ...],
    adapt_n: tuple[int, ...],
    adapt_probabilities: bool,
    controls: bool,
    onnx: bool,
    show_real: bool,
    out: Path | None,
    quick: bool,
) -> None:
    """Train parsers on real faces and on each SYNTH, the same recipe and number of images, test them all on
    real faces, and split what synthetic training loses into distribution, labels and the rest.

    A SYNTH rendered with --match-dist counts as matched, another one as default; the split needs both, alike
    but for their law. Sets by a law written by hand, with --set or --without, and --faces-of another set are
    scored beside. Two sets of one kind, rendered from two seeds, put the draw of the set into the intervals.
    SYNTH is the newest ./facegen-out* where none is named.
    """
    if real is None:
        raise click.UsageError(NEEDS_REAL)
    wait_without_spinning()
    from rich.console import Console

    from facegen.cli.support.gap_inputs import (
        check_numbers,
        estimate,
        ingredients,
        real_by_law,
        slices_of,
        unseen,
    )
    from facegen.cli.support.gap_tables import print_results, say_on
    from facegen.datasets.conventions.label_conventions import convention as known_convention
    from facegen.datasets.io.files import write_json
    from facegen.datasets.layouts.open_set import open_set
    from facegen.parse.data.device import describe_device, gpu_memory, pick_device
    from facegen.parse.experiment.experiment_plan import make_plan
    from facegen.parse.experiment.real_sets import open_real, require_unseen
    from facegen.parse.experiment.recipes import adapter_recipe, recipe_for
    from facegen.parse.experiment.results import Run, results_json, write_results
    from facegen.parse.experiment.results_page import write_page
    from facegen.parse.experiment.run_plan import (
        FREE_MEMORY,
        common_number,
        missing,
        run_plan,
        study_adapters,
    )
    from facegen.parse.experiment.scoring_cache import Judge
    from facegen.parse.experiment.set_roles import assign, cautions
    from facegen.parse.inference.onnx_export import export_onnx, require_onnx
    from facegen.parse.metrics.validation_log import ValidationLook
    from facegen.parse.models.networks import check_torch_pair
    from facegen.parse.training.data_parallel import check_devices

    console = Console()
    check_torch_pair()
    if onnx:
        require_onnx()
    chosen = pick_device(device)
    recipe = recipe_for(chosen, network, size, steps, batch, quick, encoder_weights)
    check_devices(devices, chosen, recipe.batch)
    sets = open_real(real, real_test, known_convention(convention).name)
    named = any((synth, default_, matched, also))
    opened = [
        [open_set(path, convention=convention) for path in part] for part in (synth, default_, matched, also)
    ]
    roles = assign(*opened) if named else assign([open_set(newest_set())])
    require_unseen(sets, roles)
    count = common_number(sets.fit, [*roles], num)
    seeds = seeds or (QUICK_SEEDS if quick else SEEDS)
    check_numbers(sets, roles, numbers, mix, adapt_n)
    folder = out or fresh_folder()
    arguments: dict[str, Any] = {
        "default": [str(one.path) for one in roles.default],
        "matched": [str(one.path) for one in roles.matched],
        "also": [str(one.path) for one in roles.also],
        "real": str(real),
        "real_test": None if real_test is None else str(real_test),
        "convention": sets.fit.convention.name,
        "num": count,
        "seeds": seeds,
        "network": recipe.network,
        "encoder_weights": recipe.encoder_digest,
        "size": recipe.size,
        "steps": recipe.steps,
        "batch": recipe.batch,
        "devices": devices,
        "n": list(numbers),
        "mix": list(mix),
        "adapt_n": list(adapt_n),
        "controls": controls,
    }
    check_run_folder(folder, arguments)
    say = say_on(console)
    say(f"device {describe_device(chosen)}")
    say(
        f"network {recipe.network} at {recipe.size} px, {recipe.steps} steps of {recipe.batch}; "
        f"N = {count} images an arm, {seeds} seed(s); tested on {len(sets.test)} real faces: {sets.test_is}; "
        f"labels {sets.fit.convention.name}"
    )
    for part, which in (("default", roles.default), ("matched", roles.matched), ("beside", roles.also)):
        if which:
            say(f"{part}: {', '.join(str(one.path) for one in which)}")
    if not (roles.default and roles.matched):
        lacking = "matched set (facegen render --match-dist)" if roles.default else "set of the default prior"
        say(f"no {lacking} is given: the gap is measured but not split")
    for one in cautions(roles):
        say(one)

    top = max([count, *numbers])
    parts = ingredients(console, sets, roles, top, recipe.size)
    test, others = (load(console, one, recipe.size) for one in (sets.test, sets.adapter))
    judge = Judge(test, others, chosen, adapter_recipe(quick))
    look = ValidationLook(load(console, sets.validate, recipe.size), chosen)
    slices = slices_of(console, sets.test)
    law, law_faces = real_by_law(console, sets, roles) if controls else (None, None)
    plan = make_plan(parts, count, seeds, numbers, mix, controls, law)
    todo = missing(plan, folder, recipe, devices)
    write_json(folder / ARGUMENTS_FILE, arguments)
    estimate(console, plan.trainings(), todo, judge, recipe, folder, devices)
    began, title = time.perf_counter(), ""

    def on_start(one: "Training") -> None:
        nonlocal title
        title = one.title

    with training_bar(console, "training") as report:
        judged = run_plan(
            plan, judge, recipe, chosen, folder, look, on_start, lambda p: report(p, title), devices
        )
    with console.status("label adapters"):
        studies = study_adapters(plan, judge, recipe, chosen, folder, adapt_n, adapt_probabilities, devices)
    run = Run(
        plan, judged, studies, judge, recipe, sets.test_is, arguments, slices, law_faces, cautions(roles)
    )
    with console.status("intervals"):
        content = results_json(run, chosen, time.perf_counter() - began)
    write_results(folder, content, run)
    shown = {key: load(console, unseen(which[0], top), recipe.size) for key, _, which in roles.parts()}
    with gpu_memory(FREE_MEMORY):
        page = write_page(folder, content, run, shown, show_real, chosen)
    print_results(console, content)
    say(f"{folder / 'results.json'}  {page}")
    if onnx:
        for rows in plan.arms.values():
            say(str(export_onnx(folder / rows[0][0].name)))
