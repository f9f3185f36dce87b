"""A dataset folder from an order: chooses the faces, renders the missing ones, writes dataset.json."""

from __future__ import annotations

import platform
import shutil
import statistics
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

import facegen
from facegen.assets.ledger import LEDGER
from facegen.audit.profiles.measured_rows import RowSource, digest_of
from facegen.datasets.errors import FacegenError
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
from facegen.datasets.io.files import TEMPORARY_MARK, fingerprint
from facegen.datasets.io.folder_lock import LOCK_FILE, folder_lock
from facegen.datasets.io.hardware import Room
from facegen.datasets.io.images import read_index
from facegen.datasets.io.object_store import REMOTE_FILE, ObjectStore, put_folder
from facegen.datasets.io.progress import MESSAGE, ProgressCallback, ProgressEvent, ignore_progress, say
from facegen.datasets.io.sample import FOLDERS, sample_name
from facegen.datasets.io.shard_record import SHARDS, unfinished
from facegen.datasets.io.stored_samples import StoredSamples
from facegen.render.develop.background_photos import digest, with_photograph
from facegen.render.matching.distribution_report import add_rendered, describe_target
from facegen.render.matching.label_preview import CONVENTION
from facegen.render.matching.matcher import Matched, draw_specs, rows_of
from facegen.render.matching.pilot_correction import Correction
from facegen.render.production.matched_blocks import FOLDER as MATCHING
from facegen.render.production.matched_blocks import matched_blocks, stored_specs
from facegen.render.production.ray_engine import RayEngine
from facegen.render.production.shard_commits import Destination, ShardCommits
from facegen.render.production.shard_plan import SHARD_SIZE, Part, RunPlan
from facegen.render.production.worker_pool import (
    LOGS,
    Answer,
    Done,
    Failed,
    Job,
    Outcome,
    fitting_workers,
    render_specs,
    start_failure,
)
from facegen.render.spec.face_spec import FaceSpec
from facegen.render.spec.overrides import Override, apply_all

FILES, TAR = STORAGES = ("files", "tar")
WORKING = (LOCK_FILE, LOGS, REMOTE_FILE)  # what a run puts into a folder beside the dataset
GENERATOR = 13  # raised when the same order gives other faces: a set of an older one cannot be resumed


@dataclass(frozen=True)
class Order:
    """A requested set.

    Attributes
    ----------
    job : Job
        How and where it is rendered.
    num : int
        Faces of the set.
    seed : int
    profile : Profile or MeasuredRows, optional
        Distribution, or rows of a real folder, that the faces follow; None is the default prior.
    profile_name : str, optional
        The profile as the user named it: a shipped name, a file or a folder.
    overrides : tuple of Override
        Attributes that are set in every face.
    resume : str
        "if-possible", "always" or "never": what to do with a folder that holds part of the order.
    rounds : int
        Pilot sets that are rendered, audited and corrected for before matching.
    photographs : tuple of str
        File names in `job.backgrounds` that faces get as background.
    faces : tuple of FaceSpec
        Given faces, to which only `overrides` are applied; they replace seed and profile.
    shard_size : int, optional
        Samples of a shard; by default that of the folder, else SHARD_SIZE.
    part : Part, optional
        The part of the plan that this run renders; None for all of it.
    engine : RayEngine, optional
        Where it is rendered; None: by worker processes of this machine.
    storage : str, optional
        "files" or "tar": each file of a sample by itself, or an archive a shard; by default as the folder is,
        else "files".
    address : str, optional
        Of an object store that archives go to; `job.out` is its mirror (`io.object_store`).
    """

    job: Job
    num: int
    seed: int
    profile: RowSource | None = None
    profile_name: str | None = None
    overrides: tuple[Override, ...] = ()
    resume: str = "if-possible"
    rounds: int = 0
    photographs: tuple[str, ...] = ()
    faces: tuple[FaceSpec, ...] = ()
    shard_size: int | None = None
    part: Part | None = None
    engine: RayEngine | None = None
    storage: str | None = None
    address: str | None = None

    @property
    def packed(self) -> bool:
        """Whether each shard is one archive."""
        file = Path(self.job.out) / DATASET_FILE
        if self.storage is None and self.address is None and file.is_file():
            return read_dataset_json(file.parent).get("storage") == TAR
        return self.storage == TAR or self.address is not None

    def config(self) -> dict[str, Any]:
        """Everything that decides the bytes of a sample, JSON-ready."""
        return {
            "generator": GENERATOR,
            "size": self.job.size,
            "quality": self.job.quality,
            "convention": self.job.convention,
            "seed": self.seed,
            "match_dist": self.profile_name,
            "rounds": self.rounds if self.profile is not None else 0,
            "set": [o.text for o in self.overrides],
            "facegen": facegen.__version__,
        } | self._digests()

    def _digests(self) -> dict[str, str]:
        """Fingerprints of what the order names: a file or folder of the same name may change."""
        digests = {}
        if self.profile is not None:
            digests["distribution"] = fingerprint({"profile": digest_of(self.profile)})
        if self.photographs:
            digests["photographs"] = digest(self.photographs)
        if self.faces:
            digests["faces"] = fingerprint({"specs": [spec.to_dict() for spec in self.faces]})
        return digests


