"""What a look at a set says: of everything that is left out, and of labels that cannot be what they claim."""

import unicodedata
import warnings
from pathlib import Path

import numpy as np
import pytest
from drawn_heads import head, paint, random_heads
from index_folder import write_set
from PIL import Image

from facegen.api import dataset
from facegen.datasets.conventions.convention_registry import CONVENTIONS
from facegen.datasets.conventions.public.celebamaskhq_labels import CELEBAMASKHQ
from facegen.datasets.errors import FacegenError
from facegen.datasets.inspection.opening import SetWarning, report_set
from facegen.datasets.inspection.set_check import check_set
from facegen.datasets.layouts.open_set import open_set

NAMES = CELEBAMASKHQ.classes
BISENET = [
    "background",
    "skin",
    "l_brow",
    "r_brow",
    "l_eye",
    "r_eye",
    "eye_g",
    "l_ear",
    "r_ear",
    "ear_r",
    "nose",
    "mouth",
    "u_lip",
    "l_lip",
    "neck",
    "neck_l",
    "cloth",
    "hair",
    "hat",
]
MERGED = {"l_ear": "skin", "r_ear": "skin", "eye_g": "skin"}


@pytest.fixture(scope="module")
def pairs():
    return random_heads(110, seed=1)[1][:12]


def ids_of(order, merged=MERGED):
    """(256,) uint8: celebamaskhq ids to ids of another list of names."""
    table = np.zeros(256, np.uint8)
    for i, name in enumerate(NAMES):
        name = name if name in order else merged.get(name, "background")
        table[i] = list(order).index(name)
    return table


def changed(folder, pairs, change):
    return write_set(folder, [(image, change(mask)) for image, mask in pairs])


def kinds(folder, **how):
    return {one.kind: one for one in check_set(open_set(folder, **how)).groups()}


def test_a_whole_set_has_no_finding(tmp_path, pairs):
    said = []
    check = report_set(open_set(write_set(tmp_path / "s", pairs)), said.append)
    assert check.groups() == [] and check.masks_read == 12 and check.sides.swapped == 0
    assert check.fit.fraction > 0.9
    assert [str(one) for one in said] == [f"{tmp_path / 's'}: 12 faces, masks of celebamaskhq (index layout)"]


def test_everything_left_out_is_counted_and_named(tmp_path, pairs):
    root = write_set(tmp_path / "s", pairs)
    for name in ("00000", "00001"):
        (root / "masks" / f"{name}.png").unlink()
    (root / "images" / "00002.png").rename(root / "images" / "00002.tif")
    (root / "images" / "more").mkdir()
    (root / "images" / "more" / "x.png").write_bytes(b"")
    (root / "images" / ".DS_Store").write_bytes(b"")
    (root / "images" / "Thumbs.db").write_bytes(b"")
    found = {name: str(one) for name, one in kinds(root).items()}
    assert found == {
        "file_type": "1 files of a type that is not read left out: 00002.tif",
        "folder": "1 folders that are not read left out: more",
        "mask_without_picture": "1 masks without a picture left out: 00002.png",
        "picture_without_mask": "2 pictures without a mask left out: 00000.png, 00001.png",
    }
    with pytest.warns(SetWarning, match="2 pictures without a mask left out"):
        data = dataset.open(root)
    assert len(data) == 9 and len(data.check().left_out()) == 4
    with pytest.warns(SetWarning, match="masks without a picture"):
        report_set(data.faces)
    report_set(data.faces, print)  # said, so not warned of


@pytest.mark.parametrize("convention", [one for one in CONVENTIONS if one != "celebamaskhq"])
def test_ids_of_another_convention_are_named(tmp_path, pairs, convention):
    table = ids_of(CONVENTIONS[convention].classes)
    root = changed(tmp_path / "s", pairs, lambda mask: table[mask])
    named = "lapa" if convention == "helen" else convention  # one list of classes
    with pytest.raises(FacegenError, match=f"ids look like {named} .*, not like celebamaskhq .*--convention"):
        report_set(open_set(root), print)
    assert "convention" not in kinds(root, convention=convention)


