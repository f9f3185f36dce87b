"""Five further cases for each kind of thing that people bring and that once gave a silent wrong result.

The kinds: input that shrinks, labels of another meaning, sides without a face, caches, output that cannot be
printed, camera turns, exports read by others, photos, and names of files.
"""

import io
import json
import os
import subprocess
import sys
import tarfile
import unicodedata
import zipfile
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from drawn_heads import random_heads
from index_folder import write_set
from native_heads import write_rendered
from PIL import Image
from published_sets import easyportrait, ids_of, lapa, zipped

import facegen
from facegen.api.measuring import measured
from facegen.cli.main import cli
from facegen.datasets.conventions.public.celebamaskhq_labels import CELEBAMASKHQ
from facegen.datasets.errors import FacegenError
from facegen.datasets.inspection.set_check import check_set
from facegen.datasets.layouts.open_set import open_set
from facegen.parse.models.checkpoints import parser_metadata, save_parser
from facegen.parse.models.networks import build_network

COUNT = 12
TURN = 0x0112  # the EXIF tag of a camera's turn


@pytest.fixture(scope="module")
def pairs():
    return random_heads(COUNT, seed=3, size=64)[1]


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory):
    path = tmp_path_factory.mktemp("parser") / "checkpoint.pt"
    save_parser(path, build_network("small", 19, 0).eval(), parser_metadata(CELEBAMASKHQ, "small", 32))
    return path


@pytest.fixture(autouse=True)
def own_cache(monkeypatch, tmp_path):
    monkeypatch.setenv("FACEGEN_CACHE", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)


def run(*arguments):
    return CliRunner().invoke(cli, [str(one) for one in arguments])


def lint(root, *options):
    return run("lint", root, "--out", "lint-out", "--no-thumbnails", "--workers", 1, *options)


def program(*arguments, **settings):
    """facegen in a process of its own: (exit code, what it wrote to both outputs)."""
    code = "import sys; from facegen.cli.main import main; sys.exit(main())"
    env = {**os.environ, **settings.pop("env", {})}
    shell = settings.pop("shell", "")
    command = [sys.executable, "-c", code, *map(str, arguments)]
    if shell:
        command = ["bash", "-c", f'"$@" {shell}', "facegen", *command]
    done = subprocess.run(
        command, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=120, check=False
    )
    return done.returncode, done.stdout.decode(errors="replace")


# 1: input that shrinks ------------------------------------------------------------------------------------


def masks_with_an_ending(root):
    for path in sorted((root / "masks").iterdir()):
        path.rename(path.with_name(f"{path.stem}_mask.png"))


def pictures_in_folders(root):
    (root / "images" / "more").mkdir()
    for path in sorted((root / "images").glob("*.png"))[:4]:
        path.rename(root / "images" / "more" / path.name)


def empty_files(root):
    for path in sorted((root / "images").glob("*.png"))[:2]:
        path.write_bytes(b"")


def mask_names_in_capitals(root):
    for path in sorted((root / "masks").iterdir()):
        path.rename(path.with_suffix(".PNG"))


def shadows_of_macos(root):
    for path in sorted((root / "images").glob("*.png")):
        (root / "images" / f"._{path.name}").write_bytes(b"\0\5\x16\7")
    (root / "images" / ".DS_Store").write_bytes(b"x")


@pytest.mark.parametrize(
    ("change", "faces", "words"),
    [
        (masks_with_an_ending, None, "no picture has a mask of the same name"),
        (pictures_in_folders, 8, "4 masks without a picture left out"),
        (empty_files, 12, "2 damaged pictures"),
        (mask_names_in_capitals, 12, "12 faces"),
        (shadows_of_macos, 12, "12 faces"),
    ],
)
def test_what_is_not_read_is_counted(tmp_path, pairs, change, faces, words):
    root = write_set(tmp_path / "set", pairs)
    change(root)
    found = lint(root)
    assert words in found.output and "unforeseen" not in found.output
    if faces is None:
        assert found.exit_code == 2
    else:
        assert len(open_set(root)) == faces
        assert found.exit_code == (0 if words == "12 faces" else 1)


# 2: labels of another meaning -----------------------------------------------------------------------------


