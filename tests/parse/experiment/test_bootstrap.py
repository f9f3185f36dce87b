"""Intervals: known answers, a second implementation, coverage by simulation."""

import numpy as np
import pytest
from scipy.stats import ttest_ind
from sklearn.metrics import f1_score

from facegen.datasets.conventions.public.celebamaskhq_labels import CELEBAMASKHQ
from facegen.parse.experiment.bootstrap import (
    _kinds,
    _other_trainings,
    _units,
    columns,
    counts_of,
    covered,
    interval,
    resample,
    scores_of_counts,
)
from facegen.parse.metrics.scores import confusion_matrix, score


def random_maps(rng, pictures, size=12):
    truth = rng.integers(0, 19, (pictures, size, size)).astype(np.uint8)
    guess = np.where(rng.random(truth.shape) < 0.6, truth, rng.integers(0, 19, truth.shape)).astype(np.uint8)
    return guess, truth


def test_measures_equal_scikit_learn_and_scores():
    guess, truth = random_maps(np.random.default_rng(1), 5)
    confusions = np.stack([confusion_matrix(g, t, 19) for g, t in zip(guess, truth, strict=True)])
    values = scores_of_counts(counts_of(confusions).sum(0), CELEBAMASKHQ)
    reference = f1_score(truth.ravel(), guess.ravel(), labels=range(19), average=None)
    np.testing.assert_allclose(values[:19], reference, atol=1e-12)
    one = score(confusions.sum(0), CELEBAMASKHQ)
    np.testing.assert_allclose(values[19:], [one.mean_f1, one.mean_f1_core, one.mean_iou], atol=1e-12)
    assert columns(CELEBAMASKHQ)[19:] == ("mean_f1", "mean_f1_core", "mean_iou")


def made_up_counts(rng, sets, seeds, pictures, level=0.0, sd=0.0):
    """Counts of one class pair: every picture has 100 pixels of class 1, a share of them found."""
    counts = np.zeros((sets, seeds, pictures, 3, 19), np.int64)
    counts[..., 1:, 1] = 1000
    found = level + sd * rng.standard_normal((sets, seeds, pictures))
    counts[..., 0, 1] = np.round(1000 * np.clip(found, 0, 1))
    return counts


def test_the_interval_over_pictures_is_that_of_a_mean():
    rng = np.random.default_rng(2)
    counts = {"R": made_up_counts(rng, 1, 1, 400, 0.7, 0.1)}
    result = resample(counts, {"R": "real"}, CELEBAMASKHQ)
    low, high = interval(result.values["R"][1], result.draws["R"][..., 1], result.freedom)
    error = 0.1 / np.sqrt(400)
    assert result.freedom == () and result.values["R"][1] == pytest.approx(0.7, abs=3 * error)
    assert (high - low) / 2 == pytest.approx(1.96 * error, rel=0.12)
    assert np.isnan(result.values["R"][5]) and np.isnan(interval(np.nan, result.draws["R"][..., 5])[0])
    again = resample(counts, {"R": "real"}, CELEBAMASKHQ)
    np.testing.assert_array_equal(again.draws["R"], result.draws["R"])


def better(counts):
    found = counts.copy()
    found[..., 0, 1] += 50
    return found


@pytest.mark.parametrize("sets", [1, 2])
def test_pictures_are_paired_between_arms_and_trainings_within_a_family(sets):
    rng = np.random.default_rng(3)
    one, other = (made_up_counts(rng, sets, 3, 100, 0.7, 0.1) for _ in range(2))
    counts = {"S": one, "S_L": better(one), "S_D": other, "S_DL": better(other)}
    families = {"S": "a", "S_L": "a", "S_D": "b", "S_DL": "b"}
    result = resample(counts, families, CELEBAMASKHQ)
    for plain, adapted in (("S", "S_L"), ("S_D", "S_DL")):
        gain = (result.draws[adapted] - result.draws[plain])[..., 1]
        np.testing.assert_allclose(gain, 0.05, atol=1e-12)
    assert result.freedom == ((2.0,) if sets == 2 else (2.0, 2.0))
    alone = resample({**counts, "S_D": one, "S_DL": better(one)}, families, CELEBAMASKHQ)
    apart = (alone.draws["S_D"] - alone.draws["S"])[..., 1]
    assert not apart[0].any() and apart[1:].any(1).all()


def levelled(level):
    """Counts of trainings whose scores are `level` (J, K), the pictures of each alike."""
    found = np.zeros((*level.shape, 10, 3, 19), np.int64)
    found[..., 1:, 1] = 1000
    found[..., 0, 1] = np.round(1000 * level)[..., None]
    return found


def test_seeds_and_sets_widen_the_interval():
    level = 0.6 + 0.01 * np.array([[-1, 0, 1.0], [1, 2, 3]])
    result = resample({"S": levelled(level)}, {"S": "a"}, CELEBAMASKHQ)
    low, high = interval(result.values["S"][1], result.draws["S"][..., 1], result.freedom)
    assert result.values["S"][1] == pytest.approx(level.mean()) and result.freedom == (1.0,)
    # Student's interval of the two set means, 0.60 and 0.62, of which the seeds are a part.
    assert (high - low) / 2 == pytest.approx(12.706 * 0.01, rel=0.06)
    assert covered({"S": levelled(level)}) == ["test pictures", "seeds", "rendered sets"]
    assert covered({"R": levelled(level[:1]), "S": levelled(level[:1, :1])}) == ["test pictures"]


