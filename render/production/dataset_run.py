"""A dataset folder from an order: chooses the faces, renders the missing ones, writes dataset.json."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from facegen.audit.profiles.measured_rows import RowSource
from facegen.datasets.errors import FacegenError
from facegen.datasets.io.dataset_file import (
    ATTRIBUTES_FILE,
    DATASET_FILE,
    read_dataset_json,
)
from facegen.datasets.io.files import TEMPORARY_MARK, fingerprint
from facegen.datasets.io.folder_lock import LOCK_FILE, folder_lock
from facegen.datasets.io.hardware import Room
from facegen.datasets.io.object_store import REMOTE_FILE, ObjectStore, put_folder
from facegen.datasets.io.progress import MESSAGE, ProgressCallback, ProgressEvent, ignore_progress, say
from facegen.datasets.io.sample import FOLDERS, sample_name
from facegen.datasets.io.shard_record import SHARDS, unfinished
from facegen.datasets.io.stored_samples import StoredSamples
from facegen.render.develop.background_photos import with_photograph
from facegen.render.matching.distribution_report import describe_target
from facegen.render.matching.matcher import Matched, draw_specs
from facegen.render.matching.pilot_correction import Correction
from facegen.render.production.done_samples import Done
from facegen.render.production.matched_blocks import FOLDER as MATCHING
from facegen.render.production.matched_blocks import matched_blocks, stored_specs
from facegen.render.production.order import FILES, Order, indices_of, run_plan
from facegen.render.production.set_summary import add_measured, write_summary
from facegen.render.production.shard_commits import Destination, ShardCommits
from facegen.render.production.worker_pool import (
    LOGS,
    Answer,
    Failed,
    Outcome,
    fitting_workers,
    render_specs,
    start_failure,
)
from facegen.render.spec.face_spec import FaceSpec
from facegen.render.spec.overrides import apply_all

WORKING = (LOCK_FILE, LOGS, REMOTE_FILE)  # what a run puts into a folder beside the dataset


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
    write_summary(order, Outcome(), complete=False)
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
    add_measured(order, chosen.target)
    write_summary(order, outcome, not outcome.failures, chosen.target, chosen.matching)
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
