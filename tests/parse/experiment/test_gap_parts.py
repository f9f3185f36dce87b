"""Curves, controls, slices, the validation look and the page, each on made-up figures."""

import copy
from collections import Counter
from dataclasses import replace
from xml.etree import ElementTree

import numpy as np
import pytest
import torch
from drawn_faces import NAMES, drawn_set

import facegen
from facegen.datasets.conventions.public.celebamaskhq_labels import CELEBAMASKHQ
from facegen.datasets.errors import FacegenError
from facegen.parse.adaptation.network_adapter import AdapterRecipe
from facegen.parse.data.device import half_precision
from facegen.parse.data.loaded_set import join
from facegen.parse.experiment import charts
from facegen.parse.experiment.experiment_plan import Ingredients, make_plan, nested
from facegen.parse.experiment.gap import arm_figures, comparison_figures, control_figures, resample_arms
from facegen.parse.experiment.learning_curves import fit_power_law
from facegen.parse.experiment.results_content import training_differences
from facegen.parse.experiment.reweighting import effective_number, importance_weights
from facegen.parse.experiment.run_plan import MADE_WITH, ScoredTraining
from facegen.parse.experiment.scoring_cache import RULES, Scorer
from facegen.parse.experiment.slices import Slice, make_slices, slice_figures
from facegen.parse.metrics.evaluate import compare
from facegen.parse.metrics.validation_log import ValidationLook, overfitting, read_looks
from facegen.parse.models.checkpoints import load_parser
from facegen.parse.training.recipe import Recipe
from facegen.parse.training.train import CHECKPOINT_FILE, train

CPU = torch.device("cpu")
SHORT = Recipe(size=32, steps=6, batch=2)


def test_the_law_of_a_curve_is_found():
    n = np.array([100, 300, 700, 1000, 3000])
    law = fit_power_law(n, 0.8 - 3 * n**-0.6)
    assert law(np.array([200.0])) == pytest.approx(0.8 - 3 * 200**-0.6, abs=2e-4)
    assert law.limit == pytest.approx(0.8, abs=2e-3) and law.rate == pytest.approx(0.6, abs=0.02)
    assert law.rms < 1e-4 and law.points == 5
    falling = fit_power_law([100, 200, 400], [0.6, 0.5, 0.4])
    assert falling.drop == 0 and falling.limit == pytest.approx(0.5)
    assert fit_power_law([100, 200, 400], [0.2, 0.6, 0.999]).limit <= 1
    assert fit_power_law([100, 300], [0.5, 0.6]) is None


def test_weights_turn_one_law_into_another():
    rng = np.random.default_rng(0)
    real = rng.normal(0, 1, (4000, 3))
    synthetic = rng.normal([0.5, 0, 0], 1, (4000, 3))
    real[::7, 1] = np.nan
    weights = importance_weights(real, synthetic)
    assert weights.sum() == pytest.approx(1) and (weights >= 0).all()
    assert weights @ real[:, 0] == pytest.approx(0.5, abs=0.08)
    assert 1000 < effective_number(weights) < 4000
    assert effective_number(importance_weights(real, real)) > 3990
    with pytest.raises(ValueError, match="3 attributes"):
        importance_weights(real, synthetic[:, :2])
    with pytest.raises(FacegenError, match="real and the default"):
        importance_weights(np.full((5, 2), np.nan), synthetic[:5, :2])


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


def test_looking_at_validation_faces_changes_no_weight(tmp_path):
    data = drawn_set(6, 32)
    look = ValidationLook(drawn_set(3, 32, seed=1), CPU, times=3)
    without = train(data, SHORT, 0, CPU, tmp_path / "without")
    train(data, SHORT, 0, CPU, tmp_path / "with", stop_after=3, look=look)
    looked = train(data, SHORT, 0, CPU, tmp_path / "with", look=look)
    a, b = without.network.state_dict(), looked.network.state_dict()
    assert all(torch.equal(a[k], b[k]) for k in a)
    assert [step for step, *_ in read_looks(tmp_path / "with")] == [2, 4, 6]
    assert read_looks(tmp_path / "without") == []
    assert overfitting([(1, 0.5, 0.5), (2, 0.7, 0.7), (3, 0.6, 0.6)]) == (2, pytest.approx(0.1))
    assert overfitting([(1, 0.5, 0.5), (2, 0.7, 0.7), (3, 0.695, 0.7)]) is None


def test_a_plan_trains_each_thing_once_and_stays_equal_in_number():
    fit, synthetic = drawn_set(12, 32), drawn_set(20, 32, seed=1)
    sets = Ingredients(fit, {"S": [synthetic, drawn_set(20, 32, seed=2)]}, {"S": "default prior"})
    plan = make_plan(sets, 10, 2, numbers=(5, 20), mix=(0, 4), halves=True, weights=np.eye(12)[3])
    assert {len(one.data) for rows in plan.arms.values() for row in rows for one in row} == {10}
    assert list(plan.curves["S"]) == [5, 10, 20] and plan.mix_of == "S"
    assert plan.mix[0] is not plan.mix[4] and len(plan.mix[4].data) == 14
    names = [one.name for one in plan.trainings()]
    assert len(names) == len(set(names)) == 6 + 2 + 1 + 4
    assert names[:3] == ["R-n10-seed0", "S-set1-n10-seed0", "S-set2-n10-seed0"]
    halves = [set(one.data.ids) for one in plan.halves]
    assert [len(one) for one in halves] == [5, 5] and not halves[0] & halves[1]
    repeated, by_law = plan.reweighted
    assert set(by_law.data.ids) == {fit.ids[3]} and len(by_law.data) == 10
    assert len(set(repeated.data.ids)) == 1 and len(repeated.data) == 10
    assert set(nested(fit, 3).ids) < set(nested(fit, 7).ids)
    with pytest.raises(FacegenError, match="offers 12"):
        nested(fit, 13)
    assert join("both", [nested(fit, 2), nested(synthetic, 3)]).masks.shape == (5, 32, 32)


