"""What a pilot teaches, on pictures and figures whose answer is known."""

import numpy as np
import pytest

from facegen.audit.measures import measure_table
from facegen.render.matching import pilot_correction

FACES = 32


NOTHING = pilot_correction.Correction()


def learn(before=NOTHING, gap=0.0):
    rng = np.random.Generator(np.random.Philox(key=2))
    expected = rng.normal(0, 1, (FACES, 2))
    shown = expected + np.array([0.3, 0.0]) + rng.normal(0, 0.05, (FACES, 2))
    measure = {name: rng.normal(50, 10, FACES) for name in pilot_correction.ROW_COLOURS}
    wanted = {name: values + gap + rng.normal(0, 1, FACES) for name, values in measure.items()}
    return pilot_correction.learn(before, ("yaw_nose", "brow_height"), expected, shown, measure, wanted)


def test_a_clear_bias_is_learned_and_noise_is_not():
    found = learn()
    assert found.bias["yaw_nose"] == pytest.approx(0.3, abs=0.03)
    assert abs(found.bias.get("brow_height", 0.0)) < 0.03
    again = learn(found)
    assert again.bias["yaw_nose"] == pytest.approx(0.6, abs=0.06)  # rounds add up


def test_what_is_not_there_teaches_no_bias():
    """Previews show a fringe on 8 of 32 faces: the bias is theirs, since it is theirs that it is added to."""
    expected, none = (
        np.zeros((FACES, 1)),
        {name: np.full(FACES, np.nan) for name in pilot_correction.ROW_COLOURS},
    )
    expected[:8] = 0.2
    shown = np.where(expected > 0, expected + 0.1 + 0.001 * np.arange(FACES)[:, None], 0.0)
    found = pilot_correction.learn(NOTHING, ("fringe",), expected, shown, none, none)
    assert found.bias["fringe"] == pytest.approx(0.1035, abs=1e-3)


def test_what_rows_miss_is_asked_for():
    """Faces that come out 4 too dark are asked for 4 lighter (ROW_STEP of it), however much rows differ."""
    found = learn(gap=4.0)
    for name in pilot_correction.ROW_COLOURS:
        assert found.rows[name] == pytest.approx(4.0 * pilot_correction.ROW_STEP, abs=0.6)
    assert not learn(gap=0.0).rows


def test_corrections_survive_json():
    import json

    found = learn(gap=4.0)
    assert pilot_correction.Correction.from_dict(json.loads(json.dumps(found.to_dict()))) == found


def test_rows_are_asked_for_as_learned():
    found = pilot_correction.Correction(rows={"cloth_lightness": 4.0})
    assert pilot_correction.corrected({"cloth_lightness": 60.0, "male": True}, found) == {
        "cloth_lightness": 64.0,
        "male": True,
    }


def test_what_pictures_do_not_show_is_left_alone():
    nothing = np.zeros((8, 0))
    unseen = {name: np.full(8, np.nan) for name in pilot_correction.ROW_COLOURS}
    asked = {name: np.ones(8) for name in pilot_correction.ROW_COLOURS}
    assert pilot_correction.learn(pilot_correction.START, (), nothing, nothing, unseen, asked).to_dict() == {
        "bias": pilot_correction.START.bias,
        "rows": {},
        "history": ({"faces": 8, "content_gap": {}},),
    }


def test_previews_start_from_what_they_are_known_to_miss():
    assert (
        set(pilot_correction.START.bias) <= set(measure_table.CONTENT_NAMES)
        and not pilot_correction.START.rows
    )
