"""The files of a finished run: results.json, gap.json, per_class.csv and per_image.csv.

results.json holds figures {"value", "low", "high"} (gap.py), per-class values by class name, and pooled
confusion matrices with the reference in rows. None = not measured. Pictures appear by their ids only.
gap.json is the same without ids, folders and matrices, to be published with other figures.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path, PurePath
from typing import Any

import numpy as np
import torch

import facegen
from facegen.audit.distances.frozen_lists import MATCHED_CONTENT
from facegen.audit.measures.schema import Table
from facegen.datasets.errors import FacegenError
from facegen.datasets.io.csv_text import csv_bytes
from facegen.datasets.io.files import write_bytes, write_json
from facegen.parse.data.device import describe_machine
from facegen.parse.experiment.experiment_plan import REAL, Plan, adapted_key
from facegen.parse.experiment.gap import (
    arm_figures,
    best_informed,
    comparison_figures,
    control_figures,
    curve_figures,
    evaluations,
    gap_figures,
    interval_note,
    resample_arms,
    taught_figures,
)
from facegen.parse.experiment.run_plan import MADE_WITH, AdapterStudy, ScoredTraining
from facegen.parse.experiment.scoring_cache import Scorer
from facegen.parse.experiment.slices import make_slices, slice_figures
from facegen.parse.experiment.weak_segments import weak_segments
from facegen.parse.metrics.evaluate import Evaluation
from facegen.parse.metrics.scores import f1_per_class, foreground_classes, mean_present, number
from facegen.parse.training.recipe import Recipe

FORMAT = "facegen-train-eval"
FORMAT_VERSION = 5
RESULTS_FILE, PUBLIC_FILE = "results.json", "gap.json"
CLASSES_FILE, IMAGES_FILE = "per_class.csv", "per_image.csv"
WORST = 20
# Keys that format version 4 named differently, wherever they occur.
_RENAMED_KEYS = {
    "mixed": "training_differences",
    "is": "source",
    "over_real": "relative_to_real",
    "shares": "fractions",
    "laws": "fits",
    "beside": "comparisons",
    "base": "reference",
    "over_base": "above_reference",
    "repeated_real_minus_real_by_synthetic_law": "repeated_real_minus_reweighted_real",
    "law_distinct_faces": "reweighted_distinct_faces",
    "law_effective_faces": "reweighted_effective_faces",
}


@dataclass(frozen=True)
class Run:
    """A run that has been trained and scored.

    Attributes
    ----------
    attributes : of the test set, None where they were not measured
    effective_faces : how many equally weighted faces the reweighted control is worth, None without it
    cautions : reasons to distrust figures, in sentences
    """

    plan: Plan
    scored: Mapping[str, ScoredTraining]
    studies: Sequence[AdapterStudy]
    scorer: Scorer
    recipe: Recipe
    test_is: str
    arguments: Mapping[str, Any]
    attributes: Table | None = None
    effective_faces: float | None = None
    cautions: Sequence[str] = ()

    @property
    def count(self) -> int:
        """N, training images of every arm."""
        return len(next(iter(self.plan.arms.values()))[0][0].data)


def results_json(run: Run, device: torch.device, seconds: float) -> dict[str, Any]:
    """Everything that is needed to repeat or assess the run, and all figures: plain values only."""
    convention = run.scorer.test.convention
    table = evaluations(run.plan, run.scored)
    resampled = resample_arms(table, convention)
    figures = arm_figures(resampled, convention)
    first = next(iter(table.values()))[0][0]
    slices, losses, segments = _weak_faces(run.attributes, table)
    return {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "facegen": facegen.__version__,
        "machine": describe_machine(device),
        "arguments": dict(run.arguments),
        "recipe": asdict(replace(run.recipe, encoder_weights=PurePath(run.recipe.encoder_weights).name)),
        "adapter": {"images": len(run.scorer.adapter), "recipe": asdict(run.scorer.recipe)},
        "checkpoint_rule": "moving average after the last step",
        "cautions": list(run.cautions),
        "training_differences": training_differences([one.made_with for one in run.scored.values()]),
        "convention": convention.name,
        "scored_at_px": run.recipe.size,
        "test": {"source": run.test_is, "images": len(run.scorer.test)},
        "not_measured": list(first.scores.absent),
        "num": run.count,
        "seconds": round(seconds, 1),
        "intervals": interval_note(table),
        "arms": [
            _arm(run, key, rows, adapted, table, figures)
            for key, rows in run.plan.arms.items()
            for adapted in (False, True)
        ],
        "gap": gap_figures(resampled, convention),
        "comparisons": comparison_figures(resampled, convention),
        "controls": {
            **control_figures(run.plan, run.scored),
            "reweighted_effective_faces": run.effective_faces,
        },
        "curves": {key: curve_figures(line, run.scored, key) for key, line in run.plan.curves.items()},
        "mix": {"of": run.plan.mix_of, **curve_figures(run.plan.mix, run.scored, run.plan.mix_of)}
        if run.plan.mix
        else None,
        "unlabelled": taught_figures(run.plan, run.scored),
        "adapters": [_study(one, table[one.arm][0][0]) for one in run.studies],
        "slices": slices,
        "slice_losses": losses,
        "weak_segments": segments,
    }


def _weak_faces(
    attributes: Table | None, table: Mapping[str, list[list[Evaluation]]]
) -> tuple[dict[str, Any] | None, dict[str, Any] | None, dict[str, Any] | None]:
    """Scores on slices, losses on slices, and weak segments by the matched content attributes; None where
    not measured."""
    if attributes is None:
        return None, None, None
    scores, losses = slice_figures(make_slices(attributes.names, attributes.values), table)
    base = best_informed(table)
    if base is None:
        return scores, losses, None
    arms = adapted_key(REAL), adapted_key(base)
    real, synthetic = (image_scores([one for row in table[arm] for one in row]) for arm in arms)
    names = [name for name in MATCHED_CONTENT if name in attributes.names]
    found = weak_segments(names, attributes.columns(names), real - synthetic)
    return scores, losses, None if found is None else {"real": arms[0], "synthetic": arms[1], **found}


def training_differences(trainings: Sequence[Mapping[str, str | None]]) -> dict[str, list[str]]:
    """{entry of MADE_WITH in which trainings differ: its values}; "unknown" where a checkpoint lacks it."""
    values = {key: sorted({one.get(key) or "unknown" for one in trainings}) for key in MADE_WITH}
    return {key: found for key, found in values.items() if len(found) > 1}


def _arm(
    run: Run,
    key: str,
    rows: list,
    adapted: bool,
    table: Mapping[str, list[list[Evaluation]]],
    figures: Mapping[str, dict],
) -> dict[str, Any]:
    arm = adapted_key(key) if adapted else key
    own = [one for row in table[arm] for one in row]
    classes = own[0].convention.classes

    def mean(values: Sequence[np.ndarray]) -> dict[str, float | None]:
        return {name: number(v) for name, v in zip(classes, np.mean(values, 0).tolist(), strict=True)}

    return {
        "key": arm,
        "title": run.plan.titles[key],
        "label_adapter": adapted,
        "trained_on": [
            {"name": row[0].data.name, "images": len(row[0].data), "digest": row[0].data.digest()}
            for row in rows
        ],
        "figures": figures[arm],
        "boundary_iou": mean([one.boundary for one in own]),
        "offset_near_px": mean([one.near_offsets() for one in own]),
        "border_found": mean([one.found() for one in own]),
        "confusion": np.sum([one.confusions.sum(0) for one in own], 0).tolist(),
        "runs": [
            {
                "set": j + 1,
                "seed": k,
                "mean_f1": number(e.scores.mean_f1),
                "mean_f1_core": number(e.scores.mean_f1_core),
                "mean_iou": number(e.scores.mean_iou),
                "overfit": run.scored[rows[j][k].name].overfit,
                "made_with": dict(run.scored[rows[j][k].name].made_with),
            }
            for j, row in enumerate(table[arm])
            for k, e in enumerate(row)
        ],
        "worst": [{"id": name, "mean_f1": number(v)} for name, v in worst(own)],
    }


def image_scores(trainings: Sequence[Evaluation]) -> np.ndarray:
    """(N,) mean F1 of each test picture over its own foreground classes, averaged over the trainings."""
    ids = foreground_classes(trainings[0].convention)
    return np.mean([mean_present(f1_per_class(one.confusions), ids) for one in trainings], 0)


def worst(trainings: Sequence[Evaluation], count: int = WORST) -> list[tuple[str, float]]:
    """Ids and scores of the pictures that an arm fails on, worst first."""
    values = image_scores(trainings)
    order = np.argsort(np.where(np.isnan(values), np.inf, values), kind="stable")[:count]
    return [(trainings[0].ids[i], float(values[i])) for i in order]


def _study(study: AdapterStudy, plain: Evaluation) -> dict[str, Any]:
    def by_class(one: Evaluation) -> dict[str, float | None]:
        return {name: number(v) for name, v in zip(plain.convention.classes, one.scores.f1, strict=True)}

    return {
        "arm": study.arm,
        "rules": study.rules,
        "plain_f1": by_class(plain),
        "scores": {
            kind: {
                "mean_f1": number(one.scores.mean_f1),
                "mean_f1_core": number(one.scores.mean_f1_core),
                "f1": by_class(one),
            }
            for kind, one in study.scores.items()
        },
    }


def write_results(folder: Path, content: dict[str, Any], run: Run) -> None:
    """results.json, gap.json; per_class.csv, a row an arm, set, seed and class; per_image.csv, a row a test
    picture."""
    write_json(folder / RESULTS_FILE, content)
    write_json(folder / PUBLIC_FILE, publishable(content))
    table = evaluations(run.plan, run.scored)
    rows = []
    for arm, sets in table.items():
        for j, row in enumerate(sets):
            for k, e in enumerate(row):
                values = zip(
                    e.convention.classes, e.scores.f1, e.scores.iou, e.boundary, e.near_offsets(), strict=True
                )
                rows += [[arm, j + 1, k, name, *map(_cell, numbers)] for name, *numbers in values]
    header = ["arm", "set", "seed", "class", "f1", "iou", "boundary_iou", "offset_near_px"]
    write_bytes(folder / CLASSES_FILE, csv_bytes([header, *rows]))
    columns = [image_scores([e for row in sets for e in row]) for sets in table.values()]
    pictures = [
        [name, *map(_cell, values)] for name, *values in zip(run.scorer.test.ids, *columns, strict=True)
    ]
    write_bytes(folder / IMAGES_FILE, csv_bytes([["id", *table], *pictures]))


def readable_content(content: Any, file: Path) -> dict[str, Any]:
    """The content of a results.json or gap.json in today's keys; format version 4 is translated.

    Raises
    ------
    FacegenError : it is not such a file, or of a version that this facegen does not read.
    """
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise FacegenError(f"{file}: not a result of facegen train-eval")
    version = content.get("format_version")
    if version not in (4, FORMAT_VERSION):
        raise FacegenError(
            f"{file}: format version {version}, this facegen reads 4 and {FORMAT_VERSION}; call train-eval "
            "again in its folder, which keeps the trainings, or use the facegen that wrote it"
        )
    return content if version == FORMAT_VERSION else {**_renamed(content), "format_version": FORMAT_VERSION}


def _renamed(value: Any) -> Any:
    if isinstance(value, list):
        return [_renamed(one) for one in value]
    if isinstance(value, dict):
        return {_RENAMED_KEYS.get(key, key): _renamed(one) for key, one in value.items()}
    return value


def publishable(content: Mapping[str, Any]) -> dict[str, Any]:
    """results.json without what names pictures or places of a machine, and without the large matrices."""

    def name(value: Any) -> Any:
        if isinstance(value, list):
            return [name(one) for one in value]
        return PurePath(value).name if isinstance(value, str) else value

    arms = [
        {key: value for key, value in arm.items() if key not in ("worst", "confusion")}
        for arm in content["arms"]
    ]
    return {
        **content,
        "arguments": {key: name(value) for key, value in content["arguments"].items()},
        "test": {**content["test"], "source": name(content["test"]["source"])},
        "arms": arms,
    }


def _cell(value: float) -> str:
    return "" if np.isnan(value) else f"{value:.5f}"
