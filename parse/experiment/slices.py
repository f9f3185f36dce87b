"""Which faces a parser fails on: slices of the test set by measured attribute.

Attributes come as names and a (n, k) float64 table, nan = not measured; the measures are those of the
audit. A face whose attribute could not be measured is in no slice of that attribute.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from facegen.parse.experiment.experiment_plan import REAL, adapted_key
from facegen.parse.experiment.gap import arm_figures, best_informed, loss_figure, other_sets, resample_arms
from facegen.parse.metrics.evaluate import Evaluation

MIN_FACES = 10  # below which a slice is not measured
SCORES = ("mean_f1", "mean_f1_core")
LOSS = "mean_f1_core"  # what slices are ranked by
# Individual typology angle of the skin, degrees: Chardin et al. 1991, Del Bino and Bernerd 2013.
ITA_LIGHT, ITA_DARK = 41.0, 10.0


@dataclass(frozen=True)
class Slice:
    """A part of the test set.

    Attributes
    ----------
    faces : (N,) bool; None where the attribute was not measured at all
    """

    name: str
    faces: np.ndarray | None


def make_slices(names: Sequence[str], values: np.ndarray) -> list[Slice]:
    """The slices of a test set.

    Parameters
    ----------
    names : k attributes
    values : (N, k) float64, nan = not measured
    """
    table = {name: values[:, i] for i, name in enumerate(names)}

    def column(name: str) -> np.ndarray | None:
        one = table.get(name)
        return None if one is None or np.isnan(one).all() else one

    slices = []

    def between(
        words: str, name: str, low: float = -np.inf, high: float = np.inf, size: bool = False
    ) -> None:
        one = column(name)
        if one is not None and size:
            one = np.abs(one)
        slices.append(Slice(words, None if one is None else (one >= low) & (one < high)))

    def extreme(words: str, name: str, fraction: float, size: bool = False) -> None:
        """The highest fraction of an attribute, the lowest where the fraction is negative."""
        one = column(name)
        if one is None:
            slices.append(Slice(words, None))
            return
        one = np.abs(one) if size else one
        limit = np.nanquantile(one, 1 - fraction if fraction > 0 else -fraction)
        slices.append(Slice(words, one >= limit if fraction > 0 else one <= limit))

    extreme("frontal: half with the least yaw", "yaw_nose", -0.5, size=True)
    extreme("turned: fifth with the most yaw", "yaw_nose", 0.2, size=True)
    extreme("looking down: fifth", "pitch_nose", 0.2)
    extreme("looking up: fifth", "pitch_nose", -0.2)
    between("mouth open", "mouth_open", 0.5)
    for what in ("glasses", "hat", "earring", "necklace"):
        between(what, what, 0.5)
    between("no hair to be seen", "hair", high=0.5)
    extreme("long hair: quarter", "hair_low", 0.25)
    extreme("fringe: fifth", "fringe", 0.2)
    between(f"light skin: ITA above {ITA_LIGHT:.0f}°", "skin_ita", ITA_LIGHT)
    between(f"dark skin: ITA below {ITA_DARK:.0f}°", "skin_ita", high=ITA_DARK)
    extreme("beard or shadow: darkest tenth around the mouth", "beard_shade", -0.1)
    extreme("lined skin: fifth with the most texture (age, roughly)", "skin_texture", 0.2)
    extreme("light hair: fifth", "hair_lightness", 0.2)
    extreme("dark picture: fifth", "exposure", -0.2)
    extreme("light from one side: fifth", "light_side", 0.2, size=True)
    extreme("blurred: fifth", "sharpness", -0.2)
    return slices


def slice_figures(
    slices: Sequence[Slice], table: Mapping[str, list[list[Evaluation]]]
) -> tuple[dict[str, list[dict[str, Any]]], dict[str, Any] | None]:
    """Scores of every arm on every slice, and where the best informed synthetic arm loses most.

    Parameters
    ----------
    table : {arm: [rendered set][seed]} of all arms, as `gap.evaluations` gives it

    Returns
    -------
    scores : {arm: [{"slice", "faces", measure: figure}]}, the measures of SCORES; None where fewer than
        MIN_FACES faces are in the slice. Sets outside the split have "above_reference": what they score
        above the best informed arm in LOSS
    losses : {"real", "synthetic": arms, "rows": [{"slice", "faces", "loss": figure}]}, how much less the
        synthetic arm scores than the real one in LOSS, largest first; None without such an arm
    """
    convention = next(iter(table.values()))[0][0].convention
    real = adapted_key(REAL)
    base = best_informed(table)
    scores: dict[str, list[dict[str, Any]]] = {arm: [] for arm in table}
    rows: list[dict[str, Any]] = []
    for one in slices:
        faces = 0 if one.faces is None else int(one.faces.sum())
        head = {"slice": one.name, "faces": faces}
        if faces < MIN_FACES:
            for entries in scores.values():
                entries.append(head | dict.fromkeys(SCORES))
            continue
        within = resample_arms(table, convention, one.faces)
        figures = arm_figures(within, convention)
        for arm, entries in scores.items():
            entries.append(head | {name: figures[arm][name] for name in SCORES})
        if base is None:
            continue
        for arm in other_sets(table):
            scores[arm][-1]["above_reference"] = loss_figure(within, arm, base, LOSS, convention)
        rows.append(head | {"loss": loss_figure(within, real, adapted_key(base), LOSS, convention)})
    if base is None:
        return scores, None
    rows.sort(key=lambda row: -row["loss"]["value"])
    return scores, {"real": real, "synthetic": adapted_key(base), "rows": rows}
