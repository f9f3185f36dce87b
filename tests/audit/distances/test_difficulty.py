"""Hardness of two sides: known differences, floors, confusions, and what is not measured."""

import numpy as np
import pytest

from facegen.audit.distances.difficulty import (
    EASIER,
    ENTROPY,
    ERROR,
    HARDER,
    MEAN,
    P90,
    P95,
    SHEET,
    UNMEASURED,
    WITHIN,
    PictureHardness,
    compare_difficulty,
)
from facegen.audit.distances.sides import Sides
from facegen.datasets.keyed_random import keyed_generator

CLASSES = ("background", "skin", "hair")


def side(errors, prefix, pair=(0, 2)):
    """Pictures of 10,000 pixels whose wrong ones are `pair`: (label, prediction)."""
    confusions = np.zeros((len(errors), 3, 3), np.int64)
    wrong = np.round(10_000 * np.asarray(errors)).astype(np.int64)
    confusions[:, pair[0], pair[1]] = wrong
    confusions[:, pair[0], pair[0]] = 10_000 - wrong
    ids = tuple(f"{prefix}{i}" for i in range(len(errors)))
    error = wrong / 10_000
    return PictureHardness(ids, 3 * error, error, error, confusions)


def drawn(count, name, scale=0.09):
    return scale * keyed_generator(0, name).gamma(4, 0.25, count)


def test_statistics_are_those_of_the_pictures_and_halved_faces_are_easier():
    real, synthetic = side(drawn(400, "real"), "r"), side(0.5 * drawn(300, "synthetic"), "s")
    found = compare_difficulty(Sides(real, synthetic), CLASSES)
    for statistic, of in (
        (MEAN, np.mean),
        (P90, lambda v: np.percentile(v, 90)),
        (P95, lambda v: np.percentile(v, 95)),
    ):
        one = found.find(ERROR, statistic)
        assert one.real == pytest.approx(of(real.error)) and one.synthetic == pytest.approx(
            of(synthetic.error)
        )
        assert one.ci_low < one.gap < one.ci_high < 0 and 0 < one.floor < abs(one.gap)
        assert one.verdict == EASIER and one.relative == pytest.approx(0.5, abs=0.12)
        other = found.find(ENTROPY, statistic)
        assert other.gap == pytest.approx(3 * one.gap) and other.verdict == EASIER
    assert "easier than the real ones: error 0.0" in found.sentence
    turned = compare_difficulty(Sides(synthetic, real), CLASSES)
    assert turned.find(ERROR, MEAN).verdict == HARDER and "harder" in turned.sentence


def test_two_samples_of_one_distribution_stay_within_the_floor_as_often_as_it_says():
    """The floor and the interval are both of 95 %: of 60 pairs few are told apart."""
    alarms = sum(
        compare_difficulty(
            Sides(side(drawn(200, f"a{i}"), "r"), side(drawn(150, f"b{i}"), "s")), CLASSES, seed=i
        )
        .find(ERROR, MEAN)
        .verdict
        != WITHIN
        for i in range(60)
    )
    assert alarms <= 8


def test_the_normal_standard_error_agrees_with_the_bootstrap_of_the_mean():
    real, synthetic = side(drawn(500, "r"), "r"), side(drawn(500, "s"), "s")
    one = compare_difficulty(Sides(real, synthetic), CLASSES).find(ERROR, MEAN)
    error = np.sqrt(real.error.var(ddof=1) / 500 + synthetic.error.var(ddof=1) / 500)
    assert (one.ci_high - one.ci_low) / 2 == pytest.approx(1.96 * error, rel=0.12)
    own = np.sqrt(2 * real.error.var(ddof=1) / 500)
    assert one.floor == pytest.approx(1.96 * own, rel=0.12)


def test_confusions_name_what_makes_the_gap():
    real, synthetic = side([0.2] * 60, "r"), side([0.05] * 60, "s", pair=(2, 1))
    found = compare_difficulty(Sides(real, synthetic), CLASSES)
    first, second = found.confusions
    assert (first.truth, first.taken_for) == ("background", "hair")
    assert (first.real, first.synthetic, first.real_part, first.synthetic_part) == (0.2, 0.0, 1.0, 0.0)
    assert (second.truth, second.taken_for, second.synthetic) == ("hair", "skin", 0.05)
    assert found.class_f1["background"].real == pytest.approx(2 * 0.8 / 1.8)
    assert np.isnan(found.class_f1["hair"].real)
    assert found.class_f1["hair"].synthetic == pytest.approx(2 * 0.95 / 1.95)


def test_the_hardest_come_first_and_their_confusions_stand_apart():
    errors = np.r_[np.full(90, 0.01), np.full(10, 0.4)]
    real = side(errors, "r")
    found = compare_difficulty(Sides(real, side(errors[::-1], "s")), CLASSES)
    assert set(found.hardest.real[:10]) == {f"r{i}" for i in range(90, 100)}
    assert found.hardest.synthetic[0] == "s0" and len(found.hardest.synthetic) == SHEET
    assert found.hardest_confusions[0].real == pytest.approx(0.4)
    assert found.confusions[0].real == pytest.approx(errors.mean())


def test_without_masks_entropy_alone_is_measured():
    errors = drawn(100, "e")
    bare = PictureHardness(tuple(map(str, range(100))), 2 * errors)
    found = compare_difficulty(Sides(side(drawn(100, "f"), "r"), bare), CLASSES)
    assert found.find(ERROR, MEAN).verdict == UNMEASURED and found.find(ENTROPY, MEAN).verdict != UNMEASURED
    assert not found.confusions and not found.class_f1 and "entropy" in found.sentence
    assert found.hardest.synthetic[0] == str(np.argmax(errors))


def test_few_pictures_and_pictures_without_labels_are_no_pass():
    few = compare_difficulty(Sides(side([0.1] * 5, "r"), side([0.1] * 50, "s")), CLASSES)
    assert {one.verdict for one in few.gaps} == {UNMEASURED} and "no pass" in few.sentence
    some = compare_difficulty(Sides(side([0.1] * 20, "r"), side([0.1] * 50, "s")), CLASSES)
    assert some.find(ERROR, MEAN).verdict == WITHIN and some.find(ERROR, P95).verdict == UNMEASURED
    one = side([0.1] * 50, "s")
    one.error[3] = np.nan
    found = compare_difficulty(Sides(side([0.1] * 50, "r"), one), CLASSES)
    assert found.find(ERROR, MEAN).counts.synthetic == 49 and found.find(ERROR, MEAN).gap == pytest.approx(0)
    with pytest.raises(ValueError, match="of 2 classes"):
        compare_difficulty(Sides(one, one), CLASSES[:2])
