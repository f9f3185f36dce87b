"""Photographs of the user's as backgrounds: the choice and what may be read."""

import numpy as np
import pytest
from PIL import Image

from facegen.datasets.errors import FacegenError
from facegen.render.develop import background_photos
from facegen.render.spec import face_spec as s


@pytest.fixture
def folder(tmp_path):
    root = tmp_path / "walls"
    root.mkdir()
    for k, name in enumerate(("b.png", "a.png", "c.png")):
        Image.new("RGB", (8, 6), (10 * k, 0, 0)).save(root / name)
    (root / "notes.txt").write_text("no picture")
    return root


def test_every_face_gets_one_by_its_own_key(folder):
    names = background_photos.names_in(folder)
    assert names == ("a.png", "b.png", "c.png")
    chosen = [
        background_photos.with_photograph(s.FaceSpec(0, i), names).background.photograph for i in range(40)
    ]
    assert set(chosen) == set(names)
    assert chosen[7] == background_photos.with_photograph(s.FaceSpec(0, 7), names).background.photograph
    assert background_photos.digest(names) != background_photos.digest(names[:2])


def test_a_photograph_is_read_from_its_folder(folder):
    assert background_photos.load(folder, "") is None
    np.testing.assert_array_equal(background_photos.load(folder, "c.png"), np.full((6, 8, 3), [20, 0, 0]))


@pytest.mark.parametrize("name", ["../secret.png", "/etc/passwd", "link.png", "gone.png"])
def test_nothing_outside_the_folder_is_read(folder, name):
    Image.new("RGB", (4, 4)).save(folder.parent / "secret.png")
    (folder / "link.png").symlink_to(folder.parent / "secret.png")
    with pytest.raises(FacegenError):
        background_photos.load(folder, name)


def test_a_photograph_without_its_folder_and_an_empty_folder_are_named(tmp_path):
    with pytest.raises(FacegenError, match="--backgrounds"):
        background_photos.load(None, "a.png")
    for path in (tmp_path, tmp_path / "missing"):
        with pytest.raises(FacegenError, match=path.name):
            background_photos.names_in(path)
