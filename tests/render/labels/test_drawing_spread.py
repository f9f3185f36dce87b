"""Spread of annotators: an eye stretched along its own axis, draws of a known spread."""

import numpy as np
import pytest

from facegen.datasets.conventions.convention_registry import convention
from facegen.datasets.conventions.native_labels import Native
from facegen.render.labels.drawing_spread import AS_SEEN, drawing_of, with_eye_widths

RIGHT = (Native.SCLERA_R, Native.IRIS_R)


def tilted_eye(angle):
    """A map of face skin with one eye tilted by `angle`, and the coordinates along and across that eye."""
    y, x = np.mgrid[:200, :240].astype(float)
    along = (x - 120) * np.cos(angle) + (y - 100) * np.sin(angle)
    across = (y - 100) * np.cos(angle) - (x - 120) * np.sin(angle)
    labels = np.full(x.shape, Native.FACE_SKIN, np.uint8)
    labels[(along / 40) ** 2 + (across / 14) ** 2 < 1] = Native.SCLERA_R
    labels[np.hypot(along, across) < 12] = Native.IRIS_R
    return labels, along, across


@pytest.mark.parametrize("width", [0.8, 1.2])
def test_an_eye_is_stretched_along_its_longer_axis_alone(width):
    labels, along, across = tilted_eye(0.4)
    drawn = with_eye_widths(labels, (1.0, width))
    before, after = np.isin(labels, RIGHT), np.isin(drawn, RIGHT)
    assert along[after].std() == pytest.approx(width * along[before].std(), rel=5e-3)
    assert across[after].std() == pytest.approx(across[before].std(), rel=5e-3)
    assert (np.isin(drawn, [*RIGHT, Native.FACE_SKIN])).all()
    np.testing.assert_array_equal(with_eye_widths(labels, (width, 1.0)), labels)


def test_a_wider_eye_takes_nothing_but_face_skin():
    labels, along, _ = tilted_eye(0.0)
    labels[along > 42] = Native.SCALP_HAIR
    drawn = with_eye_widths(labels, (1.0, 1.5))
    assert (drawn[along > 42] == Native.SCALP_HAIR).all()
    assert np.isin(drawn[100, 66:162], RIGHT).all()
    labels[:] = Native.NOSE
    labels[0, 0] = Native.SCLERA_L  # an eye of one pixel, in the picture's corner
    np.testing.assert_array_equal(with_eye_widths(labels, (2.0, 2.0)), labels)


def test_drawings_have_the_spread_of_the_convention_and_belong_to_the_face():
    chosen = convention("celebamaskhq")
    drawings = [drawing_of(chosen, 3, i) for i in range(1500)]
    widths = np.log([one.eye_widths for one in drawings])
    shared, own = chosen.eye_width_sd
    covariance = np.cov(widths.T)
    # The cut at 2.5 standard deviations takes 9 % of a normal number's variance.
    np.testing.assert_allclose(covariance[0, 1], 0.91 * shared**2, rtol=0.15)
    np.testing.assert_allclose(np.diag(covariance), 0.91 * (shared**2 + own**2), rtol=0.15)
    assert abs(widths.mean()) < 0.01
    for name, mm in chosen.borders.items():
        drawn, sd = np.array([one.borders[name] for one in drawings]), chosen.border_sd.get(name, 0.0)
        assert drawn.mean() == pytest.approx(mm, abs=0.1 * sd + 1e-9)
        assert drawn.std() == pytest.approx(np.sqrt(0.91) * sd, rel=0.06, abs=1e-9)
    assert drawing_of(chosen, 3, 5) == drawings[5]


def test_without_spread_a_face_is_drawn_with_the_borders_of_the_convention():
    chosen = convention("lapa")
    drawing = drawing_of(chosen, 3, 5)
    assert (drawing.eye_widths, dict(drawing.borders)) == (AS_SEEN, dict(chosen.borders))


def test_hair_is_drawn_as_coarsely_as_the_convention_says():
    chosen = convention("celebamaskhq")
    median, sd = chosen.hair_lines
    lines = np.log([drawing_of(chosen, 3, i).hair_lines for i in range(1500)])
    assert np.median(lines) == pytest.approx(np.log(median), abs=0.04)
    assert lines.std() == pytest.approx(np.sqrt(0.91) * sd, rel=0.06)
    assert drawing_of(convention("lapa"), 3, 5).hair_lines is None