def faces_of(folder: Path) -> tuple[FaceSpec, ...]:
    """The faces of a set that facegen rendered, by index.

    Raises
    ------
    FacegenError : the folder is no such set, or a face of it is missing.
    """
    count = read_dataset_json(folder)["num"]
    samples = StoredSamples(folder)
    missing = [i for i in range(count) if not samples.is_done(sample_name(i))]
    if missing:
        raise FacegenError(
            f"{folder}: {len(missing)} of {count} faces are missing ({sample_name(missing[0])} first): "
            "finish it"
        )
    return tuple(spec_of(samples, i) for i in range(count))


def spec_of(samples: StoredSamples, index: int) -> FaceSpec:
    """The face of a finished sample; FacegenError where its meta file cannot be read."""
    name = sample_name(index)
    try:
        return FaceSpec.from_dict(samples.meta(name)["spec"])
    except (KeyError, TypeError, ValueError) as error:
        raise FacegenError(
            f"{samples.shown('meta', name)}: holds no face that can be read ({error})"
        ) from None


def run_plan(order: Order) -> RunPlan:
    """The shards of an order; a folder that holds part of it keeps its size of shards."""
    out = Path(order.job.out)
    size = order.shard_size
    if size is None and (out / DATASET_FILE).is_file():
        size = read_dataset_json(out).get("shard_size")
    return RunPlan(order.config(), order.num, size or SHARD_SIZE)


def plan(order: Order) -> list[int]:
    """Indices still to render, after checking that the folder fits the order.

    Raises
    ------
    FacegenError : `order.resume` forbids or requires what the folder does not have; the folder holds another
        order, faces beyond it, or something else.
    """
    check_folder(order)
    out, shards = Path(order.job.out), run_plan(order)
    mark = fingerprint(shards.config)
    return [
        index
        for one in shards.shards(order.part)
        for index in unfinished(out, one.number, one.start, one.stop, mark)
    ]


def check_folder(order: Order) -> None:
    """Whether the folder is empty or holds part of this order; raises as `plan` does."""
    out = Path(order.job.out)
    if not (out / DATASET_FILE).is_file():
        if order.resume == "always":
            raise FacegenError(
                f"{out}: no dataset to resume there: use --resume if-possible, or another --out"
            )
        if out.exists() and (not out.is_dir() or any(one.name not in WORKING for one in out.iterdir())):
            raise FacegenError(f"{out}: not empty and no facegen dataset: choose another --out")
        return
    if order.resume == "never":
        raise FacegenError(f"{out}: holds a dataset already: choose another --out, or --resume if-possible")
    there = read_dataset_json(out)
    ours, theirs = order.config(), there["config"]
    if there["fingerprint"] != fingerprint(ours):
        other = sorted(k for k in {*ours, *theirs} if ours.get(k) != theirs.get(k))
        values = "; ".join(f"{key}: {_value(theirs, key)} there, {_value(ours, key)} here" for key in other)
        raise FacegenError(
            f"{out}: holds a dataset of another order (differs in {', '.join(other)}): choose another --out "
            f"({values})"
        )
    _check_shards(order, out, there)
    beyond = sorted(int(name) for name in StoredSamples(out).names if int(name) >= order.num)
    if beyond:
        needed = max(there["num"], beyond[-1] + 1)
        raise FacegenError(f"{out}: holds faces beyond --num {order.num}: say --num {needed} or more")


def _value(config: Mapping[str, Any], key: str) -> str:
    """A value of a config for a message; fingerprints are cut."""
    return str(config[key])[:24] if key in config else "nothing"


def _check_shards(order: Order, out: Path, there: Mapping[str, Any]) -> None:
    """Whether the folder holds the same part of the plan, in shards of the same size."""
    part = None if order.part is None else str(order.part)
    if there.get("part") != part:
        held = "the whole set" if there.get("part") is None else f"part {there['part']}"
        wanted = "the whole set" if part is None else f"part {part}"
        raise FacegenError(f"{out}: holds {held}, this is {wanted}: choose another --out")
    if part is not None and there["num"] != order.num:
        raise FacegenError(f"{out}: holds part {part} of {there['num']} faces, not of {order.num}")
    storage = there.get("storage", FILES)
    if order.storage is not None and order.storage != storage:
        raise FacegenError(f"{out}: holds samples as {storage}, not as {order.storage}: leave it out")
    size = there.get("shard_size")
    if None not in (size, order.shard_size) and size != order.shard_size:
        raise FacegenError(f"{out}: holds shards of {size} samples, not of {order.shard_size}: leave it out")