def coloured(mask):
    return np.random.default_rng(0).integers(0, 256, (256, 3), np.uint8)[mask]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda mask: ids_of("facesynthetics")[mask], "the ids look like facesynthetics"),
        (lambda mask: mask + np.uint8(1), "no face is recognised"),
        (lambda mask: mask * np.uint8(10), "no face is recognised"),
        (coloured, "RGB pixels, an index mask has one 8-bit class id a pixel"),
        (lambda mask: mask.astype(np.uint16), "pixels, an index mask has one 8-bit class id a pixel"),
    ],
    ids=["FaceSynthetics", "one up", "times ten", "colours", "16 bits"],
)
def test_ids_of_another_meaning_are_refused(tmp_path, pairs, change, words):
    for folder in ("images", "masks"):
        (tmp_path / "set" / folder).mkdir(parents=True)
    for i, (image, mask) in enumerate(pairs):
        Image.fromarray(image).save(tmp_path / "set" / "images" / f"{i}.png")
        Image.fromarray(change(mask)).save(tmp_path / "set" / "masks" / f"{i}.png")
    found = run("profile", tmp_path / "set", "-o", tmp_path / "law.json")
    assert found.exit_code == 2 and words in found.output.replace("\n", " "), found.output
    assert not (tmp_path / "law.json").exists()


# 3: a side on which nothing can be measured ---------------------------------------------------------------


def without_mouths(mask):
    return np.where(np.isin(mask, (10, 11, 12)), np.uint8(1), mask)


@pytest.mark.parametrize(
    ("change", "kept"),
    [
        (lambda image, mask: (image, np.zeros_like(mask)), COUNT),
        (lambda image, mask: (image, np.full_like(mask, 255)), COUNT),
        (lambda image, mask: (np.full_like(image, 127), mask), COUNT),
        (lambda image, mask: (image, without_mouths(mask)), COUNT),
        (lambda image, mask: (image, mask), 1),
    ],
    ids=["background alone", "ignored alone", "grey pictures", "no mouths", "one picture"],
)
def test_an_audit_says_what_it_cannot_measure(tmp_path, pairs, change, kept):
    root = write_set(tmp_path / "real", [change(*pair) for pair in pairs[:kept]])
    whole = write_set(tmp_path / "faces", pairs)
    for one, other in ((root, whole), (whole, root)):
        found = run("audit", one, "--against", other, "--out", tmp_path / f"out-{one.name}")
        assert found.exit_code in (0, 2) and "unforeseen" not in found.output, found.output
        assert ("not measured" in found.output) if found.exit_code == 0 else ("error: " in found.output)


# 4: caches ------------------------------------------------------------------------------------------------


def damaged_cache(root):
    (root / "cache").mkdir()
    for name in ("rows.sqlite", "rows.db", "measures.sqlite"):
        (root / "cache" / name).write_bytes(b"not a data base" * 99)
    return root / "cache"


def a_file(root):
    (root / "file").write_text("x")
    return root / "file"


@pytest.mark.parametrize(
    "place",
    [
        lambda root: root / "deep" / "er" / "cache",
        lambda root: root / "mit Leerzeichen und Umläuten",
        lambda root: Path("relative"),
        damaged_cache,
        a_file,
    ],
    ids=["deep", "spaces and letters", "relative", "damaged", "a file"],
)
def test_any_cache_folder_gives_the_same_rows(tmp_path, pairs, monkeypatch, place):
    faces = open_set(write_set(tmp_path / "faces", pairs))
    plain = measured(faces, 1, cached=False)
    monkeypatch.setenv("FACEGEN_CACHE", str(place(tmp_path)))
    for _ in range(2):
        np.testing.assert_array_equal(measured(faces, 1).attributes.values, plain.attributes.values)


# 5: output that cannot be printed -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("shell", "env"),
    [
        (">/dev/full", {}),
        ("| head -c 1", {}),
        ("2>&-", {}),
        ("", {"PYTHONIOENCODING": "ascii", "LC_ALL": "C"}),
        ("", {"COLUMNS": "5", "TERM": "dumb"}),
    ],
    ids=["full", "reader leaves", "no stderr", "ascii", "narrow"],
)
def test_a_finished_run_is_not_ended_by_its_output(tmp_path, pairs, shell, env):
    root = write_set(tmp_path / "Gesichter – ☺", pairs)
    code, text = program(
        "lint", root, "--out", tmp_path / "out", "--no-thumbnails", "--workers", 1, env=env, shell=shell
    )
    assert "Traceback" not in text and "unforeseen" not in text
    assert (tmp_path / "out" / "index.html").is_file() and (tmp_path / "out" / "findings.csv").is_file()
    assert code == (2 if "full" in shell else 0), text
    assert ("the output could not be written (No space left on device)" in text) == ("full" in shell)


