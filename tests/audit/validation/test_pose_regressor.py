"""Pose and expression read off masks: what must hold whatever was learned, and learning itself."""

import numpy as np
import pytest
from drawn_heads import OPEN_MOUTH, found, head
from scipy.spatial.transform import Rotation

from facegen.audit.measures import pose_regressor
from facegen.audit.measures.face_view import ID, make_view
from facegen.audit.measures.measure_table import BY_NAME, CONTENT_NAMES
from facegen.audit.measures.pose_regressor import FEATURES, NAMES, SIGNS, TARGETS, features, mirrored, tilted
from facegen.audit.validation import pose_regressor_fit

RNG = np.random.default_rng(0)
SIDES = [(ID[f"l_{name}"], ID[f"r_{name}"]) for name in ("eye", "brow", "ear")]


def mirror_image(mask):
    out = mask[:, ::-1].copy()
    for left, right in SIDES:
        out[mask[:, ::-1] == left], out[mask[:, ::-1] == right] = right, left
    return out


def view_of(mask):
    return make_view(np.zeros((*mask.shape, 3), np.uint8), mask)


def rotation(yaw, pitch, roll):
    return Rotation.from_euler("ZXY", [yaw, -pitch, roll], degrees=True).as_matrix()


@pytest.mark.parametrize("degrees", [10.0, -25.0])
@pytest.mark.parametrize("nose_u", [0.0, 0.03])
def test_a_turned_picture_moves_roll_by_its_turn(degrees, nose_u):
    straight, turned = found(head(nose_u=nose_u)), found(head(nose_u=nose_u, roll=degrees))
    was = [straight[name] for name in NAMES[:3]]
    expected = tilted(np.array(was), degrees)
    assert [turned[name] for name in NAMES[:3]] == pytest.approx(expected, abs=2.0)
    assert turned["pose_roll"] - straight["pose_roll"] == pytest.approx(degrees, abs=3.0)
    assert (turned["smile"], turned["jaw_open"]) == pytest.approx(
        (straight["smile"], straight["jaw_open"]), abs=0.1
    )


def test_a_mirror_image_changes_the_sign_of_yaw_and_roll_alone():
    mask = head(nose_u=0.03, without=("l_ear",), roll=5)
    one, other = found(mask), found(mirror_image(mask))
    assert abs(one["pose_yaw"]) > 5 and one["pose_yaw"] * found(head(nose_u=-0.03))["pose_yaw"] < 0
    for name, sign in zip(NAMES, SIGNS, strict=True):
        assert other[name] == pytest.approx(sign * one[name], abs=0.5), name
    x = features(view_of(mask))
    assert x.shape == (FEATURES,) and np.array_equal(mirrored(mirrored(x)), x)
    assert mirrored(x) == pytest.approx(features(view_of(mirror_image(mask))), abs=0.02)


def test_size_place_and_exchanged_labels_change_nothing():
    one = found(head(nose_u=0.02, extra=OPEN_MOUTH))
    for where in ({"scale": 0.8}, {"centre": (0.45, 0.56), "scale": 0.85}, {"swapped": True}):
        other = found(head(nose_u=0.02, extra=OPEN_MOUTH, **where))
        for name, tolerance in zip(NAMES, (2, 2, 1, 0.1, 0.05), strict=True):
            assert other[name] == pytest.approx(one[name], abs=tolerance), (where, name)


def test_without_nose_or_eye_there_is_no_estimate():
    for part in ("nose", "l_eye"):
        values = found(head(without=(part,)))
        assert all(np.isnan(values[name]) for name in NAMES), part


def test_turning_the_picture_is_a_turn_about_the_view_axis():
    for angles, degrees in zip(RNG.normal(0, 25, (20, 3)), RNG.normal(0, 30, 20), strict=True):
        expected = rotation(0, 0, degrees) @ rotation(*angles)
        assert rotation(*tilted(angles, degrees)) == pytest.approx(expected, abs=1e-9)
        assert tilted(tilted(angles, degrees), -degrees) == pytest.approx(angles)


def test_estimates_are_reported_and_never_matched():
    assert not set(NAMES) & set(CONTENT_NAMES)
    assert all(BY_NAME[name].content and not BY_NAME[name].matchable for name in NAMES)


@pytest.mark.filterwarnings("ignore:Stochastic Optimizer")  # stopped early, to be quick
def test_a_known_relation_is_learned(monkeypatch):
    monkeypatch.setattr(pose_regressor_fit, "STEPS", 150)
    monkeypatch.setattr(pose_regressor_fit, "UNITS", 16)
    monkeypatch.setattr(pose_regressor_fit, "COPIES", 1)
    x = RNG.normal(size=(500, FEATURES))
    tilt = RNG.normal(0, 10, 500)
    odd, even = x - mirrored(x), x + mirrored(x)
    # Place of the nose, roots of the areas of nose and skin.
    own = (10 * odd[:, 9], 6 * even[:, 10], 2 * odd[:, 9], 0.1 * even[:, 8], 0.1 * even[:, 1])
    upright = np.stack(own, axis=1)
    truth = upright.copy()
    truth[:, :3] = [tilted(row, degrees) for row, degrees in zip(upright[:, :3], tilt, strict=True)]
    assert pose_regressor_fit.upright(truth, tilt) == pytest.approx(upright)
    learned = pose_regressor_fit.fit(x[:400], truth[:400], tilt[:400])
    found = pose_regressor_fit.errors(learned, x[400:], truth[400:], tilt[400:])
    assert set(found) == set(TARGETS)
    assert all(row["correlation"] > 0.8 for row in found.values()), found
    again = pose_regressor.Regressor.from_dict(learned.to_dict())
    assert again(x[:5]) == pytest.approx(learned(x[:5]), abs=0.1)
    with pytest.raises(ValueError, match="too few"):
        pose_regressor_fit.fit(x[:10], truth[:10], tilt[:10])
