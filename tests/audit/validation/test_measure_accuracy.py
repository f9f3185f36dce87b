"""Accuracy of measures on faces whose truth is known, and the truths themselves."""

import math

import numpy as np
import pytest
from drawn_heads import found, head
from known_heads import known

from facegen.audit.measures.measure_table import BY_NAME
from facegen.audit.measures.schema import Table
from facegen.audit.validation.ground_truth import TRUTHS
from facegen.audit.validation.measure_accuracy import AUC, RANK, accuracies

RNG = np.random.default_rng(0)


def table(**columns):
    values = np.stack(list(columns.values()), 1)
    return Table(tuple(columns), values, tuple(str(i) for i in range(len(values))), "drawn")


def test_every_truth_belongs_to_a_measure_and_can_be_read():
    assert set(TRUTHS) <= set(BY_NAME)
    for name, truth in TRUTHS.items():
        for index in range(4):
            assert isinstance(truth.read(known(index)), float), name


@pytest.mark.parametrize("where", [{}, {"roll": 12.0}, {"roll": -30.0, "centre": (0.45, 0.55), "scale": 0.7}])
def test_landmark_truths_agree_with_the_masks(where):
    measured, one = found(head(**where)), known(0, **where)
    for name, tolerance in {"face_x": 0.005, "face_y": 0.005, "face_scale": 0.01, "roll": 0.5,
                            "eye_mouth_ratio": 0.02}.items():  # fmt: skip
        assert TRUTHS[name].read(one) == pytest.approx(measured[name], abs=tolerance), name
    # The mask's width leaves out the outermost 4 % of the lips.
    assert TRUTHS["mouth_width"].read(one) == pytest.approx(0.18, abs=1e-6)


def test_a_measure_in_the_truths_own_unit_gets_error_and_bias():
    rolls = RNG.normal(0, 10, 40)
    faces = [known(i, roll=float(roll)) for i, roll in enumerate(rolls)]
    (row,) = accuracies(table(roll=rolls + 2), faces)
    assert (row.statistic, row.n, row.grade) == (RANK, 40, "good")
    assert (row.value, row.error, row.bias) == pytest.approx((1, 2, 2), abs=1e-6)
    assert row.truth_sd == pytest.approx(rolls.std()) and row.low < row.high


def test_rank_correlation_has_the_expected_sign_and_leaves_out_what_is_missing():
    faces = [known(i, yaw=float(i)) for i in range(30)]
    values = np.arange(30.0) ** 3
    values[5] = math.nan
    (row,) = accuracies(table(yaw_nose=values), faces)
    assert row.value == pytest.approx(1) and row.n == 29 and math.isnan(row.error)
    for one in faces:
        one.meta["head_pose"]["pitch"] = -one.meta["head_pose"]["yaw"]
    (falling,) = accuracies(table(pitch_nose=np.arange(30.0)), faces)  # falls as the face turns up
    assert falling.value == pytest.approx(1)


def test_presence_is_scored_by_auc():
    faces = [known(i) for i in range(80)]
    worn = np.array([one.spec["glasses"]["kind"] != "none" for one in faces], float)
    (perfect,) = accuracies(table(glasses=worn), faces)
    assert (perfect.statistic, perfect.value, perfect.grade) == (AUC, 1.0, "good")
    (blind,) = accuracies(table(glasses=np.zeros(80)), faces)
    assert (blind.value, blind.grade) == (0.5, "poor")


def test_what_cannot_be_said_is_not_measured():
    faces = [known(i) for i in range(11)]
    few, none = accuracies(table(yaw_nose=np.arange(11.0), face_area=np.ones(11)), faces)
    assert few.grade == none.grade == "not measured"
    assert few.reason == "11 faces have both: too few" and none.reason == "no truth in a spec"
    with pytest.raises(ValueError, match="10 known"):
        accuracies(table(yaw_nose=np.arange(11.0)), faces[:10])
