"""The skin around the eyes: fold, lashes and bags lie where the face has them, the same on both sides."""

import numpy as np
import pytest

from facegen.assets.skin import eye_area, painted_borders

S, T = np.meshgrid(np.arange(-70, 70.25, 0.5), np.arange(60, -120.25, -0.5))


@pytest.mark.parametrize(
    "drawn",
    [
        eye_area.lid_crease(S, T, 1.0),
        eye_area.lash_line(S, T, 1.0),
        eye_area.lid_shade(S, T),
    ],
    ids=["lid_crease", "lash_line", "lid_shade"],
)
def test_weights_are_fractions_and_mirror(drawn):
    assert drawn.min() >= 0 and 0.9 < drawn.max() <= 1
    np.testing.assert_allclose(drawn, drawn[:, ::-1], atol=1e-9)


@pytest.mark.parametrize("amount", [0.0, 1.0])
def test_bags_hang_under_the_eyes_and_cast_their_shade_below(amount):
    shade, height = eye_area.eye_bags(S, T, amount, np.random.default_rng(0))
    assert shade.min() >= 0 and 0.6 < shade.max() <= 1 and height.max() > 0.5
    away = (np.abs(S) < 10) | (np.abs(S) > 50) | (T > 1) | (T < -22)
    assert np.abs(shade[away]).max() < 0.05 and np.abs(height[away]).max() < 0.05
    under = np.isclose(np.abs(S), 29.5)
    darkest = T[under][shade[under].argmax()]
    assert darkest < T[under][height[under].argmax()]  # the bag swells above its own border
    assert -19 < darkest < -10


def test_larger_bags_hang_lower():
    def border(amount):
        shade, _ = eye_area.eye_bags(S, T, amount, np.random.default_rng(3))
        under = np.isclose(np.abs(S), 29.5)
        return T[under][shade[under].argmax()]

    assert border(1.0) < border(0.0) - 2


def test_the_inner_corner_is_flesh_between_the_lids():
    inside = painted_borders.caruncle_radius(S, T) < 1
    np.testing.assert_array_equal(inside, inside[:, ::-1])
    side = np.abs(S[inside])
    assert side.min() > 15 and side.max() < 22.5
    inner = eye_area.UPPER_EDGE[0][0], (eye_area.UPPER_EDGE[1][0] + eye_area.LOWER_EDGE[1][0]) / 2
    assert (
        painted_borders.caruncle_radius(*map(np.array, inner)) < 1
    )  # the corner that the lids' edges run to
    assert eye_area.lash_line(S, T, 1.0)[inside & (np.abs(S) < 18)].max() < 0.01  # no lash grows there


def test_the_fold_lies_over_the_upper_lashes():
    fold, lashes = eye_area.lid_crease(S, T, 1.0) > 0.5, eye_area.lash_line(S, T, 1.0) > 0.7
    middle = np.abs(S - 32) < 3
    assert T[fold & middle].min() > T[lashes & middle].max()
    assert not eye_area.lid_crease(S, T, 0.0).any()
