"""A dataset folder from a law: draws specs, renders what is missing, writes what it says of itself."""

from __future__ import annotations

import json
import platform
import statistics
import time
from collections.abc import Callable
from concurrent.futures import BrokenExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np

import facegen
from facegen.assets.ledger import LEDGER
from facegen.audit.profiles.attribute_profile import Profile
from facegen.audit.profiles.profile_files import profile_text
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
from facegen.datasets.io.sample import FOLDERS, is_done, sample_name
from facegen.datasets.layouts.facegen_folder import finished
from facegen.render.develop.background_photos import digest, with_photograph
from facegen.render.matching.distribution_report import add_rendered, describe_target
from facegen.render.matching.label_preview import CONVENTION
from facegen.render.matching.matcher import draw_specs
from facegen.render.production.matched_blocks import matched_blocks
from facegen.render.production.worker_pool import Job, Outcome, fitting_workers, render_specs, start_failure
from facegen.render.spec.face_spec import FaceSpec
from facegen.render.spec.overrides import Override, apply_all

GENERATOR = 11  # raised when the same order gives other faces: a set of an older one is not gone on with


@dataclass(frozen=True)
class Order:
    """What a user asked for. rounds: pilots that are rendered, audited and learned from before matching.

    photographs: file names in `job.backgrounds` that faces are given for a background.
    faces: of another set, rendered again with `overrides`; they take the place of seed and profile.
    """

    job: Job
    num: int
    seed: int
    profile: Profile | None = None
    profile_name: str | None = None
    overrides: tuple[Override, ...] = ()
    resume: str = "if-possible"
    rounds: int = 0
    photographs: tuple[str, ...] = ()
    faces: tuple[FaceSpec, ...] = ()

    def config(self) -> dict:
        """Everything that decides the bytes of a sample."""
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
        } | self._laws()

    def _laws(self) -> dict:
        """What stands behind a name: a file or folder of that name may change."""
        laws = {}
        if self.profile is not None:
            laws["law"] = fingerprint({"profile": profile_text(self.profile)})
        if self.photographs:
            laws["photographs"] = digest(self.photographs)
        if self.faces:
            laws["faces"] = fingerprint({"specs": [spec.to_dict() for spec in self.faces]})
        return laws