# 6: two meanings of upright -------------------------------------------------------------------------------


def camera_bytes(image, kind, turn=6, **options):
    """An upright picture as a turned camera stores it: quarters to the left, and the tag that undoes it."""
    how = {6: Image.Transpose.ROTATE_90, 3: Image.Transpose.ROTATE_180, 8: Image.Transpose.ROTATE_270}
    exif = Image.Exif()
    exif[TURN] = turn
    stored = Image.fromarray(image)
    buffer = io.BytesIO()
    (stored.transpose(how[turn]) if turn in how else stored).save(buffer, kind, exif=exif, **options)
    return buffer.getvalue()


def png_bytes(mask):
    buffer = io.BytesIO()
    Image.fromarray(mask).save(buffer, "PNG")
    return buffer.getvalue()


def turned_files(root, pairs, kind, suffix, turn=6, **options):
    for folder in ("images", "masks"):
        (root / folder).mkdir(parents=True)
    for i, (image, mask) in enumerate(pairs):
        (root / "images" / f"{i:02d}{suffix}").write_bytes(camera_bytes(image, kind, turn, **options))
        (root / "masks" / f"{i:02d}.png").write_bytes(png_bytes(mask))
    return root


def in_tar(root, pairs):
    with tarfile.open(root / "set.tar", "w") as archive:
        for i, (image, mask) in enumerate(pairs):
            for name, content in (
                (f"{i:02d}.jpg", camera_bytes(image, "JPEG", quality=95)),
                (f"{i:02d}.mask.png", png_bytes(mask)),
            ):
                entry = tarfile.TarInfo(name)
                entry.size = len(content)
                archive.addfile(entry, io.BytesIO(content))
    return root / "set.tar"


def in_parquet(root, pairs):
    import pyarrow
    import pyarrow.parquet

    rows = {
        "image": [{"bytes": camera_bytes(image, "JPEG", quality=95), "path": None} for image, _ in pairs],
        "mask": [{"bytes": png_bytes(mask), "path": None} for _, mask in pairs],
    }
    pyarrow.parquet.write_table(pyarrow.table(rows), root / "set.parquet")
    return root / "set.parquet"


@pytest.mark.parametrize(
    "make",
    [
        lambda root, pairs: turned_files(root / "set", pairs, "PNG", ".png"),
        lambda root, pairs: turned_files(root / "set", pairs, "WEBP", ".webp", 3, lossless=True),
        lambda root, pairs: zipped(turned_files(root / "set", pairs, "JPEG", ".jpg", 8), root / "set.zip"),
        in_tar,
        in_parquet,
    ],
    ids=["PNG", "WebP", "zip", "WebDataset", "Parquet"],
)
def test_pictures_stand_as_their_masks_do_wherever_they_are_stored(tmp_path, pairs, make):
    made = make(tmp_path, pairs)
    faces = open_set(made)
    assert len(faces) == COUNT
    for i, (image, mask) in enumerate(pairs):
        np.testing.assert_array_equal(faces.mask(i), mask)
        assert np.abs(faces.image(i).astype(int) - image).mean() < 8
    assert any(one.kind == "turned" and len(one.problems) == COUNT for one in check_set(faces).groups())


# 7: exports as others read them ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def rendered(tmp_path_factory):
    heads = random_heads(COUNT, seed=3, size=64)[1]
    return write_rendered(tmp_path_factory.mktemp("rendered") / "faces", heads)


def lapa_as_its_loaders_do(folder):
    for part in sorted(one for one in folder.iterdir() if one.is_dir()):
        for path in sorted((part / "images").iterdir()):
            with Image.open(part / "labels" / f"{path.stem}.png") as label:
                assert label.mode in ("L", "P") and np.asarray(label).max() <= 10
            yield path


