"""Decoding to the working size: areas, majorities, caches, order of batches."""

import os
from types import SimpleNamespace

import numpy as np
import psutil
import pytest
import torch
from drawn_faces import drawn_set, write_index_set
from PIL import Image

from facegen.datasets.errors import FacegenError
from facegen.datasets.readers import open_set
from facegen.parse.data import cache_folder, cache_if_large, load_set, resize_image, resize_mask
from facegen.parse.feed import Feed, batch_indices


def test_a_picture_shrinks_by_area():
    rng = np.random.default_rng(0)
    image = rng.integers(0, 256, (64, 64, 3), dtype=np.uint8)
    expected = image.reshape(16, 4, 16, 4, 3).mean((1, 3))
    assert np.abs(resize_image(image, 16) - expected).max() <= 1  # Pillow rounds rows, then columns


def test_a_mask_shrinks_by_majority():
    rng = np.random.default_rng(1)
    mask = rng.choice([0, 1, 13, 255], (48, 48), p=[0.3, 0.3, 0.2, 0.2]).astype(np.uint8)
    small = resize_mask(mask, 16, 19)
    for y in range(16):
        for x in range(16):
            votes = mask[3 * y : 3 * y + 3, 3 * x : 3 * x + 3].ravel().tolist()
            best = max(votes.count(v) for v in set(votes))
            winners = [v for v in set(votes) if votes.count(v) == best]
            assert small[y, x] in winners and (votes[4] not in winners or small[y, x] == votes[4])


def test_an_edge_half_way_through_a_cell_favours_neither_side():
    widths = []
    for left in range(64, 72):
        mask = np.zeros((512, 512), np.uint8)
        mask[:, left : left + 200] = 1
        widths.append(int((resize_mask(mask, 128, 19)[0] == 1).sum()))
    assert np.mean(widths) == 50  # 200 / 4


def test_picture_and_mask_keep_the_same_place():
    mask = np.zeros((500, 500), np.uint8)  # not a multiple of 128
    mask[100:400, 150:350] = 1
    image = np.repeat((255 * mask)[..., None], 3, 2)
    small = resize_image(image, 128)[..., 0] / 255
    assert np.abs((small > 0.5) != (resize_mask(mask, 128, 19) == 1)).mean() < 0.01


def test_enlarging_repeats_labels():
    mask = np.array([[0, 1], [2, 255]], np.uint8)
    assert (resize_mask(mask, 4, 19) == mask.repeat(2, 0).repeat(2, 1)).all()


def test_an_oblong_face_is_padded_not_stretched():
    mask = np.ones((64, 32), np.uint8)
    small = resize_mask(mask, 32, 19)
    assert (small[:, 8:24] == 1).all() and (small[:, :8] == 255).all() and (small[:, 24:] == 255).all()
    assert resize_image(np.full((64, 32, 3), 9, np.uint8), 32)[:, 8:24].min() == 9


def test_loading_and_its_cache(tmp_path):
    write_index_set(tmp_path / "set", 5, 64)
    faces = open_set(tmp_path / "set")
    plain = load_set(faces, 32)
    np.testing.assert_array_equal(plain.images[2], resize_image(faces.image(2), 32).transpose(2, 0, 1))
    np.testing.assert_array_equal(plain.masks[2], resize_mask(faces.mask(2), 32, 19))
    cache = tmp_path / "cache"
    decoded = []
    first = load_set(faces, 32, cache, lambda: decoded.append(1))
    again = load_set(faces, 32, cache, lambda: decoded.append(1))
    assert len(decoded) == 5 and isinstance(again.images, np.memmap)
    assert plain.digest() == first.digest() == again.digest()
    assert sorted(p.suffix for p in cache.iterdir()) == [".npy", ".npy"]
    # A mask drawn anew in place is seen.
    path = tmp_path / "set" / "masks" / f"{faces.ids[0]}.png"
    Image.fromarray(np.zeros((64, 64), np.uint8)).save(path)
    os.utime(path, ns=(1, 1))
    changed = load_set(faces, 32, cache, lambda: decoded.append(1))
    assert len(decoded) == 10 and not changed.masks[0].any() and changed.digest() != first.digest()


def test_only_a_large_set_goes_to_the_disk(monkeypatch):
    monkeypatch.setattr(psutil, "virtual_memory", lambda: SimpleNamespace(available=4 * 10 * 64 * 64 * 4))
    assert cache_if_large(10, 64) is None
    assert cache_if_large(11, 64) == cache_folder() / "decoded"


def test_a_subset_has_its_own_digest():
    data = drawn_set(4, 32)
    assert data.take([0, 1, 2, 3]).digest() == data.digest() != data.take([1, 0, 2, 3]).digest()


def test_a_damaged_picture_is_named(tmp_path):
    write_index_set(tmp_path, 3, 32)
    bad = sorted((tmp_path / "images").iterdir())[1]
    bad.write_bytes(b"\x89PNG\r\n")
    with pytest.raises(FacegenError, match=bad.name):
        load_set(open_set(tmp_path), 32)


def test_a_set_without_masks_is_refused(tmp_path):
    write_index_set(tmp_path, 2, 32)
    for one in (tmp_path / "masks").iterdir():
        one.unlink()
    (tmp_path / "masks").rmdir()
    with pytest.raises(FacegenError, match="masks/"):
        load_set(open_set(tmp_path), 32)


def test_batches_are_whole_epochs_in_keyed_order():
    drawn = np.concatenate([batch_indices(3, step, 8, 20) for step in range(5)])
    assert sorted(drawn[:20]) == sorted(drawn[20:]) == list(range(20))
    assert drawn[:20].tolist() != drawn[20:].tolist()
    np.testing.assert_array_equal(batch_indices(3, 4, 8, 20), drawn[32:])
    assert batch_indices(4, 0, 8, 20).tolist() != drawn[:8].tolist()
    assert sorted(batch_indices(0, 0, 8, 3)) == sorted([0, 1, 2] * 2 + batch_indices(0, 0, 8, 3)[6:].tolist())


def test_the_feed_gives_the_samples_it_names():
    data = drawn_set(6, 32)
    feed = Feed(data, 4, 1, torch.device("cpu"))
    images, masks = feed(2)
    index = feed.indices(2)
    np.testing.assert_array_equal(images.numpy(), data.images[index])
    np.testing.assert_array_equal(masks.numpy(), data.masks[index])
