"""Geometry of augmentation: exact cases."""

import numpy as np
import torch

from facegen.datasets.conventions.convention_registry import CONVENTIONS
from facegen.datasets.conventions.public.celebamaskhq_labels import CELEBAMASKHQ
from facegen.parse.data.warp import flip, homographies, warp


def batch(size=32, count=2):
    rng = np.random.default_rng(0)
    images = torch.from_numpy(rng.random((count, 3, size, size), dtype=np.float32))
    masks = torch.from_numpy(rng.integers(0, 19, (count, size, size), dtype=np.uint8))
    return images, masks


def matrices(count=2, rotation=0.0, scale=1.0, shift=(0.0, 0.0), perspective=(0.0, 0.0)):
    full = lambda value: np.full(count, value, float)  # noqa: E731
    return homographies(
        full(rotation), full(scale), np.tile(shift, (count, 1)), np.tile(perspective, (count, 1))
    )


def test_a_flip_mirrors_pixels_and_swaps_left_and_right_exactly():
    images, masks = batch()
    for convention in CONVENTIONS.values():
        table = torch.from_numpy(convention.flip_table())
        flipped, swapped = flip(images, masks, torch.tensor([True, False]), table)
        assert torch.equal(flipped[0], images[0].flip(-1)) and torch.equal(flipped[1], images[1])
        assert torch.equal(swapped[1], masks[1])
        names = convention.classes
        for class_id, name in enumerate(names):
            other = {"l": "r", "r": "l"}.get(name[0], "") + name[1:] if name[1] == "_" else name
            expected = names.index(other) if other in names and other != name else class_id
            if name in ("u_lip", "l_lip", "neck_l", "ear_r"):  # upper and lower; necklace; earring
                expected = class_id
            assert torch.equal(swapped[0] == expected, masks[0].flip(-1) == class_id), name
        again, back = flip(flipped, swapped, torch.tensor([True, False]), table)
        assert torch.equal(again, images) and torch.equal(back, masks)


def test_ignored_pixels_stay_ignored_in_a_flip():
    images, masks = batch()
    masks[:, :, 0] = 255
    table = torch.from_numpy(CELEBAMASKHQ.flip_table())
    _, swapped = flip(images, masks, torch.tensor([True, True]), table)
    assert (swapped[:, :, -1] == 255).all() and not (swapped[:, :, :-1] == 255).any()


def test_identity_changes_nothing():
    images, masks = batch()
    warped, moved = warp(images, masks, matrices())
    torch.testing.assert_close(warped, images, atol=1e-4, rtol=0)
    assert torch.equal(moved, masks)


def test_a_quarter_turn_is_counter_clockwise():
    images, masks = batch()
    warped, moved = warp(images, masks, matrices(rotation=90))
    torch.testing.assert_close(warped, torch.rot90(images, 1, (-2, -1)), atol=1e-3, rtol=0)
    assert torch.equal(moved, torch.rot90(masks, 1, (-2, -1)))


def test_a_shift_moves_right_and_down_and_leaves_unclaimed_pixels():
    images, masks = batch()
    warped, moved = warp(images, masks, matrices(shift=(4 / 32, 8 / 32)))
    torch.testing.assert_close(warped[:, :, 8:, 4:], images[:, :, :-8, :-4], atol=1e-4, rtol=0)
    assert torch.equal(moved[:, 8:, 4:], masks[:, :-8, :-4])
    assert (moved[:, :8] == 255).all() and (moved[:, :, :4] == 255).all()


def test_a_scale_of_two_doubles_the_middle():
    images, masks = batch()
    _, moved = warp(images, masks, matrices(scale=2))
    middle = masks[:, 8:24, 8:24]
    assert torch.equal(moved, middle.repeat_interleave(2, 1).repeat_interleave(2, 2))


def test_perspective_keeps_the_centre_and_opens_one_side():
    size = 65
    images = torch.zeros(1, 3, size, size)
    masks = torch.zeros(1, size, size, dtype=torch.uint8)
    masks[0, :, 32] = 1  # a line through the centre
    masks[0, 10, :] = 2
    _, moved = warp(images, masks, matrices(1, perspective=(0.1, 0.0)))
    assert (moved[0, 20:45, 32] == 1).all()
    rows = [int(torch.nonzero(moved[0, :, x] == 2)[0]) for x in (4, 60)]
    assert rows[0] != rows[1]  # a level line is level no more
