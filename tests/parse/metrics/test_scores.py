"""Scores against scikit-learn."""

import numpy as np
import pytest
from sklearn.metrics import confusion_matrix as sklearn_confusion
from sklearn.metrics import f1_score, jaccard_score

from facegen.datasets.conventions.public.celebamaskhq_labels import CELEBAMASKHQ
from facegen.datasets.conventions.public.lapa_labels import LAPA
from facegen.parse.metrics.evaluate import compare
from facegen.parse.metrics.scores import (
    confusion_matrix,
    f1_per_class,
    foreground_classes,
    iou_per_class,
    score,
)

CLASSES = len(CELEBAMASKHQ.classes)


def random_maps(seed: int, classes: int = CLASSES):
    rng = np.random.default_rng(seed)
    reference = rng.integers(0, classes, (3, 40, 41)).astype(np.uint8)
    predicted = np.where(
        rng.random(reference.shape) < 0.6,
        reference,
        rng.permutation(reference.ravel()).reshape(reference.shape),
    )
    reference[:, :4] = 255
    return predicted.astype(np.uint8), reference


def test_of_a_class_that_is_nowhere_no_border_is_measured():
    reference = np.zeros((1, 32, 32), np.uint8)
    reference[0, 8:24, 8:24] = 1
    predicted = reference.copy()
    predicted[0, :4, :4] = CELEBAMASKHQ.id("hat")
    result = compare(predicted, reference, ["a"], CELEBAMASKHQ)
    assert np.isnan(result.boundary[CELEBAMASKHQ.id("hat")]) and result.boundary[1] == 1
    assert np.isnan(result.scores.f1[CELEBAMASKHQ.id("hat")])


def test_f1_iou_and_confusion_equal_scikit_learn():
    predicted, reference = random_maps(0)
    valid = reference != 255
    p, r, labels = predicted[valid], reference[valid], range(CLASSES)
    confusion = confusion_matrix(predicted, reference, CLASSES)
    np.testing.assert_array_equal(confusion, sklearn_confusion(r, p, labels=labels))
    np.testing.assert_allclose(
        f1_per_class(confusion), f1_score(r, p, labels=labels, average=None), rtol=1e-12
    )
    np.testing.assert_allclose(
        iou_per_class(confusion), jaccard_score(r, p, labels=labels, average=None), rtol=1e-12
    )
    result = score(confusion, CELEBAMASKHQ)
    assert result.mean_f1 == pytest.approx(
        f1_score(r, p, labels=range(1, CLASSES), average="macro"), abs=1e-12
    )
    core = [
        i for i in range(1, CLASSES) if CELEBAMASKHQ.classes[i] not in ("eye_g", "hat", "ear_r", "neck_l")
    ]
    assert len(core) == 14
    assert result.mean_f1_core == pytest.approx(f1_score(r, p, labels=core, average="macro"), abs=1e-12)
    assert result.mean_iou == pytest.approx(jaccard_score(r, p, labels=labels, average="macro"), abs=1e-12)
    assert result.accuracy == pytest.approx((p == r).mean())


def test_pooling_adds_matrices():
    predicted, reference = random_maps(1)
    whole = confusion_matrix(predicted, reference, CLASSES)
    parts = sum(confusion_matrix(p, r, CLASSES) for p, r in zip(predicted, reference, strict=True))
    np.testing.assert_array_equal(whole, parts)


def test_a_class_that_the_reference_lacks_is_not_measured_and_named():
    predicted, reference = random_maps(2)
    hat = CELEBAMASKHQ.id("hat")
    reference[reference == hat] = CELEBAMASKHQ.id("hair")
    assert (predicted == hat).any()  # an invention: costs the other classes, gives hat no score
    result = score(confusion_matrix(predicted, reference, CLASSES), CELEBAMASKHQ)
    assert np.isnan(result.f1[hat]) and np.isnan(result.iou[hat])
    assert result.absent == ("hat",)
    others = [result.f1[i] for i in range(1, CLASSES) if i != hat]
    assert result.mean_f1 == pytest.approx(np.mean(others))
    as_json = result.as_json(CELEBAMASKHQ)
    assert as_json["f1"]["hat"] is None and as_json["not_measured"] == ["hat"]


def test_a_missed_class_scores_zero():
    reference = np.array([[1, 1, 2, 2]], np.uint8)
    confusion = confusion_matrix(np.ones_like(reference), reference, 3)
    np.testing.assert_allclose(f1_per_class(confusion)[1:], [4 / 6, 0])


def test_nothing_measured_is_nan_not_perfect():
    empty = np.full((2, 2), 255, np.uint8)
    result = score(confusion_matrix(empty * 0, empty, CLASSES), CELEBAMASKHQ)
    assert np.isnan([result.mean_f1, result.mean_f1_core, result.mean_iou, result.accuracy]).all()
    assert len(result.absent) == 18


def test_a_convention_without_accessories_has_one_mean():
    assert foreground_classes(LAPA) == foreground_classes(LAPA, accessories=False) == list(range(1, 11))


def test_bad_maps_are_refused():
    with pytest.raises(ValueError, match="differ in shape"):
        confusion_matrix(np.zeros((2, 2), np.uint8), np.zeros((2, 3), np.uint8), 3)
    with pytest.raises(ValueError, match="not below 3"):
        confusion_matrix(np.zeros((1, 1), np.uint8), np.full((1, 1), 3, np.uint8), 3)
