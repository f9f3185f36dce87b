"""Decoding to the working size: areas, majorities, caches, order of batches."""

import os

import numpy as np
import pytest
import torch
from drawn_faces import drawn_set, write_index_set
from PIL import Image

from facegen.datasets.errors import FacegenError
from facegen.datasets.layouts.open_set import open_set
from facegen.parse.data import loaded_set as parse_data
from facegen.parse.data.batches import Batches, batch_indices
from facegen.parse.data.loaded_set import cache_folder, cache_if_large, load_set, resize_image, resize_mask


def test_a_picture_shrinks_by_area():
    rng = np.random.default_rng(0)
    image = rng.integers(0, 256, (64, 64, 3), dtype=np.uint8)
    expected = image.reshape(16, 4, 16, 4, 3).mean((1, 3))
    assert np.abs(resize_image(image, 16) - expected).max() <= 1  # Pillow rounds rows, then columns


def test_a_mask_shrinks_by_majority():
    rng = np.random.default_rng(1)
    mask = rng.choice([0, 1, 13, 255], (48, 48), p=[0.3, 0.3, 0.2, 0.2]).astype(np.uint8)
    small = resize_mask(mask, 16)
    for y in range(16):
        for x in range(16):
            votes = mask[3 * y : 3 * y + 3, 3 * x : 3 * x + 3].ravel().tolist()
            best = max(votes.count(v) for v in set(votes))
            winners = [v for v in set(votes) if votes.count(v) == best]
            assert small[y, x] == (max if (x + y) % 2 else min)(winners)


def shapes(side, turned):
    """(place, map) of half-planes and discs over several cells of 128; place = x of their edge or centre."""
    y, x = np.mgrid[:side, :side] + 0.5
    x, y = (y, x) if turned else (x, y)
    rng = np.random.default_rng(2)
    planes = [(np.mean(x < edge), x < edge) for edge in np.arange(side // 3, side // 3 + side // 32)]
    for _ in range(12):
        radius, slope = rng.uniform(0.05, 0.3) * side, rng.uniform(-0.5, 0.5)
        inside = x + slope * (y - side / 2) < rng.uniform(0.3, 0.7) * side
        planes.append((inside.mean(), inside))
        cx, cy = rng.uniform(0.35, 0.65, 2) * side
        inside = (x - cx) ** 2 + (y - cy) ** 2 < radius**2
        yield x[inside].mean() / side, inside
    yield from planes


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize(("side", "size"), [(256, 128), (384, 128), (512, 128), (1024, 128), (384, 256)])
def test_borders_move_to_neither_side(side, size, turned):
    axis = (np.arange(size) + 0.5) / size
    of_masks, of_pictures, growth = [], [], []
    for place, inside in shapes(side, turned):
        mask = np.where(inside, 3, 1).astype(np.uint8)
        small = (resize_mask(mask, size) == 3).astype(float)
        image = resize_image(np.repeat(np.uint8(255 * inside)[..., None], 3, 2), size)[..., 0] / 255
        for found, shifts in ((small, of_masks), (image, of_pictures)):
            found = found.T if turned else found
            disc = not inside[0].any() and not inside[-1].any()
            shifts.append((found @ axis).sum() / found.sum() - place if disc else found.mean() - place)
        growth.append(small.mean() - inside.mean())
    worst = max(abs(float(np.mean(shifts))) for shifts in (of_masks, of_pictures, growth))
    assert worst * 128 < 0.02


def test_a_border_through_the_middle_of_cells_stays_in_the_middle():
    for place in (63, 65):
        mask = np.where(np.arange(256) < place, np.uint8(4), np.uint8(255))
        small = resize_mask(np.tile(mask, (256, 1)), 128)
        assert (small == 4).sum() == 128 * place / 2 and set(np.unique(small)) == {4, 255}
        column = small[:, place // 2]
        assert (column[::2] != column[1::2]).all()  # of every two pixels each side has one


def test_picture_and_mask_keep_the_same_place():
    mask = np.zeros((500, 500), np.uint8)  # not a multiple of 128
    mask[100:400, 150:350] = 1
    image = np.repeat((255 * mask)[..., None], 3, 2)
    small = resize_image(image, 128)[..., 0] / 255
    assert np.abs((small > 0.5) != (resize_mask(mask, 128) == 1)).mean() < 0.01


def test_enlarging_repeats_labels():
    mask = np.array([[0, 1], [2, 255]], np.uint8)
    assert (resize_mask(mask, 4) == mask.repeat(2, 0).repeat(2, 1)).all()


def test_an_oblong_face_is_padded_not_stretched():
    mask = np.ones((64, 32), np.uint8)
    small = resize_mask(mask, 32)
    assert (small[:, 8:24] == 1).all() and (small[:, :8] == 255).all() and (small[:, 24:] == 255).all()
    assert resize_image(np.full((64, 32, 3), 9, np.uint8), 32)[:, 8:24].min() == 9


def test_loading_and_its_cache(tmp_path):
    write_index_set(tmp_path / "set", 5, 64)
    faces = open_set(tmp_path / "set")
    plain = load_set(faces, 32)
    np.testing.assert_array_equal(plain.images[2], resize_image(faces.image(2), 32).transpose(2, 0, 1))
    np.testing.assert_array_equal(plain.masks[2], resize_mask(faces.mask(2), 32))
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
    monkeypatch.setattr(parse_data, "free_memory", lambda: 4 * 10 * 64 * 64 * 4)
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


def test_a_mask_of_other_proportions_is_named(tmp_path):
    write_index_set(tmp_path, 3, 64)
    odd = sorted((tmp_path / "masks").iterdir())[1]
    for shape in ((64, 32), (64, 63)):
        Image.fromarray(np.zeros(shape, np.uint8)).save(odd)
        with pytest.raises(FacegenError, match=f"{odd.name}: {shape[1]}x{shape[0]} px, but .*64x64"):
            load_set(open_set(tmp_path), 32)
    Image.fromarray(np.zeros((64, 43, 3), np.uint8)).save(tmp_path / "images" / odd.name)
    for shape in ((32, 21), (32, 22), (21, 14), (128, 86), (96, 64)):  # scaled and rounded
        Image.fromarray(np.zeros(shape, np.uint8)).save(odd)
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
    feed = Batches(data, 4, 1, torch.device("cpu"))
    images, masks = feed(2)
    index = feed.indices(2)
    np.testing.assert_array_equal(images.numpy(), data.images[index])
    np.testing.assert_array_equal(masks.numpy(), data.masks[index])
