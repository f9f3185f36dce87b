"""Each oracle gives the target the donor's statistics, and leaves what it says stays."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch
from drawn_faces import NAMES, drawn_set, write_index_set
from parse_runs import run
from scipy import ndimage

from facegen.datasets.errors import FacegenError
from facegen.parse.experiment.oracle_registry import ORACLES, Exchange
from facegen.parse.experiment.oracles import borders, colour_statistics, shading, spectrum, texture_band
from facegen.parse.experiment.part_exchange import laid_under, low_pass, part_ids
from facegen.parse.experiment.recipes import recipe_for
from facegen.parse.experiment.run_oracles import OracleRun, run_oracles

SIZE = 64
HAIR, SKIN = NAMES["hair"], NAMES["skin"]


def no_reader(images):
    raise AssertionError("this oracle reads no labels")


def exchanged(name, target, donor, reader=no_reader):
    return ORACLES[name].apply(Exchange(target, donor, 0, reader))


@pytest.fixture(scope="module")
def target():
    return drawn_set(4, SIZE, seed=1)


@pytest.fixture(scope="module")
def one_donor():
    """A donor of one picture, so that every random choice falls on it; other colours, a stronger texture."""
    one = drawn_set(1, SIZE, seed=9)
    noise = np.random.default_rng(0).normal(0, 20, one.images.shape)
    return replace(one, images=np.clip(0.5 * one.images + 70 + noise, 0, 255).astype(np.uint8))


def test_colours_have_the_donors_mean_and_spread_in_each_part(target, one_donor):
    found = exchanged("colours", target, one_donor)
    for label in (0, SKIN, HAIR):
        theirs = one_donor.images[0][:, one_donor.masks[0] == label].astype(float)
        for image, mask in zip(found.images, found.masks, strict=True):
            ours = image[:, mask == label].astype(float)
            np.testing.assert_allclose(ours.mean(1), theirs.mean(1), atol=0.5)
            np.testing.assert_allclose(ours.std(1), theirs.std(1), atol=0.6)
    brow = target.masks == NAMES["l_brow"]  # no part: it stays
    assert np.array_equal(
        found.images.transpose(1, 0, 2, 3)[:, brow], target.images.transpose(1, 0, 2, 3)[:, brow]
    )
    assert np.array_equal(found.masks, target.masks) and found.ids == target.ids


def test_texture_is_the_donors_and_low_frequencies_stay(target, one_donor):
    found = exchanged("texture-hair", target, one_donor)
    sigma = texture_band.LOW_SIGMA * SIZE
    shape = one_donor.masks[0] == HAIR
    theirs = one_donor.images[0].astype(float)
    band = theirs - low_pass(theirs, shape, sigma)
    for i in range(len(target)):
        own = target.masks[i] == HAIR
        low = low_pass(target.images[i].astype(float), own, sigma)
        both = own & shape
        expected = np.clip(np.rint(low + band), 0, 255)
        assert np.array_equal(found.images[i][:, both], expected[:, both])
        assert np.array_equal(found.images[i][:, ~own], target.images[i][:, ~own])
        mine = found.images[i].astype(float)
        high = (mine - low_pass(mine, own, sigma))[:, own].std()
        assert high == pytest.approx(band[:, shape].std(), rel=0.15)
        drift = low_pass(mine, own, 2 * sigma) - low_pass(target.images[i].astype(float), own, 2 * sigma)
        assert np.abs(drift[:, own]).mean() < 3
    back = exchanged("texture-hair", target, target)
    assert back.images.shape == target.images.shape
    assert np.array_equal(
        exchanged("texture-cloth", target, one_donor).images, target.images
    )  # none wears any


def test_a_part_under_itself_stays_and_is_mirrored_beyond_its_border():
    values = np.arange(64.0).reshape(1, 8, 8)
    left = np.zeros((8, 8), bool)
    left[:, :4] = True
    whole = np.ones((8, 8), bool)
    assert np.array_equal(laid_under(values, left, left)[:, left], values[:, left])
    row = laid_under(values, left, whole)[0, 0]
    assert row.tolist() == [0, 1, 2, 3, 2, 1, 0, 0]  # the last one is held at the edge of the picture


def test_low_pass_of_a_flat_part_is_flat_whatever_surrounds_it():
    values, part = np.zeros((8, 8)), np.zeros((8, 8), bool)
    values[2:5, 2:6] = 7
    part[2:5, 2:6] = True
    np.testing.assert_allclose(low_pass(values, part, 3.0)[part], 7)


def test_layout_is_the_donors_with_the_targets_pixels(target, one_donor):
    found = exchanged("layout", target, one_donor)
    for i in range(len(target)):
        assert np.array_equal(found.masks[i], one_donor.masks[0])
        for label in np.unique(found.masks[i]):
            ours = {tuple(p) for p in target.images[i][:, target.masks[i] == label].T.tolist()}
            shown = {tuple(p) for p in found.images[i][:, found.masks[i] == label].T.tolist()}
            assert shown <= ours, label
    # A class that the picture lacks comes from another one; one that all lack stays the donor's.
    bald = replace(
        target,
        masks=np.where(
            np.arange(4)[:, None, None] < 3, np.where(target.masks == HAIR, 0, target.masks), target.masks
        ),
    )
    found = exchanged("layout", bald, one_donor)
    last = {tuple(p) for p in target.images[3][:, target.masks[3] == HAIR].T.tolist()}
    assert {tuple(p) for p in found.images[0][:, found.masks[0] == HAIR].T.tolist()} <= last
    no_hair = replace(target, masks=np.where(target.masks == HAIR, 0, target.masks))
    found, hair = exchanged("layout", no_hair, one_donor), one_donor.masks[0] == HAIR
    assert np.array_equal(found.images[0][:, hair], one_donor.images[0][:, hair])


def test_borders_move_to_where_the_reader_draws_them_and_no_farther(target, one_donor):
    mouth = NAMES["mouth"]
    far = np.zeros((SIZE, SIZE), bool)
    far[:3, :3] = True

    def reader(images):
        read = target.masks.copy()
        for one in read:
            one[ndimage.binary_dilation(one == mouth, iterations=1) & (one == SKIN)] = mouth
            one[ndimage.binary_dilation(one == HAIR, iterations=1) & (one == 0)] = HAIR
            one[far] = mouth  # not there in the labels: recognition is not exchanged
        return read

    found = exchanged("borders-mouth", target, one_donor, reader)
    read = reader(target.images)
    changed = found.masks != target.masks
    assert changed.any() and (found.masks[changed] == mouth).all()
    for own, theirs, after in zip(target.masks, read, found.masks, strict=True):
        assert np.array_equal(after == mouth, (theirs == mouth) & ~far)
        assert np.array_equal(after == HAIR, own == HAIR)
    assert np.array_equal(found.images, target.images)
    everything = exchanged("borders-all", target, one_donor, reader)
    assert np.array_equal(np.where(far, 0, everything.masks), np.where(far, 0, read))
    shifted = np.roll(target.masks, 30, axis=2)
    reach = max(1, round(borders.REACH * SIZE))
    moved = exchanged("borders-all", target, one_donor, lambda images: shifted).masks
    for own, after in zip(target.masks, moved, strict=True):
        for label in np.unique(after):
            assert not ((after == label) & ~ndimage.binary_dilation(own == label, iterations=2 * reach)).any()


def test_shadows_of_the_skin_are_the_donors_and_its_mean_stays(target):
    flat = replace(
        target, images=np.where((target.masks == SKIN)[:, None], 120, target.images).astype(np.uint8)
    )
    donor = target.take([0])
    ramp = np.broadcast_to(np.linspace(60, 180, SIZE), (1, 3, SIZE, SIZE))
    donor = replace(donor, images=ramp.astype(np.uint8))
    found = exchanged("shadows", flat, donor)
    sigma = shading.SIGMA * SIZE
    shape = donor.masks[0] == SKIN
    light = shading.shading_of(donor.images[0].astype(float), shape, sigma)
    for i in range(len(flat)):
        own = flat.masks[i] == SKIN
        expected = laid_under(light, shape, own)[own]
        ours = found.images[i][0][own].astype(float)
        np.testing.assert_allclose(ours, 120 * expected / expected.mean(), atol=0.6)
        assert ours.mean() == pytest.approx(120, abs=0.1)
        assert np.array_equal(found.images[i][:, ~own], flat.images[i][:, ~own])
    own = flat.masks[0] == SKIN
    assert np.corrcoef(found.images[0][0][own], ramp[0, 0][own])[0, 1] > 0.97


def test_spectrum_has_the_donors_power_in_high_rings_and_its_own_phases(target):
    soft = replace(target, images=(118 + 0.1 * target.images).astype(np.uint8))  # nothing clips
    donor = replace(soft.take([0]), images=ndimage.gaussian_filter(soft.images[:1], (0, 0, 1, 1)))
    exchange = Exchange(soft, donor, 0, no_reader)
    found = spectrum.spectrum(exchange)
    low = int(spectrum.LOWEST * SIZE)
    theirs = spectrum.ring_power(donor.images[0].astype(float))
    for i in range(len(soft)):
        ours, before = (spectrum.ring_power(one.images[i].astype(float)) for one in (found, soft))
        rounding = SIZE**2 / 12  # power of rounding to whole levels, in each frequency
        assert np.all(np.abs(ours[low:] - theirs[low:]) < 0.3 * theirs[low:] + 4 * rounding)
        np.testing.assert_allclose(ours[:low], before[:low], rtol=0.05, atol=8 * rounding)
    assert theirs[low:].sum() < 0.5 * spectrum.ring_power(soft.images[1].astype(float))[low:].sum()
    same = spectrum.spectrum(Exchange(donor, donor, 0, no_reader))
    assert np.array_equal(same.images, donor.images)


def test_choices_depend_on_names_and_seed_alone(target):
    donor = drawn_set(12, SIZE, seed=5)
    whole = exchanged("colours", target, donor)
    part = exchanged("colours", target.take([2, 1]), donor)
    assert np.array_equal(part.images, whole.images[[2, 1]])
    other = colour_statistics.colour_statistics(Exchange(target, donor, 1, no_reader))
    assert not np.array_equal(other.images, whole.images)


def test_parts_are_known_in_the_convention(target):
    names = target.convention.classes
    assert [names[i] for i in part_ids(target.convention, "skin")] == [
        "skin",
        "nose",
        "l_ear",
        "r_ear",
        "neck",
    ]


def test_every_oracle_is_trained_and_its_worth_is_the_difference_of_arms(tmp_path):
    base = tmp_path / "sets"
    write_index_set(base / "real" / "train", 30, 32)
    write_index_set(base / "real" / "test", 4, 32, seed=1)
    write_index_set(base / "synth", 8, 32, seed=2)
    arguments = (
        *("bench", "oracles", base / "synth", "--real", base / "real", "--out", tmp_path / "run", "--losses"),
        *("--size", 32, "--steps", 2, "--batch", 4, "--device", "cpu", "--network", "small", "--seeds", 2),
        *("--only", "colours,borders-mouth"),
    )
    result = run(*arguments)
    assert result.exit_code == 0, result.output
    content = json.loads((tmp_path / "run" / "oracles.json").read_text())
    assert set(content["arms"]) == {
        "R", "S", "S+colours", "R-colours", "S~colours", "S+borders-mouth", "S~borders-mouth",
        "R-borders-mouth",
    }  # fmt: skip
    assert content["num"] == 8 and content["seeds"] == 2 and content["scored_on"] >= 6
    assert content["command"].startswith("cli bench oracles synth --real real") and str(
        tmp_path
    ) not in json.dumps(content)
    for one in content["oracles"]:
        for key, first, second in (
            ("worth_above_own", f"S+{one['name']}", f"S~{one['name']}"),
            ("worth", f"S+{one['name']}", "S"),
            ("cost", "R", f"R-{one['name']}"),
        ):
            value = {arm: content["arms"][arm]["skin"]["value"] for arm in (first, second)}
            assert one[key]["skin"]["value"] == pytest.approx(value[first] - value[second])
            assert one[key]["skin"]["low"] <= one[key]["skin"]["value"] <= one[key]["skin"]["high"]
    stamp = (tmp_path / "run" / "R-seed0" / "checkpoint.pt").stat().st_mtime_ns
    again = run(*arguments)
    assert again.exit_code == 0 and "colours" in again.output
    assert (tmp_path / "run" / "R-seed0" / "checkpoint.pt").stat().st_mtime_ns == stamp
    assert not list((tmp_path / "run").rglob("*.png")) and not list((tmp_path / "run").rglob("*.npz"))


def test_an_unknown_oracle_is_refused_with_the_known_ones(tmp_path, target):
    cpu = torch.device("cpu")
    known = OracleRun(target, target, target, ["taste"], recipe_for(cpu, "small"), 1, False, cpu, tmp_path)
    with pytest.raises(FacegenError, match="unknown oracle taste; choose from colours, texture-hair"):
        run_oracles(known)
