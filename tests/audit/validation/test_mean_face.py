"""Mean faces of drawn heads: known colours at known places, whatever size, place and tilt the heads have."""

import json

import numpy as np
import pytest
from click.testing import CliRunner
from drawn_heads import COLOURS, head, paint
from pictures import size_of
from PIL import Image

from facegen.audit.measures.face_view import make_view
from facegen.audit.validation.mean_face import (
    REGIONS,
    SIDE,
    MeanFace,
    aligned_face,
    difference_picture,
    mean_face,
)
from facegen.cli.main import cli
from facegen.colour_science import lab_of_srgb
from facegen.datasets.errors import FacegenError
from facegen.datasets.layouts.open_set import open_set


def lab(name, colours=COLOURS):
    return lab_of_srgb(np.array([colours[name]], np.uint8))[0]


def write_set(folder, colours, count=10, seed=0, extra=()):
    rng = np.random.default_rng(seed)
    for part in ("images", "masks"):
        (folder / part).mkdir(parents=True)
    for i in range(count):
        mask = head(256, (0.5, 0.52), rng.uniform(0.8, 1.1), rng.uniform(-12, 12), extra=extra)
        Image.fromarray(paint(mask, colours)).save(folder / "images" / f"{i}.png")
        Image.fromarray(mask).save(folder / "masks" / f"{i}.png")
    return folder


DARK_EYES = {**COLOURS, "l_eye": (150, 150, 150), "r_eye": (150, 150, 150)}


def test_colours_are_found_where_they_are(tmp_path):
    found = mean_face(open_set(write_set(tmp_path / "a", COLOURS)), 100)
    assert found.faces == 10
    np.testing.assert_allclose(found.region("eyeball"), lab("l_eye") - lab("skin"), atol=1.5)
    np.testing.assert_allclose(found.region("cheek"), 0, atol=0.5)
    assert np.isnan(found.mean[-1, 0]).all()  # a corner of the frame shows no face


def test_only_what_differs_is_coloured(tmp_path):
    real = mean_face(open_set(write_set(tmp_path / "a", COLOURS)), 100)
    dark = mean_face(open_set(write_set(tmp_path / "b", DARK_EYES, seed=1)), 100)
    drop = lab("l_eye", DARK_EYES)[0] - lab("l_eye")[0]
    assert (dark.region("eyeball") - real.region("eyeball"))[0] == pytest.approx(drop, abs=1.5)
    assert abs((dark.region("chin") - real.region("chin"))[0]) < 0.5
    picture = difference_picture(dark, real)
    assert picture.shape == (SIDE, 3 * SIDE, 3)
    assert tuple(picture[62, 50]) == (0, 0, 255) and picture[90, 50].min() > 250


@pytest.mark.parametrize("change", [{"extra": ["eye_g"]}, {"without": ["l_eye"]}, {"scale": 0.3}])
def test_faces_that_cannot_be_laid_over_others_are_left_out(change):
    if "extra" in change:
        change = {"extra": [("eye_g", (0, 0), (0.2, 0.05))]}
    assert aligned_face(make_view(paint(head(256)), head(256))) is not None
    mask = head(256, **change)
    assert aligned_face(make_view(paint(mask), mask)) is None


def test_exchanged_sides_are_seen_through():
    plain, swapped = head(256), head(256, swapped=True)
    one = aligned_face(make_view(paint(plain), plain))
    other = aligned_face(make_view(paint(plain), swapped))
    np.testing.assert_allclose(one, other)


def test_command_writes_figures_and_picture(tmp_path):
    dark, real = write_set(tmp_path / "s", DARK_EYES, seed=2), write_set(tmp_path / "r", COLOURS)
    line = ["bench", "mean-face", str(dark), "--real", str(real), "--out", str(tmp_path / "out")]
    done = CliRunner().invoke(cli, line)
    assert done.exit_code == 0, done.output
    assert "eyeball" in done.output and "10 rendered and 10 real" in done.output
    places = json.loads((tmp_path / "out" / "mean_face.json").read_text())["places"]
    assert places["eyeball"]["synthetic"][0] < places["eyeball"]["real"][0] - 20
    assert size_of(tmp_path / "out" / "difference.png") == (6 * SIDE, 2 * SIDE)


def test_too_few_faces_are_refused(tmp_path):
    with pytest.raises(FacegenError, match="8 are needed"):
        mean_face(open_set(write_set(tmp_path / "few", COLOURS, 5)), 100)


def test_places_mirror_about_the_middle_of_the_frame():
    x = np.broadcast_to(np.abs(np.arange(SIDE) - 80.0)[None, :, None], (SIDE, SIDE, 3))
    for name, ((x0, x1), _) in REGIONS.items():
        expected = np.mean(80.0 - np.arange(x0, x1))
        np.testing.assert_allclose(MeanFace(x, 9).region(name), expected, err_msg=name)


def test_a_place_that_nobody_shows_is_null(tmp_path):
    hidden = [("hair", (0, -0.12), (0.4, 0.09))]
    for part, colours in (("s", DARK_EYES), ("r", COLOURS)):
        write_set(tmp_path / part, colours, extra=hidden)
    line = [
        "bench",
        "mean-face",
        str(tmp_path / "s"),
        "--real",
        str(tmp_path / "r"),
        "--out",
        str(tmp_path / "out"),
    ]
    done = CliRunner().invoke(cli, line)
    assert done.exit_code == 0, done.output
    places = json.loads((tmp_path / "out" / "mean_face.json").read_text())["places"]
    assert places["forehead"]["real"] == [None] * 3 and places["eyeball"]["real"][0] is not None
