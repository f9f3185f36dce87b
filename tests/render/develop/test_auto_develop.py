"""Automatic development: the audit measures in the finished picture what was requested."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import ndimage

from facegen.audit.measures.measure_table import NAMES, measure
from facegen.render.develop import auto_develop, camera_model
from facegen.render.spec import face_spec as s

SIZE = 256
SKIN = 1
PLAIN = s.Camera(contrast=1.2, noise=0.004, sharpen=0.6, jpeg=92)


@pytest.fixture(scope="module")
def scene():
    """A face-like disc of mottled skin on a graded wall: linear light (H, W, 3) and its mask."""
    y, x = np.mgrid[:SIZE, :SIZE] / SIZE - 0.5
    rng = np.random.default_rng(3)
    mottle = 1 + 0.25 * ndimage.gaussian_filter(rng.normal(size=(SIZE, SIZE)), 1.2)[..., None]
    shade = (0.55 - 0.6 * x)[..., None]
    inside = np.hypot(x, 0.8 * y) < 0.33
    wall = (0.02 + 0.5 * (y + 0.5) ** 2)[..., None] * np.array([0.8, 0.9, 1.0])
    light = np.where(inside[..., None], shade * mottle * np.array([0.62, 0.36, 0.26]), wall)
    return light.astype(np.float32), np.where(inside, SKIN, 0).astype(np.uint8)


def shown(scene, camera, seed=0):
    light, mask = scene
    alpha = (mask == SKIN).astype(np.float32)
    behind = camera_model.Behind(alpha, alpha, striped(light), 1.0, 0.25)
    face = light * alpha[..., None]
    rgb = camera_model.develop(face, camera, np.random.default_rng(seed), mask == SKIN, 0.4, behind, mask)
    return rgb, dict(zip(NAMES, measure(rgb, mask), strict=True))


def striped(light):
    """A backdrop with fine and broad structure and a white patch."""
    x = np.arange(SIZE)
    stripes = 1 + 0.3 * np.sin(x / 2)[None, :, None] + 0.3 * np.sin(x / 9)[:, None, None]
    backdrop = light[:, :1] * stripes
    backdrop[20:70, 10:70] = 0.9
    return backdrop.astype(np.float32)


TARGETS = {
    "contrast": ("contrast", (20.0, 25.0), 1.0),
    "skin_redness": ("skin_redness", (13.0, 16.0), 0.7),
    "skin_yellowness": ("skin_yellowness", (16.0, 20.0), 0.7),
    "sharpness": ("sharpness", (1.6, 2.1), 0.06),
    "noise": ("noise", (0.8, 1.3), 0.1),
    "blacks": ("clipped_dark", (0.02, 0.1), 0.016),
    "whites": ("clipped_light", (0.02, 0.04), 0.012),
    "background_sharpness": ("background_sharpness", (0.9, 1.4), 0.1),
}


@pytest.mark.parametrize("field", TARGETS)
@pytest.mark.parametrize("end", (0, 1))
def test_each_is_met_alone(scene, field, end):
    name, values, tolerance = TARGETS[field]
    camera = replace(PLAIN, look=s.Look(**{field: values[end]}))
    assert shown(scene, camera)[1][name] == pytest.approx(values[end], abs=tolerance)


def test_all_are_met_together(scene):
    wanted = {"contrast": 23.0, "skin_redness": 14.0, "skin_yellowness": 17.0, "sharpness": 1.9, "noise": 1.0}
    found = shown(scene, replace(PLAIN, look=s.Look(**wanted)))[1]
    for field, value in wanted.items():
        name, _, tolerance = TARGETS[field]
        assert found[name] == pytest.approx(value, abs=2 * tolerance), name


def test_skin_keeps_its_lightness_under_deep_blacks_and_whites(scene):
    wanted = s.Look(skin_lightness=55.0, blacks=0.12, whites=0.03)
    found = shown(scene, replace(PLAIN, skin_lightness=55.0, look=wanted))[1]
    assert found["skin_lightness"] == pytest.approx(55.0, abs=1.0)


def test_targets_out_of_reach_stop_at_the_bounds(scene):
    light, mask = scene
    camera = replace(PLAIN, look=s.Look(contrast=45.0, skin_redness=50.0))
    turned = auto_develop.met(
        camera,
        lambda c: camera_model.develop(light, replace(c, look=s.Look()), np.random.default_rng(0)),
        mask,
    )
    for name in ("contrast", "saturation"):
        assert auto_develop.SETTINGS[name].low <= getattr(turned, name) <= auto_develop.SETTINGS[name].high
    # The last setting is turned by its reach, and no farther.
    assert turned.saturation == pytest.approx(PLAIN.saturation + auto_develop.SETTINGS["saturation"].reach)


def test_prints_without_colours_are_not_tinted(scene):
    light, mask = scene
    camera = replace(PLAIN, style="monochrome", look=s.Look(skin_redness=18.0, skin_yellowness=20.0))
    turned = auto_develop.met(
        camera,
        lambda c: camera_model.develop(light, replace(c, look=s.Look()), np.random.default_rng(0)),
        mask,
    )
    assert turned == camera


def test_no_look_leaves_the_camera_alone_and_the_same_look_gives_the_same_bytes(scene):
    light, mask = scene
    with_mask = camera_model.develop(light, PLAIN, np.random.default_rng(0), mask == SKIN, 0.4, mask=mask)
    without = camera_model.develop(light, PLAIN, np.random.default_rng(0), mask == SKIN, 0.4)
    np.testing.assert_array_equal(with_mask, without)
    camera = replace(PLAIN, look=s.Look(contrast=25.0, noise=1.0, blacks=0.05))
    np.testing.assert_array_equal(shown(scene, camera)[0], shown(scene, camera)[0])
    assert (shown(scene, camera)[0] != shown(scene, PLAIN)[0]).any()


def test_small_pictures_meet_what_they_can_show(scene):
    """Under the working size sharpness and noise are not measured: they are left as they are."""
    light, mask = (part[::4, ::4] for part in scene)
    wanted = s.Look(skin_yellowness=20.0, sharpness=2.0, noise=1.5, background_sharpness=1.0)
    camera = replace(PLAIN, look=wanted, blur_px=0.7, backdrop_blur=3.0)
    turned = auto_develop.met(
        camera,
        lambda c: camera_model.develop(light, replace(c, look=s.Look()), np.random.default_rng(0)),
        mask,
    )
    untouched = ("noise", "sharpen", "blur_px", "backdrop_blur", "contrast")
    assert all(getattr(turned, name) == getattr(camera, name) for name in untouched)
    assert turned.kelvin_shift != camera.kelvin_shift
    rgb = camera_model.develop(light, camera, np.random.default_rng(0), mask == SKIN, 0.4, mask=mask)
    assert dict(zip(NAMES, measure(rgb, mask), strict=True))["skin_yellowness"] == pytest.approx(20, abs=1)
