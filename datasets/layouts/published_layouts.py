"""Layouts of published sets, recognised from the names of their files.

A tree is every file of a folder or archive by its name below it. Folders around a layout (what unpacking an
archive makes) are passed over. Each recogniser returns None where the tree is no set of its kind.

    LaPa            {train,val,test}/{images/N.jpg, labels/N.png, landmarks/N.txt}
    Helen           images/N.jpg, labels/N/N_lblKK.png (grey, KK = 00 to 10), {exemplars,tuning,testing}.txt
    FaceSynthetics  NNNNNN.png, NNNNNN_seg.png, NNNNNN_ldmks.txt in one folder
    EasyPortrait    images/{train,val,test}/N.jpg, annotations/{train,val,test}/N.png
    iBugMask        N.jpg and N.png in one folder; ids as in LaPa
    CelebAMask-HQ   pictures N.jpg; NNNNN_part.png in any folders, or merged index masks N.png
    COCO panoptic   a JSON of annotations, pictures, and PNG files whose colours number segments; where the
                    background is a category, 0 is ignored
"""

import itertools
import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from facegen.datasets.conventions.public.celebamaskhq_labels import CELEBAMASKHQ
from facegen.datasets.errors import FacegenError
from facegen.datasets.io.foreign_text import parse_json
from facegen.datasets.io.images import IMAGE_SUFFIXES, same_name
from facegen.datasets.layouts.annotations import MAPPING_FILE, mapping_of
from facegen.datasets.layouts.class_table import IGNORED, translation
from facegen.datasets.layouts.face_set import Problem
from facegen.datasets.layouts.folder_names import MASK_FOLDERS, PICTURE_FOLDERS, plain
from facegen.datasets.layouts.found_set import Found, IndexMask, Mask, PanopticMask, PartMasks, SoftMasks
from facegen.datasets.layouts.members import Member, Tree
from facegen.datasets.layouts.tool_layouts import fiftyone, yolo

PARTS = {
    "train": "train", "training": "train", "val": "val", "valid": "val", "validation": "val", "test": "test",
}  # fmt: skip
HELEN_LISTS = {"exemplars": "train", "tuning": "val", "testing": "test"}
_HELEN = re.compile(r"(?P<name>.+)_lbl(?P<part>\d\d)\.png")
_CELEBA = re.compile(r"(?P<number>\d{1,5})_(?P<part>[a-z_]+)\.(png|jpg)", re.IGNORECASE)
_NUMBER = re.compile(r"\d{1,5}")
MAX_JSON = 1 << 30  # bytes of a file of annotations: COCO's own have 0.1 GB


def recognise(tree: Tree) -> Found | None:
    """The published layout of a tree; None for none."""
    for one in RECOGNISERS:
        found = one(tree)
        if found is not None:
            return found
    return None


def lapa(tree: Tree) -> Found | None:
    """LaPa: landmarks beside pictures and labels tell it from other sets of pictures and labels."""
    if not any(_folder(name) == "landmarks" and name.endswith(".txt") for name in tree):
        return None
    return _by_folders(tree, "lapa", "lapa", ("images",), ("labels",), before=True)


def easyportrait(tree: Tree) -> Found | None:
    """EasyPortrait: the parts lie within images/ and annotations/."""
    if not any(_within(name, "annotations") for name in _pictures(tree)):
        return None
    return _by_folders(tree, "easyportrait", "easyportrait", ("images",), ("annotations",), before=False)


def helen(tree: Tree) -> Found | None:
    """Helen: soft grey masks of 11 parts for each picture."""
    soft: dict[str, dict[int, Member]] = {}
    for name, member in tree.items():
        match = _HELEN.fullmatch(PurePosixPath(name).name)
        if match:
            soft.setdefault(same_name(match["name"]), {})[int(match["part"])] = member
    if not soft:
        return None
    images = {_stem(name): member for name, member in _pictures(tree).items() if not _HELEN.search(name)}
    masks: dict[str, Mask] = {name: SoftMasks(parts) for name, parts in soft.items()}
    return Found("helen", "helen", images, masks, parts=_helen_parts(tree))


def facesynthetics(tree: Tree) -> Found | None:
    """FaceSynthetics: N.png beside N_seg.png."""
    pictures = _pictures(tree)
    masks: dict[str, Mask] = {
        _stem(name).removesuffix("_seg"): IndexMask(member)
        for name, member in pictures.items()
        if _stem(name).endswith("_seg")
    }
    if not masks:
        return None
    images = {_stem(n): m for n, m in pictures.items() if not _stem(n).endswith("_seg")}
    return Found("facesynthetics", "facesynthetics", images, masks)