def indices_of(order: Order) -> range:
    """The samples of the order, or of its part of the plan: they are contiguous."""
    shards = list(run_plan(order).shards(order.part))
    return range(shards[0].start, shards[-1].stop)


def is_finished(order: Order) -> bool:
    """Whether the folder holds the whole order and its dataset.json says so: nothing is left to write."""
    out = Path(order.job.out)
    there = read_dataset_json(out)
    return bool(there.get("complete")) and there["num"] == order.num and (out / ATTRIBUTES_FILE).is_file()


@dataclass
class Chosen:
    """The faces of an order.

    Attributes
    ----------
    specs : iterable of FaceSpec
        Those still to render, drawn one by one.
    target : dict, optional
        What dataset.json says of the profile and of matching; None for a part of a plan.
    matching : dict, optional
        Seconds and previews that matching took; None where nothing was matched now.
    """

    specs: Iterable[FaceSpec]
    target: dict[str, Any] | None = None
    matching: dict[str, Any] | None = None


def produce(order: Order, progress: ProgressCallback = ignore_progress) -> Outcome:
    """Render what is missing of an order and write `attributes.parquet` and `dataset.json`.

    Parameters
    ----------
    order : Order
    progress : callable
        Called with a `ProgressEvent` of the stage "match" (previews of matching), "pilot" (faces rendered for
        matching) or "render" (faces of the set), and with a message for each face that failed.

    Returns
    -------
    Outcome

    Raises
    ------
    FacegenError : as `plan` and `render_specs`; finished samples stay and can be resumed.
    """
    check_folder(order)
    out = Path(order.job.out)
    fresh = not (out / DATASET_FILE).exists()
    try:
        with folder_lock(out) as locked:
            if not locked:
                say(progress, f"{out}: this file system knows no locks: start no second run into it")
            return _produce(order, fresh, progress)
    except FacegenError:
        if fresh:
            with suppress(OSError):  # not empty: something was rendered or matched
                out.rmdir()
        raise


def _produce(order: Order, fresh: bool, progress: ProgressCallback) -> Outcome:
    """`produce` once the folder is locked."""
    out, todo = Path(order.job.out), plan(order)  # another run may have written there before the lock
    _remove_begun(out)
    _write_summary(order, Outcome(), complete=False)
    try:
        store = None if order.address is None else ObjectStore(order.address)
        commits = ShardCommits(Destination(out, order.packed, store), run_plan(order), order.part, todo)
        chosen = choose_specs(order, todo, progress)
        if store is not None:
            put_folder(store, out, MATCHING)
        reporter = _Reporter(progress, len(todo), commits)
        pairs = zip(todo, chosen.specs, strict=True)
        outcome = _render(order, pairs, reporter, proven=len(todo) < len(indices_of(order)))
        _remove_begun(out)
    except FacegenError:
        if fresh:
            _remove_empty(out)
        raise
    _add_rendered(order, chosen)
    _write_summary(order, outcome, not outcome.failures, chosen.target, chosen.matching)
    if order.packed:
        _remove_empty_folders(out)
    if store is not None:
        put_folder(store, out, "")
    return outcome


def _remove_begun(out: Path) -> None:
    """Remove what killed runs and workers had begun to write; none may be at work in the folder."""
    for path in (*out.glob(f"{TEMPORARY_MARK}*"), *out.glob(f"*/{TEMPORARY_MARK}*")):
        path.unlink(missing_ok=True)


def _render(
    order: Order, pairs: Iterable[tuple[int, FaceSpec]], reporter: _Reporter, proven: bool
) -> Outcome:
    if order.engine is None:
        return render_specs(order.job, pairs, reporter, proven=proven)
    return order.engine.render(order.job, pairs, run_plan(order).shard_size, reporter, proven)


def choose_specs(order: Order, todo: list[int], progress: ProgressCallback = ignore_progress) -> Chosen:
    """The faces of the indices `todo`: given ones, draws of the default prior, or faces matched to a profile.

    Raises
    ------
    FacegenError : matching cannot start, or one of its processes died.
    """
    if order.faces:
        chosen = Chosen(apply_all(order.faces[i], order.overrides) for i in todo)
    elif order.profile is None:
        chosen = Chosen(draw_specs(None, order.seed, todo, order.num, order.overrides))
    else:
        # All blocks of the set, also those already rendered: dataset.json describes the whole set.
        spent = MatchingCount(progress)
        blocks, correction = _matched(order, order.profile, spent)
        matching = spent.to_dict()
        target = None if order.part else describe_target(order.profile, blocks, correction, order.num)
        chosen = Chosen(stored_specs(order.job, todo, fingerprint(order.config())), target, matching)
    if order.photographs:
        chosen.specs = (with_photograph(spec, order.photographs) for spec in chosen.specs)
    return chosen


