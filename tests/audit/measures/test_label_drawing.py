"""Label statistics against shapes that can be counted by hand, and against scipy."""

import numpy as np
import pytest
from drawn_heads import head, paint
from scipy import ndimage

from facegen.audit.measures.face_view import ID, make_view
from facegen.audit.measures.label_drawing import NAMES, label_row


def stats(mask):
    return dict(zip(NAMES, label_row(make_view(np.zeros((*mask.shape, 3), np.uint8), mask)), strict=True))


def test_pieces_specks_and_holes_by_hand():
    mask = np.zeros((256, 256), np.uint8)
    mask[20:60, 20:60] = ID["hair"]
    mask[30:34, 30:34] = 0  # a hole
    mask[40:44, 40:44] = ID["skin"]  # another
    mask[100:110, 100:110] = ID["hair"]
    mask[200, 200] = ID["hair"]  # a speck
    values = stats(mask)
    assert [values[f"hair.{k}"] for k in ("components", "specks", "holes")] == [2, 1, 2]
    assert values["skin.presence"] == 1 and values["skin.components"] == 1
    assert values["hat.presence"] == 0 and np.isnan(values["hat.area"]) and np.isnan(values["hat.holes"])
    assert np.isnan(values["hair.u"]) and np.isnan(values["hair.area"])  # no eyes, no axes


def test_diagonal_lines_are_one_piece():
    mask = np.zeros((256, 256), np.uint8)
    mask[np.arange(50), np.arange(50)] = ID["eye_g"]
    assert stats(mask)["eye_g.components"] == 1


def test_pieces_and_holes_agree_with_scipy_on_noise():
    rng = np.random.default_rng(0)
    for _ in range(10):
        region = ndimage.binary_opening(rng.random((256, 256)) < 0.7)
        values = stats(np.where(region, ID["hair"], 0).astype(np.uint8))
        labelled, count = ndimage.label(region, np.ones((3, 3)))
        small = np.count_nonzero(np.bincount(labelled.ravel())[1:] < 4)
        assert (values["hair.components"], values["hair.specks"]) == (count - small, small)
        # Holes: 4-connected pieces of what is not the region, but for the one that reaches round the outside.
        _, outside = ndimage.label(~np.pad(region, 1))
        assert values["hair.holes"] == outside - 1


@pytest.mark.parametrize("radius", [20, 60])
def test_boundary_of_a_disc_is_one_and_of_a_square_known(radius):
    y, x = np.mgrid[:256, :256] + 0.5
    disc = np.where((x - 128) ** 2 + (y - 128) ** 2 < radius**2, ID["skin"], 0).astype(np.uint8)
    assert stats(disc)["skin.boundary"] == pytest.approx(1, abs=0.03)


def test_areas_do_not_change_with_size_place_and_tilt():
    still = stats(head())["skin.area"]
    for moved in (head(roll=8), head(centre=(0.53, 0.47)), head(scale=0.9), head(size=512)):
        assert stats(moved)["skin.area"] == pytest.approx(still, rel=0.03)
    mask = head()
    view = make_view(paint(mask), mask)
    count = np.count_nonzero(mask == ID["nose"])
    assert stats(mask)["nose.area"] == pytest.approx(count / view.axes.side**2)


def test_centroids_are_in_face_axes():
    mask = head(scale=0.8, roll=15, centre=(0.45, 0.55))
    values = dict(zip(NAMES, label_row(make_view(paint(mask), mask)), strict=True))
    assert (values["l_eye.u"], values["l_eye.v"]) == pytest.approx((0.12, 0), abs=0.01)
    assert (values["r_ear.u"], values["r_ear.v"]) == pytest.approx((-0.30, 0.08), abs=0.02)
    assert (values["nose.u"], values["nose.v"]) == pytest.approx((0, 0.12), abs=0.01)
