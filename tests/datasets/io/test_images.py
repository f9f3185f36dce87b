"""Picture files: what is read exactly, and what is refused with the file's name."""

import numpy as np
import pytest
from PIL import Image, ImageOps

from facegen.datasets.errors import FacegenError
from facegen.datasets.io import images
from facegen.datasets.io.images import (
    image_size,
    inside,
    list_images,
    open_upright,
    read_binary,
    read_index,
    read_rgb,
    read_upright,
)
from facegen.render.develop.background_photos import load


def gradient(height=5, width=7):
    return np.arange(height * width * 3, dtype=np.uint8).reshape(height, width, 3)


def test_rgb_of_colour_grey_and_palette(tmp_path):
    rgb = gradient()
    Image.fromarray(rgb).save(tmp_path / "a.png")
    np.testing.assert_array_equal(read_rgb(tmp_path / "a.png"), rgb)
    Image.fromarray(rgb[..., 0]).save(tmp_path / "b.png")
    np.testing.assert_array_equal(read_rgb(tmp_path / "b.png"), np.repeat(rgb[..., :1], 3, axis=2))
    assert image_size(tmp_path / "a.png") == (5, 7)


def test_index_of_a_palette_is_the_index_not_the_colour(tmp_path):
    ids = np.array([[0, 3], [18, 255]], np.uint8)
    picture = Image.fromarray(ids).copy()
    picture.putpalette([255 - i // 3 for i in range(768)])
    assert picture.mode == "P"
    picture.save(tmp_path / "mask.png")
    np.testing.assert_array_equal(read_index(tmp_path / "mask.png"), ids)


def test_binary_of_grey_and_colour(tmp_path):
    drawn = np.array([[0, 255], [255, 0]], np.uint8)
    Image.fromarray(drawn).save(tmp_path / "grey.png")
    Image.fromarray(np.repeat(drawn[..., None], 3, axis=2)).save(tmp_path / "colour.png")
    np.testing.assert_array_equal(read_binary(tmp_path / "grey.png"), drawn > 0)
    np.testing.assert_array_equal(read_binary(tmp_path / "colour.png"), drawn > 0)


def test_refusals_name_the_file(tmp_path):
    (tmp_path / "text.png").write_text("no picture")
    Image.fromarray(gradient()).save(tmp_path / "colour.png")
    Image.fromarray(np.zeros((4, 4), np.uint16)).save(tmp_path / "deep.png")
    noise = np.random.Generator(np.random.Philox(0)).integers(0, 256, (64, 64, 3), np.uint8)
    Image.fromarray(noise).save(tmp_path / "whole.png")
    content = (tmp_path / "whole.png").read_bytes()
    (tmp_path / "half.png").write_bytes(content[: len(content) // 2])
    for reader, name, message in (
        (read_rgb, "none.png", "no such file"),
        (read_rgb, "text.png", "not a readable picture"),
        (read_rgb, "half.png", "damaged picture"),
        (read_rgb, "deep.png", "need an 8-bit picture"),
        (read_index, "colour.png", "an index mask has one 8-bit class id a pixel"),
    ):
        with pytest.raises(FacegenError, match=message) as caught:
            reader(tmp_path / name)
        assert str(tmp_path / name) in str(caught.value) and "\n" not in str(caught.value)


def test_too_many_pixels_are_refused_before_decoding(tmp_path, monkeypatch):
    Image.fromarray(np.zeros((20, 20), np.uint8)).save(tmp_path / "big.png")
    monkeypatch.setattr(images, "MAX_PIXELS", 399)
    monkeypatch.setattr(Image.Image, "load", lambda _self: pytest.fail("decoded"))
    with pytest.raises(FacegenError, match="20x20 pixels, the limit is 399"):
        read_rgb(tmp_path / "big.png")


@pytest.mark.parametrize("name", ["../x.png", "/etc/passwd", "a/../../x", "..\\x", "", "a\0b"])
def test_names_that_leave_the_folder_are_refused(tmp_path, name):
    with pytest.raises(FacegenError, match="does not name a file of that folder"):
        inside(tmp_path, name)


def test_listing_is_sorted_and_names_must_differ(tmp_path):
    for name in ("b.jpg", "a.png", "note.txt", ".hidden.png"):
        (tmp_path / name).write_bytes(b"")
    assert list(list_images(tmp_path)) == ["a", "b"]
    (tmp_path / "a.jpg").write_bytes(b"")
    with pytest.raises(FacegenError, match="have the same name a: remove one"):
        list_images(tmp_path)


def test_the_content_of_a_file_decides_not_its_name(tmp_path):
    """Pillow would hand an EPS to Ghostscript."""
    Image.fromarray(np.zeros((4, 4, 3), np.uint8)).save(tmp_path / "a.eps")
    (tmp_path / "a.eps").rename(tmp_path / "a.png")
    with pytest.raises(FacegenError, match="a PostScript file, which is not read: convert it to JPEG"):
        read_rgb(tmp_path / "a.png")


@pytest.mark.parametrize("turn", range(1, 9))
def test_all_eight_camera_turns_stand_upright(tmp_path, turn):
    """Against Pillow's own reading of the tag, and through what reads photographs behind faces."""
    pixels = np.random.default_rng(turn).integers(0, 256, (6, 9, 3), np.uint8)
    exif = Image.Exif()
    exif[0x0112] = turn
    Image.fromarray(pixels).save(tmp_path / "a.png", exif=exif)
    with Image.open(tmp_path / "a.png") as picture:
        expected = np.asarray(ImageOps.exif_transpose(picture))
    np.testing.assert_array_equal(read_upright(tmp_path / "a.png"), expected)
    np.testing.assert_array_equal(load(tmp_path, "a.png"), expected)
    np.testing.assert_array_equal(read_rgb(tmp_path / "a.png"), pixels)


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"II*\0", "TIFF"),
        (b"GIF89a", "GIF"),
        (b"\0\0\0\x18ftypheic", "HEIC"),
        (b"\0\0\0\x18ftypavif", "AVIF"),
        (b"%PDF-1.4", "PDF"),
    ],
)
def test_formats_that_are_not_read_are_named(tmp_path, content, name):
    (tmp_path / "a.jpg").write_bytes(content + b"\0" * 20)
    with pytest.raises(
        FacegenError, match=f"a {name} file, which is not read: convert it to JPEG, PNG, WebP"
    ):
        read_rgb(tmp_path / "a.jpg")


@pytest.mark.parametrize("turn", range(1, 9))
@pytest.mark.parametrize("suffix", ["png", "jpg"])
def test_upright_photos_are_those_of_the_camera_turn(tmp_path, turn, suffix):
    exif = Image.Exif()
    exif[0x0112] = turn
    path = tmp_path / f"a.{suffix}"
    Image.fromarray(gradient()).save(path, exif=exif)
    with Image.open(path) as stored:
        expected = np.asarray(ImageOps.exif_transpose(stored))
    photo = open_upright(path)
    assert photo.mode == "RGB"
    np.testing.assert_array_equal(np.asarray(photo), expected)
    np.testing.assert_array_equal(read_upright(path), expected)
