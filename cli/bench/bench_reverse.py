"""`facegen bench reverse`: a parser trained on real faces, run on renders."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from facegen.cli.support.newest_set import newest_set
from facegen.cli.support.training_progress import load, training_bar
from facegen.cpu_threads import wait_without_spinning

if TYPE_CHECKING:
    from rich.table import Table

    from facegen.parse.experiment.reverse_test import ReverseResult
    from facegen.parse.training.recipe import Recipe


@click.command()
@click.argument("synth", required=False, type=click.Path(path_type=Path))
@click.option("--real", required=True, type=click.Path(path_type=Path), help="Real faces with masks.")
@click.option("--real-test", type=click.Path(path_type=Path), help="Real test faces, as a second reference.")
@click.option("--size", type=int, default=128, show_default=True, help="Working size in pixels.")
@click.option("--device", default="auto", show_default=True, help="auto, cpu, cuda or cuda:K.")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("facegen-reverse"),
    show_default=True,
    help="Folder of reverse.json and worst.png.",
)
def command(
    synth: Path | None, real: Path, real_test: Path | None, size: int, device: str, out: Path
) -> None:
    """F1 and signed boundary offset of each class for a parser trained on real faces: on SYNTH, compared with
    real validation faces.

    A class that scores lower on renders looks unreal or follows another labelling habit. An offset above 0
    means that the parser draws the class larger than the render's label. SYNTH is the newest
    ./facegen-out* where none is named. The parser is trained on the first call and then kept in the user's
    cache.
    """
    wait_without_spinning()
    from facegen.cli.support.terminal import Terminal
    from facegen.datasets.io.files import write_json
    from facegen.datasets.layouts.open_set import open_set
    from facegen.parse.data.device import describe_device, describe_machine, pick_device
    from facegen.parse.experiment.estimate import duration
    from facegen.parse.experiment.real_sets import open_real
    from facegen.parse.experiment.reverse_test import (
        parser_folder,
        reverse_parser,
        reverse_recipe,
        reverse_test,
        write_worst,
    )
    from facegen.parse.models.networks import check_torch_pair
    from facegen.parse.training.throughput import measure_rate, seconds_for
    from facegen.parse.training.train import CHECKPOINT_FILE

    console = Terminal()
    check_torch_pair()
    chosen = pick_device(device)
    recipe = reverse_recipe(size)
    sets = open_real(real, real_test)
    faces = open_set(synth or newest_set())
    console.print(f"device {describe_device(chosen)}", soft_wrap=True, highlight=False)
    fit, validate = (load(console, one, size) for one in (sets.fit, sets.validate))
    if not (parser_folder(fit, recipe) / CHECKPOINT_FILE).exists():
        seconds = seconds_for(recipe, measure_rate(fit, recipe, chosen, 3.0))
        console.print(f"training the parser on {len(fit)} real faces, once: about {duration(seconds)}")
        with training_bar(console, "training on real") as report:
            parser, cached = reverse_parser(fit, recipe, chosen, on_progress=report)
    else:
        parser, cached = reverse_parser(fit, recipe, chosen)
    synthetic = load(console, faces, size)
    test = load(console, sets.test, size) if real_test is not None else None
    result = reverse_test(parser, synthetic, validate, test, chosen)
    content = {
        **result.as_json(),
        "machine": describe_machine(chosen),
        "synth": str(faces.path),
        "scored_at_px": size,
        "parser": _parser_facts(recipe, len(fit), cached),
    }
    write_json(out / "reverse.json", content)
    write_worst(out / "worst.png", result, synthetic)
    console.print(reverse_table(result, f"parser trained on {len(fit)} real faces, scored at {size} px"))
    worst = "  ".join(f"{name} ({value:.2f})" for name, value in result.synthetic.worst(6))
    console.print(f"worst renders: {worst}", soft_wrap=True, highlight=False)
    console.print(f"{out / 'reverse.json'}  {out / 'worst.png'}", soft_wrap=True, highlight=False)


def _parser_facts(recipe: "Recipe", images: int, cached: bool) -> dict[str, Any]:
    return {"network": recipe.network, "steps": recipe.steps, "fit_images": images, "cached": cached}


def reverse_table(result: "ReverseResult", title: str) -> "Table":
    """A row a class: F1 on real and on renders, their difference, boundary offsets."""
    import math

    from rich.table import Table

    from facegen.parse.metrics.scores import foreground_classes

    real, own = result.validate, result.synthetic
    table = Table(
        title=title,
        caption="offset in pixels, + = the parser draws the class larger than the label;\n"
        "means over the classes that all sets hold, core: without accessories",
    )
    table.add_column("class", no_wrap=True)
    table.add_column(f"F1 real ({len(real.ids)})", justify="right")
    if result.test is not None:
        table.add_column(f"F1 real test ({len(result.test.ids)})", justify="right")
    for name in (f"F1 renders ({len(own.ids)})", "loss", "offset real", "offset renders", "border found"):
        table.add_column(name, justify="right")

    def cell(value: float, form: str = ".3f") -> str:
        return "–" if math.isnan(value) else format(value, form)

    def row(name: str, real_f1: float, test_f1: float, own_f1: float, *offsets: str) -> None:
        between = [cell(test_f1)] if result.test is not None else []
        table.add_row(name, cell(real_f1), *between, cell(own_f1), cell(real_f1 - own_f1, "+.3f"), *offsets)

    offsets, found = (real.near_offsets(), own.near_offsets()), own.found()
    for i in foreground_classes(own.convention):
        tested = result.test.scores.f1[i] if result.test is not None else math.nan
        row(
            own.convention.classes[i],
            real.scores.f1[i],
            tested,
            own.scores.f1[i],
            *(cell(o[i], "+.2f") for o in offsets),
            cell(found[i], ".0%"),
        )
    table.add_section()
    for label, words in (("all", "mean"), ("core", "core")):
        count, means = result.common_means()[label]
        tested = means.get("test", math.nan)
        row(f"{words} of {count}", means["validate"], tested, means["synthetic"], "", "", "")
    return table
