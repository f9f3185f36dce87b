"""Streaks and soft edges of hair, against made-up label passes."""

import numpy as np
import pytest
from scipy import ndimage

from facegen.datasets.conventions.native_labels import Native
from facegen.render.develop.hair_compositing import drawn_out, gloss, soft_cover, streaks, tinted
from facegen.render.labels import label_pass
from facegen.render.spec.face_spec import HairColour

SIZE = 64
FINE = SIZE * label_pass.SUBPIXELS


def hair_pass(lightness=2.0, distance=0.8, shine=0.0, where=slice(None)):
    """A label pass (FINE, FINE, 3) of hair in the columns `where`, nothing elsewhere."""
    buffer = np.zeros((FINE, FINE, 3), np.float32)
    buffer[:, where, 0], buffer[:, where, 1] = lightness, distance
    # A strand shines by the sine between it and the half-way direction.
    cosine = np.sqrt(1 - np.asarray(shine) ** (2 / label_pass.SHINE))
    tilt = (cosine + 1 + label_pass.SHIFT / 2) / (2 + label_pass.SHIFT)
    buffer[:, where, 2] = label_pass.own(Native.SCALP_HAIR) + label_pass.TILT_FRACTION * tilt
    return buffer


def bristles(rng, **more):
    """Hair whose strands stand upright, a sub-pixel column each, of random lightness, distance and shine."""
    return hair_pass(rng.uniform(1.6, 2.4, FINE), rng.uniform(0.79, 0.81, FINE), rng.random(FINE), **more)


