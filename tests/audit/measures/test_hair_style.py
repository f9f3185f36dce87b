"""Hair style and details of the face on drawn heads."""

import numpy as np
import pytest
from drawn_heads import COLOURS, EYES, MOUTH, OPEN_MOUTH, found, head, paint

from facegen.audit.measures.face_view import ID
from facegen.audit.measures.measure_table import NAMES, measure


def of(image, mask):
    return dict(zip(NAMES, measure(image, mask), strict=True))


def test_long_hair_ends_below_the_chin_in_face_units():
    short = found(head())
    falls = (("hair", (0.33, 0.45), (0.06, 0.2)), ("hair", (-0.33, 0.45), (0.06, 0.2)))
    # Chin at v = 0.47, mouth at 1 / 3.6: the drawn strands end at 0.65, beyond the picture's border.
    assert found(head(extra=falls))["hair_below_chin"] > short["hair_below_chin"] + 0.1
    assert short["hair_below_chin"] < 0 and np.isnan(found(head(without=("hair",)))["hair_below_chin"])
    scaled = found(head(scale=0.8))
    assert scaled["hair_below_chin"] == pytest.approx(short["hair_below_chin"], abs=0.1)


def test_a_ragged_border_is_rough():
    rng = np.random.default_rng(0)
    mask = head()
    ragged = mask.copy()
    edge = np.zeros(mask.shape, bool)
    edge[1:-1, 1:-1] = (mask[1:-1, 1:-1] == ID["hair"]) & (mask[:-2, 1:-1] == ID["background"])
    for y, x in np.argwhere(edge)[rng.random(edge.sum()) < 0.4]:
        ragged[max(0, y - 5) : y, x] = ID["hair"]
    assert found(ragged)["hair_roughness"] > 1.2 * found(mask)["hair_roughness"]


def test_strands_side_by_side_are_coherent_and_curls_are_not():
    rng = np.random.default_rng(0)
    mask = head()
    hair = (mask == ID["hair"])[..., None]
    columns = rng.integers(0, 200, (1, 256, 1)).repeat(256, axis=0).repeat(3, axis=2)
    speckle = rng.integers(0, 200, (256, 256, 1)).repeat(3, axis=2)
    straight, curled = (of(np.where(hair, texture, paint(mask)).astype(np.uint8), mask)
                        for texture in (columns, speckle))  # fmt: skip
    assert straight["hair_coherence"] > 0.95 > 0.7 > curled["hair_coherence"]


def test_the_parting_is_where_the_hairline_is_highest():
    for side in (-1, 1):
        notch = (("hair", (0, -0.16), (0.3, 0.06)), ("skin", (0.1 * side, -0.18), (0.03, 0.09)))
        assert found(head(extra=notch))["parting"] == pytest.approx(0.1 * side, abs=0.04)
    assert np.isnan(found(head(extra=(("hat", (0, -0.3), (0.3, 0.15)),)))["parting"])


def test_a_beard_a_moustache_and_shaded_lids_are_measured():
    mask = head()
    bare = of(paint(mask), mask)
    for name in ("beard_redness", "moustache_shade", "lid_shade"):
        assert bare[name] == pytest.approx(0, abs=0.01), name
    v, u = np.mgrid[:256, :256] / 256 - 0.5
    v += 0.1 * MOUTH  # the drawing's own axes, from the eyes
    skin = mask == ID["skin"]

    def painted(where, colour):
        image = paint(mask)
        image[skin & where] = colour
        return of(image, mask)

    dark = (60, 60, 60)
    bearded = painted(v > MOUTH, dark)
    assert bearded["beard_redness"] < -5 and bearded["moustache_shade"] == pytest.approx(0, abs=0.01)
    assert painted((v > 0.2) & (v < MOUTH) & (np.abs(u) < 0.1), dark)["moustache_shade"] < -20
    assert painted((v < 0) & (v > -0.07) & (np.abs(np.abs(u) - EYES) < 0.05), dark)["lid_shade"] < -20


def test_light_inside_the_mouth_is_teeth():
    mask = head(extra=OPEN_MOUTH)
    assert of(paint(mask, {"mouth": (230, 225, 215)}), mask)["teeth_light"] == 1
    assert of(paint(mask, {"mouth": (40, 10, 10)}), mask)["teeth_light"] == 0
    assert np.isnan(found(head())["teeth_light"]) and COLOURS["mouth"] == (90, 30, 30)
