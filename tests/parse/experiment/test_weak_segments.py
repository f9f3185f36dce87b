"""A planted weak segment is found and tested on pictures that did not find it; noise is not."""

import json

import numpy as np
import pytest
from scipy import stats

from facegen.parse.experiment import charts
from facegen.parse.experiment.weak_segments import MIN_FACES, TESTED, Segment, holm, weak_segments, welch

NAMES = ("yaw", "hair_low", "glasses", "rare", "constant")


def drawn(seed, faces=500, planted=0.0):
    draw = np.random.default_rng(seed)
    values = np.column_stack(
        [
            draw.normal(0, 15, faces),
            draw.random(faces),
            draw.random(faces) < 0.2,
            draw.random(faces),
            np.ones(faces),
        ]
    )
    values[: faces // 2, 3] = np.nan
    loss = draw.normal(0.05, 0.05, faces)
    weak = (values[:, 0] > 10) & (values[:, 1] > 0.5)
    return values, loss + planted * weak, weak


def test_a_planted_segment_is_found_with_its_size_and_an_interval():
    values, loss, weak = drawn(1, planted=0.15)
    found = weak_segments(NAMES, values, loss)
    assert found["found_on"] == found["tested_on"] == 250 and found["tested"] <= TESTED
    first = found["rows"][0]
    assert first["verdict"] == "weak" and first["attributes"] == ["hair_low", "yaw"]
    assert first["p_adjusted"] < 1e-6 and first["excess"]["low"] < 0.15 < first["excess"]["high"] + 0.03
    assert "yaw > " in first["segment"] and "hair_low > 0." in first["segment"]
    assert first["loss"]["value"] == pytest.approx(0.2, abs=0.03)
    assert first["faces"] == pytest.approx(weak.sum() / 2, abs=12)
    heat = found["heat_map"]
    i, j = heat["attributes"].index("yaw"), heat["attributes"].index("hair_low")
    assert heat["excess"][i][j] == heat["excess"][j][i] == pytest.approx(first["excess"]["value"], abs=0.05)
    assert not {"rare", "constant"} & set(heat["attributes"])
    json.dumps(found, allow_nan=False)
    assert charts.heat_map(heat["attributes"], heat["excess"]).count("hair_low") >= 2


def test_noise_raises_a_false_alarm_no_more_often_than_the_level():
    alarms = sum(
        any(row["verdict"] == "weak" for row in weak_segments(NAMES, *drawn(seed)[:2])["rows"])
        for seed in range(100, 140)
    )
    assert alarms <= 6  # 40 runs at 5 %: more than 6 would come up one time in a hundred


def test_the_test_of_a_segment_is_welchs():
    draw = np.random.default_rng(0)
    inside, outside = draw.normal(1, 2, 30), draw.normal(0, 1, 70)
    difference, t, freedom, error = welch(inside, outside)
    told = stats.ttest_ind(inside, outside, equal_var=False)
    assert (t, freedom) == pytest.approx((told.statistic, told.df))
    low = told.confidence_interval().low
    assert difference - stats.t.ppf(0.975, freedom) * error == pytest.approx(low)
    assert welch(np.ones(9), np.ones(9))[:2] == (0, 0)


def test_holm_agrees_with_the_definition():
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([0.9, 0.8]) == [1.0, 1.0] and holm([]) == []


def test_unmeasured_pictures_and_few_ones():
    box = Segment(("a", "b"), (0.0, -np.inf), (np.inf, 2.0))
    rows = np.array([[1, 1], [0, 1], [1, 3], [np.nan, 1], [1, np.nan]])
    assert box.holds(rows).tolist() == [True, False, False, False, False] and box.words == "a > 0 and b <= 2"
    values, loss, _ = drawn(3, faces=4 * MIN_FACES - 1)
    assert weak_segments(NAMES, values, loss) is None
    assert weak_segments(NAMES, np.full((500, 5), np.nan), np.ones(500)) is None
    assert weak_segments(NAMES, *drawn(4)[:1], np.full(500, np.nan)) is None