def pairs(tree: Tree) -> Found | None:
    """iBugMask: N.jpg and its mask N.png in one folder, nothing else."""
    jpegs = {n: m for n, m in _pictures(tree).items() if _suffix(n) in (".jpg", ".jpeg")}
    pngs = {str(PurePosixPath(n).with_suffix("")): m for n, m in tree.items() if _suffix(n) == ".png"}
    both = [name for name in jpegs if str(PurePosixPath(name).with_suffix("")) in pngs]
    if len(both) < max(1, len(jpegs) // 2):
        return None
    keys = _keys(both)
    images = {keys[name]: jpegs[name] for name in both}
    masks: dict[str, Mask] = {
        keys[name]: IndexMask(pngs[str(PurePosixPath(name).with_suffix(""))]) for name in both
    }
    left = [
        Problem(jpegs[n].shown, "picture without a mask", "picture_without_mask")
        for n in jpegs
        if n not in keys
    ]
    parts = _parts_of(keys)
    return Found("ibugmask", "lapa", images, masks, left, ("N.jpg and N.png are read as pairs",), parts)


def celebamaskhq(tree: Tree) -> Found | None:
    """CelebAMask-HQ with folders renamed, nested, missing or merged."""
    parts: dict[str, dict[int, Member]] = {}
    unknown = []
    for name, member in tree.items():
        match = _CELEBA.fullmatch(PurePosixPath(name).name)
        if not match:
            continue
        if match["part"] in CELEBAMASKHQ.classes[1:]:
            number = str(int(match["number"]))
            parts.setdefault(number, {})[CELEBAMASKHQ.id(match["part"])] = member
        else:
            unknown.append(Problem(member.shown, f"unknown part {match['part']!r}", "unknown_part"))
    numbered = {n: m for n, m in _pictures(tree).items() if _NUMBER.fullmatch(_stem(n))}
    images = {str(int(_stem(n))): m for n, m in numbered.items() if _suffix(n) in (".jpg", ".jpeg")}
    if parts and len(parts) >= len(unknown) and images:
        masks: dict[str, Mask] = {name: PartMasks(one) for name, one in parts.items()}
        remarks = ("its folders have other names, or it is an archive",)
        parts_of = _official_parts(tree, images)
        return Found("celebamaskhq", "celebamaskhq", images, masks, unknown, remarks, parts_of)
    merged = {
        str(int(_stem(n))): IndexMask(m)
        for n, m in numbered.items()
        if _suffix(n) == ".png" and "mask" in plain(_folder(n))
    }
    if not merged or not any("celeba" in plain(name) for name in tree):
        return None
    return Found(
        "celebamaskhq-merged", "celebamaskhq", images, merged, (), ("merged masks are read as index masks",)
    )


def coco_panoptic(tree: Tree) -> Found | None:
    """COCO panoptic: a JSON with `annotations` of `segments_info`, each with the name of its PNG."""
    for name, member in tree.items():
        if not name.endswith(".json") or "segments_info" not in _start(member):
            continue
        return _panoptic(tree, member)
    return None


def folders(tree: Tree) -> Found | None:
    """Pictures and index masks in folders of known names, anywhere in an archive."""
    return _by_folders(tree, "index", "celebamaskhq", PICTURE_FOLDERS, MASK_FOLDERS, before=True)


RECOGNISERS: tuple[Callable[[Tree], Found | None], ...] = (
    fiftyone, yolo, coco_panoptic, helen, facesynthetics, celebamaskhq, lapa, easyportrait, pairs,
)  # fmt: skip


def _by_folders(
    tree: Tree, layout: str, convention: str, pictures: Iterable[str], masks: Iterable[str], before: bool
) -> Found | None:
    """Pictures and masks whose names below two folders are the same.

    before : parts of a split are folders above the two, else within them
    """
    found: tuple[dict[str, Member], dict[str, Member]] = ({}, {})
    for names, kept in ((pictures, found[0]), (masks, found[1])):
        wanted = {plain(one) for one in names}
        for name, member in _pictures(tree).items():
            folder = [plain(one) for one in PurePosixPath(name).parts[:-1]]
            hits = [i for i, one in enumerate(folder) if one in wanted]
            if hits:
                rest = [p for i, p in enumerate(PurePosixPath(name).with_suffix("").parts) if i != hits[-1]]
                kept["/".join(rest)] = member
    if not set(found[0]) & set(found[1]):
        return None
    keys = _keys([*found[0], *(name for name in found[1] if name not in found[0])])
    images = {keys[name]: member for name, member in found[0].items()}
    drawn: dict[str, Mask] = {keys[name]: IndexMask(member) for name, member in found[1].items()}
    return Found(layout, convention, images, drawn, parts=_parts_of(keys))


def _panoptic(tree: Tree, file: Member) -> Found:
    content = file.content()  # of a member of an archive, which has a limit of its own
    if content is None and (size := file.path.stat().st_size) > MAX_JSON:
        raise FacegenError(
            f"{file.shown}: {size:,} bytes of annotations, the limit is {MAX_JSON:,}: split the set"
        )
    try:
        data = parse_json(file.path.read_bytes() if content is None else content, finite=False)
        names = {int(one["id"]): str(one["name"]) for one in data["categories"]}
        pictures = {one["id"]: str(one["file_name"]) for one in data["images"]}
        rows = [
            (pictures[one["image_id"]], str(one["file_name"]), _segments(one["segments_info"]))
            for one in data["annotations"]
        ]
    except (ValueError, KeyError, TypeError) as error:
        raise FacegenError(
            f"{file.shown}: no COCO panoptic annotation ({error!r}): export it again"
        ) from None
    numbers = {one: place for place, one in enumerate(sorted(names), start=1)}
    void = IGNORED[0] if "background" in names.values() else "background"
    meaning = translation({0: void} | {numbers[one]: name for one, name in names.items()}, str(file.shown))
    by_name: dict[str, list[Member]] = {}
    for name, member in tree.items():
        by_name.setdefault(PurePosixPath(name).name, []).append(member)
    images: dict[str, Member] = {}
    masks: dict[str, Mask] = {}
    left = []
    for picture, mask, segments in rows:
        key = _stem(picture)
        ids = {number: numbers.get(category, 255) for number, category in segments.items()}
        photo, drawn = _place(by_name, picture, panoptic=False), _place(by_name, mask, panoptic=True)
        if photo is None or drawn is None:
            left.append(Problem(file.shown.parent / picture, "picture or mask is not there", "missing"))
            continue
        images[key], masks[key] = photo, PanopticMask(drawn, ids)
    return Found("coco-panoptic", meaning[0].name, images, masks, left, meaning=meaning)


def _segments(rows: Iterable[Mapping[str, Any]]) -> dict[int, int]:
    """Category by segment number."""
    return {int(one["id"]): int(one["category_id"]) for one in rows}


def _place(by_name: Mapping[str, list[Member]], name: str, panoptic: bool) -> Member | None:
    """The file of a name that an annotation gives; of several, masks lie in a folder named panoptic."""
    wanted = PurePosixPath(name).name
    hits = by_name.get(wanted, [])
    if len(hits) > 1:
        marked = [one for one in hits if ("panoptic" in one.shown.parent.name.lower()) == panoptic]
        hits = marked or hits
    return hits[0] if hits else None


def _official_parts(tree: Tree, names: Iterable[str]) -> dict[str, list[str]]:
    """The official split of CelebAMask-HQ's pictures, where its mapping file is there."""
    member = next((m for name, m in tree.items() if PurePosixPath(name).name == MAPPING_FILE), None)
    if member is None:
        return {}
    known = mapping_of(member.shown, _text(member).splitlines()).part
    parts: dict[str, list[str]] = {}
    for name in names:
        if int(name) < len(known):
            parts.setdefault(str(known[int(name)]), []).append(name)
    return parts


def _text(member: Member) -> str:
    content = member.content()
    raw = member.path.read_bytes() if content is None else content
    return raw.decode("utf-8-sig", errors="replace")


def _helen_parts(tree: Tree) -> dict[str, list[str]]:
    """The split of the three lists: lines "number , name"."""
    parts: dict[str, list[str]] = {}
    for name, member in tree.items():
        part = HELEN_LISTS.get(_stem(name)) if name.endswith(".txt") else None
        if part:
            lines = _text(member).splitlines()
            parts[part] = [line.split(",")[-1].strip() for line in lines if line.strip()]
    return parts


def _keys(names: Iterable[str]) -> dict[str, str]:
    """Short names of files: the stem where it is one of a kind, else with its folders."""
    stems: dict[str, int] = {}
    listed = list(names)
    for name in listed:
        stems[_stem(name)] = stems.get(_stem(name), 0) + 1
    whole = any(count > 1 for count in stems.values())
    return {
        name: same_name(str(PurePosixPath(name).with_suffix(""))) if whole else _stem(name) for name in listed
    }


def _parts_of(keys: Mapping[str, str]) -> dict[str, list[str]]:
    parts: dict[str, list[str]] = {}
    for name, key in keys.items():
        for folder in PurePosixPath(name).parts[:-1]:
            if folder.lower() in PARTS:
                parts.setdefault(PARTS[folder.lower()], []).append(key)
    return parts


def _pictures(tree: Tree) -> Tree:
    return {name: one for name, one in tree.items() if _suffix(name) in IMAGE_SUFFIXES}


def _stem(name: str) -> str:
    return same_name(PurePosixPath(name).stem)


def _suffix(name: str) -> str:
    return PurePosixPath(name).suffix.lower()


def _folder(name: str) -> str:
    return PurePosixPath(name).parent.name


def _within(name: str, folder: str) -> bool:
    """Whether a file lies in a folder of a part within `folder`."""
    parts = PurePosixPath(name).parts
    return any(a == folder and b.lower() in PARTS for a, b in itertools.pairwise(parts))


def _start(member: Member) -> str:
    """Content of a small JSON, or the first megabyte of a large one."""
    content = member.content()
    if content is None:
        with Path(member.path).open("rb") as file:
            content = file.read(1 << 20)
    return content[: 1 << 20].decode("utf-8", errors="replace")
