"""Faces of drawn photos are found where they were drawn, by a parser that knows each class by its colour."""

import numpy as np
import pytest
import torch
from drawn_heads import head
from PIL import Image

from facegen.datasets.conventions.native_labels import IGNORE
from facegen.datasets.conventions.public.celebamaskhq_labels import CELEBAMASKHQ
from facegen.datasets.inspection.class_places import FaceSquare
from facegen.parse.inference import face_finding, single_photo
from facegen.parse.inference.face_finding import FoundFace, PhotoWindows, find_faces, fit_of, is_crop, whole
from facegen.parse.inference.single_photo import LoadedParser, ParsedPicture, label_photo
from facegen.parse.models import networks
from facegen.parse.models.checkpoints import Parser, parser_metadata

SIZE = 64
# (width, height) of a photo and its faces: middle and side of the crop square in pixels, tilt in degrees.
SCENES = {
    "two": ((900, 600), [(230, 260, 240, 0), (660, 330, 320, -25)]),
    "tall": ((400, 800), [(210, 300, 190, 15)]),
    "cut off": ((600, 400), [(70, 200, 300, 0)]),
}


class ExactWindows:
    """Squares of a photo without any mixing of pixels: that of the cell's middle."""

    def __init__(self, photo, size):
        self.pixels, self.size = np.asarray(photo), size

    def cut(self, square):
        cells = (np.arange(self.size) + 0.5) / self.size - 0.5
        u, v = np.meshgrid(cells, cells)
        angle = np.deg2rad(square.tilt)
        x = square.x + square.side * (u * np.cos(angle) - v * np.sin(angle))
        y = square.y + square.side * (u * np.sin(angle) + v * np.cos(angle))
        x, y = np.floor(x).astype(int), np.floor(y).astype(int)
        height, width = self.pixels.shape[:2]
        inside = (x >= 0) & (x < width) & (y >= 0) & (y < height)
        cut = np.zeros((self.size, self.size, 3), np.uint8)
        cut[inside] = self.pixels[y[inside], x[inside]]
        return cut.transpose(2, 0, 1)


@pytest.fixture(autouse=True)
def exact(monkeypatch):
    monkeypatch.setattr(face_finding, "PhotoWindows", ExactWindows)


def by_colour(pictures):
    """The class that a pixel's red is: (n, S, S) uint8 of (n, 3, S, S) uint8."""
    return np.minimum(pictures[:, 0], len(CELEBAMASKHQ.classes) - 1)


def painted(mask):
    return Image.fromarray(mask[..., None].repeat(3, -1))


def scene(size, faces):
    """A photo, and its true label map: heads drawn one over the other."""
    width, height = size
    mask = np.zeros((height, width), np.uint8)
    for x, y, side, tilt in faces:
        canvas = 2 * max(width, height)
        drawn = head(canvas, centre=(0.5, 0.5), scale=side / canvas, roll=tilt)
        top, left = round(canvas / 2 - y), round(canvas / 2 - x)
        part = drawn[top : top + height, left : left + width]
        mask = np.where(part > 0, part, mask)
    return painted(mask), mask


def assert_found(found, faces):
    """Each face once, with its place, size and tilt."""
    assert len(found) == len(faces)
    for one in found:
        x, y, side, tilt = min(faces, key=lambda face: abs(face[0] - one.square.x))
        # The drawn face is not the mean face: its square is larger or smaller by a few percent.
        assert np.hypot(one.square.x - x, one.square.y - y) < 0.08 * side
        assert one.square.side == pytest.approx(side, rel=0.12)
        assert one.square.tilt == pytest.approx(tilt, abs=3)


@pytest.mark.parametrize("kind", ["flat", "noise", "no eyes", "upside down"])
def test_photos_without_a_face_give_none(kind):
    rng = np.random.default_rng(0)
    photo, mask = scene((400, 300), [(200, 150, 200, 0)])
    pictures = {
        "flat": Image.new("RGB", (400, 300), (1, 140, 40)),
        "noise": Image.fromarray(rng.integers(0, 256, (300, 400, 3), dtype=np.uint8)),
        "no eyes": painted(np.where((mask > 1) & (mask < 13), np.uint8(1), mask)),
        "upside down": photo.rotate(180),
    }
    assert find_faces(pictures[kind], by_colour, CELEBAMASKHQ, SIZE) == []


def test_a_crop_is_told_from_a_photo_that_holds_a_face():
    for scale, middle, tilt, expected in (
        (1.0, 0.5, 0, True),
        (0.75, 0.45, 10, True),
        (0.4, 0.5, 0, False),
        (1.0, 0.75, 0, False),
        (1.0, 0.5, 40, False),
    ):
        labels = head(SIZE * 2, centre=(middle, 0.5), scale=scale, roll=tilt)
        assert is_crop(labels, CELEBAMASKHQ) == expected, (scale, middle, tilt)
    assert fit_of(head(128), CELEBAMASKHQ) > 0.7 > 0.3 > fit_of(np.zeros((64, 64), np.uint8), CELEBAMASKHQ)


@pytest.fixture
def knowing(monkeypatch):
    """A LoadedParser that knows each class by its colour."""
    metadata = parser_metadata(CELEBAMASKHQ, networks.SMALL, SIZE)
    parser = Parser(torch.nn.Identity(), CELEBAMASKHQ, SIZE, metadata)
    monkeypatch.setattr(LoadedParser, "labels", lambda self, pictures: by_colour(pictures))
    return LoadedParser(parser, torch.device("cpu"))


