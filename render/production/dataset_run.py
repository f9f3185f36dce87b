"""A dataset folder from an order: chooses the faces, renders the missing ones, writes dataset.json."""

from __future__ import annotations

import platform
import statistics
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
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
    read_dataset_json,
    write_attributes,
    write_dataset_json,
)
from facegen.datasets.io.files import TEMPORARY_MARK, fingerprint, read_json
from facegen.datasets.io.images import read_index
from facegen.datasets.io.progress import MESSAGE, ProgressCallback, ProgressEvent, ignore_progress
from facegen.datasets.io.sample import FOLDERS, is_done, sample_name
from facegen.datasets.layouts.facegen_folder import finished
from facegen.render.develop.background_photos import digest, with_photograph
from facegen.render.matching.distribution_report import add_rendered, describe_target
from facegen.render.matching.label_preview import CONVENTION
from facegen.render.matching.matcher import Matched, draw_specs, rows_of
from facegen.render.matching.pilot_correction import Correction
from facegen.render.production.matched_blocks import matched_blocks
from facegen.render.production.worker_pool import (
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

GENERATOR = 12  # raised when the same order gives other faces: a set of an older one cannot be resumed


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
    missing = [i for i in range(count) if not is_done(folder, i)]
    if missing:
        raise FacegenError(
            f"{folder}: {len(missing)} of {count} faces are missing ({sample_name(missing[0])} first): "
            "finish it"
        )
    specs = []
    for i in range(count):
        path = folder / "meta" / f"{sample_name(i)}.json"
        try:
            specs.append(FaceSpec.from_dict(read_json(path)["spec"]))
        except (KeyError, TypeError, ValueError) as error:
            raise FacegenError(f"{path}: holds no face that can be read ({error})") from None
    return tuple(specs)


def plan(order: Order) -> list[int]:
    """Indices still to render, after checking that the folder fits the order.

    Raises
    ------
    FacegenError : `order.resume` forbids or requires what the folder does not have; the folder holds another
        order, faces beyond it, or something else.
    """
    out = Path(order.job.out)
    exists = (out / DATASET_FILE).is_file()
    if not exists:
        if order.resume == "always":
            raise FacegenError(
                f"{out}: no dataset to resume there: use --resume if-possible, or another --out"
            )
        if out.exists() and (not out.is_dir() or any(out.iterdir())):
            raise FacegenError(f"{out}: not empty and no facegen dataset: choose another --out")
        return list(range(order.num))
    if order.resume == "never":
        raise FacegenError(f"{out}: holds a dataset already: choose another --out, or --resume if-possible")
    there = read_dataset_json(out)
    if there["fingerprint"] != fingerprint(order.config()):
        ours, theirs = order.config(), there["config"]
        other = sorted(k for k in {*ours, *theirs} if ours.get(k) != theirs.get(k))
        raise FacegenError(
            f"{out}: holds a dataset of another order (differs in {', '.join(other)}): choose another --out"
        )
    beyond = sorted(int(name) for name in finished(out) if int(name) >= order.num)
    if beyond:
        needed = max(there["num"], beyond[-1] + 1)
        raise FacegenError(f"{out}: holds faces beyond --num {order.num}: say --num {needed} or more")
    return [i for i in range(order.num) if not is_done(out, i)]


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
    specs : list of FaceSpec
        Those still to render.
    matched : list of FaceSpec
        All faces of an order with a profile, by index; empty without a profile.
    target : dict, optional
        What dataset.json says of the profile and of matching.
    matching : dict, optional
        Seconds and previews that matching took; None where nothing was matched now.
    """

    specs: list[FaceSpec]
    matched: list[FaceSpec] = field(default_factory=list)
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
    todo = plan(order)
    out = Path(order.job.out)
    fresh = _prepare(out)
    _write_summary(order, Outcome(), complete=False)
    try:
        chosen = choose_specs(order, todo, progress)
        outcome = render_specs(
            order.job,
            zip(todo, chosen.specs, strict=True),
            _Reporter(progress, len(todo)),
            proven=len(todo) < order.num,
        )
    except FacegenError:
        if fresh:
            _remove_empty(out)
        raise
    _add_rendered(order, chosen)
    _write_summary(order, outcome, not outcome.failures, chosen.target, chosen.matching)
    return outcome


def _prepare(out: Path) -> bool:
    """Make the folder, remove what a killed run had begun to write; True where it held no dataset."""
    fresh = not (out / DATASET_FILE).exists()
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        why = error.strerror
        raise FacegenError(f"{out}: cannot make this folder ({why}): choose another --out") from None
    for path in (*out.glob(f"{TEMPORARY_MARK}*"), *out.glob(f"*/{TEMPORARY_MARK}*")):
        path.unlink(missing_ok=True)
    return fresh


def choose_specs(order: Order, todo: list[int], progress: ProgressCallback = ignore_progress) -> Chosen:
    """The faces of the indices `todo`: given ones, draws of the default prior, or faces matched to a profile.

    Raises
    ------
    FacegenError : matching cannot start, or one of its processes died.
    """
    if order.faces:
        chosen = Chosen([apply_all(order.faces[i], order.overrides) for i in todo])
    elif order.profile is None:
        chosen = Chosen(list(draw_specs(None, order.seed, todo, order.num, order.overrides)))
    else:
        # All blocks of the set, also those already rendered: dataset.json describes the whole set.
        spent = MatchingCount(progress)
        blocks, correction = _matched(order, order.profile, spent)
        matching = spent.to_dict()
        matched = [spec for block in blocks for spec in block.specs]
        target = describe_target(order.profile, blocks, correction, order.num)
        chosen = Chosen([matched[i] for i in todo], matched, target, matching)
    if order.photographs:
        chosen.specs = [with_photograph(spec, order.photographs) for spec in chosen.specs]
    return chosen


def _matched(order: Order, profile: RowSource, on_step: MatchingCount) -> tuple[list[Matched], Correction]:
    workers = order.job.workers or fitting_workers("cpu")
    try:
        return matched_blocks(
            order.job, profile, order.seed, range(order.num), order.overrides, order.rounds, workers,
            fingerprint(order.config()), on_step,
        )  # fmt: skip
    except ModuleNotFoundError as error:
        raise FacegenError(start_failure(str(error))) from None


class MatchingCount:
    """Counts the previews and pilot faces of matching, and its wall-clock time from here to `to_dict`."""

    def __init__(self, progress: ProgressCallback) -> None:
        self.previews, self.pilot_faces = 0, 0
        self._progress, self._started = progress, time.perf_counter()

    def __call__(self, step: str, count: int) -> None:
        """Count further previews (step "match") or faces (step "pilot")."""
        if step == "match":
            self.previews += count
            self._progress(ProgressEvent(step, "previews", self.previews))
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
    """Turns answers of workers into events of the stage "render"."""

    def __init__(self, progress: ProgressCallback, total: int) -> None:
        self._progress, self._total, self._done = progress, total, 0

    def __call__(self, answer: Answer) -> None:
        self._done += 1
        note = ""
        match answer:
            case Done():
                note = f"{answer.seconds:.1f} s a face"
            case Failed():
                self._progress(ProgressEvent(MESSAGE, f"sample {sample_name(answer.index)}: {answer.why}"))
        self._progress(ProgressEvent("render", "faces", self._done, self._total, note))


def _add_rendered(order: Order, chosen: Chosen) -> None:
    """Write into the target what the finished masks show, where they are in the audit's convention."""
    if chosen.target is None or order.profile is None or order.job.convention != CONVENTION:
        return
    out = Path(order.job.out)
    done = [i for i in range(order.num) if is_done(out, i)]
    columns = rows_of(order.profile, order.num, order.seed)
    rows = {name: column[done] for name, column in columns.items()}
    masks = (read_index(out / "masks" / f"{sample_name(i)}.png") for i in done)
    add_rendered(chosen.target, rows, [chosen.matched[i] for i in done], masks)


def _remove_empty(out: Path) -> None:
    """Take back a folder in which nothing was rendered or matched."""
    for folder in FOLDERS:
        with suppress(OSError):
            (out / folder).rmdir()
    if [path.name for path in out.iterdir()] == [DATASET_FILE]:
        (out / DATASET_FILE).unlink()
        out.rmdir()


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
    done = [i for i in range(order.num) if is_done(out, i)]
    if done and (complete or outcome.done):
        _write_attributes(out, done)
    config = order.config()
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
            "complete": complete and len(done) == order.num,
            "rendered": len(done),
            "target": target or old.get("target") or describe_target(order.profile),
            "ledger": LEDGER,
            "failures": _failures(order.num, done, old.get("failures", {}), outcome),
            "timing": timing(outcome.done.values()) or old.get("timing"),
            "matching": matching or old.get("matching"),
            "device": outcome.device or old.get("device", ""),
            "python": platform.python_version(),
        },
    )


def _write_attributes(out: Path, done: list[int]) -> None:
    names = [sample_name(i) for i in done]
    write_attributes(out, names, [read_json(out / "meta" / f"{name}.json")["attributes"] for name in names])


def _failures(num: int, done: list[int], old: Mapping[str, str], outcome: Outcome) -> dict[str, str]:
    """Failures of this run, and older ones of samples that are still missing."""
    missing = {sample_name(i) for i in range(num)} - {sample_name(i) for i in done}
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
