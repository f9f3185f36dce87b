"""`facegen bench train`: images a second of training, and what loading and augmenting cost of it."""

from pathlib import Path

import click

from facegen.cli.support.omp import wait_without_spinning

SYNTHETIC_SAMPLES = 256  # made-up tensors where no set is given: enough that gathering leaves the caches


@click.command()
@click.argument("faces", required=False, type=click.Path(path_type=Path))
@click.option("--size", type=int, help="Working size in pixels [by the network].")
@click.option("--device", default="auto", show_default=True, help="auto, cpu, cuda or cuda:K.")
@click.option("--network", help="small or unet-resnet18 [by the device].")
@click.option("--batch", type=click.IntRange(min=1), help="Images a step [by the network].")
@click.option(
    "--seconds", type=click.FloatRange(min=1), default=10.0, show_default=True, help="Time to measure."
)
@click.option("--out", type=click.Path(path_type=Path), help="JSON file to write.")
def command(
    faces: Path | None,
    size: int | None,
    device: str,
    network: str | None,
    batch: int | None,
    seconds: float,
    out: Path | None,
) -> None:
    """Images a second with the whole loader and with tensors that already lie on the device.

    FACES is a set of faces; without it the loader works on made-up tensors of the same kind.
    """
    wait_without_spinning()
    import numpy as np
    from rich.console import Console

    from facegen.cli.support.training_progress import load
    from facegen.datasets.conventions.public.celebamaskhq_labels import CELEBAMASKHQ
    from facegen.datasets.io.files import write_json
    from facegen.datasets.layouts.open_set import open_set
    from facegen.parse.data.device import describe_device, describe_machine, pick_device
    from facegen.parse.data.loaded_set import LoadedSet
    from facegen.parse.experiment.recipes import recipe_for
    from facegen.parse.models.networks import build_network, check_torch_pair, parameter_count
    from facegen.parse.training.throughput import measure_rate

    console = Console()
    check_torch_pair()
    chosen = pick_device(device)
    recipe = recipe_for(chosen, network, size, batch=batch)
    if faces is not None:
        data = load(console, open_set(faces), recipe.size)
    else:
        rng = np.random.default_rng(0)
        images = rng.integers(0, 256, (SYNTHETIC_SAMPLES, 3, recipe.size, recipe.size), dtype=np.uint8)
        masks = rng.integers(
            0, len(CELEBAMASKHQ.classes), (SYNTHETIC_SAMPLES, recipe.size, recipe.size), dtype=np.uint8
        )
        data = LoadedSet(
            "made-up tensors", CELEBAMASKHQ, [str(i) for i in range(SYNTHETIC_SAMPLES)], images, masks
        )
    rate = measure_rate(data, recipe, chosen, seconds)
    parameters = parameter_count(build_network(recipe.network, len(data.convention.classes), 0))
    click.echo(f"device {describe_device(chosen)}")
    click.echo(
        f"network {recipe.network} ({parameters / 1e6:.2f} M parameters), {recipe.size} px, "
        f"batch {recipe.batch}"
    )
    click.echo(f"whole loop on {data.name}: {rate.loop:.1f} images/s")
    click.echo(f"network alone, tensors on the device: {rate.network:.1f} images/s")
    click.echo(f"loader keeps {rate.loader_fraction:.0%} of the network's rate")
    if out is not None:
        content = {
            "machine": describe_machine(chosen),
            "network": recipe.network,
            "parameters": parameters,
            "size": recipe.size,
            "batch": recipe.batch,
            "data": data.name,
            "images_per_second": {"loop": rate.loop, "network": rate.network},
        }
        write_json(out, content)