def faces_of(folder: Path) -> tuple[FaceSpec, ...]:
    """The faces of a set that facegen rendered, in its order.

    Raises FacegenError where the folder is no such set, or a face of it is missing.
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

    Raises FacegenError where `order.resume` forbids or demands what the folder cannot give.
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
    """Whether the folder holds the whole order and says so of itself: nothing is left to write."""
    out = Path(order.job.out)
    there = read_dataset_json(out)
    return bool(there.get("complete")) and there["num"] == order.num and (out / ATTRIBUTES_FILE).is_file()


def produce(
    order: Order,
    progress: Callable[[dict], None] = lambda _: None,
    on_step: Callable[[str, int], object] = lambda step, count: None,
) -> Outcome:
    """Render what is missing of the order and write `attributes.parquet` and `dataset.json`.

    progress : called with each rendered sample's answer
    on_step : called with "match" or "pilot" and the number of faces just previewed or rendered for matching

    Raises FacegenError as `plan` and `render_specs` do; finished samples stay and can be resumed.
    """
    todo = plan(order)
    out = Path(order.job.out)
    fresh = not (out / DATASET_FILE).exists()
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        why = error.strerror
        raise FacegenError(f"{out}: cannot make this folder ({why}): choose another --out") from None
    _remove_partial(out)
    _write_summary(order, Outcome(), complete=False)
    target, spent = None, Matching()
    try:
        if order.faces:
            specs = [apply_all(order.faces[i], order.overrides) for i in todo]
        elif order.profile is None:
            specs = list(draw_specs(None, order.seed, todo, order.num, order.overrides))
        else:
            # All blocks of the set, also those already rendered: dataset.json speaks of the whole law.
            blocks, correction = _matched(order, spent.told(on_step))
            spent.stop()
            matched = [spec for block in blocks for spec in block.specs]
            specs = [matched[i] for i in todo]
            target = describe_target(order.profile, blocks, correction, order.num)
        if order.photographs:
            specs = [with_photograph(spec, order.photographs) for spec in specs]
        proven = len(todo) < order.num
        outcome = render_specs(order.job, zip(todo, specs, strict=True), progress, proven=proven)
    except FacegenError:
        if fresh:
            _remove_empty(out)
        raise
    if target is not None and order.profile is not None and order.job.convention == CONVENTION:
        done = [i for i in range(order.num) if is_done(out, i)]
        rows = {
            name: column[done]
            for name, column in order.profile.sample(order.num, order.seed).items()
            if order.profile.attribute(name).matched
        }
        masks = (read_index(out / "masks" / f"{sample_name(i)}.png") for i in done)
        add_rendered(target, rows, [matched[i] for i in done], masks)
    _write_summary(order, outcome, complete=not outcome.failures, target=target, matching=spent.to_dict())
    return outcome


def _matched(order, on_step):
    workers = order.job.workers or fitting_workers("cpu")
    try:
        return matched_blocks(
            order.job, order.profile, order.seed, range(order.num), order.overrides, order.rounds, workers,
            fingerprint(order.config()), on_step,
        )  # fmt: skip
    except ModuleNotFoundError as error:
        raise FacegenError(start_failure(str(error))) from None
    except BrokenExecutor:
        raise FacegenError(
            "a process of matching died, perhaps for memory: try fewer --workers (what is matched is kept)"
        ) from None


class Matching:
    """Wall-clock seconds and previews that matching took; nothing where all of it was read back."""

    def __init__(self) -> None:
        self.previews, self.pilot_faces, self.seconds = 0, 0, 0.0
        self._started = time.perf_counter()

    def told(self, on_step: Callable[[str, int], object]) -> Callable[[str, int], object]:
        """`on_step`, counted."""

        def step(name: str, count: int) -> None:
            if name == "match":
                self.previews += count
            else:
                self.pilot_faces += count
            on_step(name, count)

        return step

    def stop(self) -> None:
        self.seconds = time.perf_counter() - self._started

    def to_dict(self) -> dict | None:
        if not self.previews:
            return None
        return {
            "seconds": round(self.seconds, 1),
            "previews": self.previews,
            "pilot_faces": self.pilot_faces,
        }


def _remove_empty(out):
    """Take back a folder in which nothing was rendered or matched."""
    for folder in FOLDERS:
        with suppress(OSError):
            (out / folder).rmdir()
    if [path.name for path in out.iterdir()] == [DATASET_FILE]:
        (out / DATASET_FILE).unlink()
        out.rmdir()


def _remove_partial(out):
    """Take away what a run that was killed had begun to write."""
    for path in (*out.glob(f"{TEMPORARY_MARK}*"), *out.glob(f"*/{TEMPORARY_MARK}*")):
        path.unlink(missing_ok=True)


def _write_summary(order, outcome, complete, target=None, matching=None):
    """At the start of a run, and at its end; what it does not tell anew is kept."""
    out = Path(order.job.out)
    old = read_dataset_json(out) if (out / DATASET_FILE).is_file() else {}
    done = [i for i in range(order.num) if is_done(out, i)]
    missing = {sample_name(i) for i in range(order.num)} - {sample_name(i) for i in done}
    lasting = {name: why for name, why in old.get("failures", {}).items() if name in missing}
    if done and (complete or outcome.done):
        rows = [json.loads((out / "meta" / f"{sample_name(i)}.json").read_text())["attributes"] for i in done]
        write_attributes(out, [sample_name(i) for i in done], rows)
    write_dataset_json(
        out,
        {
            "seed": order.seed,
            "size": order.job.size,
            "num": order.num,
            "convention": order.job.convention,
            "profile": order.profile_name,
            "law_by_hand": bool(order.profile and order.profile.written),
            "fingerprint": fingerprint(order.config()),
            "config": order.config(),
            "complete": complete and len(done) == order.num,
            "rendered": len(done),
            "target": target or old.get("target") or describe_target(order.profile),
            "ledger": LEDGER,
            "failures": lasting | {sample_name(i): why for i, why in outcome.failures.items()},
            "timing": timing(outcome) or old.get("timing"),
            "matching": matching or old.get("matching"),
            "device": outcome.device or old.get("device", ""),
            "python": platform.python_version(),
        },
    )


def timing(outcome) -> dict | None:
    """Median and 90th percentile of seconds a sample, of every stage, and the peak memory of a worker."""
    answers = list(outcome.done.values())
    if not answers:
        return None
    seconds = [a["seconds"] for a in answers]
    stages = {k: statistics.median(a["timing"][k] for a in answers) for k in answers[0]["timing"]}
    return {
        "samples": len(answers),
        "median_s": statistics.median(seconds),
        "p90_s": float(np.quantile(seconds, 0.9)),
        "stages_median_s": stages,
        "peak_rss_mb": max(a["rss_mb"] for a in answers),
    }
