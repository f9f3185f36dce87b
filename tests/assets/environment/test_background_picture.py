"""Backgrounds: by seed, by tone, by colourfulness."""

import numpy as np
import pytest

from facegen.assets.environment import background_picture
from facegen.assets.environment.backdrop_registry import BACKDROPS
from facegen.colour_science import LUMINANCE, bytes_of_linear, lab_of_srgb
from facegen.render.spec import face_spec as s


def test_no_wall_is_greener_than_paint():
    wall = np.array([[[0.02, 0.9, 0.02], [0.9, 0.04, 0.04], [0.3, 0.3, 0.3]]])
    calm = background_picture.dull(wall)
    np.testing.assert_allclose(calm @ LUMINANCE, wall @ LUMINANCE)
    assert calm[0, 0].min() > 0.3 * calm[0, 0].max()
    np.testing.assert_allclose(calm[0, 1:], wall[0, 1:])


@pytest.mark.parametrize("kind", BACKDROPS)
def test_backgrounds_draw_by_seed(kind):
    a, b, c = (background_picture.background(s.Background(kind=kind, seed=k), 64) for k in (1, 1, 2))
    assert a.shape == (64, 64, 3) and np.isfinite(a).all() and a.min() >= 0
    np.testing.assert_array_equal(a, b)
    assert not np.array_equal(a, c)


@pytest.mark.parametrize("kind", BACKDROPS)
def test_backgrounds_have_the_tones_asked_for(kind):
    look = s.Background(kind=kind, first=(0.03, 0.03, 0.03), second=(0.3, 0.3, 0.3), seed=4)
    picture = background_picture.background(look, 96)
    lightness = lab_of_srgb(bytes_of_linear(picture))[..., 0]
    ends = np.array([20.0, 61.7])  # L* of the two tones
    assert lightness.mean() == pytest.approx(ends.mean(), abs=4)
    assert lightness.std() < np.diff(ends)[0] / 2


def test_a_background_meets_its_colourfulness():
    look = s.Background(kind="room", first=(0.05, 0.05, 0.05), second=(0.3, 0.3, 0.3), blur=0.02, seed=4)
    pictures = [background_picture.background(s.replace(look, "colourfulness", c), 96) for c in (6.0, 18.0)]

    def colourful(picture):
        red, green, blue = (255 * np.clip(picture, 0, 1) ** (1 / 2.2)).reshape(-1, 3).T
        opponent = np.stack([red - green, 0.5 * (red + green) - blue])
        return np.hypot(*opponent.std(1)) + 0.3 * np.hypot(*opponent.mean(1))

    assert [colourful(p) for p in pictures] == pytest.approx([6.0, 18.0], rel=0.25)


def test_a_photograph_takes_the_place_of_the_scene():
    photograph = np.full((40, 60, 3), (255, 128, 0), np.uint8)
    picture = background_picture.background(s.Background(blur=0.0), 32, photograph)
    np.testing.assert_allclose(picture, np.tile([1, 0.2158605, 0], (32, 32, 1)), atol=1e-4)


def test_blur_keeps_the_light():
    picture = np.random.default_rng(0).random((64, 64, 3))
    soft = background_picture.out_of_focus(picture, 0.03)
    assert soft.mean() == pytest.approx(picture.mean(), rel=0.03) and soft.std() < 0.2 * picture.std()
