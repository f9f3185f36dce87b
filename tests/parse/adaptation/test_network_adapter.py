"""Label adapters recover a made-up habit of drawing borders, and find nothing where there is none."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from drawn_faces import NAMES, drawn_set
from scipy import ndimage

from facegen.datasets.conventions.public.celebamaskhq_labels import CELEBAMASKHQ
from facegen.datasets.errors import FacegenError
from facegen.parse.adaptation.network_adapter import AdapterRecipe, adapt, fit_adapter, one_hot
from facegen.parse.adaptation.rule_adapter import Rules, apply_rules, f1_change, fit_rules
from facegen.parse.metrics.evaluate import compare
from facegen.parse.metrics.scores import confusion_matrix, f1_per_class

CPU = torch.device("cpu")
CLASSES = len(CELEBAMASKHQ.classes)
QUICK = AdapterRecipe(width=16, steps=120, batch=4, learning_rate=1e-2)


def other_habit(masks: np.ndarray) -> np.ndarray:
    """Another convention's maps: the mouth 2 px smaller, hair 2 px larger, brows not drawn."""
    shifted = masks.copy()
    for one in shifted:
        mouth, hair = one == NAMES["mouth"], one == NAMES["hair"]
        one[mouth & (ndimage.distance_transform_edt(mouth) <= 2)] = NAMES["skin"]
        one[(one == NAMES["background"]) & (ndimage.distance_transform_edt(~hair) <= 2)] = NAMES["hair"]
        for brow in ("l_brow", "r_brow"):
            one[one == NAMES[brow]] = NAMES["hat"]  # a class of its own in that habit
    return shifted


@pytest.fixture(scope="module")
def pair():
    data = [drawn_set(count, 64, seed) for count, seed in ((16, 0), (8, 1))]
    return [(other_habit(one.masks), one) for one in data]


def mean_f1(predicted, data) -> float:
    return compare(predicted, data.masks, data.ids, data.convention).scores.mean_f1


def test_the_network_recovers_a_shift_of_convention(pair):
    (fit, fit_data), (held, held_data) = pair
    network = fit_adapter(one_hot(fit, CLASSES, CPU), fit_data.masks, CELEBAMASKHQ, 0, CPU, QUICK)
    adapted = adapt(network, one_hot(held, CLASSES, CPU), len(held))
    before, after = mean_f1(held, held_data), mean_f1(adapted, held_data)
    assert before < 0.75 and after > 0.97, (before, after)
    again = fit_adapter(one_hot(fit, CLASSES, CPU), fit_data.masks, CELEBAMASKHQ, 0, CPU, QUICK)
    assert np.array_equal(adapted, adapt(again, one_hot(held, CLASSES, CPU), len(held)))


def test_an_adapter_that_learned_nothing_changes_nothing(pair):
    held, data = pair[1]
    network = fit_adapter(
        one_hot(held, CLASSES, CPU),
        data.masks,
        CELEBAMASKHQ,
        0,
        CPU,
        replace(QUICK, steps=2, learning_rate=1e-9),
    )
    assert np.array_equal(adapt(network, one_hot(held, CLASSES, CPU), len(held)), held)


def test_the_rules_name_the_habit_and_undo_it(pair):
    (fit, fit_data), (held, held_data) = pair
    rules = fit_rules(fit, fit_data.masks, CELEBAMASKHQ)
    words = rules.sentences(CELEBAMASKHQ.classes)
    assert "mouth grows 2 px into skin" in words and "background grows 2 px into hair" in words
    assert words[0] in ("hat becomes l_brow", "hat becomes r_brow")  # rules do not know left from right
    adapted = apply_rules(rules, held)
    before, after = (
        compare(maps, held_data.masks, held_data.ids, CELEBAMASKHQ).scores.f1 for maps in (held, adapted)
    )
    for name in ("mouth", "hair", "skin"):  # what an opening takes from the corners of a mouth is lost
        assert after[NAMES[name]] > max(0.96, before[NAMES[name]] + 0.02), (name, before, after)


def test_equal_habits_give_no_rule():
    masks = drawn_set(6, 64).masks
    rules = fit_rules(masks, masks, CELEBAMASKHQ)
    assert rules.sentences(CELEBAMASKHQ.classes) == []
    assert np.array_equal(apply_rules(rules, masks), masks)


def test_ignored_pixels_are_no_evidence():
    masks = drawn_set(4, 64).masks
    references = np.full_like(masks, 255)
    assert fit_rules(masks, references, CELEBAMASKHQ).sentences(CELEBAMASKHQ.classes) == []


def test_growth_is_judged_by_the_map_before_it():
    depth = np.zeros((3, 3), int)
    depth[0, 1] = depth[1, 2] = 1
    rules = Rules(np.arange(3, dtype=np.uint8), depth)
    line = np.array([[[0, 0, 0, 1, 1, 2]]], np.uint8)
    assert apply_rules(rules, line).tolist() == [[[0, 0, 1, 1, 2, 2]]]


def test_an_adapter_needs_pictures():
    empty = np.zeros((0, 64, 64), np.uint8)
    with pytest.raises(FacegenError, match="no picture"):
        fit_adapter(one_hot(empty, CLASSES, CPU), empty, CELEBAMASKHQ, 0, CPU)


def test_the_change_of_f1_is_that_of_moving_the_pixels():
    rng = np.random.default_rng(0)
    truth, guess = rng.integers(0, 4, (2, 500)).astype(np.uint8)
    before = confusion_matrix(guess, truth, 4)
    moved = (guess == 1) & (rng.random(500) < 0.4)
    after = confusion_matrix(np.where(moved, 3, guess), truth, 4)
    expected = sum(f1_per_class(after)[[1, 3]] - f1_per_class(before)[[1, 3]])
    counts = np.bincount(truth[moved], minlength=4)
    assert f1_change(before, 1, 3, np.stack([counts, 0 * counts])) == pytest.approx([expected, 0])


def test_a_parser_in_doubt_does_not_lose_its_small_classes():
    """Half of the pixels of a blurred guess are skin: by pixels alone the eyes would be given away."""
    data = drawn_set(12, 64)
    rng = np.random.default_rng(1)
    guess = data.masks.copy()
    for name in ("l_eye", "r_eye"):
        near = np.stack([ndimage.binary_dilation(one == NAMES[name], iterations=2) for one in data.masks])
        guess[near & (rng.random(guess.shape) < 0.8)] = NAMES[name]
    adapted = apply_rules(fit_rules(guess, data.masks, CELEBAMASKHQ), guess)
    before, after = (compare(m, data.masks, data.ids, CELEBAMASKHQ).scores for m in (guess, adapted))
    assert after.f1[NAMES["l_eye"]] >= before.f1[NAMES["l_eye"]] and after.mean_f1 >= before.mean_f1
