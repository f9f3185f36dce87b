"""What `dataset.json` says of the law a set follows: what was asked for, what previews promised, what the
finished masks show; one attribute at a time, in pairs, and by gender.

Rows are (n, k) float64, NaN where a face does not have the attribute.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from scipy.stats import rankdata

from facegen.audit.measures.measure_table import CONTENT_NAMES, measure_labels
from facegen.audit.profiles.handwritten_profile import subject_and_condition
from facegen.render.matching.condition import FOLLOWED
from facegen.render.matching.pilot_correction import START, Correction
from facegen.render.spec.face_spec import FaceSpec

if TYPE_CHECKING:
    from facegen.render.matching.matcher import Matched

FEWEST_PAIRS = 30  # rows with both attributes, under which a correlation is not given
FARTHEST = 10  # pairs of attributes that are listed
# name -> (what the rows' columns say, what a spec holds, attribute of the masks that shows it or None)
WORN = {
    "glasses": (lambda rows: rows["glasses"], lambda spec: spec.glasses.kind != "none", "glasses"),
    "hat": (lambda rows: rows["hat"], lambda spec: spec.headwear.kind != "none", "hat"),
    "earring": (lambda rows: rows["earring"], lambda spec: spec.jewellery.earrings != "none", "earring"),
    "necklace": (lambda rows: rows["necklace"], lambda spec: spec.jewellery.necklace != "none", "necklace"),
    "beard": (
        lambda rows: ~rows["no_beard"].astype(bool),
        lambda spec: spec.facial_hair.kind != "none",
        None,
    ),
    "bald": (lambda rows: rows["bald"], lambda spec: spec.hair.style == "bald", None),
}


def not_followed(profile) -> list[str]:
    """Attributes that somebody wrote a law of which decides nothing about faces: no face can be bent to them,
    and previews do not show them. What is the condition of another law decides that."""
    spoken = [subject_and_condition(key) for key in profile.written]
    conditions = {condition for _, condition in spoken}
    obeyed = {*FOLLOWED, *(n for n in CONTENT_NAMES if n in profile.names and profile.attribute(n).matched)}
    for link in profile.links:
        if link.same and obeyed & {link.annotated, link.measured}:
            obeyed |= {link.annotated, link.measured}
    return [name for name in dict.fromkeys(name for name, _ in spoken) if name not in obeyed | conditions]


def describe_target(
    profile, blocks: Sequence[Matched] = (), correction: Correction = START, num: int | None = None
) -> dict | None:
    """Target, expected, reach and how near matching came. None without a profile.

    Of the blocks' rows the first `num` count: the last block may hold more than the set.
    """
    if profile is None:
        return None
    out: dict = {
        "profile": profile.name,
        "followed": [n for n in FOLLOWED if n in profile.names],
        "not_followed": not_followed(profile),
        "correction": correction.to_dict(),
        "blocks": [block.report for block in blocks],
    }
    if blocks:
        targets = np.concatenate([block.targets for block in blocks])[:num]
        expected = np.concatenate([block.expected for block in blocks])[:num]
        out["matched"] = {
            name: {"target": _law(targets[:, j]), "expected": _law(expected[:, j])}
            for j, name in enumerate(blocks[0].names)
        }
        reach: dict[str, list[float]] = {}
        for block in blocks:
            for name, share in block.report["out_of_reach"].items():
                reach.setdefault(name, []).append(share * len(block.targets))
        shares = {
            name: round(sum(parts) / sum(len(b.targets) for b in blocks), 4) for name, parts in reach.items()
        }
        out["out_of_reach"] = dict(sorted(shares.items(), key=lambda item: -item[1]))
    return out


def add_realised(
    target: dict, rows: Mapping[str, np.ndarray], specs: Sequence[FaceSpec], masks: Iterable[np.ndarray]
) -> None:
    """Write beside the target what the finished faces show.

    Parameters
    ----------
    target : of `describe_target`
    rows : name -> (n,) column of the profile's rows that the faces were made for
    specs : n specs; masks : their masks, (H, W) uint8 in the celebamaskhq convention
    """
    seen = np.array([measure_labels(mask) for mask in masks])
    if not len(seen):
        return
    names = tuple(target.get("matched", {}))
    shown = seen[:, [CONTENT_NAMES.index(name) for name in names]]
    for name, column in zip(names, shown.T, strict=True):
        target["matched"][name]["realised"] = _law(column)
    asked = np.array([np.asarray(rows[name], float) for name in names]).T.reshape(len(seen), len(names))
    target["correlations"] = compare_correlations(names, asked, shown)
    if "male" in rows:
        target["by_gender"] = _by_gender(rows, specs, seen)


def compare_correlations(names: Sequence[str], asked: np.ndarray, shown: np.ndarray) -> dict:
    """Spearman correlations of attributes asked for (n, k) beside those shown (m, k).

    `rms` is the root mean square of their differences over all pairs, `chance` what two samples of these
    sizes of one law would give (1 / (n - 1) is the variance of a rank correlation near 0); `farthest` names
    the pairs that differ most.
    """
    pairs = []
    for i, a in enumerate(names):
        for j in range(i + 1, len(names)):
            (one, n), (other, m) = (_rank_correlation(x[:, i], x[:, j]) for x in (asked, shown))
            if np.isfinite(one) and np.isfinite(other):
                pairs.append((abs(one - other), a, names[j], one, other, 1 / (n - 1) + 1 / (m - 1)))
    if not pairs:
        return {"pairs": 0}
    pairs.sort(reverse=True)
    return {
        "pairs": len(pairs),
        "rms": round(float(np.sqrt(np.mean([p[0] ** 2 for p in pairs]))), 4),
        "chance": round(float(np.sqrt(np.mean([p[5] for p in pairs]))), 4),
        "farthest": [
            {"attributes": [a, b], "target": round(one, 3), "realised": round(other, 3)}
            for _, a, b, one, other, _ in pairs[:FARTHEST]
        ],
    }


def _rank_correlation(x, y):
    """Spearman correlation and the number of rows that have both; NaN where it cannot be given."""
    both = ~np.isnan(x) & ~np.isnan(y)
    x, y = x[both], y[both]
    if len(x) < FEWEST_PAIRS or np.ptp(x) == 0 or np.ptp(y) == 0:
        return np.nan, len(x)
    return float(np.corrcoef(rankdata(x), rankdata(y))[0, 1]), len(x)


def _by_gender(rows, specs, seen):
    """Attribute -> {"men", "women"} -> shares asked for, drawn into the specs and seen in the masks.

    Whom a row asks for decides about what is asked, who a face is about the rest.
    """
    asked_male = np.asarray(rows["male"]).astype(bool)
    is_male = np.array([spec.identity.gender > 0.5 for spec in specs])
    table: dict[str, dict] = {
        "share": {
            who: {"asked": round(float(wanted.mean()), 4), "drawn": round(float(own.mean()), 4)}
            for who, wanted, own in (("men", asked_male, is_male), ("women", ~asked_male, ~is_male))
        }
    }
    for name, (said, held, measure) in WORN.items():
        try:
            asked = np.asarray(said(rows)).astype(bool)
        except KeyError:
            continue  # the profile does not speak of it
        drawn = np.array([held(spec) for spec in specs])
        shown = np.nan_to_num(seen[:, CONTENT_NAMES.index(measure)]) > 0 if measure else None
        table[name] = {
            who: {
                key: round(float(column[part].mean()), 4)
                for key, column, part in (
                    ("asked", asked, wanted),
                    ("drawn", drawn, own),
                    ("seen", shown, own),
                )
                if column is not None and part.any()
            }
            for who, wanted, own in (("men", asked_male, is_male), ("women", ~asked_male, ~is_male))
        }
    return table


def _law(values: np.ndarray) -> dict:
    """Mean, standard deviation and the share of rows that have the attribute at all."""
    seen = values[~np.isnan(values)]
    if not len(seen):
        return {"share": 0.0}
    return {
        "mean": round(float(seen.mean()), 5),
        "sd": round(float(seen.std()), 5),
        "share": round(len(seen) / len(values), 4),
    }