def test_strands_ride_on_the_code_and_leave_labels_alone():
    rng = np.random.default_rng(0)
    shine = rng.random(FINE)
    buffer = hair_pass(rng.uniform(1.6, 2.4, FINE), 0.8, shine)
    buffer[:, : FINE // 2, 2] += label_pass.in_front(Native.GLASSES_LENS)
    seen = label_pass.decode(buffer)
    assert (seen.plain == Native.SCALP_HAIR).all() and len(seen.skin) == 0
    assert (seen.eyewear[:, : FINE // 2] == Native.GLASSES_LENS).all()
    assert len(seen.strands) == FINE**2
    assert np.array_equal(seen.strand[:FINE, :2], buffer[0, :, :2])
    assert np.allclose(seen.strand[:FINE, 2], shine, atol=2e-3)
    flat = label_pass.decode(hair_pass())
    assert np.array_equal(flat.plain, seen.plain)


def test_streaks_keep_the_mean_light_and_run_along_the_strands():
    seen = label_pass.decode(bristles(np.random.default_rng(1)))
    factor = streaks(seen, SIZE)[..., 1]
    inner = factor[4:-4, 4:-4]
    assert inner.mean() == pytest.approx(1, abs=0.01) and 0.05 < inner.std() < 0.5
    near = ndimage.gaussian_filter(factor, 3)[8:-8, 8:-8]
    assert np.abs(near - 1).max() < 0.12  # nor does any neighbourhood become lighter or darker
    assert np.allclose(factor, factor[:1], atol=1e-9)  # a streak is as long as its strand
    again = streaks(label_pass.decode(bristles(np.random.default_rng(1))), SIZE)
    assert np.array_equal(factor, again[..., 1])


@pytest.mark.parametrize("change", [{"lightness": 1.7}, {"distance": 0.9}, {"shine": 0.0}])
def test_a_dark_far_or_dull_strand_is_darker(change):
    column = np.arange(FINE) // 4 == 32
    values = {"lightness": 2.0, "distance": 0.8, "shine": 0.5}
    values = {k: np.where(column, change.get(k, v), v) for k, v in values.items()}
    factor = streaks(label_pass.decode(hair_pass(**values)), SIZE)[..., 1]
    assert factor[:, 32].max() < 0.8 and factor[:, 20].min() > 0.97


def test_highlights_stand_out_of_dark_hair():
    shine = np.where(np.arange(FINE) // 64 % 2, 0.8, 0.0)
    seen = label_pass.decode(hair_pass(shine=shine))
    dark, fair, grey = (
        gloss(HairColour(melanin=m, grey=g), 0.2) for m, g in ((0.99, 0.0), (0.3, 0.0), (0.99, 1.0))
    )
    assert dark > 2 and fair == grey < 1
    assert gloss(HairColour(melanin=0.99), 0.004) < 0.2 * dark
    assert streaks(seen, SIZE, dark).std() > 1.5 * streaks(seen, SIZE, fair).std()


def test_light_strands_are_yellow_and_highlights_are_as_white_as_the_light():
    middle = np.arange(FINE) // 16 == 8
    light, shining = (
        streaks(label_pass.decode(hair_pass(**{name: np.where(middle, high, low)})), SIZE)
        for name, low, high in (("lightness", 1.8, 2.2), ("shine", 0.0, 0.8))
    )
    inside = slice(33, 35)
    blue, shine = (np.mean(x[:, inside, 2] / x[:, inside, 1]) for x in (light, shining))
    assert blue < 0.95 and shine > 1.05
    grey, brown = HairColour(melanin=0.7, grey=1.0), HairColour(melanin=0.7)
    plain = streaks(
        label_pass.decode(hair_pass(lightness=np.where(middle, 2.2, 1.8))), SIZE, 1.0, tinted(grey)
    )
    assert np.array_equal(plain[..., 2], plain[..., 1]) and tinted(brown) == 1


def test_beards_shine_less_than_the_scalp():
    scalp = hair_pass(shine=np.where(np.arange(FINE) // 16 == 8, 0.8, 0.0))
    beard = scalp + np.array([0, 0, label_pass.own(Native.BEARD) - label_pass.own(Native.SCALP_HAIR)])
    on_scalp, on_beard = (streaks(label_pass.decode(x.astype(np.float32)), SIZE) for x in (scalp, beard))
    beard_gain, scalp_gain = (np.log(x[:, 33:35, 1].mean()) for x in (on_beard, on_scalp))
    assert 0 < beard_gain < 0.5 * scalp_gain


def test_even_hair_and_all_that_is_no_hair_keep_their_light():
    assert np.allclose(streaks(label_pass.decode(hair_pass()), SIZE), 1)
    half = bristles(np.random.default_rng(2))
    half[:, FINE // 2 :] = 0
    assert (streaks(label_pass.decode(half), SIZE)[:, SIZE // 2 :] == 1).all()


def cover_of(fine, colour=0.2, alpha=None):
    alpha = (1 - label_pass.fraction_of(fine, Native.BACKGROUND) if alpha is None else alpha).astype(
        np.float32
    )
    return soft_cover(fine, alpha, np.repeat(colour * alpha[..., None], 3, -1))


def test_pinholes_in_hair_close_with_the_colour_of_hair():
    fine = np.full((1024, 1024), Native.SCALP_HAIR, np.uint8)
    holes = np.random.default_rng(3).random(fine.shape) < 0.12
    fine[holes] = Native.BACKGROUND
    cover, light = cover_of(fine)
    assert cover.min() > 0.99
    assert np.allclose(light, 0.2, atol=0.01)


def test_the_edge_of_hair_is_soft_and_stays_in_its_place():
    fine = np.zeros((FINE, FINE), np.uint8)
    fine[:, FINE // 2 :] = Native.SCALP_HAIR
    cover, light = cover_of(fine)
    profile = cover[SIZE // 2]
    assert (np.diff(profile) >= -1e-6).all() and profile[0] == 0 and profile[-1] == 1
    assert abs(profile.sum() - SIZE / 2) < 0.5
    # What shows of hair is of one colour: no halo, whatever share of the pixel it covers.
    seen = cover > 0.05
    assert np.allclose(light[seen] / cover[seen][:, None], 0.2, atol=1e-3)


def test_a_render_that_hit_less_than_the_labels_leaves_no_dark_halo():
    fine = np.zeros((FINE, FINE), np.uint8)
    fine[:, FINE // 2 :] = Native.SCALP_HAIR
    alpha = np.zeros((SIZE, SIZE))
    alpha[:, SIZE // 2 :] = 1
    alpha[:, SIZE // 2] = np.random.default_rng(4).random(SIZE)
    cover, light = cover_of(fine, alpha=alpha)
    assert np.allclose(light[cover > 0.05] / cover[cover > 0.05][:, None], 0.2, atol=1e-3)


def test_away_from_hair_the_cover_is_exact_and_behind_lenses_the_renders_own():
    rng = np.random.default_rng(5)
    fine = np.where(rng.random((FINE, FINE)) < 0.5, Native.CLOTHING, Native.BACKGROUND).astype(np.uint8)
    exact = 1 - label_pass.fraction_of(fine, Native.BACKGROUND)
    cover, light = cover_of(fine)
    assert np.array_equal(cover, exact.astype(np.float32))
    assert np.allclose(light, 0.2 * exact[..., None])
    fine[:] = Native.GLASSES_LENS
    assert (cover_of(fine, alpha=np.full((SIZE, SIZE), 0.3))[0] == np.float32(0.3)).all()


@pytest.mark.parametrize("turn", [0.0, 30.0, 90.0])
def test_streaks_seen_here_and_there_go_on_along_the_hair(turn):
    """Lines of which a third is missing, at any angle: what is drawn out is nearer to the whole lines."""
    rng = np.random.Generator(np.random.Philox(9))
    y, x = np.mgrid[:96, :96].astype(float)
    across = x * np.cos(np.radians(turn)) + y * np.sin(np.radians(turn))
    lines = np.sin(2 * np.pi * across / 6)
    seen = np.where(rng.random(lines.shape) < 0.33, 0.0, lines) + 0.3 * rng.standard_normal(lines.shape)
    inside = (x - 48) ** 2 + (y - 48) ** 2 < 44**2
    out = drawn_out(np.where(inside, seen, 0), inside, 1.0)
    core = (x - 48) ** 2 + (y - 48) ** 2 < 36**2

    def likeness(values):
        return np.corrcoef(values[core], lines[core])[0, 1]

    assert likeness(out) > 0.92 > 0.8 > likeness(seen)
    assert not out[~inside].any() and out[inside].std() == pytest.approx(seen[inside].std(), rel=1e-6)


def test_no_hair_is_drawn_out_of_nothing():
    empty = np.zeros((8, 8))
    assert not drawn_out(empty, empty > 0, 1.0).any() and not drawn_out(empty, empty == 0, 1.0).any()