def test_arms_with_several_sets_share_how_far_sets_lie_apart():
    near, far = 0.6 + 0.01 * np.array([[0.0], [1]]), 0.5 + 0.01 * np.array([[0.0], [7]])
    result = resample({"S": levelled(near), "S_D": levelled(far)}, {"S": "a", "S_D": "b"}, CELEBAMASKHQ)
    pooled = np.mean([near.var(ddof=1), far.var(ddof=1)])
    for arm in ("S", "S_D"):
        assert result.draws[arm][1, :, 1].var() == pytest.approx(pooled / 2, rel=0.1)
    assert result.freedom == (2.0,)
    lone = resample({"S": levelled(near), "S_D": levelled(far[:1])}, {"S": "a", "S_D": "b"}, CELEBAMASKHQ)
    assert lone.freedom == (1.0,)
    np.testing.assert_allclose(lone.draws["S_D"][..., 1], 0.5, atol=1e-12)
    with pytest.raises(ValueError, match="differ in their arms"):
        counts = {"S": levelled(near), "S_L": levelled(near), "S_D": levelled(far)}
        resample(counts, {"S": "a", "S_L": "a", "S_D": "b"}, CELEBAMASKHQ)


@pytest.mark.parametrize("seeds", [2, 3, 5])
def test_the_sd_over_few_seeds_is_that_of_their_mean(seeds):
    level = np.random.default_rng(6).uniform(0.5, 0.7, (1, seeds))
    result = resample({"R": levelled(level)}, {"R": "r"}, CELEBAMASKHQ)
    expected = np.round(1000 * level).std(ddof=1) / 1000 / np.sqrt(seeds)
    assert result.draws["R"][1, :, 1].std() == pytest.approx(expected, rel=0.06)
    assert result.freedom == (seeds - 1,)


def test_degrees_of_freedom_are_those_of_welch():
    rng = np.random.default_rng(9)
    one, other = rng.normal(0.5, 0.01, 3), rng.normal(0.6, 0.03, 5)
    scores = {"R": {"R": one[None, :, None]}, "S": {"S": other[None, :, None]}}
    moved = [_other_trainings({name: arms}, 20000, 0) for name, arms in scores.items()]
    drawn = np.stack([np.zeros(20000), moved[0]["R"][:, 0], -moved[1]["S"][:, 0]])
    low, high = interval(one.mean() - other.mean(), drawn, (2, 4))
    expected = ttest_ind(one, other, equal_var=False).confidence_interval()
    assert [low, high] == pytest.approx([expected.low, expected.high], abs=5e-4)


@pytest.mark.parametrize(
    ("sets", "seeds", "set_sd"),
    [
        *((1, 3, 0), (2, 3, 0.5), (2, 5, 2)),
        *(
            pytest.param(*one, marks=pytest.mark.slow)
            for one in ((1, 2, 0), (1, 5, 0), (2, 3, 0), (2, 3, 2), (2, 10, 1), (3, 3, 2))
        ),
    ],
)
def test_the_interval_covers_the_truth_as_often_as_it_says(sets, seeds, set_sd):
    """Trainings scatter about a truth, pictures a little: 95 of 100 intervals should hold it."""
    rng = np.random.default_rng(8)
    repeats, draws, seed_sd = 400, 300, 0.02
    shapes = {"R": (1, seeds), "S": (sets, seeds), "S_D": (sets, seeds)}
    kinds = _kinds(shapes)
    freedom = [sum(_units(*shapes[arm]) - 1 for arm in kind) for kind in kinds]
    weights = {"S": {"S": 1}, "S_D - S": {"S_D": 1, "S": -1}, "R - S": {"R": 1, "S": -1}}
    inside, reach = dict.fromkeys(weights, 0), []
    for repeat in range(repeats):
        scores = {}
        for arm, (j, k) in shapes.items():
            of_set = set_sd * rng.standard_normal((j, 1)) if j > 1 else 0
            scores[arm] = seed_sd * (of_set + rng.standard_normal((j, k)))[..., None]
        moved = [_other_trainings({arm: {arm: scores[arm]} for arm in kind}, draws, repeat) for kind in kinds]
        own, pictures = 0.005 * rng.standard_normal(), 0.005 * rng.standard_normal(draws)
        for name, signs in weights.items():
            drawn = [pictures, *(sum(w * one.get(a, 0) for a, w in signs.items()) for one in moved)]
            drawn = np.stack([np.broadcast_to(np.ravel(one), draws) for one in drawn])
            value = own + sum(w * scores[arm].mean() for arm, w in signs.items())
            low, high = interval(value, drawn, freedom)
            inside[name] += low <= 0 <= high
            if name == "S":
                reach.append((high - low) / 2)
    for held in inside.values():
        assert 0.92 <= held / repeats <= 0.998, inside
    if sets > 1:  # not much wider than if the sd were known
        known = seed_sd * np.sqrt((set_sd**2 + 1 / seeds) / sets)
        assert np.median(reach) < 2.5 * 1.96 * np.hypot(known, 0.005)


def test_arms_of_other_pictures_are_refused():
    rng = np.random.default_rng(5)
    counts = {"R": made_up_counts(rng, 1, 1, 5), "S": made_up_counts(rng, 1, 1, 6)}
    with pytest.raises(ValueError, match="different pictures"):
        resample(counts, {"R": "r", "S": "s"}, CELEBAMASKHQ)
