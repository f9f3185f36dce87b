"""Cameras stay in their ranges, and prints without colours are as rare as among real pictures."""

import numpy as np
import pytest

from facegen.datasets.keyed_random import Draw
from facegen.render.prior.capture_prior import draw_camera
from facegen.render.spec import camera_ranges as ranges

N = 1000
BOUNDS = {
    "kelvin_shift": ranges.KELVIN_SHIFT,
    "tint": ranges.TINT,
    "saturation": ranges.SATURATION,
    "contrast": ranges.CONTRAST,
    "noise": ranges.NOISE,
}


@pytest.fixture(scope="module")
def cameras():
    return [draw_camera(Draw(3, i)) for i in range(N)]


@pytest.mark.parametrize("name", BOUNDS)
def test_no_draw_leaves_the_range_and_the_middle_is_usual(cameras, name):
    values, bound = np.array([getattr(camera, name) for camera in cameras]), BOUNDS[name]
    assert bound.low <= values.min() and values.max() <= bound.high
    if name == "noise":
        assert np.exp(np.log(values).mean()) == pytest.approx(bound.usual, rel=0.1)
        return
    values = np.log(values) if name == "saturation" else values
    # The range cuts off a little of one side.
    assert values.mean() == pytest.approx(bound.usual, abs=0.15 * bound.sd)
    assert values.std() == pytest.approx(0.95 * bound.sd, rel=0.1)


def test_prints_without_colours_are_rare():
    count = 8000
    weights = {"colour": 1 - sum(ranges.STYLE_RATES.values()), **ranges.STYLE_RATES}
    styles = [Draw(4, i).choice("camera.style", weights) for i in range(count)]
    for style, rate in ranges.STYLE_RATES.items():
        assert styles.count(style) == pytest.approx(rate * count, abs=4 * np.sqrt(rate * count) + 1)
