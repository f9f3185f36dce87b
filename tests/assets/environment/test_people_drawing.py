"""People in backdrops."""

import numpy as np
import pytest

from facegen.assets.environment.people_drawing import figure

SIZE = 96


def drawn(seed, x, y, half):
    picture = np.full((SIZE, SIZE, 3), 5.0)  # no surface is as bright
    figure(picture, np.random.default_rng(seed), x, y, half)
    return picture, (picture < 4.9).any(-1)


@pytest.mark.parametrize("seed", range(6))
def test_a_figure_stands_where_it_is_put_and_reaches_the_lower_edge(seed):
    picture, covered = drawn(seed, 0.5, 0.4, 0.15)
    assert np.isfinite(picture).all() and picture.min() >= 0
    assert covered[int(0.4 * SIZE), SIZE // 2] and covered[-1, SIZE // 2]
    assert not covered[: int(0.2 * SIZE)].any()  # nothing above the hair


def test_figures_are_cut_off_by_the_edge_and_those_outside_change_nothing():
    assert drawn(1, 0.0, 0.4, 0.15)[1][:, 0].any()
    assert not drawn(1, -2.0, 0.4, 0.15)[1].any()
    assert not drawn(1, 0.5, 2.0, 0.1)[1].any()
