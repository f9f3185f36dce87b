"""Layouts of tools rather than of published sets: YOLO segmentation and FiftyOne.

    YOLO       a YAML file with `names`, labels/PART/N.txt of polygons, images/PART/N.jpg
    FiftyOne   metadata.json, samples.json with a Segmentation of a mask_path a sample

Each recogniser returns None where a tree is no set of its kind.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

import numpy as np

from facegen.datasets.errors import FacegenError
from facegen.datasets.io.foreign_text import parse_json
from facegen.datasets.io.images import IMAGE_SUFFIXES, picture_header, same_name
from facegen.datasets.layouts.class_table import number_in, translation
from facegen.datasets.layouts.face_set import Problem
from facegen.datasets.layouts.found_set import Found, IndexMask, Labels, Mask
from facegen.datasets.layouts.members import Member, Tree
from facegen.datasets.layouts.polygon_masks import filled

_NAMES = re.compile(r"^names[ \t]*:[ \t]*(?P<inline>[^\n#]*)(?P<block>(?:\n[ \t-][^\n]*)*)", re.MULTILINE)
MAX_TEXT = 1 << 28  # bytes of a description: of samples.json, the largest, 10 kB a face


@dataclass(frozen=True)
class PolygonMask:
    """A text file of polygons, later lines over earlier ones.

    Attributes
    ----------
    member : Member
        The text file.
    picture : Member
        Whose size the coordinates are fractions of.
    """

    member: Member
    picture: Member

    def read(self) -> Labels:
        """(h, w) uint8: class number + 1, 0 where there is none. FacegenError : a line is damaged."""
        header = picture_header(self.picture.shown, self.picture.content())
        shape = (header.height, header.width)
        mask = np.zeros(shape, np.uint8)
        for number, line in enumerate(_text(self.member).splitlines(), 1):
            if not line.strip():
                continue
            try:
                one, *values = line.split()
                ring = np.array(values, np.float64).reshape(-1, 2) * np.array(shape[::-1], np.float64)
                kind = int(one) + 1
            except ValueError:
                ring, kind = np.zeros((0, 2), np.float64), 0
            if len(ring) < 3 or not 1 <= kind < 255 or not np.isfinite(ring).all():
                raise FacegenError(
                    f"{self.member.shown}:{number}: need a class number and at least 3 corners of a polygon, "
                    f"have {line[:60]!r}: boxes have no labels of pixels"
                )
            mask[filled(ring, shape)] = kind
        return mask


def yolo(tree: Tree) -> Found | None:
    """YOLO segmentation."""
    names = _yolo_names(tree)
    if names is None:
        return None
    pictures = {_below(n, "images"): m for n, m in tree.items() if _suffix(n) in IMAGE_SUFFIXES}
    labels = {_below(n, "labels"): m for n, m in tree.items() if _suffix(n) == ".txt"}
    pictures, labels = ({k: m for k, m in one.items() if k} for one in (pictures, labels))
    if not pictures.keys() & labels.keys():
        return None
    stems = [PurePosixPath(name).name for name in {*pictures, *labels}]
    short = len(set(stems)) == len(stems)
    keys = {name: same_name(PurePosixPath(name).name if short else name) for name in {*pictures, *labels}}
    masks: dict[str, Mask] = {
        keys[name]: PolygonMask(member, pictures[name]) for name, member in labels.items() if name in pictures
    }
    lone = [
        Problem(member.shown, "labels without a picture", "mask_without_picture")
        for name, member in labels.items()
        if name not in pictures
    ]
    meaning = translation(
        {0: "background"} | {k + 1: one for k, one in names.items()}, "the YAML file of the set"
    )
    images = {keys[name]: member for name, member in pictures.items()}
    parts: dict[str, list[str]] = {}
    for name, key in sorted(keys.items()):
        part = PurePosixPath(name).parts[0] if "/" in name else ""
        if part in ("train", "val", "test"):
            parts.setdefault(part, []).append(key)
    return Found("yolo", meaning[0].name, images, masks, lone, (), parts, meaning)


def fiftyone(tree: Tree) -> Found | None:
    """FiftyOne's dataset on the disk, with the first field that is a Segmentation."""
    samples = next((n for n in tree if PurePosixPath(n).name == "samples.json"), None)
    if samples is None:
        return None
    root = PurePosixPath(samples).parent
    beside = str(root / "metadata.json")
    if beside not in tree:
        return None
    rows = _json(tree[samples]).get("samples")
    info = _json(tree[beside]).get("info")
    info = info if isinstance(info, dict) else {}
    if not isinstance(rows, list) or not all(isinstance(one, dict) for one in rows):
        return None
    field = next((name for row in rows for name, value in row.items() if _is_segmentation(value)), None)
    if field is None:
        return None
    images: dict[str, Member] = {}
    masks: dict[str, Mask] = {}
    left = []
    keys = _keys({str(row.get("filepath", "")) for row in rows})
    for row in rows:
        photo, drawn = str(row.get("filepath", "")), (row.get(field) or {}).get("mask_path")
        places = [str(root / str(one)) for one in (photo, drawn)]
        if not drawn or any(one not in tree for one in places):
            file = tree[samples].shown.parent / photo
            left.append(Problem(file, "picture or mask is not there", "missing"))
            continue
        images[keys[photo]], masks[keys[photo]] = tree[places[0]], IndexMask(tree[places[1]])
    by_field = info.get("mask_targets")
    targets = by_field.get(field) if isinstance(by_field, dict) else None
    targets = targets or info.get("default_mask_targets")
    if not isinstance(targets, Mapping):
        return Found("fiftyone", "celebamaskhq", images, masks, left)
    numbered = {number_in(str(one)): str(name) for one, name in targets.items()}
    names = {one: name for one, name in numbered.items() if one is not None and one < 256}
    meaning = translation({0: "background"} | names, str(tree[beside].shown))
    return Found("fiftyone", meaning[0].name, images, masks, left, meaning=meaning)


