"""Merging from Python: one dataset from the parts that the jobs of a job array rendered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from facegen.api.dataset import Dataset
from facegen.api.rendering import order_of, overrides_of
from facegen.datasets.errors import FacegenError
from facegen.datasets.io.files import fingerprint
from facegen.datasets.io.object_store import address_of, local_folder
from facegen.datasets.io.progress import ProgressCallback, ProgressEvent, ignore_progress, say
from facegen.datasets.layouts.open_set import open_set
from facegen.render.production import merge_parts
from facegen.render.production.dataset_run import produce
from facegen.render.production.order import Order
from facegen.render.production.set_summary import complete_summary
from facegen.render.production.shard_plan import RunPlan


def merge(
    parts: Sequence[str | Path], out: str | Path, *, progress: ProgressCallback = ignore_progress
) -> Dataset:
    """Put the parts of one plan together into a dataset folder.

    Every file is compared with the record of its shard, then linked or copied. The same order rendered in one
    run has the same bytes.

    Parameters
    ----------
    parts : sequence of path
        Folders, or addresses on an object store, that `facegen.render(..., shard="i/n")` wrote.
    out : path
        The new dataset folder.
    progress : callable, optional
        Called with a `ProgressEvent` of the stage "merge" after each shard.

    Returns
    -------
    Dataset

    Raises
    ------
    FacegenError : the folders are no parts of one plan, or a shard is missing or damaged.

    Examples
    --------
    >>> faces = facegen.merge(["part-0", "part-1"], "faces")  # doctest: +SKIP
    >>> len(faces)  # doctest: +SKIP
    512
    """
    folder = Path(out)
    if address_of(folder) is not None:
        raise FacegenError(f"{address_of(folder)}: merge into a folder, then copy it there")

    def step(done: int, total: int) -> None:
        progress(ProgressEvent("merge", "shards", done, total))

    plan = merge_parts.merge([local_folder(one) for one in parts], folder, step)
    if "distribution" not in plan.config:
        complete_summary(folder)
        return Dataset(open_set(folder))
    try:
        produce(_order_again(plan, folder, progress), progress)  # every sample is there: it reports only
    except FacegenError as error:
        complete_summary(folder)
        say(progress, f"the realised distribution is not reported: {error}")
    return Dataset(open_set(folder))


def _order_again(plan: RunPlan, out: Path, progress: ProgressCallback) -> Order:
    """The order of a plan; FacegenError where its config does not hold what it was made from."""
    config = plan.config
    order = order_of(
        out, num=plan.num, size=config["size"], quality=config["quality"], seed=config["seed"],
        match_dist=config["match_dist"], rounds=config["rounds"], overrides=overrides_of(config["set"], ()),
        convention=config["convention"], backgrounds=None, faces=None, workers=1, device="auto",
        resume="always", progress=progress,
    )  # fmt: skip
    if fingerprint(order.config()) != fingerprint(plan.config):
        raise FacegenError(f"give the render command again with --out {out} and without --shard")
    return replace(order, shard_size=plan.shard_size)
