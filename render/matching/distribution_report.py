"""What `dataset.json` says about the distribution of a matched set.

Three versions of each attribute are compared: the target rows, what the previews predict, and what the
finished masks show. They are compared one attribute at a time, in pairs, and by gender.

Rows are (n, k) float64, NaN where a face does not have the attribute.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from scipy.stats import rankdata

from facegen.assets.wear.hat_registry import wears_hat
from facegen.audit.measures.measure_table import CONTENT_NAMES, measure_labels
from facegen.audit.profiles.handwritten_profile import subject_and_condition
from facegen.audit.profiles.measured_rows import MeasuredRows, RowSource
from facegen.render.matching.condition import FOLLOWED
from facegen.render.matching.pilot_correction import START, Correction
from facegen.render.spec.face_spec import FaceSpec

if TYPE_CHECKING:
    from facegen.render.matching.matcher import Matched

Rows = npt.NDArray[np.float64]
Columns = Mapping[str, npt.NDArray]

MIN_PAIRS = 30  # rows with both attributes: a correlation of fewer is not reported
LISTED_PAIRS = 10  # pairs of attributes that are listed, those whose correlations differ most


@dataclass(frozen=True)
class Worn:
    """Something that a face wears or has, for the table by gender.

    requested : of the rows' columns, (n,) whether it is requested; KeyError where the profile lacks it
    in_spec : whether a spec has it
    measure : content measure of the masks that shows it, or None
    """

    requested: Callable[[Columns], npt.NDArray]
    in_spec: Callable[[FaceSpec], bool]
    measure: str | None


WORN = {
    "glasses": Worn(lambda rows: rows["glasses"], lambda spec: spec.glasses.kind != "none", "glasses"),
    "hat": Worn(lambda rows: rows["hat"], lambda spec: wears_hat(spec.headwear), "hat"),
    "earring": Worn(lambda rows: rows["earring"], lambda spec: spec.jewellery.earrings != "none", "earring"),
    "necklace": Worn(
        lambda rows: rows["necklace"], lambda spec: spec.jewellery.necklace != "none", "necklace"
    ),
    "beard": Worn(
        lambda rows: ~rows["no_beard"].astype(bool), lambda spec: spec.facial_hair.kind != "none", None
    ),
    "bald": Worn(lambda rows: rows["bald"], lambda spec: spec.hair.style == "bald", None),
}


def not_followed(profile: RowSource) -> list[str]:
    """Attributes of a handwritten profile that change nothing in a face.

    No face can be conditioned on them, previews do not show them, and no other distribution of the profile is
    conditioned on them.
    """
    written = [subject_and_condition(key) for key in profile.handwritten]
    conditions = {condition for _, condition in written}
    matched = (n for n in CONTENT_NAMES if n in profile.names and profile.attribute(n).matched)
    effective = {*FOLLOWED, *matched}
    for link in profile.links:
        if link.same and effective & {link.annotated, link.measured}:
            effective |= {link.annotated, link.measured}
    names = dict.fromkeys(name for name, _ in written)
    return [name for name in names if name not in effective | conditions]


def describe_target(
    profile: RowSource | None,
    blocks: Sequence[Matched] = (),
    correction: Correction = START,
    num: int | None = None,
) -> dict | None:
    """The entry `target` of `dataset.json` before anything is rendered.

    Parameters
    ----------
    profile : the profile or the measured rows that the set follows, or None for the default prior
    blocks : all matched blocks of the set
    correction : what the blocks were matched with
    num : number of faces of the set; the last block may hold more rows, which do not count

    Returns
    -------
    JSON-ready dict, None without a profile: target and predicted distribution of each matched attribute, the
    fraction of rows out of reach, and each block's report.
    """
    if profile is None:
        return None
    out: dict = {
        "profile": profile.name,
        "rows_of": "a real folder" if isinstance(profile, MeasuredRows) else "a profile",
        "followed": [n for n in FOLLOWED if n in profile.names],
        "not_followed": not_followed(profile),
        "correction": correction.to_dict(),
        "blocks": [block.report for block in blocks],
    }
    if blocks:
        targets = np.concatenate([block.targets for block in blocks])[:num]
        predicted = np.concatenate([block.predicted for block in blocks])[:num]
        out["matched"] = {
            name: {"target": _summary(targets[:, j]), "predicted": _summary(predicted[:, j])}
            for j, name in enumerate(blocks[0].names)
        }
        out["out_of_reach"] = _out_of_reach(blocks)
    return out


def _out_of_reach(blocks: Sequence[Matched]) -> dict[str, float]:
    """Attribute -> fraction of all rows whose value no proposal showed, the largest first."""
    rows = sum(len(block.targets) for block in blocks)
    counts: dict[str, list[float]] = {}
    for block in blocks:
        for name, fraction in block.report["out_of_reach"].items():
            counts.setdefault(name, []).append(fraction * len(block.targets))
    fractions = {name: round(sum(parts) / rows, 4) for name, parts in counts.items()}
    return dict(sorted(fractions.items(), key=lambda item: -item[1]))


def add_rendered(
    target: dict, rows: Columns, specs: Iterable[FaceSpec], masks: Iterable[npt.NDArray[np.uint8]]
) -> None:
    """Add to a target what the finished faces show.

    Parameters
    ----------
    target : of `describe_target`; it is changed
    rows : name -> (n,) column of the profile's rows that the faces were made for
    specs : n specs, taken one by one
    masks : their n masks, (H, W) uint8 in the celebamaskhq convention
    """
    seen = np.array([measure_labels(mask) for mask in masks])
    if not len(seen):
        return
    names = tuple(target.get("matched", {}))
    rendered = seen[:, [CONTENT_NAMES.index(name) for name in names]]
    for name, column in zip(names, rendered.T, strict=True):
        target["matched"][name]["rendered"] = _summary(column)
    requested = np.array([np.asarray(rows[name], float) for name in names]).T.reshape(len(seen), len(names))
    target["correlations"] = compare_correlations(names, requested, rendered)
    if "male" in rows:
        target["by_gender"] = _by_gender(rows, specs, seen)


def compare_correlations(names: Sequence[str], requested: Rows, rendered: Rows) -> dict:
    """Spearman correlations of the requested attributes compared with those of the rendered ones.

    Parameters
    ----------
    names : k attributes
    requested, rendered : (n, k) and (m, k) float64; the rows of the two do not belong together

    Returns
    -------
    JSON-ready dict
        `pairs`: number of pairs of attributes that both sides have in MIN_PAIRS rows or more.
        `rms_difference`: root mean square of the differences over these pairs.
        `rms_by_chance`: its expectation for two samples of one distribution of these sizes; the variance of a
        rank correlation near 0 is 1 / (n - 1).
        `largest_differences`: the LISTED_PAIRS pairs that differ most.
    """
    pairs = []
    for i, a in enumerate(names):
        for j in range(i + 1, len(names)):
            (one, n), (other, m) = (_rank_correlation(x[:, i], x[:, j]) for x in (requested, rendered))
            if np.isfinite(one) and np.isfinite(other):
                pairs.append((abs(one - other), a, names[j], one, other, 1 / (n - 1) + 1 / (m - 1)))
    if not pairs:
        return {"pairs": 0}
    pairs.sort(reverse=True)
    return {
        "pairs": len(pairs),
        "rms_difference": round(float(np.sqrt(np.mean([p[0] ** 2 for p in pairs]))), 4),
        "rms_by_chance": round(float(np.sqrt(np.mean([p[5] for p in pairs]))), 4),
        "largest_differences": [
            {"attributes": [a, b], "target": round(one, 3), "rendered": round(other, 3)}
            for _, a, b, one, other, _ in pairs[:LISTED_PAIRS]
        ],
    }


def _rank_correlation(x: Rows, y: Rows) -> tuple[float, int]:
    """Spearman correlation of two columns, NaN where undefined, and the number of rows that have both."""
    both = ~np.isnan(x) & ~np.isnan(y)
    x, y = x[both], y[both]
    if len(x) < MIN_PAIRS or np.ptp(x) == 0 or np.ptp(y) == 0:
        return np.nan, len(x)
    return float(np.corrcoef(rankdata(x), rankdata(y))[0, 1]), len(x)


def _by_gender(rows: Columns, specs: Iterable[FaceSpec], seen: Rows) -> dict[str, dict]:
    """Attribute -> {"men", "women"} -> fractions requested by rows, held by specs and seen in masks.

    What is requested is split by the gender that a row requests, the rest by the gender of the spec.
    """
    male_rows = np.asarray(rows["male"]).astype(bool)
    held = np.array([(s.identity.gender > 0.5, *(worn.in_spec(s) for worn in WORN.values())) for s in specs])
    male_specs, worn_by = held[:, 0], dict(zip(WORN, held[:, 1:].T, strict=True))
    groups = (("men", male_rows, male_specs), ("women", ~male_rows, ~male_specs))
    table: dict[str, dict] = {
        "fraction_of_faces": {
            who: {
                "requested": round(float(of_rows.mean()), 4),
                "in_spec": round(float(of_specs.mean()), 4),
            }
            for who, of_rows, of_specs in groups
        }
    }
    for name, worn in WORN.items():
        try:
            requested = np.asarray(worn.requested(rows)).astype(bool)
        except KeyError:
            continue  # the profile does not have it
        in_spec = worn_by[name]
        in_mask = np.nan_to_num(seen[:, CONTENT_NAMES.index(worn.measure)]) > 0 if worn.measure else None
        table[name] = {
            who: {
                key: round(float(column[part].mean()), 4)
                for key, column, part in (
                    ("requested", requested, of_rows),
                    ("in_spec", in_spec, of_specs),
                    ("in_mask", in_mask, of_specs),
                )
                if column is not None and part.any()
            }
            for who, of_rows, of_specs in groups
        }
    return table


def _summary(values: Rows) -> dict[str, float]:
    """Mean and standard deviation of a column (n,), and the fraction of rows that have the attribute."""
    seen = values[~np.isnan(values)]
    if not len(seen):
        return {"fraction_present": 0.0}
    return {
        "mean": round(float(seen.mean()), 5),
        "sd": round(float(seen.std()), 5),
        "fraction_present": round(len(seen) / len(values), 4),
    }
