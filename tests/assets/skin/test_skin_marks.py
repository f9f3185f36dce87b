"""What is drawn on the face chart lies where the face has it, on both sides alike."""

import numpy as np
import pytest

from facegen.assets.skin import painted_borders, skin_marks

S, T = np.meshgrid(np.arange(-70, 70.25, 0.5), np.arange(60, -120.25, -0.5))


@pytest.mark.parametrize(
    "drawn",
    [
        skin_marks.nostrils(S, T),
        skin_marks.wing_crease(S, T),
        skin_marks.lid_crease(S, T, 1.0),
        skin_marks.lash_line(S, T, 1.0),
        skin_marks.lid_shade(S, T),
    ],
    ids=["nostrils", "wing_crease", "lid_crease", "lash_line", "lid_shade"],
)
def test_marks_are_shares_and_mirror(drawn):
    assert drawn.min() >= 0 and 0.9 < drawn.max() <= 1
    np.testing.assert_allclose(drawn, drawn[:, ::-1], atol=1e-9)


@pytest.mark.parametrize("amount", [0.0, 1.0])
def test_bags_hang_under_the_eyes_and_cast_their_shade_below(amount):
    shade, height = skin_marks.eye_bags(S, T, amount, np.random.default_rng(0))
    assert shade.min() >= 0 and 0.6 < shade.max() <= 1 and height.max() > 0.5
    away = (np.abs(S) < 10) | (np.abs(S) > 50) | (T > 1) | (T < -22)
    assert np.abs(shade[away]).max() < 0.05 and np.abs(height[away]).max() < 0.05
    under = np.isclose(np.abs(S), 29.5)
    darkest = T[under][shade[under].argmax()]
    assert darkest < T[under][height[under].argmax()]  # the bag swells above its own border
    assert -19 < darkest < -10


def test_larger_bags_hang_lower():
    def border(amount):
        shade, _ = skin_marks.eye_bags(S, T, amount, np.random.default_rng(3))
        under = np.isclose(np.abs(S), 29.5)
        return T[under][shade[under].argmax()]

    assert border(1.0) < border(0.0) - 2


def test_the_inner_corner_is_flesh_between_the_lids():
    inside = painted_borders.caruncle_radius(S, T) < 1
    np.testing.assert_array_equal(inside, inside[:, ::-1])
    side = np.abs(S[inside])
    assert side.min() > 15 and side.max() < 22.5
    inner = skin_marks.UPPER_EDGE[0][0], (skin_marks.UPPER_EDGE[1][0] + skin_marks.LOWER_EDGE[1][0]) / 2
    assert (
        painted_borders.caruncle_radius(*map(np.array, inner)) < 1
    )  # the corner that the lids' edges run to
    assert skin_marks.lash_line(S, T, 1.0)[inside & (np.abs(S) < 18)].max() < 0.01  # no lash grows there


def inside_nose(drawn):
    return painted_borders.polygon_distance(painted_borders.NOSE, S[drawn > 0.5], T[drawn > 0.5]) < 0


def test_nostrils_lie_in_the_nose_and_the_crease_around_it():
    assert inside_nose(skin_marks.nostrils(S, T)).all()
    assert inside_nose(skin_marks.wing_crease(S, T)).mean() < 0.3


def test_the_fold_lies_over_the_upper_lashes():
    fold, lashes = skin_marks.lid_crease(S, T, 1.0) > 0.5, skin_marks.lash_line(S, T, 1.0) > 0.7
    middle = np.abs(S - 32) < 3
    assert T[fold & middle].min() > T[lashes & middle].max()
    assert not skin_marks.lid_crease(S, T, 0.0).any()


def test_the_philtrum_is_a_channel_between_ridges():
    relief = skin_marks.folds(S, T, {}, 0.0)
    row = relief[np.argmin(np.abs(T[:, 0] + 58))]
    at = dict(zip(S[0], row, strict=True))
    assert at[0.0] < -0.3 and at[4.5] > at[0.0] + 0.5 and at[4.5] == pytest.approx(at[-4.5])
