"""`facegen bench oracles`: what each factor would be worth if it were drawn as in photographs."""

from pathlib import Path

import click

from facegen.cli.support.newest_set import newest_set
from facegen.cpu_threads import wait_without_spinning


def _names(context: click.Context, parameter: click.Parameter, value: str | None) -> list[str] | None:
    return None if value is None else [one.strip() for one in value.split(",") if one.strip()]


@click.command()
@click.argument("synth", required=False, type=click.Path(path_type=Path))
@click.option("--real", required=True, type=click.Path(path_type=Path), help="Real faces with masks.")
@click.option("--only", callback=_names, metavar="NAMES", help="Oracles to run, by commas [all].")
@click.option("--losses", is_flag=True, help="Train also on real faces with the synthetic factor.")
@click.option("--num", type=click.IntRange(min=1), help="Training pictures [as many as both sets offer].")
@click.option("--seeds", type=click.IntRange(min=1), default=2, show_default=True, help="Trainings an arm.")
@click.option("--size", type=int, help="Working size in pixels [by the network].")
@click.option("--network", help="small, unet-lite0 or another network of train-eval [by the device].")
@click.option("--steps", type=click.IntRange(min=1), help="Training steps [by the network].")
@click.option("--batch", type=click.IntRange(min=1), help="Images a step [by the network].")
@click.option("--device", default="auto", show_default=True, help="auto, cpu, cuda or cuda:K.")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("facegen-oracles"),
    show_default=True,
    help="Folder of oracles.json and the trainings; an interrupted run continues there.",
)
@click.pass_context
def command(
    context: click.Context,
    synth: Path | None,
    real: Path,
    only: list[str] | None,
    losses: bool,
    num: int | None,
    seeds: int,
    size: int | None,
    network: str | None,
    steps: int | None,
    batch: int | None,
    device: str,
    out: Path,
) -> None:
    """Exchange one factor of SYNTH for that of real faces, train the same network, and score it on real ones.

    Each oracle exchanges one factor: colours, texture of a part, layout, borders, shadows, spectrum. All are
    scored on the validation and adapter parts of the real training set, on which nothing is trained; its test
    part is not touched. Only figures are written. SYNTH is the newest ./facegen-out* where none is named.
    """
    wait_without_spinning()
    from facegen.cli.support.oracle_table import oracle_table
    from facegen.cli.support.provenance import provenance
    from facegen.cli.support.terminal import Terminal
    from facegen.cli.support.training_progress import event_bars
    from facegen.datasets.io.files import write_json
    from facegen.datasets.layouts.open_set import open_set
    from facegen.parse.data.device import pick_device
    from facegen.parse.data.loaded_set import join, load_reported
    from facegen.parse.experiment.oracle_registry import ORACLES
    from facegen.parse.experiment.real_sets import choose, open_real
    from facegen.parse.experiment.recipes import recipe_for
    from facegen.parse.experiment.run_oracles import OracleRun, run_oracles
    from facegen.parse.experiment.run_plan import common_number

    console = Terminal()
    chosen = pick_device(device)
    recipe = recipe_for(chosen, network, size, steps, batch)
    sets, faces = open_real(real), open_set(synth or newest_set())
    count = common_number(sets.fit, [faces], num)
    with event_bars(console) as progress:
        fit, own, validate, adapter = (
            load_reported(one, recipe.size, progress)
            for one in (choose(sets.fit, count), choose(faces, count), sets.validate, sets.adapter)
        )
        hidden = join("hidden real faces", [one for one in (validate, adapter) if len(one)])
        run = OracleRun(fit, own, hidden, only or list(ORACLES), recipe, seeds, losses, chosen, out)
        content = run_oracles(run, progress)
    write_json(out / "oracles.json", {**provenance(context), **content})
    console.print(oracle_table(content))
    console.print(str(out / "oracles.json"), soft_wrap=True, highlight=False)
