"""Contact sheets."""

import numpy as np
import pytest
from PIL import ImageFont

from facegen.datasets.conventions.native_labels import Native
from facegen.render.production.contact_sheet import (
    CAPTION_FONT,
    CAPTION_HEIGHT,
    GAP,
    LINE_HEIGHT,
    MARGIN,
    PALETTE,
    caption_lines,
    overlay,
    sheet,
)


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
    picture = np.asarray(sheet(tiles, 3, ["1", "", "2", "3", ""]))
    assert picture.shape == (2 * (8 + CAPTION_HEIGHT + GAP) - GAP, 3 * (8 + GAP) - GAP, 3)
    for i in range(5):
        y, x = i // 3 * (8 + CAPTION_HEIGHT + GAP), i % 3 * (8 + GAP)
        assert (picture[y : y + 8, x : x + 8] == 10 * i).all()


@pytest.mark.parametrize("width", [64, 128])
@pytest.mark.parametrize("beside", [False, True])
def test_captions_of_small_tiles_are_whole(width, beside):
    captions = ["000012 f34 side_parted_bob y-12 p+3", "000013 m61 bald y+1 p-2"]
    shown = [text for one in captions for text in ((one, "") if beside else (one,))]
    font = ImageFont.load_default(size=CAPTION_FONT)
    lines = caption_lines(shown, 4, width, font)
    room = (2 * width + GAP if beside else width) - 2 * MARGIN
    for text, broken in zip(shown, lines, strict=True):
        assert "".join(broken).replace(" ", "") == text.replace(" ", "")
        assert all(font.getlength(line) <= room for line in broken)
    tiles = [np.zeros((width, width, 3), np.uint8)] * len(shown)
    most = max(map(len, lines))
    assert sheet(tiles, 4, shown).size[1] == width + CAPTION_HEIGHT + (most - 1) * LINE_HEIGHT


def test_a_caption_ends_where_the_next_one_or_the_row_does():
    font = ImageFont.load_default(size=CAPTION_FONT)
    text = "words words"
    wide = int(font.getlength(text)) + 2 * MARGIN + 1
    half = wide // 2 + 6
    assert caption_lines([text, "", text, ""], 2, half, font) == [[text], [""], [text], [""]]
    assert caption_lines([text, "x"], 2, half, font)[0] == ["words", "words"]
    assert caption_lines(["x", text, ""], 2, half, font)[1] == ["words", "words"]
