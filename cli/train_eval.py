"""`facegen train-eval`: what synthetic faces are worth on real photos, and where the loss comes from."""

from pathlib import Path
from typing import Any

import click

from facegen.cli.support.meaning import meaning, meaning_options
from facegen.cli.support.newest_set import newest_set
from facegen.cli.support.params import NumberList
from facegen.cpu_threads import wait_without_spinning
from facegen.parse.experiment.experiment_config import SEEDS, ExperimentConfig

NEEDS_REAL = """train-eval needs real faces with label maps: --real DIR.
  DIR may be
    - a folder with images/ and masks/ (class ids as pixel values, the same file names), or
    - a folder with train/ and test/ of that kind: the test part is then the test set, or
    - the official CelebAMask-HQ (CelebA-HQ-img/, CelebAMask-HQ-mask-anno/), from
      https://github.com/switchablenorms/CelebAMask-HQ (non-commercial research only).
  Example: facegen train-eval facegen-out --real path/to/celebamaskhq --quick"""
SET = click.Path(path_type=Path)
DEFAULTS = ExperimentConfig(real="")


@click.command()
@click.argument("sets", nargs=-1, type=SET, metavar="[SYNTH]...")
@click.option("--real", type=SET, help="Real faces with masks to train on.")
@click.option("--real-test", type=SET, help="Real faces to test on [test/ in --real].")
@meaning_options
@click.option("--default", multiple=True, type=SET, help="A set of the default prior (repeatable).")
@click.option("--matched", multiple=True, type=SET, help="A set matched to the real profile (repeatable).")
@click.option("--also", multiple=True, type=SET, help="A set of another kind to compare with (repeatable).")
@click.option("--num", type=int, help="Training images of every arm [the most that all sets offer].")
@click.option("--size", type=int, help="Working size in pixels [128 on a CPU, 256 on a GPU].")
@click.option("--seeds", type=click.IntRange(min=1), help=f"Trainings of every arm and set [{SEEDS}].")
@click.option("--device", default=DEFAULTS.device, show_default=True, help="auto, cpu, cuda or cuda:K.")
@click.option(
    "--devices",
    type=click.IntRange(min=1),
    default=DEFAULTS.devices,
    show_default=True,
    help="GPUs (or processes of a CPU) that share each training.",
)
@click.option(
    "--network",
    metavar="NAME",
    help="small, unet-lite0 (ImageNet weights of the extra pretrained), unet-resnet18 or other "
    "ARCHITECTURE-ENCODER of segmentation-models-pytorch [by the device].",
)
@click.option(
    "--encoder-weights",
    type=SET,
    metavar="FILE",
    help="Pretrained weights of the encoder, a state dict [unet-lite0: of the installed extra pretrained]; "
    "nothing is downloaded.",
)
@click.option("--steps", type=click.IntRange(min=1), help="Training steps [by the network].")
@click.option("--batch", type=click.IntRange(min=1), help="Images a step [by the network].")
@click.option(
    "--n",
    "curve_numbers",
    type=NumberList(1),
    default=(),
    help="Learning curve: numbers of images, 100,300,1000.",
)
@click.option(
    "--mix",
    "mix_numbers",
    type=NumberList(0),
    default=(),
    help="Curve: numbers of real images added to N synthetic ones, 0,50,100.",
)
@click.option(
    "--adapt-n",
    "adapter_numbers",
    type=NumberList(1),
    default=(),
    help="Label adapters on fewer pictures, 25,50,100.",
)
@click.option("--adapt-probabilities", "adapter_probabilities", is_flag=True,
              help="Also adapters that see class probabilities.")  # fmt: skip
@click.option(
    "--controls",
    is_flag=True,
    help="Also train on two halves of the real faces, and on real faces reweighted to the default set's "
    "distribution (four trainings).",
)
@click.option(
    "--unlabelled",
    type=SET,
    help="Real pictures without labels (none of the test set): one more arm learns from them, booked apart.",
)
@click.option("--onnx", is_flag=True, help="Write every arm's first parser as ONNX too.")
@click.option("--show-real", is_flag=True, help="Put the worst real test pictures into the page.")
@click.option("--out", type=SET, help="Run folder; an interrupted run continues there [./facegen-eval].")
@click.option("--quick", is_flag=True, help="A quarter of the steps, one seed: a first answer.")
def command(
    real: Path | None,
    sets: tuple[Path, ...],
    convention: str | None,
    classes: Path | None,
    **settings: Any,  # fields of ExperimentConfig
) -> None:
    """Train parsers on real faces and on each SYNTH with the same recipe and number of images, test them all
    on real faces, and split what synthetic training loses into distribution, labels and the rest.

    A SYNTH rendered with --match-dist counts as matched, another one as default; the split needs both, and
    they may differ in nothing but their distribution. Sets with a handwritten distribution, with --set or
    --without, and --faces-of another set are only compared. With two sets of one kind, rendered from two
    seeds, the intervals include the variation between sets. SYNTH is the newest ./facegen-out* where none
    is named.
    """
    settings["convention"] = meaning(convention, classes)
    if real is None:
        raise click.UsageError(NEEDS_REAL)
    wait_without_spinning()
    from facegen.cli.support.gap_tables import print_results
    from facegen.cli.support.terminal import Terminal
    from facegen.cli.support.training_progress import event_bars, say_on
    from facegen.parse.experiment.results_content import RESULTS_FILE
    from facegen.parse.experiment.run_experiment import run_experiment

    if not any((sets, settings["default"], settings["matched"], settings["also"])):
        sets = (newest_set(),)
    console = Terminal()
    with event_bars(console) as progress:
        results = run_experiment(ExperimentConfig(real=real, sets=sets, **settings), progress)
    print_results(console, results.content)
    say_on(console)(f"{results.folder / RESULTS_FILE}  {results.page}")