def test_the_other_order_of_19_classes_is_named(tmp_path, pairs):
    root = changed(tmp_path / "s", pairs, lambda mask: ids_of(BISENET)[mask])
    assert "celebamaskhq-bisenet" in str(kinds(root)["convention"])


@pytest.mark.parametrize("convention", ["celebamaskhq", "lapa"])
def test_exchanged_sides_are_refused_where_they_are_not_measured(tmp_path, pairs, convention):
    flip = CONVENTIONS[convention].flip_table()
    table = flip[ids_of(CONVENTIONS[convention].classes)]
    faces = open_set(changed(tmp_path / "s", pairs, lambda mask: table[mask]), convention=convention)
    with pytest.raises(FacegenError, match="left and right look exchanged in 12 of 12 frontal faces"):
        report_set(faces, print)
    report_set(faces, print, ["exchanged_set"])


@pytest.mark.parametrize(("quarters", "words"), [(1, "to the left"), (2, "upside down"), (3, "to the right")])
def test_turned_masks_are_told(tmp_path, pairs, quarters, words):
    """rot90 turns to the left."""
    root = changed(tmp_path / "s", pairs, lambda mask: np.rot90(mask, quarters))
    assert words in str(kinds(root)["turned_set"])


@pytest.mark.parametrize(("white", "words"), [(255, "black-and-white masks"), (1, "no face is recognised")])
def test_black_and_white_masks_are_no_label_maps(tmp_path, pairs, white, words):
    root = changed(tmp_path / "s", pairs, lambda mask: (mask > 0).astype(np.uint8) * np.uint8(white))
    with pytest.raises(FacegenError, match=words):
        check_set(open_set(root)).refuse()


def test_one_blank_mask_is_a_fault_of_one(tmp_path, pairs):
    root = write_set(tmp_path / "s", pairs)
    Image.fromarray(np.zeros((128, 128), np.uint8)).save(root / "masks" / "00003.png")
    check = check_set(open_set(root))
    assert [one.kind for one in check.groups()] == ["blank"]
    check.refuse()


@pytest.mark.parametrize("suffix", ["jpg", "webp"])
def test_lossy_masks_are_refused_by_their_format(tmp_path, pairs, suffix):
    root = write_set(tmp_path / "s", pairs)
    for path in (root / "masks").iterdir():
        with Image.open(path) as mask:
            mask.convert("L").save(path.with_suffix(f".{suffix}"), quality=95)
        path.unlink()
    if suffix == "webp":  # stored as RGB, so unreadable besides
        assert "lossy_mask" in kinds(root)
        return
    with pytest.raises(FacegenError, match=r"12 masks in a lossy format \(JPEG\): 00000.jpg, .*PNG"):
        report_set(open_set(root), print)
    with pytest.raises(FacegenError, match="a JPEG mask"):
        open_set(root).mask(0)


def as_palette(mask, order, colours):
    picture = Image.fromarray(np.argsort(order).astype(np.uint8)[mask], "P")
    picture.putpalette(np.asarray(colours, np.uint8).tobytes())
    return picture


def test_palettes_renumbered_by_an_editor_are_refused(tmp_path, pairs):
    """The ids are the palette's greys, or one colour has two numbers; display colours are fine."""
    order = np.roll(np.arange(19), 3)
    colours = np.random.default_rng(0).integers(1, 256, (19, 3))
    sets = {
        "grey": lambda mask, i: as_palette(mask, order, order[:, None].repeat(3, 1)),
        "mixed": lambda mask, i: as_palette(mask, np.roll(order, i % 2), colours[np.roll(order, i % 2)]),
        "shown": lambda mask, i: as_palette(mask, np.arange(19), colours),
        "plain": lambda mask, i: as_palette(mask, np.arange(19), np.arange(19)[:, None].repeat(3, 1)),
    }
    for name, saved in sets.items():
        root = write_set(tmp_path / name, pairs)
        for i, (_, mask) in enumerate(pairs):
            saved(mask, i).save(root / "masks" / f"{i:05d}.png")
        assert ("palette" in kinds(root)) == (name in ("grey", "mixed")), name