def helen_as_its_readme_says(folder):
    for path in sorted((folder / "images").iterdir()):
        parts = [
            np.asarray(Image.open(folder / "labels" / path.stem / f"{path.stem}_lbl{k:02d}.png"))
            for k in range(11)
        ]
        assert all(one.ndim == 2 for one in parts)
        assert (np.sum(parts, axis=0, dtype=int) == 255).all()
        yield path


def facesynthetics_as_its_readme_says(folder):
    for path in sorted(one for one in folder.glob("*.png") if not one.stem.endswith("_seg")):
        assert len(path.stem) == 6 and path.stem.isdigit()
        assert np.loadtxt(folder / f"{path.stem}_ldmks.txt").shape == (70, 2)
        assert np.asarray(Image.open(folder / f"{path.stem}_seg.png")).max() <= 19
        yield path


def points_of_300w(folder):
    for path in sorted(folder.rglob("*.pts")):
        lines = path.read_text().split("\n")
        assert lines[0].split(":")[0] == "version" and lines[1].split(":")[1].strip() == "68"
        assert lines[2] == "{" and lines[71] == "}"
        assert np.array([line.split() for line in lines[3:71]], float).shape == (68, 2)
        yield path


def yolo_by_its_format(folder):
    for path in sorted((folder / "labels").rglob("*.txt")):
        for line in path.read_text().splitlines():
            number, *values = line.split()
            ring = np.array(values, float)
            assert int(number) >= 0 and len(ring) >= 6 and len(ring) % 2 == 0
            assert ring.min() >= 0 and ring.max() <= 1
        yield path


@pytest.mark.parametrize(
    ("form", "read"),
    [
        ("lapa", lapa_as_its_loaders_do),
        ("helen", helen_as_its_readme_says),
        ("facesynthetics", facesynthetics_as_its_readme_says),
        ("300w", points_of_300w),
        ("yolo", yolo_by_its_format),
    ],
)
def test_exports_are_what_their_readers_expect(tmp_path, rendered, form, read):
    facegen.export(rendered, form, tmp_path / "out")
    assert len(list(read(tmp_path / "out"))) == COUNT


def test_a_packed_export_keeps_its_convention(tmp_path, rendered):
    facegen.export(rendered, "segmentation", tmp_path / "out", convention="helen")
    faces = open_set(zipped(tmp_path / "out", tmp_path / "out.zip"))
    assert faces.convention.name == "helen" and len(faces) == COUNT


# 8: photos ------------------------------------------------------------------------------------------------


def photo(mode, size=(60, 40), **_):
    array = np.random.default_rng(0).integers(0, 256, (size[1], size[0], 3), np.uint8)
    return Image.fromarray(array).convert(mode)


@pytest.mark.parametrize(
    ("name", "picture"),
    [
        ("grey.jpg", photo("L")),
        ("clear.png", photo("RGBA")),
        ("print.jpg", photo("CMYK")),
        ("strip.png", photo("RGB", (400, 3))),
        ("dot.bmp", photo("RGB", (1, 1))),
    ],
)
def test_photos_of_every_sort_get_a_label_map_of_their_size(tmp_path, checkpoint, name, picture):
    picture.save(tmp_path / name)
    result = run(
        "parse-image",
        tmp_path / name,
        "--model",
        checkpoint,
        "-o",
        "o.png",
        "--mask",
        "m.png",
        "--device",
        "cpu",
    )
    assert result.exit_code == 0, result.output
    with Image.open("m.png") as labels, Image.open("o.png") as drawn:
        assert labels.size == drawn.size == picture.size and labels.mode == "L"


# 9: names of files and sets -------------------------------------------------------------------------------


def through_a_link(root, tmp_path):
    (tmp_path / "link").symlink_to(root, target_is_directory=True)
    return tmp_path / "link"


@pytest.mark.parametrize(
    "spelled",
    [
        lambda root, tmp: f"{root}/",
        lambda root, tmp: root / ".." / root.name,
        lambda root, tmp: os.path.relpath(root, tmp),
        through_a_link,
        lambda root, tmp: f"{root.parent}//{root.name}",
    ],
    ids=["slash", "dots", "relative", "link", "two slashes"],
)
def test_one_set_by_two_names_is_one_set(tmp_path, pairs, spelled):
    root = write_set(tmp_path / "set", pairs)
    other = spelled(root, tmp_path)
    found = run(
        "train-eval", root, "--real", root, "--real-test", other, "--quick", "--out", tmp_path / "run"
    )
    assert found.exit_code == 2 and "pictures of training and test must differ" in found.output, found.output
    fixed = run("lint", root, "--fix", f"{other}/fixed", "--out", tmp_path / "lint", "--no-thumbnails")
    assert fixed.exit_code == 2 and "lies in the set itself" in fixed.output, fixed.output