@pytest.mark.parametrize("name", SCENES)
def test_faces_are_found_and_labelled_where_they_were_drawn(knowing, name):
    size, faces = SCENES[name]
    photo, truth = scene(size, faces)
    parsed = label_photo(photo, knowing)
    assert parsed.recognised
    assert_found(parsed.faces, faces)
    labels = parsed.labels
    assert labels.shape == truth.shape
    inner = (truth > 0) & (truth < 14) & (labels != IGNORE)
    # A cell is 1/64 of a face's square, so the thinnest parts lose pixels along their borders.
    assert inner.sum() > 0.97 * ((truth > 0) & (truth < 14)).sum()
    assert (labels[inner] == truth[inner]).mean() > 0.85
    outside = np.ones(truth.shape, bool)
    rows, columns = np.mgrid[: size[1], : size[0]] + 0.5
    for one in parsed.faces:
        place = one.square.to_square(np.stack([columns, rows], axis=-1))
        outside &= ((place < 0) | (place > 1)).any(-1)
    np.testing.assert_array_equal(labels == IGNORE, outside)
    assert sum(parsed.fractions().values()) == pytest.approx(((labels > 0) & (labels != IGNORE)).mean())
    tinted = np.asarray(photo).copy()
    np.testing.assert_array_equal(parsed.overlay(tinted)[outside], tinted[outside])


def test_a_photo_without_a_face_says_so_and_is_parsed_whole(knowing):
    photo = Image.new("RGB", (300, 200), (9, 40, 40))
    parsed = label_photo(photo, knowing)
    assert parsed.recognised is False and parsed.faces[0].square == whole(300, 200)
    assert parsed.labels.shape == (200, 300) and IGNORE not in parsed.labels


def test_large_photos_are_searched_in_a_smaller_copy(knowing, monkeypatch):
    """A photo whose pixels are doubled gives the same faces at twice the size."""
    photo, _ = scene(*SCENES["tall"])
    expected = label_photo(photo, knowing)
    monkeypatch.setattr(single_photo, "WORKING_SIDE", 800)
    monkeypatch.setattr(single_photo, "BAND", 50)
    doubled = label_photo(photo.resize((800, 1600), Image.Resampling.NEAREST), knowing)
    for one, other in zip(expected.faces, doubled.faces, strict=True):
        assert other.square == FaceSquare(
            2 * one.square.x, 2 * one.square.y, 2 * one.square.side, one.square.tilt
        )
        np.testing.assert_array_equal(one.labels, other.labels)
    assert (doubled.labels[::2, ::2] == expected.labels).mean() > 0.97


@pytest.mark.parametrize("shape", [(60, 90), (91, 60), (64, 64), (7, 50)])
def test_the_square_around_a_picture_is_the_one_that_is_parsed(shape):
    """Every pixel is labelled, by the cell of the padded square that holds its middle."""
    rng = np.random.default_rng(1)
    height, width = shape
    cells = rng.integers(0, 19, (SIZE, SIZE), dtype=np.uint8)
    one = FoundFace(whole(width, height), cells, 1.0)
    labels = ParsedPicture(width, height, (one,), True, None, torch.device("cpu")).labels
    side = max(shape)
    index = ((np.arange(side) + 0.5) * SIZE / side).astype(int)
    top, left = (side - height) // 2, (side - width) // 2
    np.testing.assert_array_equal(
        labels, cells[index[top : top + height, None], index[None, left : left + width]]
    )


def test_squares_in_squares_turn_and_grow_together():
    outer, inner = FaceSquare(100, 50, 40, 30), FaceSquare(0.75, 0.25, 0.5, 10)
    both = inner.within(outer)
    assert both.side == 20 and both.tilt == 40
    np.testing.assert_allclose(outer.to_square(np.array([both.x, both.y])), (0.75, 0.25))
    corner = np.array([0.1, 0.9])
    point = np.array([both.x, both.y]) + both.side * (
        (corner[0] - 0.5) * both.across + (corner[1] - 0.5) * np.array([-both.across[1], both.across[0]])
    )
    np.testing.assert_allclose(both.to_square(point), corner)


@pytest.mark.parametrize("square", [(200, 150, 96, 0), (310, 120, 250, 20), (150, 160, 40, -35)])
def test_windows_are_cut_where_their_square_lies(square):
    """Of a picture whose red is x / 2 and whose green is y / 2, each pixel says where it comes from."""
    y, x = np.mgrid[:400, :500]
    photo = Image.fromarray(np.stack([x // 2, y // 2, 0 * x + 7], axis=-1).astype(np.uint8))
    place = FaceSquare(*square)
    cut = PhotoWindows(photo, 32).cut(place)
    cells = (np.arange(32) + 0.5) / 32
    u, v = np.meshgrid(cells, cells)
    inside = cut[2] == 7  # black is outside of the photo
    assert inside.mean() > 0.85
    found = place.to_square(2 * cut[:2].transpose(1, 2, 0).astype(float) + 1)
    error = np.abs(found - np.stack([u, v], axis=-1))[inside] * place.side
    assert error.max() < 2.5  # pixels of the photo; a step of the colour is 2
