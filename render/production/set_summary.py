"""What dataset.json and the table of attributes say of a set, at the start of a run and at its end."""

from __future__ import annotations

import platform
import statistics
from array import array
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from facegen.assets.ledger import LEDGER
from facegen.datasets.io.dataset_file import (
    ATTRIBUTES_FILE,
    DATASET_FILE,
    attribute_table,
    joined,
    read_dataset_json,
    read_table,
    write_attributes,
    write_dataset_json,
    write_table,
)
from facegen.datasets.io.files import fingerprint
from facegen.datasets.io.images import read_index
from facegen.datasets.io.sample import sample_name
from facegen.datasets.io.stored_samples import StoredSamples
from facegen.render.matching.distribution_report import add_rendered, describe_target
from facegen.render.matching.label_preview import CONVENTION
from facegen.render.matching.matcher import rows_of
from facegen.render.production.done_samples import Done
from facegen.render.production.matched_blocks import stored_specs
from facegen.render.production.order import FILES, TAR, Order, indices_of, run_plan
from facegen.render.production.worker_pool import Outcome


def write_summary(
    order: Order,
    outcome: Outcome,
    complete: bool,
    target: Mapping[str, Any] | None = None,
    matching: Mapping[str, Any] | None = None,
) -> None:
    """Write dataset.json at the start of a run and at its end, and the table of attributes once there is one.

    What this run has no new value of is kept from the file that is there.
    """
    out = Path(order.job.out)
    old = read_dataset_json(out) if (out / DATASET_FILE).is_file() else {}
    own = indices_of(order)
    samples = StoredSamples(out)
    done = [i for i in own if samples.is_done(sample_name(i))]
    if done and (complete or outcome.done):
        _write_attributes(samples, done)
    shards = run_plan(order)
    config = dict(shards.config)
    write_dataset_json(
        out,
        {
            "seed": order.seed,
            "size": order.job.size,
            "num": order.num,
            "convention": order.job.convention,
            "profile": order.profile_name,
            "handwritten_profile": bool(order.profile and order.profile.handwritten),
            "fingerprint": fingerprint(config),
            "config": config,
            "shard_size": shards.shard_size,
            "plan": shards.digest,
            "part": None if order.part is None else str(order.part),
            "storage": TAR if order.packed else FILES,
            "complete": complete and len(done) == len(own),
            "rendered": len(done),
            "target": target or old.get("target") or describe_target(order.profile),
            "ledger": LEDGER,
            "failures": _failures(own, done, old.get("failures", {}), outcome),
            "timing": timing(outcome.done.values()) or old.get("timing"),
            "matching": matching or old.get("matching"),
            "device": outcome.device or old.get("device", ""),
            "python": platform.python_version(),
        },
    )


def complete_summary(out: Path) -> None:
    """Write the table of attributes and the counts of dataset.json from the samples of a folder alone.

    Raises
    ------
    FacegenError : dataset.json or a sample cannot be read.
    """
    header = read_dataset_json(out)
    samples = StoredSamples(out)
    done = [index for index in range(header["num"]) if samples.is_done(sample_name(index))]
    there = {sample_name(index) for index in done}
    failures = {name: why for name, why in header["failures"].items() if name not in there}
    if done:
        _write_attributes(samples, done)
    whole = len(done) == header["num"]
    write_dataset_json(out, header | {"rendered": len(done), "complete": whole, "failures": failures})


def _write_attributes(samples: StoredSamples, done: list[int]) -> None:
    """Write the table of attributes; rows of packed shards come from the tables of these."""
    names = [sample_name(i) for i in done]
    tables = [read_table(samples.root / name) for name in samples.tables]
    loose = [name for name in names if samples.loose_file("meta", name) is not None]
    rows = (samples.meta(name)["attributes"] for name in loose)
    if not tables:
        write_attributes(samples.root, loose, rows)
        return
    table = joined([*tables, *([attribute_table(loose, rows)] if loose else [])])
    write_table(samples.root / ATTRIBUTES_FILE, table.sort_by("name"))


def _failures(own: range, done: list[int], old: Mapping[str, str], outcome: Outcome) -> dict[str, str]:
    """Failures of this run, and older ones of samples that are still missing."""
    missing = {sample_name(i) for i in {*own} - {*done}}
    lasting = {name: why for name, why in old.items() if name in missing}
    return lasting | {sample_name(i): why for i, why in outcome.failures.items()}


def timing(answers: Iterable[Done]) -> dict[str, Any] | None:
    """What samples took, for dataset.json.

    Parameters
    ----------
    answers : iterable of Done

    Returns
    -------
    dict or None
        Median and 90th percentile of seconds a sample, median seconds of every stage, and the peak memory of
        a worker in MB; None without answers.
    """
    seconds, peak = array("d"), 0
    stages: dict[str, array[float]] = {}
    for answer in answers:
        seconds.append(answer.seconds)
        peak = max(peak, answer.rss_mb)
        for name, value in answer.timing.items():
            stages.setdefault(name, array("d")).append(value)
    if not seconds:
        return None
    return {
        "samples": len(seconds),
        "median_s": statistics.median(seconds),
        "p90_s": float(np.quantile(seconds, 0.9)),
        "stages_median_s": {name: statistics.median(column) for name, column in stages.items()},
        "peak_rss_mb": peak,
    }


def add_measured(order: Order, target: dict[str, Any] | None) -> None:
    """Write into the target what the finished masks show, where they are in the audit's convention."""
    if target is None or order.profile is None or order.job.convention != CONVENTION:
        return
    samples = StoredSamples(Path(order.job.out))
    done = [i for i in range(order.num) if samples.is_done(sample_name(i))]
    columns = rows_of(order.profile, order.num, order.seed)
    rows = {name: column[done] for name, column in columns.items()}
    masks = (read_index(*samples.read("masks", sample_name(i))) for i in done)
    add_rendered(target, rows, stored_specs(order.job, done, fingerprint(order.config())), masks)
