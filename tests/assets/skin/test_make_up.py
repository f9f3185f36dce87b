"""Make-up lies where it is put on, covers what it should, and leaves the rest as it was."""

import numpy as np
import pytest

from facegen.assets.skin import eye_area, make_up, skin_pigments, skin_regions, skin_textures
from facegen.assets.skin.chart_grid import pixel_grid
from facegen.render.spec import face_spec as s

SIZE = (512, 300)
HAIR = skin_textures.HairShadow(0.0, 0.0, np.full(3, 0.1), lambda s, t: np.zeros_like(s))
S, T = pixel_grid(*SIZE)


def colour(**made_up):
    skin = s.Skin(texture_seed=1, melanin=0.05, **made_up)
    return skin_textures.skin_pictures(skin, 30, HAIR, size=SIZE)[0]


BARE = colour()
# Fields, and the chart (|s| low, high, t low, high) outside which they may change nothing that one could see.
PLACES = {
    "liner": ({"liner": 1.0}, (17, 54, -10, 10)),
    "eye shadow": ({"eye_shadow": 1.0}, (13, 55, -13, 18)),
    "lipstick": ({"lipstick_amount": 1.0}, (0, 25, -88, -61)),
    "rouge": ({"rouge": 1.0}, (14, 90, -75, 8)),
}


@pytest.mark.parametrize("name", PLACES)
def test_it_lies_where_it_is_put_on(name):
    fields, (left, right, low, high) = PLACES[name]
    changed = np.abs(colour(**fields) - BARE).max(-1)
    there = (np.abs(S) >= left) & (np.abs(S) <= right) & (low <= T) & (high >= T)
    assert changed[there].max() > 0.03 and changed[~there].max() < 0.006


def test_lipstick_has_a_cleaner_border_than_the_red_of_lips():
    regions = skin_regions.region_maps(*SIZE)
    soft, clean = (np.mean((regions[name] > 0.1) & (regions[name] < 0.9)) for name in ("lips", "lipstick"))
    assert clean < 0.75 * soft


def test_full_lipstick_gives_lips_its_colour():
    film = (0.2, 0.02, 0.05)
    skin = s.Skin(melanin=0.05, lipstick=film, lipstick_amount=1.0)
    bare = make_up.lip_colour(s.Skin(melanin=0.05))
    expected = (1 - make_up.LIPSTICK_COVERS) * bare + make_up.LIPSTICK_COVERS * np.array(film)
    np.testing.assert_allclose(make_up.lip_colour(skin), expected)


def test_lips_are_redder_bluer_and_darker_than_skin():
    skin, lips = skin_pigments.skin_colour(0.05, 0.03), make_up.lip_colour(s.Skin(melanin=0.05))
    assert (lips < skin).all() and lips[1] / lips[0] < skin[1] / skin[0]
    # In Beer-Lambert's law blood alone would take 5/9 of green's loss from blue: lips lose less of it.
    assert np.log(skin[2] / lips[2]) < 5 / 9 * np.log(skin[1] / lips[1])


def test_foundation_evens_skin_and_hides_spots():
    spotted = {"freckles": 1.0, "blemishes": 1.0, "spots": 1.0}
    cheeks = skin_regions.region_maps(*SIZE)["cheeks"] > 0.5
    bare, even = colour(**spotted), colour(**spotted, foundation=1.0)
    assert even[cheeks].std(0).max() < 0.6 * bare[cheeks].std(0).max()
    assert even[cheeks].mean(0) == pytest.approx(bare[cheeks].mean(0), rel=0.12)


def test_shadow_fades_upwards_and_liner_grows():
    above = np.interp(34.0, *eye_area.UPPER_EDGE) + np.array([0.5, 3.0, 6.0, 9.0])
    column = np.abs(S[0] - 34).argmin()
    rows = [np.abs(T[:, 0] - t).argmin() for t in above]
    shadow = make_up.eye_shadow(S, T, 1.0)[rows, column]
    assert (np.diff(shadow) < 0).all() and shadow[0] > 0.6
    faint, full = (make_up.liner(S, T, amount).sum() for amount in (0.2, 1.0))
    assert full > 2 * faint > 0
