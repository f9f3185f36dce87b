"""`facegen bench train`: images a second of training, and what loading and augmenting cost of it."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from facegen.cli.support.say import say
from facegen.cpu_threads import wait_without_spinning

if TYPE_CHECKING:
    from facegen.parse.data.loaded_set import LoadedSet

SYNTHETIC_SAMPLES = 256  # random tensors where no set is given: too many for the processor's caches


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

    FACES is a set of faces; without it the loader works on random tensors of the same shape.
    """
    wait_without_spinning()
    from facegen.cli.support.terminal import Terminal
    from facegen.cli.support.training_progress import load
    from facegen.datasets.io.files import write_json
    from facegen.datasets.layouts.open_set import open_set
    from facegen.parse.data.device import describe_device, describe_machine, pick_device
    from facegen.parse.experiment.recipes import recipe_for
    from facegen.parse.models.networks import build_network, check_torch_pair, parameter_count
    from facegen.parse.training.throughput import measure_rate

    console = Terminal()
    check_torch_pair()
    chosen = pick_device(device)
    recipe = recipe_for(chosen, network, size, batch=batch)
    data = load(console, open_set(faces), recipe.size) if faces is not None else _random_tensors(recipe.size)
    rate = measure_rate(data, recipe, chosen, seconds)
    parameters = parameter_count(build_network(recipe.network, len(data.convention.classes), 0))
    say(f"device {describe_device(chosen)}")
    say(
        f"network {recipe.network} ({parameters / 1e6:.2f} M parameters), {recipe.size} px, "
        f"batch {recipe.batch}"
    )
    say(f"whole loop on {data.name}: {rate.loop:.1f} images/s")
    say(f"network alone, tensors on the device: {rate.network:.1f} images/s")
    say(f"the loader reaches {rate.loader_fraction:.0%} of the network's rate")
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


def _random_tensors(size: int) -> "LoadedSet":
    """A set of random pictures and labels."""
    import numpy as np

    from facegen.datasets.conventions.public.celebamaskhq_labels import CELEBAMASKHQ
    from facegen.parse.data.loaded_set import LoadedSet

    rng, classes = np.random.default_rng(0), len(CELEBAMASKHQ.classes)
    images = rng.integers(0, 256, (SYNTHETIC_SAMPLES, 3, size, size), dtype=np.uint8)
    masks = rng.integers(0, classes, (SYNTHETIC_SAMPLES, size, size), dtype=np.uint8)
    ids = [str(i) for i in range(SYNTHETIC_SAMPLES)]
    return LoadedSet("random tensors", CELEBAMASKHQ, ids, images, masks)
