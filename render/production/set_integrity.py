"""Is a dataset folder what its plan and records say, and does it render to the same bytes again?"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from facegen.datasets.errors import FacegenError
from facegen.datasets.io.dataset_file import read_dataset_json
from facegen.datasets.io.files import fingerprint
from facegen.datasets.io.folder_lock import folder_lock
from facegen.datasets.io.object_store import mirror_folder, refresh, remote_of
from facegen.datasets.io.packed_shard import reopen
from facegen.datasets.io.progress import ignore_count
from facegen.datasets.io.sample import FOLDERS, remove_sample, sample_file, sample_name
from facegen.datasets.io.shard_record import (
    SHARDS,
    ShardRecord,
    differing_files,
    packed_files,
    read_record,
    record_file,
    records,
)
from facegen.datasets.io.stored_samples import StoredSamples
from facegen.datasets.io.tar_shard import spoiled_samples
from facegen.datasets.keyed_random import generator
from facegen.datasets.layouts.face_set import Problem
from facegen.render.production.order import GENERATOR
from facegen.render.production.shard_plan import Part, RunPlan, Shard
from facegen.render.production.stored_faces import spec_of
from facegen.render.production.worker_pool import Job, render_specs

Counted = Callable[[int, int], object]


def stored_plan(header: dict[str, Any]) -> tuple[RunPlan, Part | None] | None:
    """The plan and part that a dataset.json tells of; None for a set from before there were shards."""
    if header.get("shard_size") is None:
        return None
    part = header.get("part")
    numbers = [] if part is None else [int(one) for one in str(part).split("/")]
    return RunPlan(header["config"], header["num"], header["shard_size"]), Part(*numbers) if numbers else None


def plan_problems(root: Path, progress: Counted = ignore_count) -> list[Problem]:
    """Hold a folder against its plan and the records of its shards; every file is read and hashed.

    Parameters
    ----------
    root : Path
        Dataset folder.
    progress : callable
        Called with the numbers of shards done and in all.

    Returns
    -------
    list of Problem
        A problem of one sample names it. A set from before there were shards has none.

    Raises
    ------
    FacegenError : dataset.json is missing, damaged or foreign.
    """
    header = read_dataset_json(root)
    stored = stored_plan(header)
    if stored is None:
        return []
    plan, part = stored
    problems = list(_header_problems(root, header, plan))
    shards = list(plan.shards(part))
    own = {sample_name(index) for shard in shards for index in shard.indices}
    problems += [
        Problem(root, f"sample {name} is not in the plan", name=name)
        for name in StoredSamples(root).names
        if name not in own
    ]
    known = {record_file(root, shard.number) for shard in shards}
    for path in sorted((root / SHARDS).glob("*.json")):
        if path not in known:
            problems.append(Problem(path, "is the record of a shard that the plan does not have"))
    for done, shard in enumerate(shards, start=1):
        problems += _shard_problems(root, shard, header["fingerprint"])
        progress(done, len(shards))
    return problems


def _header_problems(root: Path, header: dict[str, Any], plan: RunPlan) -> Iterator[Problem]:
    if header["fingerprint"] != fingerprint(header["config"]):
        yield Problem(root, "the fingerprint in dataset.json is not that of its config: one was edited")
    if header.get("plan") != plan.digest:
        yield Problem(root, "the plan's digest in dataset.json is not that of its config: one was edited")


def _shard_problems(root: Path, shard: Shard, mark: str) -> Iterator[Problem]:
    path = record_file(root, shard.number)
    try:
        record = read_record(root, shard.number)
    except FacegenError as error:
        yield Problem(path, str(error).removeprefix(f"{path}: "))
        return
    if record is None:
        yield Problem(path, "shard without a record: it is not finished, resume the render")
        return
    if (record.start, record.stop) != (shard.start, shard.stop) or record.fingerprint != mark:
        yield Problem(path, "is the record of another order or of other samples: resume the render")
        return
    there = {*record.names}
    for index in shard.indices:
        if sample_name(index) not in there and sample_name(index) not in record.failures:
            yield Problem(path, f"names neither files nor a failure of sample {sample_name(index)}")
    archive = root / packed_files(record.number)[0]
    for name, what in differing_files(root, record, hashes=True):
        yield Problem(root / name, what, name="" if record.packed else Path(name).stem)
        if root / name == archive:
            for one in _spoiled(root, record):
                yield Problem(archive, f"sample {one} is not as the shard's record says", name=one)


def _spoiled(root: Path, record: ShardRecord) -> list[str]:
    """Samples of an archive that are not as the record says; an archive on a store is copied for it."""
    name, remote = packed_files(record.number)[0], remote_of(root)
    if (root / name).is_file():
        return spoiled_samples(root / name, record.files, record.names)
    if remote is None or name not in remote.sizes:
        return []  # it is missing, which is a finding of its own
    with tempfile.TemporaryDirectory(prefix="facegen-verify-") as folder:
        copy = Path(folder) / Path(name).name
        remote.store.fetch(name, copy)
        return spoiled_samples(copy, record.files, record.names)


def rerender(root: Path, count: int, seed: int = 0, progress: Counted = ignore_count) -> list[Problem]:
    """Render some samples of a set again and compare all their files byte by byte.

    Parameters
    ----------
    root : Path
        Dataset folder.
    count : int
        Samples, drawn at random; all where the set has fewer.
    seed : int
        Of that draw.
    progress : callable
        Called with the numbers of samples done and in all.

    Returns
    -------
    list of Problem
        Samples that came out differently or not at all.

    Raises
    ------
    FacegenError : the set is of another generator or holds photographs, which the folder does not keep, or
        rendering cannot start.
    """
    header = read_dataset_json(root)
    samples = StoredSamples(root)
    config, names = header["config"], samples.names
    made_by = config.get("generator")
    if made_by != GENERATOR:
        by = "an unknown generator" if made_by is None else f"generator {made_by}"
        raise FacegenError(
            f"{root}: was rendered by {by}, this facegen has {GENERATOR}, "
            "which gives other faces: use the facegen that rendered it"
        )
    wanted = {"size": header["size"], "convention": header["convention"]}
    if {key: config.get(key) for key in wanted} != wanted or not isinstance(config.get("quality"), str):
        raise FacegenError(f"{root}: its dataset.json does not say how it was rendered: render it again")
    if "photographs" in config:
        raise FacegenError(f"{root}: its photographs of backgrounds are not in it: cannot be rendered again")
    order = generator(seed, len(names), "verify.rerender").permutation(len(names))
    chosen = sorted(int(names[place]) for place in order[:count])
    problems = []
    with tempfile.TemporaryDirectory(prefix="facegen-verify-") as folder:
        job = Job(Path(folder), config["size"], config["quality"], config["convention"])
        specs = [(index, spec_of(samples, index)) for index in chosen]
        done = 0

        def on_answer(_: object) -> None:
            nonlocal done
            done += 1
            progress(done, len(chosen))

        outcome = render_specs(job, specs, on_answer, proven=True)
        for index in chosen:
            name = sample_name(index)
            if index in outcome.failures:
                problems.append(Problem(root, f"sample {name}, again: {outcome.failures[index]}", name=name))
                continue
            other = [
                kind
                for kind in FOLDERS
                if samples.content(kind, name) != sample_file(job.out, kind, name).read_bytes()
            ]
            if other:
                problems.append(
                    Problem(root, f"sample {name} renders to other bytes in {', '.join(other)}", name=name)
                )
    return problems


def drop(root: Path, names: list[str]) -> None:
    """Delete samples, to be rendered again: shards that hold them in archives are unpacked without them.

    Of a set on an object store, their shards are deleted there, the record first; the other samples of these
    shards are kept in this machine's mirror, from which a render writes the shards again.

    Parameters
    ----------
    root : Path
        Dataset folder, or a mirror.
    names : list of str

    Raises
    ------
    FacegenError : an archive cannot be read, the disk or store refuses, or a run is writing there.
    """
    remote = remote_of(root)
    if remote is None:
        _drop_here(root, names)
        return
    address = remote.store.address
    mirror = mirror_folder(address, "write")
    with folder_lock(mirror):
        store = refresh(address, mirror)
        for record in _drop_here(mirror, names):
            own = record_file(mirror, record.number).relative_to(mirror).as_posix()
            for name in (own, *record.packed):
                store.remove(name)
        refresh(address, mirror)


def _drop_here(root: Path, names: list[str]) -> list[ShardRecord]:
    """Delete samples of a folder; returns the records of shards that were unpacked."""
    wanted, unpacked = {*names}, []
    for record in records(root):
        if record.packed and wanted & {*record.names}:
            reopen(root, record)
            (root / packed_files(record.number)[0]).unlink(missing_ok=True)
            unpacked.append(record)
    for name in names:
        remove_sample(root, name)
    return unpacked
