"""Files that somebody else wrote, changed at random, and the readers that must take or refuse them.

A reader gets a folder in which one file was changed. It returns, or raises a FacegenError of one line;
anything else is a fault. `hypothesis` chooses the changes: bytes are flipped, cut and repeated, values of a
JSON file become others of any type. `make fuzz` lets coverage choose them (tools/fuzz.py).
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from facegen.datasets.errors import FacegenError

# What breaks readers: ends of number ranges, digits that are none to int(), names that lead elsewhere, and
# every type of JSON.
ODD_VALUES = (
    None, True, -1, 0, 1, 2**31, 10**30, -0.5, 1e308, float("nan"), float("inf"), "", "x", "7", "²", "٣",
    "..", "../../etc/passwd", "/etc/passwd", "a\x00b", "\x1b[31m", "=1+1", "\ud800", [], {}, [[]], [None],
    {"x": 1},
)  # fmt: skip
ODD_BYTES = (
    b"\0",
    b"\xff",
    b"\xff\xff\xff\xff",
    b"\0\0\0\0",
    b"\n",
    b'"',
    b"[[[[",
    b"{",
    b"-1",
    b"1e999",
    "²".encode(),
)


@dataclass(frozen=True)
class ForeignFile:
    """A reader of one kind of file.

    Attributes
    ----------
    name : str
    build : callable
        Writes a valid set or file into an empty folder; returns the path of the file that is changed.
    read : callable
        Reads what was built, given the folder.
    json : bool
        Whether values of the file are changed, not its bytes alone.
    """

    name: str
    build: Callable[[Path], Path]
    read: Callable[[Path], object]
    json: bool = False


def contents(valid: bytes, as_json: bool) -> st.SearchStrategy[bytes]:
    """Changed contents of a file."""
    edits = st.lists(st.tuples(st.integers(0, len(valid)), st.integers(0, 40), _pieces(valid)), max_size=4)
    edited = edits.map(lambda all_edits: _edited(valid, all_edits))
    return st.one_of(changed_json(valid), edited) if as_json else edited


def _pieces(valid: bytes) -> st.SearchStrategy[bytes]:
    """What is put in place of some bytes: odd ones, any, or others of the file."""
    start = st.integers(0, len(valid))
    return st.one_of(
        st.sampled_from(ODD_BYTES),
        st.binary(max_size=8),
        st.builds(lambda at, size: valid[at : at + size], start, st.integers(0, 600)),
    )


def _edited(valid: bytes, edits: list[tuple[int, int, bytes]]) -> bytes:
    for start, size, piece in edits:
        valid = valid[:start] + piece + valid[start + size :] if size < 40 else valid[:start]
    return valid


@st.composite
def changed_json(draw: Any, valid: bytes) -> bytes:
    """The JSON of a file with up to three values that are others, missing, or twice there."""
    value = json.loads(valid)
    for _ in range(draw(st.integers(1, 3))):
        value = _changed(draw, value)
    return json.dumps(value).encode()


def _changed(draw: Any, value: Any) -> Any:
    if not isinstance(value, dict | list) or not value or draw(st.integers(0, 9)) == 0:
        return draw(st.sampled_from(ODD_VALUES))
    keys = list(value) if isinstance(value, dict) else range(len(value))
    key = draw(st.sampled_from(keys))
    out: Any = dict(value) if isinstance(value, dict) else list(value)
    if draw(st.integers(0, 3)) == 0:
        del out[key]
    elif isinstance(out, dict) and draw(st.integers(0, 7)) == 0:
        out[str(draw(st.sampled_from(ODD_VALUES)))] = out.pop(key)
    else:
        out[key] = _changed(draw, out[key])
    return out


def property_of(one: ForeignFile, folder: Path, changes: int) -> Callable[[], None]:
    """A test of a reader by random changes.

    Parameters
    ----------
    one : ForeignFile
    folder : Path
        Is made; the set or file is written into it.
    changes : int
        How many are tried. They are the same every time.

    Returns
    -------
    callable
        AssertionError where a change is refused in several lines, any exception that the reader lets through.
    """
    folder.mkdir(parents=True)
    file = one.build(folder)
    valid = file.read_bytes()
    one.read(folder)

    @settings(
        max_examples=changes,
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    @given(contents(valid, one.json))
    def taken_or_refused(content: bytes) -> None:
        file.write_bytes(content)
        try:
            one.read(folder)
        except FacegenError as error:
            assert len(str(error).splitlines()) == 1, f"refused in several lines: {error}"

    return taken_or_refused
