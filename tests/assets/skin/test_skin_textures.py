"""Skin pictures: what each field of a Skin changes, and where."""

import numpy as np

from facegen.assets.skin import skin_regions, skin_textures
from facegen.render.spec import face_spec as s

HAIR = skin_textures.HairShadow(0.0, 0.5, np.full(3, 0.1), lambda s, t: (t > 50).astype(float))


def test_lips_are_redder_than_cheeks_and_seeds_differ():
    def pictures(seed):
        return skin_textures.skin_pictures(s.Skin(texture_seed=seed), 30, HAIR, size=(256, 150))

    colour, rough, relief, detail = pictures(1)
    lips = skin_regions.region_maps(256, 150)["lips"] > 0.5
    cheeks = skin_regions.region_maps(256, 150)["cheeks"] > 0.5
    ratio = colour[..., 1] / colour[..., 0]
    assert ratio[lips].mean() < 0.9 * ratio[cheeks].mean()
    assert not np.array_equal(colour, pictures(2)[0])
    for again, first in zip(pictures(1), (colour, rough, relief, detail), strict=True):
        np.testing.assert_array_equal(again, first)


def test_gloss_smooths_lips_and_bags_darken_and_swell():
    def pictures(**changes):
        look = s.Skin(texture_seed=1, **{"lip_gloss": 0.0, "eye_bags": 0.0, **changes})
        return skin_textures.skin_pictures(look, 30, HAIR, size=(512, 300))

    regions = skin_regions.region_maps(512, 300)
    lips, under, cheeks = (regions[name] > 0.7 for name in ("lips", "under_eye", "cheeks"))
    plain, glossy, bagged = pictures(), pictures(lip_gloss=1.0), pictures(eye_bags=1.0)
    assert (plain[1] - glossy[1])[lips].mean() > 0.2 and not (plain[1] - glossy[1])[cheeks].any()
    darker = 1 - bagged[0] / plain[0]
    assert darker[under].mean() > 0.05 and np.abs(darker[cheeks]).mean() < 0.01
    assert np.ptp(bagged[2] - plain[2]) > 0.5  # mm