def test_unknown_ids_sizes_and_damage(tmp_path, pairs):
    root = write_set(tmp_path / "s", pairs)
    mask = pairs[0][1].copy()
    mask[:4] = 77
    Image.fromarray(mask).save(root / "masks" / "00000.png")
    Image.fromarray(pairs[1][1][:, :100]).save(root / "masks" / "00001.png")
    (root / "images" / "00002.png").write_bytes(b"no picture")
    (root / "masks" / "00003.png").write_bytes(b"GIF89a")
    found = kinds(root)
    assert set(found) == {"unknown_id", "shape", "damaged", "mask"}
    assert "ids [77]" in found["unknown_id"].problems[0].message
    assert "100x128 pixels, its picture has 128x128" in found["shape"].problems[0].message
    assert "a GIF file, which is not read: convert it to JPEG, PNG" in found["mask"].problems[0].message


def test_camera_turns_are_applied_as_the_mask_asks(tmp_path):
    """A mask drawn on the turned view, by shape or by its face; a mask drawn on the stored pixels; none."""
    mask = head(128)
    image = paint(mask)
    wide = np.pad(mask, ((0, 0), (20, 20)))
    exif = Image.Exif()
    exif[0x0112] = 6  # shown turned by 90 degrees to the right
    cases = {"square": (mask, mask), "wide": (wide, wide), "raw": (np.rot90(wide), wide)}
    for name, (drawn, seen) in cases.items():
        root = write_set(tmp_path / name, [(paint(seen), drawn)])
        (root / "images" / "00000.png").unlink()
        Image.fromarray(np.rot90(paint(seen))).save(
            root / "images" / "00000.jpg", exif=exif, quality=100, subsampling=0
        )
        faces = open_set(root)
        expected = paint(seen) if name != "raw" else np.rot90(paint(seen))
        assert np.abs(faces.image(0).astype(int) - expected).mean() < 3, name
        assert "turned" in kinds(root)
    bare = tmp_path / "square"
    (bare / "masks" / "00000.png").unlink()
    (bare / "masks").rmdir()
    assert np.abs(open_set(bare).image(0).astype(int) - image).mean() < 3


def test_names_in_two_unicode_forms_are_one(tmp_path, pairs):
    root = write_set(tmp_path / "s", pairs[:2])
    for folder, form in (("images", "NFD"), ("masks", "NFC")):
        (root / folder / "00000.png").rename(root / folder / f"{unicodedata.normalize(form, 'Zoë')}.png")
    faces = open_set(root)
    assert faces.ids == ["00001", unicodedata.normalize("NFC", "Zoë")] and check_set(faces).groups() == []


@pytest.mark.parametrize("name", ["annotations", "Seg", "Parsing", "mask"])
def test_masks_in_a_folder_of_another_name_are_not_passed_over(tmp_path, pairs, name):
    root = write_set(tmp_path / "s", pairs[:2])
    (root / "masks").rename(root / name)
    with pytest.raises(FacegenError, match=rf"found {name}/ beside images/, expected masks/: rename it"):
        open_set(root)


def test_labels_are_read_as_masks_and_it_is_said(tmp_path, pairs):
    root = write_set(tmp_path / "s", pairs)
    (root / "masks").rename(root / "labels")
    said = report_set(open_set(root), print).lines()
    assert said[1:] == ["  labels/ is read as masks/"]


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda root: (root / "imgs").mkdir(), r"found imgs/, expected images/: rename it"),
        (
            lambda root: Image.new("RGB", (8, 8)).save(root / "a.png"),
            r"found 1 pictures in the folder itself",
        ),
        (lambda root: (root / "notes.txt").write_text(""), r"found notes.txt; expected images/ and masks/"),
        (lambda root: None, r"found an empty folder"),
    ],
)
def test_what_is_no_set_is_described(tmp_path, make, words):
    make(tmp_path)
    with pytest.raises(FacegenError, match=words):
        open_set(tmp_path)


def test_sets_without_masks_say_so(tmp_path, pairs):
    root = write_set(tmp_path / "s", pairs[:2])
    for path in sorted((root / "masks").iterdir()):
        path.unlink()
    Path(root / "masks").rmdir()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        check = report_set(open_set(root))
    assert check.lines()[1:] == ["  no masks: only what needs no labels can be measured"]
