"""How long the trainings of a run will take, from a few steps made now."""

import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from facegen.parse.adaptation.network_adapter import fit_adapter, one_hot
from facegen.parse.data.device import OutOfGpuMemory, gpu_memory
from facegen.parse.experiment.experiment_plan import Training
from facegen.parse.experiment.run_plan import FREE_MEMORY
from facegen.parse.experiment.scoring_cache import Scorer
from facegen.parse.training.recipe import Recipe
from facegen.parse.training.throughput import measure_rate, seconds_for

ESTIMATE_SECONDS = 3.0
ESTIMATE_STEPS = 4  # of an adapter


def estimate(
    trainings: Sequence[Training],
    todo: Sequence[Training],
    scorer: Scorer,
    recipe: Recipe,
    folder: Path,
    devices: int,
) -> str:
    """One line: how many trainings there are, how many of them are done, and how long the others will take.

    Parameters
    ----------
    trainings, todo : all trainings of the run, and those that the run folder lacks
    devices : GPUs that share each training
    """
    if not todo:
        return f"all {len(trainings)} trainings are there already; run folder {folder}"
    counted = f"{len(trainings)} trainings, {len(trainings) - len(todo)} of them there already"
    devices = devices if scorer.device.type == "cuda" else 1  # processes of a CPU share its cores
    part = replace(recipe, batch=recipe.batch // devices)
    try:
        rate = measure_rate(todo[0].data, part, scorer.device, ESTIMATE_SECONDS)
        with gpu_memory(FREE_MEMORY):
            adapter = _adapter_seconds(scorer)
    except OutOfGpuMemory:
        return f"{counted}; no estimate of their time: GPU memory is short; run folder {folder}"
    each = seconds_for(part, rate)
    alone = sum(not one.adapter for one in todo)
    return (
        f"{counted}; each about {duration(each)} ({devices * rate.loop:.0f} images/s) and "
        f"{duration(adapter)} for its label adapter{f', {alone} without one' if alone else ''}: "
        f"{duration(len(todo) * each + (len(todo) - alone) * adapter)} in all; run folder {folder}"
    )


def _adapter_seconds(scorer: Scorer) -> float:
    """Time of fitting one label adapter, from its first steps."""
    short = replace(scorer.recipe, steps=ESTIMATE_STEPS)
    masks, convention = np.asarray(scorer.adapter.masks[: short.batch]), scorer.test.convention
    began = time.perf_counter()
    filled = np.where(masks < len(convention.classes), masks, 0)
    fit_adapter(
        one_hot(filled, len(convention.classes), scorer.device), masks, convention, 0, scorer.device, short
    )
    return (time.perf_counter() - began) * scorer.recipe.steps / ESTIMATE_STEPS


def duration(seconds: float) -> str:
    """A length of time in words: 45 s, 12 min, 3.2 h."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
