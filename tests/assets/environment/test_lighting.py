"""Light: skies, shading and black bodies."""

import importlib.util
from importlib.util import find_spec

import numpy as np
import pytest

from facegen.assets.environment import lighting
from facegen.assets.environment.hdris.blender_worlds import blender_world
from facegen.colour_science import LUMINANCE
from facegen.datasets.errors import FacegenError
from facegen.render.spec import face_spec as s


def test_a_uniform_sky_lights_a_wall_to_its_own_radiance(tmp_path):
    openexr = pytest.importorskip("OpenEXR")
    path = str(tmp_path / "sky.exr")
    pixels = np.full((64, 128, 3), (1.0, 2.0, 0.5), np.float32)
    with openexr.File({"type": openexr.scanlineimage}, {"RGB": pixels}) as exr:
        exr.write(path)
    np.testing.assert_allclose(lighting.frontal_irradiance(path, 77.0), (1.0, 2.0, 0.5), rtol=0.01)


@pytest.mark.skipif(find_spec("bpy") is None, reason="needs the render extra")
def test_shading_by_a_polynomial_is_near_the_integral_over_the_sky():
    path = lighting.hdri_path("forest")
    rng = np.random.default_rng(0)
    normals = rng.normal(size=(50, 3)) * (1, 1, 0.5)
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    light = s.Light(hdri="forest", strength=0.8)
    shading = lighting.face_shading(light, normals, [0.0], [0.0, 90.0])[:, 0]
    for turn, got in zip((0.0, 90.0), shading, strict=True):
        rays, solid = lighting._sky_rays()
        a = np.radians(turn)
        turned = rays @ np.array([[np.cos(a), np.sin(a), 0], [-np.sin(a), np.cos(a), 0], [0, 0, 1]]).T
        sky = lighting._small_hdri(path).reshape(-1, 3) @ LUMINANCE * solid
        exact = np.clip(normals @ turned.T, 0, None) @ sky / np.pi
        exact *= 0.8 / (lighting.frontal_irradiance(path, turn) @ LUMINANCE)
        assert np.abs(got - exact).mean() < 0.05 * exact.mean()


def test_hdris_of_a_blender_that_is_not_there_are_an_error(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    blender_world.cache_clear()
    with pytest.raises(ModuleNotFoundError, match="No module named 'bpy'"):
        lighting.hdri_path("forest")
    with pytest.raises(FacegenError, match=r"light\.hdri: unknown HDRI 'kitchen': it is one of city"):
        lighting.hdri_path("kitchen")


def test_black_body_colours_cross_white():
    warm, day, cold = (lighting.black_body(k) for k in (3000, 6600, 9500))
    assert warm[0] == 1 and warm[2] < 0.35
    assert min(day) > 0.9
    assert cold[2] == 1 and cold[0] < 0.85


@pytest.mark.skipif(find_spec("bpy") is None, reason="needs the render extra")
def test_arriving_light_has_the_colour_of_what_shines():
    """A grey card under one strong lamp shows the lamp's black body; its luminance is 1 under any light."""
    for kelvin in (3000.0, 6500.0, 9000.0):
        light = s.Light(strength=1e-6, key=1.0, kelvin=kelvin)
        lamp = np.array(lighting.black_body(kelvin))
        np.testing.assert_allclose(lighting.arriving_colour(light), lamp / (lamp @ LUMINANCE), rtol=1e-4)
    assert lighting.arriving_colour(s.Light(hdri="forest")) @ LUMINANCE == pytest.approx(1.0)
