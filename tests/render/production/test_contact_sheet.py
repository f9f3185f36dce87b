"""Contact sheets."""

import numpy as np

from facegen.datasets.conventions.native_labels import Native
from facegen.render.production.contact_sheet import CAPTION_HEIGHT, GAP, PALETTE, overlay, sheet


def test_every_label_has_its_own_colour():
    assert len(PALETTE) == len(Native) == len(np.unique(PALETTE, axis=0))


def test_overlay_shows_the_label_and_dims_the_background():
    rgb = np.full((2, 2, 3), 200, np.uint8)
    labels = np.array([[0, 1], [11, 19]], np.uint8)
    out = overlay(rgb, labels, opacity=1.0)
    assert out[0, 0].tolist() == [120] * 3
    np.testing.assert_array_equal(out[1, 1], PALETTE[19])


def test_a_sheet_holds_every_tile_in_its_place():
    tiles = [np.full((8, 8, 3), 10 * i, np.uint8) for i in range(5)]
    picture = np.asarray(sheet(tiles, 3, [f"a caption much wider than its tile {i}" for i in range(5)]))
    assert picture.shape == (2 * (8 + CAPTION_HEIGHT + GAP) - GAP, 3 * (8 + GAP) - GAP, 3)
    for i in range(5):
        y, x = i // 3 * (8 + CAPTION_HEIGHT + GAP), i % 3 * (8 + GAP)
        assert (picture[y : y + 8, x : x + 8] == 10 * i).all()
