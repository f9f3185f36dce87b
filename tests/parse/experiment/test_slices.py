"""Slices of the test set: which faces they hold, how they are scored and ranked."""

import numpy as np
import pytest
from drawn_faces import NAMES, drawn_set

from facegen.datasets.conventions.public.celebamaskhq_labels import CELEBAMASKHQ
from facegen.parse.experiment.gap import arm_figures, comparison_figures, resample_arms
from facegen.parse.experiment.slices import Slice, make_slices, slice_figures
from facegen.parse.metrics.evaluate import compare


def test_slices_hold_the_faces_they_name_and_score_only_those():
    values = np.full((40, 3), np.nan)
    values[:, 0] = np.arange(40) - 19.9  # yaw
    values[:30, 1] = np.arange(30) % 2
    slices = {one.name: one for one in make_slices(("yaw_nose", "glasses", "skin_ita"), values)}
    turned = slices["turned: fifth with the most yaw"].faces
    assert set(np.flatnonzero(turned)) == {0, 1, 2, 3, 36, 37, 38, 39}
    assert slices["glasses"].faces.sum() == 15 and not slices["glasses"].faces[30:].any()
    assert slices["dark skin: ITA below 10°"].faces is None
    data = drawn_set(20, 32)
    guess = data.masks.copy()
    guess[10:][guess[10:] == NAMES["mouth"]] = NAMES["skin"]
    result = compare(guess, data.masks, data.ids, CELEBAMASKHQ)
    first = np.arange(20) < 10
    slices = [Slice("a", first), Slice("b", ~first), Slice("c", None), Slice("few", np.arange(20) < 3)]
    scores, losses = slice_figures(slices, {"X1": [[result]], "X1_L": [[result]]})
    assert scores["X1"][0]["mean_f1"]["value"] == pytest.approx(1) and losses is None
    assert scores["X1"][2] == {"slice": "c", "faces": 0, "mean_f1": None, "mean_f1_core": None}
    assert scores["X1"][3] == {"slice": "few", "faces": 3, "mean_f1": None, "mean_f1_core": None}
    # As if the faces of "b" were the whole test set.
    alone = compare(guess[10:], data.masks[10:], data.ids[10:], CELEBAMASKHQ)
    table = {"R": [[alone]], "R_L": [[alone]]}
    expected = arm_figures(resample_arms(table, CELEBAMASKHQ), CELEBAMASKHQ)["R"]
    assert scores["X1"][1]["mean_f1"] == pytest.approx(expected["mean_f1"])
    assert expected["mean_f1"]["value"] < 0.9
    # Ranked by what the best informed synthetic arm loses.
    perfect = compare(data.masks, data.masks, data.ids, CELEBAMASKHQ)
    table = {key: [[perfect]] for key in ("R", "R_L", "S", "S_L")} | {"S_D": [[result]], "S_DL": [[result]]}
    losses = slice_figures(slices, table)[1]
    assert (losses["real"], losses["synthetic"]) == ("R_L", "S_DL")
    assert [row["slice"] for row in losses["rows"]] == ["b", "a"]
    assert losses["rows"][1]["loss"]["value"] == pytest.approx(0)
    # A set beside the split is held against it, slice by slice and as a whole.
    table |= {"X1": [[perfect]], "X1_L": [[perfect]]}
    scores = slice_figures(slices, table)[0]
    assert (
        scores["X1"][0]["above_reference"]["value"] == pytest.approx(0)
        and "above_reference" not in scores["X1_L"][0]
    )
    assert scores["X1"][1]["above_reference"]["value"] == pytest.approx(1 - alone.scores.mean_f1_core)
    beside = comparison_figures(resample_arms(table, CELEBAMASKHQ), CELEBAMASKHQ)
    assert beside["reference"] == "S_D" and list(beside["above_reference"]) == ["X1"]
    over = beside["above_reference"]["X1"]["mean_f1_core"]
    assert over["value"] == pytest.approx(1 - result.scores.mean_f1_core) and 0 < over["low"] < over["high"]
    assert comparison_figures(resample_arms({"R": table["R"]}, CELEBAMASKHQ), CELEBAMASKHQ) is None
    worst = losses["rows"][0]["loss"]
    assert worst["value"] == pytest.approx(1 - alone.scores.mean_f1_core) and worst["low"] <= worst["value"]