def _keys(paths: set[str]) -> dict[str, str]:
    """Names of pictures by path: their stems, or where these are not unique, the paths without endings, or
    the paths."""
    stems = {one: PurePosixPath(one).stem for one in paths}
    bare = {one: str(PurePosixPath(one).with_suffix("")) if one else "" for one in paths}
    whole = {one: one for one in paths}
    for names in (stems, bare, whole):
        keys = {one: same_name(name) for one, name in names.items()}
        if len({*keys.values()}) == len(paths):
            return keys
    return whole


def _is_segmentation(value: object) -> bool:
    return isinstance(value, dict) and value.get("_cls") == "Segmentation" and "mask_path" in value


def _yolo_names(tree: Tree) -> dict[int, str] | None:
    """Class names of a YAML file that has `names`: a list, or numbers and names."""
    for name, member in tree.items():
        if _suffix(name) not in (".yaml", ".yml"):
            continue
        match = _NAMES.search(_text(member))
        if match is None:
            continue
        inline = match["inline"].strip().strip("[]{}")
        rows = inline.split(",") if inline else match["block"].strip("\n").split("\n")
        found: dict[int, str] = {}
        for row in rows:
            text = row.split("#")[0].strip().removeprefix("-").strip()
            number, colon, word = text.rpartition(":")
            if text:
                place = number_in(number.strip()) if colon else None
                found[len(found) if place is None else place] = (word if colon else text).strip().strip("'\"")
        if found and all(0 <= one < 254 for one in found):
            return found
    return None


def _json(member: Member) -> dict[str, Any]:
    """The object of a JSON file; empty where it is damaged or something else, which other sets may hold."""
    try:
        value = parse_json(_text(member), finite=False)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _text(member: Member) -> str:
    content = member.content()
    if content is None:
        if member.path.stat().st_size > MAX_TEXT:
            raise FacegenError(f"{member.shown}: larger than {MAX_TEXT:,} bytes: split the set")
        content = member.path.read_bytes()
    return content.decode("utf-8-sig", errors="replace")


def _below(name: str, folder: str) -> str:
    """Name without its ending below the last folder of a name; "" where it lies in none."""
    parts = PurePosixPath(name).with_suffix("").parts
    places = [k for k, one in enumerate(parts[:-1]) if one == folder]
    return "/".join(parts[places[-1] + 1 :]) if places else ""


def _suffix(name: str) -> str:
    return PurePosixPath(name).suffix.lower()
