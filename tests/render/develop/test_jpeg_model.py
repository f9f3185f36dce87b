"""JPEG at the side of the file, then a smaller picture: held against that very chain."""

import io

import numpy as np
import pytest
from PIL import Image
from scipy import ndimage

from facegen.colour_science import lab_of_srgb
from facegen.render.develop import jpeg_model


def smaller(picture, side):
    return np.asarray(Image.fromarray(picture).resize((side, side), Image.Resampling.BOX))


def photograph():
    """A picture of 512 pixels with structure of all sizes, grain and colour."""
    rng = np.random.default_rng(0)
    scales = ((40, 900.0), (8, 120.0), (2, 20.0))
    light = sum(
        by * ndimage.gaussian_filter(rng.standard_normal((512, 512, 3)), (s, s, 0)) for s, by in scales
    )
    return np.clip(128 + light + rng.normal(0, 3, (512, 512, 1)), 0, 255).astype(np.uint8)


@pytest.mark.parametrize("quality", [60, 75, 90])
@pytest.mark.parametrize("side", [256, 128])
def test_errors_are_those_of_a_file_that_was_made_smaller(quality, side):
    large = photograph()
    buffer = io.BytesIO()
    Image.fromarray(large).save(buffer, "JPEG", quality=quality, subsampling=2)
    exact = smaller(large, side)
    true = lab_of_srgb(smaller(np.asarray(Image.open(buffer)), side)) - lab_of_srgb(exact)
    mine = lab_of_srgb(jpeg_model.jpeg_round_trip(exact, quality)) - lab_of_srgb(exact)
    np.testing.assert_allclose(mine.std((0, 1)), true.std((0, 1)), rtol=0.4)


def test_a_file_of_its_own_size_is_saved_as_it_is():
    large = photograph()
    buffer = io.BytesIO()
    Image.fromarray(large).save(buffer, "JPEG", quality=75, subsampling=2)
    np.testing.assert_array_equal(jpeg_model.jpeg_round_trip(large, 75), np.asarray(Image.open(buffer)))


def test_steps_grow_as_quality_falls_and_shrink_with_the_reduction():
    steps = [[jpeg_model.reduced_tables(q, by)[0].sum() for by in (1.0, 2.0, 4.0)] for q in (30, 75, 95)]
    assert (np.diff(steps, axis=0) < 0).all() and (np.diff(steps, axis=1) < 0).all()
