"""Label maps that were resized with interpolation or stored as JPEG are named; whole ones are not."""

import io

import numpy as np
import pytest
from drawn_heads import head, paint
from index_folder import write_set
from PIL import Image

from facegen.datasets.errors import FacegenError
from facegen.datasets.inspection.blended_ids import LEAST_BORDER, MOST_BETWEEN, fraction_between
from facegen.datasets.inspection.lint import lint_set
from facegen.datasets.inspection.set_check import check_set
from facegen.datasets.layouts.open_set import open_set


def resized(mask, how):
    small = Image.fromarray(mask).resize((190, 190), Image.Resampling.NEAREST)
    return np.asarray(small.resize(mask.shape[::-1], how))


def through_jpeg(mask):
    buffer = io.BytesIO()
    Image.fromarray(mask).save(buffer, "JPEG", quality=95)
    return np.asarray(Image.open(buffer))


def test_the_fraction_is_that_of_the_definition():
    rng = np.random.default_rng(0)
    mask = np.kron(rng.integers(0, 19, (9, 9)), np.ones((10, 10))).astype(np.uint8)
    mask[40] = (mask[39] + mask[41]) // 2  # a row between two blocks
    between = border = 0
    for one in (mask.tolist(), mask.T.tolist()):
        for row in one:
            for before, middle, after in zip(row, row[1:], row[2:], strict=False):
                between += before < middle < after or before > middle > after
                border += before != after
    assert border > LEAST_BORDER and fraction_between(mask) == between / border > 0
    assert fraction_between(np.zeros((64, 64), np.uint8)) == 0
    assert fraction_between(rng.integers(0, 19, (64, 64), np.uint8)) == 0  # noise has no borders


@pytest.mark.parametrize(
    "blended", [lambda mask: resized(mask, Image.Resampling.BILINEAR), through_jpeg], ids=["resized", "jpeg"]
)
def test_blended_maps_are_refused_and_their_parts_are_not_judged(tmp_path, blended):
    whole = [head(256, roll=one) for one in (-4, 0, 4)]
    kept = [resized(one, Image.Resampling.NEAREST) for one in whole]
    bad = [blended(one) for one in whole]
    assert max(map(fraction_between, (*whole, *kept))) < 0.3 * MOST_BETWEEN
    assert min(map(fraction_between, bad)) > 1.5 * MOST_BETWEEN
    pictures = [paint(one) for one in whole]
    check_set(open_set(write_set(tmp_path / "kept", zip(pictures, kept, strict=True)))).refuse()
    faces = open_set(write_set(tmp_path / "bad", zip(pictures, bad, strict=True)))
    with pytest.raises(FacegenError, match="3 of 3 masks have ids blended along borders"):
        check_set(faces).refuse()
    found = {one.kind for one in lint_set(faces).problems}
    assert {"blended_set", "blended"} <= found
    assert not found & {"exchanged", "out_of_place", "speck", "crumb"}


def test_one_blended_map_is_a_fault_of_its_sample(tmp_path):
    masks = [head(256, roll=one) for one in (-8, 0, 8)]
    masks[1] = through_jpeg(masks[1])
    rng = np.random.default_rng(1)
    pictures = [rng.integers(0, 256, (256, 256, 3), np.uint8) for _ in masks]
    faces = open_set(write_set(tmp_path / "s", list(zip(pictures, masks, strict=True))))
    check_set(faces).refuse()
    (problem,) = (one for one in lint_set(faces).problems if one.kind != "unknown_id")
    assert (problem.kind, problem.name) == ("blended", "00001")