def test_faces_by_a_law_are_compared_with_others_that_are_repeated_alike():
    fit = drawn_set(40, 32)
    law = np.arange(40) / np.arange(40).sum()
    plan = make_plan(Ingredients(fit, {}, {}), 40, 1, weights=law)
    repeated, by_law = (Counter(one.data.ids) for one in plan.reweighted)
    assert sorted(repeated.values()) == sorted(by_law.values()) and repeated != by_law
    assert max(by_law.values()) > 1 and fit.ids[0] not in by_law
    assert [one.name for one in plan.trainings()] == [
        "R-n40-seed0",
        "R-repeats-n40-seed0",
        "R-reweighted-n40-seed0",
    ]
    result = {
        one.name: compare(one.data.masks[:8], fit.masks[:8], fit.ids[:8], CELEBAMASKHQ, borders=False)
        for one in plan.trainings()
    }
    figures = control_figures(plan, {name: ScoredTraining(None, one, None) for name, one in result.items()})
    law_figure = figures["repeated_real_minus_reweighted_real"]["mean_f1"]["value"]
    first, second = (result[one.name].scores.mean_f1 for one in plan.reweighted)
    assert law_figure == pytest.approx(first - second) and law_figure != 0
    assert figures["reweighted_distinct_faces"] == len(by_law)


def test_the_judge_keeps_its_answers_and_knows_whose_they_are(tmp_path):
    recipe = AdapterRecipe(width=4, steps=2, batch=2)
    scorer = Scorer(drawn_set(4, 32, seed=1), drawn_set(3, 32, seed=2), CPU, recipe)
    parsers = [train(drawn_set(6, 32), SHORT, seed, CPU, tmp_path / str(seed)) for seed in range(2)]
    place = tmp_path / "0"
    plain, adapted = scorer.plain(parsers[0], place), scorer.adapted(parsers[0], place)
    (place / "scored-plain.npz").write_bytes(b"damaged")
    for again in (scorer.plain(parsers[0], place), scorer.plain(parsers[0], place)):
        np.testing.assert_array_equal(again.confusions, plain.confusions)
        np.testing.assert_allclose(again.near, plain.near)
        assert again.scores.f1 == pytest.approx(plain.scores.f1, nan_ok=True)
    stamp = (place / "scored-network.npz").stat().st_mtime_ns
    np.testing.assert_array_equal(scorer.adapted(parsers[0], place).confusions, adapted.confusions)
    assert (place / "scored-network.npz").stat().st_mtime_ns == stamp
    # Another parser, whatever it says of itself, or an adapter fitted otherwise is judged anew.
    retrained = replace(parsers[1], metadata=parsers[0].metadata)
    assert retrained.digest != parsers[0].digest == load_parser(place / CHECKPOINT_FILE).digest
    assert (scorer.plain(retrained, place).confusions != plain.confusions).any()
    assert (scorer.plain(parsers[1], place).confusions != plain.confusions).any()
    fewer = scorer.adapted(parsers[1], place, RULES, 2)
    assert fewer.confusions.sum() == plain.confusions.sum()
    with pytest.raises(FacegenError, match="keeps 3 pictures"):
        scorer.adapted(parsers[0], place, count=4)


def test_trainings_that_were_made_otherwise_are_named(tmp_path):
    parser = train(drawn_set(4, 32), SHORT, 0, CPU, tmp_path)
    half = half_precision(CPU)
    one = {"facegen": facegen.__version__, "device": "cpu", "precision": "bfloat16" if half else "float32"}
    assert {key: parser.metadata[key] for key in MADE_WITH} == one
    assert training_differences([one, dict(one)]) == {}
    old = {"facegen": "0.0.1", "device": None}
    assert training_differences([one, old]) == {
        "facegen": ["0.0.1", facegen.__version__],
        "device": ["cpu", "unknown"],
        "precision": sorted([one["precision"], "unknown"]),
    }


def test_charts_are_pictures_without_dates():
    figure = {"value": 0.7, "low": 0.65, "high": 0.75}
    missing = dict.fromkeys(figure)
    parts = {"distribution": figure, "label": figure, "rest": missing | {"value": -0.1}}
    pictures = [
        charts.waterfall(figure, figure, parts, "F1"),
        charts.class_bars({"R": {"skin": figure}, "X1": {"skin": missing}}, ["skin"]),
        charts.confusion(np.diag([3, 0, 2]), ["a", "b", "c"]),
    ]
    points = [{"n": n, "S": {"m": figure}} for n in (100, 300, 1000)]
    law = {"S": {"m": {"limit": 0.8, "drop": 1.0, "rate": 0.5}}}
    pictures.append(charts.curve(points, law, "m", ("n", "F1"), {"R": 0.8, "R_L": None}))
    again = charts.curve(copy.deepcopy(points), law, "m", ("n", "F1"), {"R": 0.8, "R_L": None})
    assert pictures[-1] == again and len(set(pictures)) == 4
    assert all(ElementTree.fromstring(one).tag.endswith("svg") for one in pictures)
