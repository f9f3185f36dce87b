"""What is learned from a pilot, on figures whose answer is known."""

import numpy as np
import pytest

from facegen.audit.measures import measure_table
from facegen.render.matching import pilot_correction

FACES = 32


NOTHING = pilot_correction.Correction()


def learn(before=NOTHING, gap=0.0):
    rng = np.random.Generator(np.random.Philox(key=2))
    predicted = rng.normal(0, 1, (FACES, 2))
    rendered = predicted + np.array([0.3, 0.0]) + rng.normal(0, 0.05, (FACES, 2))
    measured = {name: rng.normal(50, 10, FACES) for name in pilot_correction.ROW_COLOURS}
    requested = {name: values + gap + rng.normal(0, 1, FACES) for name, values in measured.items()}
    names = ("yaw_nose", "brow_height")
    return pilot_correction.learn(before, names, predicted, rendered, measured, requested)


def test_a_clear_bias_is_learned_and_noise_is_not():
    found = learn()
    assert found.bias["yaw_nose"] == pytest.approx(0.3, abs=0.03)
    assert abs(found.bias.get("brow_height", 0.0)) < 0.03
    again = learn(found)
    assert again.bias["yaw_nose"] == pytest.approx(0.6, abs=0.06)  # rounds add up


def test_attributes_that_are_absent_give_no_bias():
    """Previews show a fringe on 8 of 32 faces: the bias is that of these, since it is added to these only."""
    predicted, none = (
        np.zeros((FACES, 1)),
        {name: np.full(FACES, np.nan) for name in pilot_correction.ROW_COLOURS},
    )
    predicted[:8] = 0.2
    rendered = np.where(predicted > 0, predicted + 0.1 + 0.001 * np.arange(FACES)[:, None], 0.0)
    found = pilot_correction.learn(NOTHING, ("fringe",), predicted, rendered, none, none)
    assert found.bias["fringe"] == pytest.approx(0.1035, abs=1e-3)


def test_rows_are_corrected_by_what_pictures_miss():
    """Faces that come out 4 too dark get rows 4 lighter (times ROW_STEP), however much rows differ."""
    found = learn(gap=4.0)
    for name in pilot_correction.ROW_COLOURS:
        assert found.rows[name] == pytest.approx(4.0 * pilot_correction.ROW_STEP, abs=0.6)
    assert not learn(gap=0.0).rows


def test_corrections_survive_json():
    import json

    found = learn(gap=4.0)
    assert pilot_correction.Correction.from_dict(json.loads(json.dumps(found.to_dict()))) == found


def test_the_offset_is_added_to_the_row():
    found = pilot_correction.Correction(rows={"cloth_lightness": 4.0})
    assert pilot_correction.corrected({"cloth_lightness": 60.0, "male": True}, found) == {
        "cloth_lightness": 64.0,
        "male": True,
    }


def test_measures_that_no_picture_shows_change_nothing():
    nothing = np.zeros((8, 0))
    unseen = {name: np.full(8, np.nan) for name in pilot_correction.ROW_COLOURS}
    requested = {name: np.ones(8) for name in pilot_correction.ROW_COLOURS}
    found = pilot_correction.learn(pilot_correction.START, (), nothing, nothing, unseen, requested)
    assert found.to_dict() == {
        "bias": pilot_correction.START.bias,
        "rows": {},
        "history": ({"faces": 8, "content_gap": {}},),
    }


def test_the_first_bias_is_of_content_measures_only():
    assert (
        set(pilot_correction.START.bias) <= set(measure_table.CONTENT_NAMES)
        and not pilot_correction.START.rows
    )
