"""What `facegen train-eval` needs before it trains: decoded sets, attributes, an estimate of time."""

import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from rich.console import Console

from facegen.audit.measure_dataset import CONVENTION
from facegen.audit.measures.measure_table import BY_NAME
from facegen.audit.measures.schema import Table
from facegen.cli.support.gap_tables import say_on
from facegen.cli.support.measuring import measured
from facegen.cli.support.training_progress import duration, load
from facegen.datasets.errors import FacegenError
from facegen.datasets.layouts.face_set import FaceSet
from facegen.parse.adaptation.network_adapter import fit_adapter, one_hot
from facegen.parse.data.device import OutOfGpuMemory, gpu_memory
from facegen.parse.experiment.experiment_plan import Ingredients, Training
from facegen.parse.experiment.real_sets import RealSets, choose, nested_order
from facegen.parse.experiment.reweighting import effective_number, law_weights
from facegen.parse.experiment.run_plan import FREE_MEMORY
from facegen.parse.experiment.scoring_cache import Judge
from facegen.parse.experiment.set_roles import Roles
from facegen.parse.experiment.slices import Slice, make_slices
from facegen.parse.training.throughput import measure_rate, seconds_for
from facegen.parse.training.trainer import Recipe

ESTIMATE_SECONDS = 3.0
ESTIMATE_STEPS = 4  # of an adapter
SHOWN = 6  # synthetic faces of each kind in the page


def check_numbers(
    sets: RealSets, roles: Roles, numbers: Sequence[int], mix: Sequence[int], adapt_n: Sequence[int]
) -> None:
    """FacegenError where a curve has no set, or asks for more than one offers, before anything is trained."""
    for option, asked in (("--n", numbers), ("--mix", mix)):
        if asked and not (roles.default or roles.matched):
            raise FacegenError(
                f"{option}: a curve needs a set of the default prior or a matched one; give one with "
                "--default or --matched"
            )
    for first in (part[0] for part in (roles.default, roles.matched) if part):
        if numbers and max(numbers) > len(first):
            raise FacegenError(f"--n {max(numbers)}: {first.path} offers {len(first)} samples")
    if mix and max(mix) > len(sets.fit):
        raise FacegenError(f"--mix {max(mix)}: {sets.fit.path} offers {len(sets.fit)} faces to fit")
    if adapt_n and max(adapt_n) > len(sets.adapter):
        raise FacegenError(f"--adapt-n {max(adapt_n)}: {len(sets.adapter)} faces are kept for the adapter")


def ingredients(console: Console, sets: RealSets, roles: Roles, most: int, size: int) -> Ingredients:
    """Decode what is trained on; of a synthetic set at most `most` samples."""
    synthetic, titles = {}, {}
    for key, title, which in roles.parts():
        synthetic[key] = [load(console, choose(one, min(most, len(one))), size) for one in which]
        titles[key] = title
    return Ingredients(load(console, sets.fit, size), synthetic, titles)


def unseen(faces: FaceSet, used: int) -> FaceSet:
    """A few samples to show, those that no training saw where the set holds more than `used`."""
    order = nested_order(faces.ids)
    return faces.subset((order[used:] or order)[:SHOWN])


def estimate(
    console: Console,
    trainings: Sequence[Training],
    todo: Sequence[Training],
    judge: Judge,
    recipe: Recipe,
    folder: Path,
    devices: int,
) -> None:
    """Say how many trainings there are, which are done already, and how long the others will take."""
    say = say_on(console)
    if not todo:
        say(f"all {len(trainings)} trainings are there already; run folder {folder}")
        return
    counted = f"{len(trainings)} trainings, {len(trainings) - len(todo)} of them there already"
    devices = devices if judge.device.type == "cuda" else 1  # processes of a CPU share its cores
    share = replace(recipe, batch=recipe.batch // devices)
    try:
        rate = measure_rate(todo[0].data, share, judge.device, ESTIMATE_SECONDS)
        with gpu_memory(FREE_MEMORY):
            adapter = _adapter_seconds(judge)
    except OutOfGpuMemory:
        say(f"{counted}; no estimate of their time: GPU memory is short; run folder {folder}")
        return
    each = seconds_for(share, rate)
    alone = sum(not one.adapter for one in todo)
    say(
        f"{counted}; each about {duration(each)} ({devices * rate.loop:.0f} images/s) and "
        f"{duration(adapter)} for its label adapter{f', {alone} without one' if alone else ''}: "
        f"{duration(len(todo) * each + (len(todo) - alone) * adapter)} in all; run folder {folder}"
    )


def _adapter_seconds(judge: Judge) -> float:
    """Time of fitting one label adapter, from its first steps."""
    short = replace(judge.recipe, steps=ESTIMATE_STEPS)
    masks, convention = np.asarray(judge.adapter.masks[: short.batch]), judge.test.convention
    began = time.perf_counter()
    filled = np.where(masks < len(convention.classes), masks, 0)
    fit_adapter(
        one_hot(filled, len(convention.classes), judge.device), masks, convention, 0, judge.device, short
    )
    return (time.perf_counter() - began) * judge.recipe.steps / ESTIMATE_STEPS


def attributes_of(console: Console, faces: FaceSet, lost: str) -> Table | None:
    """All attributes of a set; None, and said what is lost, where its convention cannot be measured."""
    if faces.convention.name != CONVENTION:
        say_on(console)(f"{faces.path}: attributes are measured on {CONVENTION} masks only: {lost}")
        return None
    return measured(faces, None, console).attributes


def slices_of(console: Console, test: FaceSet) -> list[Slice] | None:
    """The parts of the test set; None where its attributes cannot be measured."""
    table = attributes_of(console, test, "no slices")
    return None if table is None else make_slices(table.names, table.values)


def real_by_law(
    console: Console, sets: RealSets, roles: Roles
) -> tuple[np.ndarray, float] | tuple[None, None]:
    """Chances (len(sets.fit),) of the real faces by the content law of the first default set, and how many
    faces they are worth; None, said aloud, where there is no such law."""
    lost = "no control by the default set's law"
    if not roles.default:
        say_on(console)(f"no set of the default prior is given: {lost}")
        return None, None
    real = attributes_of(console, sets.fit, lost)
    synthetic = None if real is None else attributes_of(console, roles.default[0], lost)
    if real is None or synthetic is None:
        return None, None
    content = [name for name, one in BY_NAME.items() if one.content and one.matchable]
    weights = law_weights(real.columns(content), synthetic.columns(content))
    return weights, effective_number(weights)
