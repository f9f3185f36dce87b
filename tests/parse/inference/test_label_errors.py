"""Confident learning on probabilities that are known, and through a network."""

import numpy as np
import pytest
import torch
from drawn_faces import write_index_set

from facegen.datasets.conventions.public.celebamaskhq_labels import CELEBAMASKHQ
from facegen.datasets.layouts.open_set import open_set
from facegen.parse.inference.label_errors import (
    HABIT,
    HABIT_LEAST,
    SURE,
    Patch,
    contradicted,
    habits,
    label_errors,
    thresholds,
)
from facegen.parse.models.checkpoints import Parser, parser_metadata
from facegen.parse.models.networks import build_network

SIZE = 128


def chances_of(labels, classes=4, sure=0.9):
    """(C, S, S) float32: `sure` for the class of each pixel, the rest evenly."""
    chances = np.full((classes, *labels.shape), (1 - sure) / (classes - 1), np.float32)
    np.put_along_axis(chances, labels[None].astype(int), np.float32(sure), axis=0)
    return chances


def test_thresholds_are_mean_probabilities_of_the_labelled_class():
    """Against the formula, pixel by pixel; ignored pixels count nowhere, a class that is nowhere has 1."""
    rng = np.random.default_rng(0)
    chances = rng.dirichlet(np.ones(4), (2, 8, 8)).transpose(0, 3, 1, 2).astype(np.float32)
    masks = rng.integers(0, 3, (2, 8, 8)).astype(np.uint8)
    masks[0, :2] = 255
    direct = [np.mean([chances[n, k, y, x] for n, y, x in np.argwhere(masks == k)]) for k in range(3)]
    found = thresholds(iter([(chances[:1], masks[:1]), (chances[1:], masks[1:])]))
    np.testing.assert_allclose(found, [*np.maximum(direct, SURE), 1.0], rtol=1e-6)
    rare = np.full((1, 4, 8, 8), 0.1, np.float32)  # a class whose labels are wrong: no threshold to go by
    assert (thresholds(iter([(rare, masks[1:])])) >= SURE).all()


def test_a_patch_of_another_class_is_found_and_a_shifted_border_is_not():
    truth = np.zeros((SIZE, SIZE), np.uint8)
    truth[30:90, 30:90] = 1
    limits = np.full(4, 0.8)
    assert contradicted(chances_of(truth), np.roll(truth, 2, axis=1), limits) == []
    wrong = truth.copy()
    wrong[40:60, 40:60] = 2
    wrong[100:104, 100:104] = 3  # too small
    (patch,) = contradicted(chances_of(truth), wrong, limits)
    assert (patch.given, patch.found) == (2, 1)
    assert patch.fraction == pytest.approx(16**2 / SIZE**2) and patch.centre == (50 / SIZE, 50 / SIZE)
    assert contradicted(chances_of(truth, sure=0.7), wrong, limits) == []  # below the threshold
    wrong[40:60, 40:60] = 255
    assert contradicted(chances_of(truth), wrong, limits) == []


def test_a_thin_part_without_a_label_is_found_and_a_thin_border_is_not():
    """A brow of 4 rows loses every pixel to the erosion; where half of it is labelled, it is a border."""
    truth = np.ones((SIZE, SIZE), np.uint8)
    truth[40:44, 30:60] = 2
    limits = np.full(4, 0.8)
    (patch,) = contradicted(chances_of(truth), np.ones_like(truth), limits)
    assert (patch.given, patch.found) == (1, 2)
    assert patch.fraction == pytest.approx(4 * 30 / SIZE**2) and patch.centre == (45 / SIZE, 42 / SIZE)
    lower = np.ones_like(truth)
    lower[42:46, 30:60] = 2
    assert contradicted(chances_of(truth), lower, limits) == []
    assert contradicted(chances_of(truth), np.full_like(truth, 255), limits) == []


class Remembering(torch.nn.Module):
    """Logits of the right label map of each drawn face, by its colours: what a good parser gives."""

    def __init__(self, network, pictures, masks):
        super().__init__()
        self.network, self.pictures, self.masks = network, pictures, masks

    def forward(self, images):
        out = []
        for one in images:
            place = ((self.pictures - one[None]) ** 2).flatten(1).sum(1).argmin()
            out.append(torch.nn.functional.one_hot(self.masks[place], 19).permute(2, 0, 1) * 8.0)
        return torch.stack(out)


def test_exchanged_patches_of_a_set_are_named_the_largest_first(tmp_path):
    from PIL import Image

    from facegen.parse.data.loaded_set import load_set
    from facegen.parse.models.networks import normalise

    write_index_set(tmp_path, 4, 64)
    data = load_set(open_set(tmp_path), 64)
    pictures = normalise(torch.from_numpy(data.images).float() / 255)
    network = Remembering(build_network("small", 19, 0), pictures, torch.from_numpy(data.masks).long())
    parser = Parser(network, CELEBAMASKHQ, 64, parser_metadata(CELEBAMASKHQ, "small", 64))
    assert label_errors(parser, open_set(tmp_path), torch.device("cpu")) == []
    hat, hair = CELEBAMASKHQ.id("hat"), CELEBAMASKHQ.id("hair")
    for place, rows in ((1, 64), (2, 20)):
        mask = data.masks[place].copy()
        mask[:rows][mask[:rows] == hair] = hat
        Image.fromarray(mask).save(tmp_path / "masks" / f"{data.ids[place]}.png")
    done = []
    found = label_errors(parser, open_set(tmp_path), torch.device("cpu"), done.append)
    assert [one.name for one in found] == [data.ids[1], data.ids[2]] and sum(done) == 4
    assert found[0].score > found[1].score and found[0].message.startswith("hat that looks like hair (")


def test_a_confusion_of_many_pictures_is_a_habit_of_the_parser():
    """Counted by pictures, not by patches, and with the label before the parser's class."""
    many, few = Patch(0, 3, 0.01, (0.5, 0.5)), Patch(3, 0, 0.01, (0.5, 0.5))
    pictures = int(500 * HABIT) + 1
    assert pictures > HABIT_LEAST
    found = [[many, many]] * pictures + [[few] * 2 * pictures] + [[few]] * 5
    assert habits(found, 500) == {(0, 3)}
    assert habits(found[1:], 500) == set()
    assert habits([[many]] * HABIT_LEAST, 50) == set()  # most of a small set says nothing
