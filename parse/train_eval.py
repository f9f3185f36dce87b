"""Arms of train-eval: the same network, recipe and number of images on each set, judged on one test set.

Today's arms are R (real) and one S a synthetic set, without label adapter; the six arms of the gap split
are built from the same pieces: an Arm says what is trained on, an ArmResult holds the evaluation with
every picture's confusion matrix, from which intervals are resampled.
"""

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

import facegen
from facegen.datasets.errors import FacegenError
from facegen.datasets.faceset import FaceSet
from facegen.datasets.files import npz_bytes, write_bytes, write_json
from facegen.parse.data import LoadedSet
from facegen.parse.device import describe_machine
from facegen.parse.evaluate import Evaluation, evaluate
from facegen.parse.real import RealSets
from facegen.parse.scores import number
from facegen.parse.train import Progress, Recipe, train

FORMAT = "facegen-train-eval"
FORMAT_VERSION = 1
RESULTS_FILE, TABLE_FILE, COUNTS_FILE = "results.json", "per_class.csv", "counts.npz"
REAL_ARM = "R"
WORST = 10


@dataclass(frozen=True)
class Arm:
    """One thing to train on. `key` names it in files (R, S1, S2 …), `title` for people."""

    key: str
    title: str
    data: LoadedSet


@dataclass(frozen=True)
class ArmResult:
    """One training of an arm and its score on the real test set."""

    arm: Arm
    seed: int
    evaluation: Evaluation


def common_number(real: RealSets, synthetic: Sequence[FaceSet], asked: int | None) -> int:
    """N of all arms: what was asked, else the most that every set offers.

    Raises
    ------
    FacegenError : conventions differ, or a set holds fewer than asked.
    """
    for one in synthetic:
        if one.convention.name != real.fit.convention.name:
            raise FacegenError(
                f"{one.path} is labelled as {one.convention.name}, the real set as "
                f"{real.fit.convention.name}; render with --convention {real.fit.convention.name}"
            )
    offers = {str(one.path): len(one) for one in (real.fit, *synthetic)}
    if asked is None:
        return min(offers.values())
    if asked < 1:
        raise FacegenError(f"--num {asked}: need at least 1")
    for place, (path, offer) in enumerate(offers.items()):
        if offer < asked:
            part = " to fit (70 % of its training set)" if place == 0 else ""
            raise FacegenError(f"{path} offers {offer} samples{part}, --num asks for {asked}; lower --num")
    return asked


def run_arms(
    arms: Sequence[Arm],
    test: LoadedSet,
    recipe: Recipe,
    seeds: int,
    device: torch.device,
    folder: Path,
    on_start: Callable[[Arm, int], None] | None = None,
    on_progress: Callable[[Progress], None] | None = None,
) -> list[ArmResult]:
    """Train and test every arm with every seed; what `folder` already holds is not trained again.

    Each training has a folder KEY-seedK with log.csv, checkpoint.pt and counts.npz (confusion matrices).
    """
    results = []
    for seed in range(seeds):
        for arm in arms:
            if on_start is not None:
                on_start(arm, seed)
            place = folder / f"{arm.key}-seed{seed}"
            parser = train(arm.data, recipe, seed, device, place, on_progress)
            assert parser is not None  # only with stop_after
            evaluation = evaluate(parser, test, device)
            write_bytes(
                place / COUNTS_FILE,
                npz_bytes(confusions=evaluation.confusions.astype(np.int32), ids=np.array(evaluation.ids)),
            )
            results.append(ArmResult(arm, seed, evaluation))
    return results


def class_table(results: Sequence[ArmResult]) -> dict[str, np.ndarray]:
    """Scores by arm: key → (seeds, C + 3) float; the columns behind the classes are the mean over foreground
    classes, the mean without accessories, and mIoU. nan = not measured."""
    table: dict[str, list[list[float]]] = {}
    for one in results:
        s = one.evaluation.scores
        table.setdefault(one.arm.key, []).append([*s.f1, s.mean_f1, s.mean_f1_core, s.mean_iou])
    return {key: np.array(rows) for key, rows in table.items()}


def results_json(
    results: Sequence[ArmResult],
    real: RealSets,
    recipe: Recipe,
    device: torch.device,
    arguments: dict[str, Any],
    seconds: float,
) -> dict[str, Any]:
    """Everything a later reader needs to repeat or judge the run: plain values only."""
    arms = []
    for key in dict.fromkeys(one.arm.key for one in results):
        own = [one for one in results if one.arm.key == key]
        arm = own[0].arm
        arms.append(
            {
                "key": key,
                "title": arm.title,
                "trained_on": {"name": arm.data.name, "images": len(arm.data), "digest": arm.data.digest()},
                "runs": [
                    {
                        "seed": one.seed,
                        **one.evaluation.as_json(),
                        "confusion": one.evaluation.confusions.sum(0).tolist(),
                        "worst": [
                            {"id": name, "mean_f1": number(v)} for name, v in one.evaluation.worst(WORST)
                        ],
                    }
                    for one in own
                ],
            }
        )
    means = {key: rows.mean(0) for key, rows in class_table(results).items()}
    names = [*real.fit.convention.classes, "mean_f1", "mean_f1_core", "mean_iou"]
    return {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "facegen": facegen.__version__,
        "machine": describe_machine(device),
        "arguments": arguments,
        "recipe": asdict(recipe),
        "convention": real.fit.convention.name,
        "scored_at_px": recipe.size,
        "test": {"is": real.test_is, "images": len(real.test)},
        "checkpoint_rule": "moving average after the last step",
        "seconds": round(seconds, 1),
        "arms": arms,
        "real_minus_synthetic": {
            key: {name: number(v) for name, v in zip(names, (means[REAL_ARM] - row).tolist(), strict=True)}
            for key, row in means.items()
            if key != REAL_ARM
        },
    }


def write_results(folder: Path, content: dict[str, Any], results: Sequence[ArmResult]) -> None:
    """results.json, and per_class.csv with one row an arm, seed and class."""
    write_json(folder / RESULTS_FILE, content)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["arm", "title", "seed", "class", "f1", "iou", "boundary_iou", "offset_near_px"])
    for one in results:
        e = one.evaluation
        columns = zip(
            e.convention.classes, e.scores.f1, e.scores.iou, e.boundary, e.near_offsets(), strict=True
        )
        for name, *values in columns:
            cells = ["" if np.isnan(v) else f"{v:.5f}" for v in values]
            writer.writerow([one.arm.key, one.arm.title, one.seed, name, *cells])
    write_bytes(folder / TABLE_FILE, text.getvalue().encode())
