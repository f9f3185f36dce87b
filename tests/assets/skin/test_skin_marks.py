"""Marks lie on face and neck, openings where the face has them, the same on both sides."""

import numpy as np
import pytest

from facegen.assets.skin import painted_borders, skin_folds, skin_marks
from facegen.assets.skin.chart_grid import pixel_grid

S, T = np.meshgrid(np.arange(-70, 70.25, 0.5), np.arange(60, -120.25, -0.5))


@pytest.mark.parametrize(
    "drawn",
    [
        skin_marks.nostrils(S, T),
        skin_marks.wing_crease(S, T),
    ],
    ids=["nostrils", "wing_crease"],
)
def test_weights_are_fractions_and_mirror(drawn):
    assert drawn.min() >= 0 and 0.9 < drawn.max() <= 1
    np.testing.assert_allclose(drawn, drawn[:, ::-1], atol=1e-9)


def inside_nose(drawn):
    return painted_borders.polygon_distance(painted_borders.NOSE, S[drawn > 0.5], T[drawn > 0.5]) < 0


def test_nostrils_lie_in_the_nose_and_the_crease_around_it():
    assert inside_nose(skin_marks.nostrils(S, T)).all()
    assert inside_nose(skin_marks.wing_crease(S, T)).mean() < 0.3


def test_marks_lie_in_front_and_grow_with_their_amount():
    t, sv = np.meshgrid(np.linspace(120, -250, 150), np.linspace(-314, 314, 250), indexing="ij")
    for draw in (skin_marks.moles, skin_marks.blemishes):
        none, many = (draw(sv, t, a, np.random.default_rng(1)) for a in (0.0, 1.0))
        assert not none.any() and 0 < many.max() <= 1 and not many[:, np.abs(sv[0]) > 85].any()
    patch = np.zeros_like(sv)
    light, deep = (skin_folds.wrinkles(sv, t, a, patch, np.random.default_rng(1)) for a in (0.3, 1.2))
    assert light.min() < -0.03 and deep.min() < 3 * light.min()


def test_lips_meet_in_a_dark_line_and_few_moles_are_large():
    s_mm, t_mm = pixel_grid(1024, 600)
    seam = skin_marks.lip_seam(s_mm, t_mm)
    on = np.abs(t_mm + 72) < 0.6
    assert seam[on & (np.abs(s_mm) < 18)].min() > 0.5
    assert seam[np.abs(t_mm + 72) > 4].max() < 0.01 and seam[np.abs(s_mm) > 27].max() < 0.01
    # With an average number of moles most faces show none that is 1.5 mm across.
    draws = [skin_marks.moles(s_mm, t_mm, 0.17, np.random.default_rng(k)) for k in range(20)]
    assert 1 <= sum((d > 0.5).sum() > 5 for d in draws) <= 6
