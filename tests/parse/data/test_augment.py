"""Augmentation: repeatable by (seed, step), harmless when off, each edit does what it says."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from drawn_faces import drawn_set

from facegen.datasets.conventions.public.celebamaskhq_labels import CELEBAMASKHQ
from facegen.parse.data.augment import NO_AUGMENTATION, Augmentation, augment, colour_matrices

TABLE = torch.from_numpy(CELEBAMASKHQ.flip_table())


@pytest.fixture(scope="module")
def batch():
    data = drawn_set(12, 64)
    return torch.from_numpy(data.images), torch.from_numpy(data.masks)


def test_same_seed_and_step_same_batch(batch):
    originals = [one.clone() for one in batch]
    first = augment(*batch, TABLE, Augmentation(), 7, 3)
    torch.manual_seed(99)  # no global generator has a say
    np.random.seed(99)
    again = augment(*batch, TABLE, Augmentation(), 7, 3)
    assert all(torch.equal(a, b) for a, b in zip(first, again, strict=True))
    for seed, step in ((7, 4), (8, 3)):
        other = augment(*batch, TABLE, Augmentation(), seed, step)
        assert not torch.equal(first[0], other[0]) and not torch.equal(first[1], other[1])
    assert all(torch.equal(a, b) for a, b in zip(batch, originals, strict=True))  # input untouched


def test_output_stays_in_range(batch):
    for step in range(5):
        images, masks = augment(*batch, TABLE, Augmentation(), 0, step)
        assert images.dtype == torch.float32 and masks.dtype == torch.int64
        assert images.min() >= 0 and images.max() <= 1 and torch.isfinite(images).all()
        assert set(masks.unique().tolist()) <= {*range(19), 255}


def test_switched_off_it_changes_nothing(batch):
    images, masks = augment(*batch, TABLE, NO_AUGMENTATION, 0, 0)
    torch.testing.assert_close(images, batch[0].float() / 255, atol=1e-6, rtol=0)
    assert torch.equal(masks, batch[1].long())


@pytest.mark.parametrize(
    "edit",
    [
        {"brightness": 0.3}, {"contrast": 0.3}, {"saturation": 0.5}, {"hue": 20.0}, {"white_balance": 0.2},
        {"gamma_chance": 1.0}, {"grey_chance": 1.0}, {"blur_chance": 1.0}, {"motion_chance": 1.0},
        {"down_chance": 1.0}, {"noise_chance": 1.0}, {"jpeg_chance": 1.0},
    ],
    ids=lambda edit: next(iter(edit)),
)  # fmt: skip
def test_every_edit_of_colour_changes_every_picture_and_no_label(batch, edit):
    images, masks = augment(*batch, TABLE, replace(NO_AUGMENTATION, **edit), 1, 0)
    change = (images - batch[0].float() / 255).abs().mean((1, 2, 3))
    assert (change > 0).all() and change.mean() > 1e-3
    assert torch.equal(masks, batch[1].long())


def test_a_new_edit_leaves_the_draws_of_the_others_alone(batch):
    moved = replace(NO_AUGMENTATION, rotation=20.0, shift=0.1)
    _, without = augment(*batch, TABLE, moved, 4, 2)
    _, along = augment(*batch, TABLE, replace(moved, noise_chance=1.0, blur_chance=0.5, hue=9.0), 4, 2)
    assert torch.equal(without, along)


def test_grey_is_grey(batch):
    images, _ = augment(*batch, TABLE, replace(NO_AUGMENTATION, grey_chance=1.0), 0, 0)
    assert (images.max(1).values - images.min(1).values).max() < 1e-5


def test_cut_out_hides_a_patch_and_its_labels(batch):
    config = replace(NO_AUGMENTATION, cutout_chance=1.0)
    images, masks = augment(*batch, TABLE, config, 0, 0)
    changed = (images - batch[0].float() / 255).abs().sum(1) > 1e-5
    hidden = masks == 255
    assert hidden.flatten(1).any(1).float().mean() > 0.9
    assert not (changed & ~hidden).any()
    for image, hole in zip(images, hidden, strict=True):
        if hole.any():
            assert image[:, hole].std(1).max() < 1e-6


def test_colour_matrices_are_the_named_edits():
    ones, zero = np.ones(1), np.zeros(1)
    matrix, bias = colour_matrices(np.full((1, 3), 1.2), ones, ones, zero)
    np.testing.assert_allclose(matrix[0], 1.2 * np.eye(3), atol=1e-12)
    np.testing.assert_allclose(bias, 0)
    matrix, bias = colour_matrices(np.ones((1, 3)), 0.5 * ones, ones, zero)
    np.testing.assert_allclose(matrix[0] @ np.full(3, 0.5) + bias[0], 0.5)  # mid-grey is the pivot
    matrix, _ = colour_matrices(np.ones((1, 3)), ones, 1.5 * ones, 30 * ones)
    np.testing.assert_allclose(matrix[0] @ np.full(3, 0.7), 0.7)  # grey has neither hue nor saturation
    matrix, _ = colour_matrices(np.ones((1, 3)), ones, ones, 120 * ones)
    np.testing.assert_allclose(matrix[0] @ [1, 0, 0], [0, 1, 0], atol=1e-12)  # a third turn: red is green
