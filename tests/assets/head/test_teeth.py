"""Teeth: how their rows move and what colour they have."""

import numpy as np
import pytest

from facegen.assets.head import teeth


def test_teeth_follow_the_jaw_rigidly():
    rng = np.random.default_rng(0)
    row = rng.normal(size=(68, 3)) * 0.02
    rows = {"upper": row, "lower": row - [0, 0, 0.01]}
    moved = {"upper": row, "lower": rows["lower"] - [0, 0, 0.02]}
    still, faces, gum = teeth.teeth(rows, rows, np.zeros(3))
    opened, _, _ = teeth.teeth(rows, moved, np.zeros(3))
    shift = opened - still
    half = len(shift) // 2
    assert np.abs(shift[:half]).max() < 1e-6
    np.testing.assert_allclose(shift[half:], np.tile([0, 0, -0.02], (len(shift) - half, 1)), atol=1e-6)
    assert 0 < gum.sum() < len(faces)


def test_a_smile_shows_teeth_down_to_the_lower_lip():
    def shown(opening, upper, lower, smile):
        down, raised = teeth.smile_shifts(opening, upper, lower, smile)
        return upper + down, lower + raised

    assert shown(8.0, 5.0, -2.0, 1.0) == pytest.approx((8.0 - teeth.LEFT_DARK, 0.0))
    upper, lower = shown(14.0, 6.0, -2.0, 1.0)
    assert upper == teeth.SHOWN and lower == pytest.approx(teeth.LOWER_SHOWN)
    # A lower row that a lip leaves bare sinks behind it: smiles show the upper teeth.
    upper, lower = shown(9.0, 6.0, 4.0, 1.0)
    assert upper == pytest.approx(9.0 - teeth.LEFT_DARK) and lower == pytest.approx(0.0, abs=1e-9)
    # Talking and laughing open the jaws; what is shown already stays, and no row leaves its lip for good.
    assert shown(8.0, 5.0, -2.0, 0.0) == shown(30.0, 5.0, -2.0, 1.0) == (5.0, -2.0)
    assert shown(6.0, 9.0, 1.0, 1.0) == (9.0, 0.0) and shown(0.0, 0.0, -3.0, 1.0) == (0.0, -3.0)
    assert max(teeth.smile_shifts(16.0, -9.0, -9.0, 1.0)) == teeth.MOST_MOVED


def test_a_smile_moves_rows_along_the_skull():
    rng = np.random.default_rng(0)
    row = rng.normal(size=(68, 3)) * 0.02
    rows = {"upper": row, "lower": row - [0, 0, 0.01]}
    still, _, _ = teeth.teeth(rows, rows, np.zeros(3))
    half = len(still) // 2
    edge = still[:half][teeth._incisors(True)][:, 2].min()
    lips = np.array([[0, 0, edge + 0.005], [0, 0, edge - 0.003], [0, 0, 1.0]])  # 5 of 8 mm are upper teeth
    smiling, _, _ = teeth.teeth(rows, rows, np.zeros(3), lips, 1.0)
    moved = 1000 * (smiling - still)
    np.testing.assert_allclose(moved[:half], [[0, 0, -(3 - teeth.LEFT_DARK)]] * half, atol=1e-3)
    assert not moved[half:, :2].any() and np.ptp(moved[half:, 2]) < 1e-3


def test_rigid_motion_recovers_a_similarity():
    rng = np.random.default_rng(0)
    source = rng.normal(size=(20, 3))
    q, _ = np.linalg.qr(rng.normal(size=(3, 3)))
    q *= np.sign(np.linalg.det(q))
    scale, rotation, shift = teeth.rigid_motion(source, 1.3 * source @ q.T + [1, 2, 3])
    assert scale == pytest.approx(1.3)
    np.testing.assert_allclose(rotation, q, atol=1e-9)
    np.testing.assert_allclose(shift, [1, 2, 3], atol=1e-9)


def test_teeth_yellow_with_the_years():
    def mean(age):
        return np.mean([teeth.tooth_colour(age, np.random.default_rng(k)) for k in range(40)], 0)

    young, old = mean(20), mean(80)
    assert (old <= young).all() and old[2] / old[0] < young[2] / young[0]
