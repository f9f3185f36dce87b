"""What a pilot teaches, on pictures and figures whose answer is known."""

import numpy as np
import pytest

from facegen.assets.lighting import LUMINANCE
from facegen.audit import measures
from facegen.render import pilot, prior


def test_saturation_twice_is_one_saturation():
    """Saturation is applied last (photo.develop), so that applying it again is exact up to rounding."""
    rng = np.random.Generator(np.random.Philox(key=1))
    picture = (0.5 + 0.05 * rng.normal(size=(64, 64, 3))).clip(0, 1)
    grey = (picture @ LUMINANCE)[..., None]
    once = grey + (picture - grey) * 1.2
    eight = np.round(picture * 255).astype(np.uint8)
    again = pilot.develop_again(eight, "camera.saturation", 0.2) / 255
    assert np.abs(again - once).max() < 1.5 / 255


def test_each_setting_moves_its_measure_the_right_way():
    y, x = np.mgrid[:256, :256] / 256
    texture = 0.05 * np.sin(x * 90) * np.sin(y * 80)
    picture = np.stack([0.5 + 0.2 * x + texture, 0.45 + 0.1 * y + texture, 0.4 + texture], -1)
    eight = np.round(picture * 255).astype(np.uint8)
    mask = np.ones((256, 256), np.uint8)
    before = measures.measure(eight, mask)
    for setting, (name, *_) in pilot.SETTINGS.items():
        after = measures.measure(pilot.develop_again(eight, setting, pilot.TRIAL[setting]), mask)
        assert after[measures.NAMES.index(name)] > before[measures.NAMES.index(name)], setting


def learn(before=pilot.NONE, gap=0.0):
    rng = np.random.Generator(np.random.Philox(key=2))
    n = 32
    led = {name: np.linspace(-0.86, 0.86, n) for name, *_ in pilot.SETTINGS.values()}  # mean 0, sd 0.5
    trials = {
        p: {m: led[m] + (pilot.TRIAL[p] * 2.0 if pilot.SETTINGS[p][0] == m else 0.0) for m in led}
        for p in pilot.SETTINGS
    }
    targets = {m: rng.normal(gap, 1.0, 500) for m in led}
    expected = rng.normal(0, 1, (n, 2))
    shown = expected + np.array([0.3, 0.0]) + rng.normal(0, 0.05, (n, 2))
    full = led | {name: np.full(n, np.nan) for name in pilot.ROW_LED}
    return pilot.learn(before, ("yaw_nose", "brow_height"), expected, shown, full, trials, targets)


def test_a_clear_bias_is_learned_and_noise_is_not():
    found = learn()
    assert found.bias["yaw_nose"] == pytest.approx(0.3, abs=0.03)
    assert abs(found.bias.get("brow_height", 0.0)) < 0.03
    again = learn(found)
    assert again.bias["yaw_nose"] == pytest.approx(0.6, abs=0.06)  # rounds add up


def test_settings_move_towards_the_target():
    found = learn(gap=0.2)
    assert found.shift["camera.contrast"] == pytest.approx(0.1, abs=0.04)  # 0.2 at a slope of 2
    assert found.slope["camera.contrast"] == pytest.approx(np.sqrt(1 - 0.25) / 2, abs=0.08)


def test_a_row_is_followed_within_the_ends():
    found = learn(gap=0.2)
    spec = prior.draw_spec(0, 0)
    dull, bright = (pilot.correct(spec, {"contrast": 0.2 + x}, found) for x in (-0.2, 0.2))
    assert dull.camera.contrast < bright.camera.contrast
    extreme = pilot.correct(spec, {"contrast": 1e6}, found)
    assert extreme.camera.contrast == pilot.SETTINGS["camera.contrast"][2]
    assert pilot.correct(spec, {}, pilot.NONE) == spec


def test_corrections_survive_json():
    import json

    found = learn(gap=0.2)
    assert pilot.Correction.from_dict(json.loads(json.dumps(found.to_dict()))) == found


def test_rows_are_asked_for_as_learned():
    found = pilot.Correction(rows={"skin_lightness": 4.0})
    assert pilot.asked({"skin_lightness": 60.0, "male": True}, found) == {
        "skin_lightness": 64.0,
        "male": True,
    }


def test_what_pictures_do_not_show_is_left_alone():
    """Small pictures have no measurable sharpness."""
    rng = np.random.Generator(np.random.Philox(key=5))
    led = {name: rng.normal(0, 0.5, 8) for name, *_ in pilot.SETTINGS.values()}
    led["sharpness"] = np.full(8, np.nan)
    trials = {p: {m: led[m] + 0.1 for m in led} for p in pilot.SETTINGS}
    full = led | {name: np.full(8, np.nan) for name in pilot.ROW_LED}
    nothing = np.zeros((8, 0))
    found = pilot.learn(
        pilot.NONE, (), nothing, nothing, full, trials, {m: rng.normal(0, 1, 50) for m in led}
    )
    assert "camera.sharpen" not in found.shift and "camera.contrast" in found.shift
    assert all(np.isfinite(list(found.shift.values())))
