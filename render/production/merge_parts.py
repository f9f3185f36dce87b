"""One dataset folder from the parts of a plan that the jobs of a job array rendered."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from facegen.datasets.errors import DiskError, FacegenError
from facegen.datasets.io.dataset_file import DATASET_FILE, read_dataset_json, write_dataset_json
from facegen.datasets.io.files import temporary_name
from facegen.datasets.io.folder_lock import LOCK_FILE, folder_lock
from facegen.datasets.io.object_store import remote_of
from facegen.datasets.io.shard_record import (
    ShardRecord,
    differing_files,
    is_recorded,
    read_record,
    write_record,
)
from facegen.render.production.matched_blocks import FOLDER as MATCHING
from facegen.render.production.order import FILES
from facegen.render.production.set_integrity import stored_plan
from facegen.render.production.shard_plan import RunPlan, Shard


def merge(
    parts: Sequence[Path], out: Path, progress: Callable[[int, int], object] = lambda d, t: None
) -> RunPlan:
    """Copy the shards of several folders into one, each checked against its record.

    Files are linked where the folders lie on one file system, so that nothing is stored twice. A stopped
    merge continues when it is called again. What is written of the whole set (`dataset.json` with "complete":
    false) is completed by the render command of the whole order, which finds every sample there.

    Parameters
    ----------
    parts : sequence of Path
        Folders of `facegen render --shard`, of one plan.
    out : Path
        The new dataset folder.
    progress : callable
        Called with the numbers of shards done and in all.

    Returns
    -------
    RunPlan

    Raises
    ------
    FacegenError : a folder is no part of the same plan, a shard is missing or damaged, or `out` holds
    something
        else. Shards that are whole are there already.
    """
    headers = {part: read_dataset_json(part) for part in parts}
    plan = _one_plan(headers)
    with folder_lock(out):
        _check_out(out, plan)
        first = next(iter(headers.values()))
        write_dataset_json(out, _header(first, plan, headers))
        missing = []
        for done, shard in enumerate(plan.shards(), start=1):
            if not _merge_shard(shard, parts, out, first["fingerprint"]):
                missing.append(shard)
            progress(done, plan.count)
        for part in parts:
            for path in sorted((part / MATCHING).glob("*.json")):
                _take(path, out / MATCHING / path.name)
    if missing:
        raise FacegenError(
            f"{out}: shard {missing[0].name} (samples {missing[0].start} to {missing[0].stop - 1}) and "
            f"{len(missing) - 1} others of {plan.count} are in none of the {len(parts)} folders: render "
            "them, then merge again"
        )
    return plan


def _one_plan(headers: dict[Path, dict[str, Any]]) -> RunPlan:
    if not headers:
        raise FacegenError("merge needs the folders of the parts")
    plans = {}
    for part, header in headers.items():
        stored = stored_plan(header)
        if stored is None:
            raise FacegenError(f"{part}: has no shards: it was rendered by an older facegen")
        plans[part] = stored[0]
    first, plan = next(iter(plans.items()))
    ways = {header.get("storage", FILES) for header in headers.values()}
    if len(ways) > 1:
        raise FacegenError("some parts hold files and some archives: render all with one --storage")
    for part, other in plans.items():
        if other.digest != plan.digest:
            ours, theirs = {**plan.to_dict(), **plan.config}, {**other.to_dict(), **other.config}
            differs = sorted(key for key in {*ours, *theirs} - {"config"} if ours.get(key) != theirs.get(key))
            raise FacegenError(f"{part}: is of another order than {first} (differs in {', '.join(differs)})")
    return plan


def _check_out(out: Path, plan: RunPlan) -> None:
    if (out / DATASET_FILE).is_file():
        stored = stored_plan(read_dataset_json(out))
        if stored is None or stored[0].digest != plan.digest or stored[1] is not None:
            raise FacegenError(f"{out}: holds another dataset: choose another --out")
    elif any(path.name != LOCK_FILE for path in out.iterdir()):
        raise FacegenError(f"{out}: not empty and no facegen dataset: choose another --out")


def _header(first: dict[str, Any], plan: RunPlan, headers: dict[Path, dict[str, Any]]) -> dict[str, Any]:
    """dataset.json of the whole set, not complete."""
    failures = {name: why for one in headers.values() for name, why in one["failures"].items()}
    return first | {
        "plan": plan.digest,
        "part": None,
        "complete": False,
        "rendered": 0,
        "failures": failures,
        "target": None,
        "timing": None,
        "matching": None,
    }


def _merge_shard(shard: Shard, parts: Sequence[Path], out: Path, mark: str) -> bool:
    """Copy a shard from the first folder that holds it whole; whether there is one.

    Raises
    ------
    FacegenError : the only folders that hold it have damaged files.
    """
    if is_recorded(out, shard.number, shard.start, shard.stop, mark):
        return True
    damage = ""
    for part in parts:
        if not is_recorded(part, shard.number, shard.start, shard.stop, mark):
            continue
        record = read_record(part, shard.number)
        assert record is not None
        wrong = next(differing_files(part, record, hashes=True), None)
        if wrong is None:
            _copy_shard(part, out, record)
            return True
        damage = damage or f"{part / wrong[0]}: {wrong[1]}: run `facegen render` there again"
    if damage:
        raise FacegenError(damage)
    return False


def _copy_shard(part: Path, out: Path, record: ShardRecord) -> None:
    remote = remote_of(part)
    for name in record.on_disk:
        if remote is not None and not (part / name).exists():
            remote.store.fetch(name, out / name)
        else:
            _take(part / name, out / name)
    write_record(out, record)


def _take(source: Path, target: Path) -> None:
    """Link or copy a file under a temporary name, then rename it."""
    temporary = target.with_name(temporary_name(target.name))
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            temporary.hardlink_to(source)
        except OSError:  # another file system, or one without links
            shutil.copyfile(source, temporary)
            with temporary.open("rb") as file:
                os.fsync(file.fileno())
        temporary.replace(target)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise DiskError(
            f"{target}: cannot be written ({error.strerror}): make room, then merge again"
        ) from None