@pytest.mark.parametrize("form", ["NFC", "NFD"])
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_tables_of_classes_in_any_text(tmp_path, pairs, form, ending):
    names = [unicodedata.normalize(form, one) for one in CELEBAMASKHQ.classes]
    text = "\ufeff" + ending.join(f"{i + 1}: {name}  # né" for i, name in enumerate(names)) + ending
    (tmp_path / "é classes.txt").write_text(text, encoding="utf-8", newline="")
    root = write_set(tmp_path / "set", [(image, mask + np.uint8(1)) for image, mask in pairs])
    faces = open_set(root, convention=tmp_path / "é classes.txt")
    np.testing.assert_array_equal(faces.mask(0), pairs[0][1])


# Published sets, as they are downloaded -------------------------------------------------------------------


def test_easyportrait_as_its_two_archives(tmp_path, pairs):
    easyportrait(tmp_path / "all", pairs)
    (tmp_path / "set").mkdir()
    for name in ("images", "annotations"):
        with zipfile.ZipFile(tmp_path / "set" / f"{name}.zip", "w") as archive:
            for path in sorted((tmp_path / "all" / name).rglob("*.*")):
                archive.write(path, path.relative_to(tmp_path / "all" / name).as_posix())
    faces = open_set(tmp_path / "set")
    assert (len(faces), faces.layout) == (COUNT, "easyportrait")
    assert len(open_set(tmp_path / "set", split="test")) == COUNT // 4
    assert "read without unpacking: annotations.zip, images.zip" in lint(tmp_path / "set").output


def test_a_compressed_archive_is_named(tmp_path):
    (tmp_path / "LaPa.tar.gz").write_bytes(b"\x1f\x8b")
    with pytest.raises(FacegenError, match="unpack it and give the folder"):
        open_set(tmp_path / "LaPa.tar.gz")


@pytest.mark.parametrize("where", ["folder", "zip"])
def test_published_parts_train_and_test(tmp_path, where):
    from facegen.parse.experiment.real_sets import open_real

    heads = random_heads(30, seed=5, size=64)[1]
    lapa(tmp_path / "set", heads)
    root = tmp_path / "set" if where == "folder" else zipped(tmp_path / "set", tmp_path / "set.zip")
    sets = open_real(root)
    assert len(sets.test) == 7 and "test" in sets.test_is
    assert len(sets.fit) + len(sets.validate) + len(sets.adapter) == 23
    assert sets.fit.convention.name == "lapa"


def test_the_official_split_of_an_archive(tmp_path, pairs):
    from published_sets import flat_parts

    flat_parts(tmp_path / "set", pairs, masks="CelebAMask-HQ-mask-anno/0")
    numbers = [1, 2, 162771, 182638, *range(5, 13)]  # files of CelebA in its parts train, val and test
    lines = ["idx orig_idx orig_file", *(f"{i} {n - 1} {n:06d}.jpg" for i, n in enumerate(numbers))]
    (tmp_path / "set" / "CelebA-HQ-to-CelebA-mapping.txt").write_text("\n".join(lines))
    root = zipped(tmp_path / "set", tmp_path / "set.zip")
    parts = {part: open_set(root, split=part) for part in ("train", "val", "test")}
    parts = {part: sorted(faces.ids) for part, faces in parts.items()}
    assert parts["val"] == ["2"] and parts["test"] == ["3"] and len(parts["train"]) == COUNT - 2
    assert parts == {part: sorted(open_set(tmp_path / "set", split=part).ids) for part in parts}


def test_a_record_with_a_byte_order_mark(tmp_path, rendered):
    facegen.export(rendered, "segmentation", tmp_path / "out", convention="lapa")
    for name in ("provenance.json", "classes.json"):
        path = tmp_path / "out" / name
        if path.is_file():
            path.write_text(json.dumps(json.loads(path.read_text())), encoding="utf-8-sig")
    assert open_set(tmp_path / "out").convention.name == "lapa"
