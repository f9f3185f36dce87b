"""A set whose ids are numbered in its own way: a table of names, translated to a convention's ids.

A table is a JSON object of id and name, a JSON list of names by id, or lines of "id name" or of names alone
(blank lines and what follows # are left out). Names are a convention's or common words for them.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt

from facegen.datasets.conventions.convention_registry import CONVENTIONS
from facegen.datasets.conventions.known_orders import KNOWN_ORDERS
from facegen.datasets.conventions.label_conventions import Convention
from facegen.datasets.conventions.native_labels import IGNORE
from facegen.datasets.errors import FacegenError
from facegen.datasets.io.foreign_text import parse_json, read_bounded
from facegen.datasets.layouts.face_set import FaceSet

IGNORED = ("ignore", "void", "unlabeled", "unlabelled")
MAX_TABLE = 1 << 20  # bytes of a table: 256 names
UNNAMED = 254  # what an id without a name becomes: no class of any convention, so the check names it
# Other words for the classes, compared without case and without anything but letters.
WORDS: Mapping[str, str] = {
    "bg": "background", "face": "skin", "faceskin": "skin", "facialskin": "skin",
    "glass": "eye_g", "glasses": "eye_g", "eyeglass": "eye_g", "eyeglasses": "eye_g",
    "lefteye": "l_eye", "righteye": "r_eye", "leye": "l_eye", "reye": "r_eye",
    "leftbrow": "l_brow", "rightbrow": "r_brow", "lefteyebrow": "l_brow", "righteyebrow": "r_brow",
    "lb": "l_brow", "rb": "r_brow", "le": "l_eye", "re": "r_eye",
    "leftear": "l_ear", "rightear": "r_ear", "innermouth": "mouth", "upperlip": "u_lip", "ulip": "u_lip",
    "lowerlip": "l_lip", "llip": "l_lip", "tophair": "hair", "headwear": "hat", "cap": "hat",
    "earring": "ear_r", "earrings": "ear_r", "necklace": "neck_l", "clothes": "cloth", "clothing": "cloth",
}  # fmt: skip

Table = npt.NDArray[np.uint8]


def meaning_of(name: str | Path) -> tuple[Convention, Table | None]:
    """A convention, and the translation to its ids where the ids are numbered otherwise.

    Parameters
    ----------
    name : str or path
        A convention, an order of KNOWN_ORDERS, or the file of a table.

    Returns
    -------
    convention : Convention
    table : (256,) uint8, or None where the ids are the convention's own

    Raises
    ------
    FacegenError : neither a name nor a file, a damaged file, or names that no convention has.
    """
    text = str(name)
    if text in CONVENTIONS:
        return CONVENTIONS[text], None
    if text in KNOWN_ORDERS:
        return translation(dict(enumerate(KNOWN_ORDERS[text].split())), text)
    if not Path(name).is_file():
        raise FacegenError(
            f"unknown label convention {text!r}: it is one of {', '.join((*CONVENTIONS, *KNOWN_ORDERS))}, or "
            "a file that names the class of each id (--classes)"
        )
    return translation(read_class_table(Path(name)), text)


def read_class_table(path: Path) -> dict[int, str]:
    """Names by id.

    Raises
    ------
    FacegenError : not readable, no names, or an id outside 0-255 or named twice.
    """
    try:
        text = read_bounded(path, MAX_TABLE).decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise FacegenError(f"{path}: not readable as text ({error})") from None
    rows = _from_json(path, text) if text.lstrip().startswith(("{", "[")) else _from_lines(path, text)
    names: dict[int, str] = {}
    for one, name in rows:
        if not 0 <= one <= 255 or one in names:
            raise FacegenError(f"{path}: id {one} is named twice or is none of 0-255: give each id one name")
        names[one] = name
    if not names:
        raise FacegenError(f"{path}: holds no class: give a line `id name` for each id")
    return names


def translation(names: Mapping[int, str], source: str) -> tuple[Convention, Table | None]:
    """The convention that has all names, and the table from the given ids to its own.

    Parameters
    ----------
    names : mapping of id to name
    source : str
        What a message is to name.

    Returns
    -------
    convention : Convention
        The one that has just these names, else the first one that has them all.
    table : (256,) uint8
        Ids without a name become UNNAMED, ids named "ignore" and 255 become 255. None where nothing changes.

    Raises
    ------
    FacegenError : no convention has all names; those that the nearest one lacks are listed.
    """
    known = {one: _class_name(name) for one, name in names.items()}
    wanted = {name for name in known.values() if name not in IGNORED}
    all_named = wanted | {"background"}
    best = min(
        CONVENTIONS.values(),
        key=lambda one: (len(wanted - set(one.classes)), all_named != set(one.classes)),
    )
    lacking = sorted(wanted - set(best.classes))
    if lacking:
        raise FacegenError(
            f"{source}: no convention has the class{'es' * (len(lacking) > 1)} {', '.join(lacking)}; the "
            f"nearest one is {best.name}, with {', '.join(best.classes)}: use its names, or `ignore`"
        )
    table = np.full(256, UNNAMED, np.uint8)
    table[IGNORE] = IGNORE
    for one, name in known.items():
        table[one] = IGNORE if name in IGNORED else best.classes.index(name)
    own = all(table[i] == i for i in range(len(best.classes)))
    return best, None if own and len(known) == len(best.classes) else table


def translated(faces: FaceSet, convention: Convention, table: Table) -> FaceSet:
    """The set with the ids of its masks put through a table (256,) uint8."""
    return replace(faces, convention=convention, read_mask=partial(_through, table, faces.read_mask))


def _through(table: Table, read: Callable[[str], npt.NDArray[np.uint8]], name: str) -> npt.NDArray[np.uint8]:
    return table[read(name)]


def number_in(text: str) -> int | None:
    """A number from 0 on that a word is in up to nine digits; None for other words.

    `str.isdigit` is true of "²", too, which is no number for `int`, and of more digits than it takes.
    """
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _class_name(text: str) -> str:
    plain = "".join(letter for letter in text.lower() if letter.isalpha())
    return WORDS.get(plain, text.strip().lower())


def _from_json(path: Path, text: str) -> list[tuple[int, str]]:
    try:
        value = parse_json(text)
    except ValueError as error:
        raise FacegenError(f"{path}: damaged JSON ({error}): correct it") from None
    if isinstance(value, dict):
        value = value.get("classes", value)
    try:
        rows = value.items() if isinstance(value, dict) else enumerate(value)
        return [(int(one), str(name)) for one, name in rows]
    except (TypeError, ValueError):
        raise FacegenError(f"{path}: need an object of id and name, or a list of names") from None


def _from_lines(path: Path, text: str) -> list[tuple[int, str]]:
    rows: list[tuple[int, str]] = []
    for line in text.splitlines():
        words = [word for word in re.split(r"[\s,;:=]+", line.split("#")[0].strip()) if word]
        if not words:
            continue
        first, last = number_in(words[0]), number_in(words[-1])
        if first is not None:
            rows.append((first, " ".join(words[1:])))
        elif last is not None:
            rows.append((last, " ".join(words[:-1])))
        else:
            rows.append((len(rows), " ".join(words)))
    return rows