def _matched(order: Order, profile: RowSource, on_step: MatchingCount) -> tuple[list[Matched], Correction]:
    workers = order.job.workers or fitting_workers("cpu")
    mark = fingerprint(order.config())
    try:
        if order.engine is not None:
            order.engine.match(order, mark, indices_of(order), on_step)
        return matched_blocks(
            order.job, profile, order.seed, indices_of(order), order.overrides, order.rounds, workers,
            mark, on_step,
        )  # fmt: skip
    except ModuleNotFoundError as error:
        raise FacegenError(start_failure(str(error))) from None


class MatchingCount:
    """Counts the previews and pilot faces of matching, and its wall-clock time from here to `to_dict`."""

    def __init__(self, progress: ProgressCallback) -> None:
        self.previews, self.pilot_faces = 0, 0
        self._progress, self._started, self._block = progress, time.perf_counter(), 0
        self._note = ""
        self._progress(ProgressEvent("match", "previews", 0))

    def __call__(self, step: str, count: int) -> None:
        """Count further previews (step "match") or faces ("pilot"); "block" begins one of `count` blocks."""
        if step == "block":
            self._block += 1
            self._note = f"block {self._block} of {count}"
            self._progress(ProgressEvent("match", "previews", self.previews, note=self._note))
        elif step == "match":
            self.previews += count
            self._progress(ProgressEvent(step, "previews", self.previews, note=self._note))
        else:
            self.pilot_faces += count
            self._progress(ProgressEvent(step, "faces", self.pilot_faces))

    def to_dict(self) -> dict[str, Any] | None:
        """For dataset.json; None where everything was read back."""
        if not self.previews:
            return None
        return {
            "seconds": round(time.perf_counter() - self._started, 1),
            "previews": self.previews,
            "pilot_faces": self.pilot_faces,
        }


class _Reporter:
    """Turns answers of workers into events of the stage "render", and finishes shards."""

    def __init__(self, progress: ProgressCallback, total: int, commits: ShardCommits) -> None:
        self._progress, self._total, self._done, self._failed = progress, total, 0, 0
        self._commits, self._room = commits, Room(commits.out)
        self._show()

    def _show(self, note: str = "") -> None:
        """Report the count, failures, and what is left of the disk and of memory."""
        figures = self._room.figures() | {"failures": self._failed}
        failed = f", {self._failed} failed" if self._failed else ""
        note = f"{note}{failed}, {self._room}".removeprefix(", ")
        self._progress(ProgressEvent("render", "faces", self._done, self._total, note, figures))

    def __call__(self, answer: Answer) -> None:
        self._done += 1
        self._commits.add(answer.index, answer.why if isinstance(answer, Failed) else None)
        note = ""
        match answer:
            case Done():
                note = f"{answer.seconds:.1f} s a face"
            case Failed():
                self._failed += 1
                self._progress(ProgressEvent(MESSAGE, f"sample {sample_name(answer.index)}: {answer.why}"))
        self._show(note)


def _add_rendered(order: Order, chosen: Chosen) -> None:
    """Write into the target what the finished masks show, where they are in the audit's convention."""
    if chosen.target is None or order.profile is None or order.job.convention != CONVENTION:
        return
    samples = StoredSamples(Path(order.job.out))
    done = [i for i in range(order.num) if samples.is_done(sample_name(i))]
    columns = rows_of(order.profile, order.num, order.seed)
    rows = {name: column[done] for name, column in columns.items()}
    masks = (read_index(*samples.read("masks", sample_name(i))) for i in done)
    add_rendered(chosen.target, rows, stored_specs(order.job, done, fingerprint(order.config())), masks)


def _remove_empty_folders(out: Path) -> None:
    for folder in FOLDERS:
        with suppress(OSError):  # not there, or not empty
            (out / folder).rmdir()


def _remove_empty(out: Path) -> None:
    """Take back what was written into a folder in which nothing was rendered or matched."""
    _remove_empty_folders(out)
    with suppress(OSError):
        (out / SHARDS).rmdir()
    if {path.name for path in out.iterdir()} <= {DATASET_FILE, *WORKING}:
        (out / DATASET_FILE).unlink()
        shutil.rmtree(out / LOGS, ignore_errors=True)


def _write_summary(
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
    answers = list(answers)
    if not answers:
        return None
    seconds = [a.seconds for a in answers]
    stages = {k: statistics.median(a.timing[k] for a in answers) for k in answers[0].timing}
    return {
        "samples": len(answers),
        "median_s": statistics.median(seconds),
        "p90_s": float(np.quantile(seconds, 0.9)),
        "stages_median_s": stages,
        "peak_rss_mb": max(a.rss_mb for a in answers),
    }
