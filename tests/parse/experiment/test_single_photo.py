"""One photo through a parser, from the command line and as an array."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from drawn_faces import NAMES
from parse_runs import run
from pictures import size_of
from PIL import Image

from facegen.datasets.conventions.public.celebamaskhq_labels import CELEBAMASKHQ
from facegen.datasets.errors import FacegenError
from facegen.parse.adaptation.network_adapter import load_adapter, save_adapter
from facegen.parse.data import loaded_set
from facegen.parse.experiment import recipes
from facegen.parse.inference import overlay as overlay_module
from facegen.parse.inference.single_photo import label_picture
from facegen.parse.models.checkpoints import load_parser


def test_parse_image_draws_over_a_photo(finished, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    photo = tmp_path / "photo.jpg"
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was turned
    Image.new("RGB", (90, 60), (120, 90, 70)).save(photo, exif=exif)
    at_once = run("parse-image", photo, "--json", "shipped.json", "--device", "cpu")
    assert at_once.exit_code == 0 and "model shipped (celebamaskhq, 128 px; " in at_once.output
    assert "0 real pictures" in at_once.output and Path("photo-parsed.png").is_file()
    assert json.loads(Path("shipped.json").read_text())["model"] == "shipped"
    lacking = run("parse-image", photo, "--device", "cpu", "--adapted")
    assert lacking.exit_code == 2 and "brings has no label adapter" in lacking.output
    Path("photo-parsed.png").unlink()
    shutil.copytree(finished, "facegen-eval")
    result = run("parse-image", photo, "-o", tmp_path / "overlay.png", "--device", "cpu")
    assert result.exit_code == 0, result.output
    assert "celebamaskhq, 32 px" in result.output and "device cpu" in result.output
    assert size_of(tmp_path / "overlay.png") == (60, 90)
    newest = max(Path("facegen-eval").glob("*/checkpoint.pt"), key=lambda p: (p.stat().st_mtime, str(p)))
    assert str(newest) in result.output
    named = run("parse-image", photo, "--model", "shipped", "--device", "cpu")
    assert named.exit_code == 0 and "model shipped (" in named.output
    Path("photo-parsed.png").unlink()
    plain = (tmp_path / "overlay.png").read_bytes()
    before = photo.read_bytes()
    chosen = run("parse-image", photo, "-o", "o.jpg", "--mask", "m.png", "--device", "cpu")
    assert chosen.exit_code == 0, chosen.output
    with Image.open("o.jpg") as drawn, Image.open("m.png") as labels:
        assert (drawn.format, labels.mode, drawn.size, labels.size) == ("JPEG", "L", (60, 90), (60, 90))
        assert np.asarray(labels).max() < 19
    for arguments, words in (
        (("-o", photo), "that is the photo itself"),
        (("-o", tmp_path / "." / "photo.jpg"), "that is the photo itself"),
        (("-o", "o.tif"), "ends in .png, .jpg"),
        (("--mask", "m.jpg"), "ends in .png"),
        (("-o", "x.png", "--mask", "x.png"), "for -o and --mask"),
        (("--json", photo), "that is a photo itself"),
        (("--json", tmp_path / "." / "photo.jpg", "--no-overlay"), "that is a photo itself"),
        (("--json", "photo-parsed.png"), "that is a picture to be written"),
        (("--json", tmp_path), "is a folder"),
        (("--palette",), "name where they go with --mask"),
        (("-o", "x.png", "--no-overlay"), "leave one of them out"),
    ):
        refused = run("parse-image", photo, *arguments, "--device", "cpu")
        assert refused.exit_code == 2 and words in refused.output, refused.output
    assert photo.read_bytes() == before
    adapted = run("parse-image", photo, "-o", tmp_path / "overlay.png", "--device", "cpu", "--adapted")
    assert adapted.exit_code == 0 and size_of(tmp_path / "overlay.png") == (60, 90), adapted.output
    parser = load_parser(newest)
    other = next(one for one in Path("facegen-eval").glob("*/adapter.pt") if one.parent != newest.parent)
    with pytest.raises(FacegenError, match="fitted to another parser"):
        load_adapter(other, parser, torch.device("cpu"))
    # An adapter that calls everything hair.
    network = load_adapter(newest.with_name("adapter.pt"), parser, torch.device("cpu"))
    hair = NAMES["hair"]
    with torch.no_grad():
        network.correction[-2].bias[4 * hair : 4 * hair + 4] = 100.0
    save_adapter(newest.with_name("adapter.pt"), network, recipes.ADAPTER, parser)
    hairy = run("parse-image", photo, "-o", tmp_path / "hairy.png", "--device", "cpu", "--adapted")
    assert "hair         100.0%" in hairy.output and (tmp_path / "hairy.png").read_bytes() != plain
    newest.with_name("adapter.pt").unlink()
    lacking = run("parse-image", photo, "--device", "cpu", "--adapted")
    assert lacking.exit_code == 2 and "no label adapter there" in lacking.output
    bad = run("parse-image", tmp_path / "none.jpg", "--model", newest)
    assert bad.exit_code == 2 and "no such file" in bad.output


def test_an_array_is_labelled_at_its_own_size(finished):
    checkpoint = finished / "R-n14-seed0" / "checkpoint.pt"
    picture = np.random.default_rng(0).integers(0, 256, (50, 70, 3), dtype=np.uint8)
    parsed = label_picture(picture, checkpoint, "cpu")
    assert parsed.labels.shape == (50, 70) and parsed.labels.dtype == np.uint8
    again = label_picture(picture, load_parser(checkpoint), "cpu")
    np.testing.assert_array_equal(again.labels, parsed.labels)
    covered = sum(parsed.fractions().values())
    assert covered == pytest.approx((parsed.labels > 0).mean()) and 0 not in parsed.fractions().values()
    assert parsed.overlay(picture).shape == picture.shape
    for wrong in (picture[..., 0], picture.astype(float), picture[:0]):
        with pytest.raises(FacegenError, match="need a picture as an array"):
            label_picture(wrong, checkpoint, "cpu")
    with pytest.raises(FacegenError, match="give `model` as a path"):
        label_picture(picture, load_parser(checkpoint), "cpu", adapted=True)


def test_large_photos_are_worked_on_in_bands(monkeypatch):
    """The same overlay and the same reduced picture, to the rounding of float32, whatever a band has."""
    rng = np.random.default_rng(0)
    picture = rng.integers(0, 256, (70, 70, 3), dtype=np.uint8)
    labels = rng.integers(0, 19, (70, 70), dtype=np.uint8)
    whole = overlay_module.overlay(picture, labels, 19), loaded_set.resize_image(picture, 32).astype(int)
    monkeypatch.setattr(overlay_module, "BAND", 9)
    monkeypatch.setattr(loaded_set, "BAND", 9)
    np.testing.assert_array_equal(overlay_module.overlay(picture, labels, 19), whole[0])
    assert np.abs(loaded_set.resize_image(picture, 32) - whole[1]).max() <= 1


def test_folders_patterns_and_several_photos(finished, tmp_path, monkeypatch):
    """Results go to folders, each photo is recorded, and one that cannot be read stops no other."""
    monkeypatch.chdir(tmp_path)
    photos = tmp_path / "photos"
    (photos / "more").mkdir(parents=True)
    rng = np.random.default_rng(0)
    for name, size in (("a.jpg", (60, 40)), ("b.png", (30, 50)), ("c.bmp", (40, 40))):
        Image.fromarray(rng.integers(0, 256, (*size[::-1], 3), dtype=np.uint8)).save(photos / name)
    (photos / "note.txt").write_text("")
    model = ("--model", finished / "R-n14-seed0" / "checkpoint.pt", "--device", "cpu")
    result = run("parse-image", photos, *model, "--masks", "labels", "--palette", "--json", "found.json")
    assert result.exit_code == 0, result.output
    assert "2 files or folders left out" in result.output and "more, note.txt" in result.output
    assert "3 photos, " in result.output and "s a photo" in result.output
    written = sorted(str(one) for one in Path().glob("*/*-parsed*"))
    assert written == [f"facegen-parsed/{one}" for one in ("a-parsed.jpg", "b-parsed.png", "c-parsed.png")]
    record = json.loads(Path("found.json").read_text())
    assert record["convention"] == "celebamaskhq" and record["size"] == 32
    for one, name in zip(record["photos"], ("a.jpg", "b.png", "c.bmp"), strict=True):
        assert one["photo"] == str(photos / name)
        # Noise through a parser of three steps: no face, and that is said.
        assert one["recognised"] is False and one["faces"] == []
        assert f"{photos / name}: no face recognised" in result.output
        with Image.open(one["mask"]) as mask, Image.open(one["overlay"]) as overlay:
            assert mask.mode == "P" and mask.size == overlay.size == (one["width"], one["height"])
            ids = np.asarray(mask)
        shares = {CELEBAMASKHQ.classes[i]: (ids == i).mean() for i in np.unique(ids) if i}
        assert one["shares"] == pytest.approx(shares, abs=1e-6)

    (photos / "b.png").write_bytes(b"no picture")
    broken = run("parse-image", str(photos / "[ab].*"), *model, "--json", "-", "--no-overlay")
    assert broken.exit_code == 2 and "1 of 2 photos could not be parsed" in broken.output
    first, second = json.loads(broken.stdout)["photos"]
    assert "b.png: not a readable picture" in second["error"] and first["overlay"] is None

    for arguments, words in (
        ((photos / "none*.jpg",), "no picture matches"),
        ((photos / "more",), "no picture in this folder"),
        ((photos / "a.jpg", photos / "a.jpg", photos / "c.bmp", "-o", "x", "--whole"), None),
        ((photos / "c.bmp", photos / "b.png", "-o", photos, "--masks", photos), "that is the photo itself"),
    ):
        refused = run("parse-image", *arguments, *model)
        if words is None:  # a photo that is named twice is parsed once
            assert refused.exit_code == 0 and "2 photos" in refused.output, refused.output
        else:
            assert refused.exit_code == 2 and words in refused.output, refused.output
    twin = tmp_path / "twin"
    twin.mkdir()
    shutil.copy(photos / "a.jpg", twin)
    same = run("parse-image", photos / "a.jpg", twin / "a.jpg", *model)
    assert same.exit_code == 2 and "would be written twice" in same.output
