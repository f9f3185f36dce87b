"""JSON and TOML of strangers: bounded in size and depth, and nothing in it that cannot be written again.

Python's own reader of JSON takes more than JSON is: NaN and infinity, numbers beyond every float, and halves
of surrogate pairs, which no file can hold (RFC 7493, sections 2.1 and 2.2, forbids them). Whatever computes
with such a value fails far from the file.
"""

import json
import re
import tomllib
from pathlib import Path
from typing import Any

from facegen.datasets.errors import FacegenError

MAX_BYTES = 1 << 28  # of a file of JSON: dataset.json of a million samples has a tenth of it
MAX_TOML = 1 << 20  # bytes: tables of TOML are written by people
# Dots of a line that is no comment. Python 3.11 keeps every beginning of a dotted key: one of 100,000 parts
# takes 40 GB.
MAX_DOTS = 100
_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")


def parse_json(content: bytes | str, finite: bool = True) -> Any:
    """The value of a JSON text.

    Parameters
    ----------
    content : bytes (UTF-8, a byte order mark is allowed) or str
    finite : bool
        Whether NaN and infinite numbers are refused. Other programs write them beside what is read.

    Returns
    -------
    any JSON type

    Raises
    ------
    ValueError : no JSON, nested beyond Python's depth of calls, half a surrogate pair, a number that is not
        finite, or one of thousands of digits. The message is one line.
    """
    raw = content if isinstance(content, bytes) else content.encode(errors="surrogatepass")
    hooks: dict[str, Any] = {"parse_constant": _refused, "parse_float": _finite} if finite else {}
    try:
        value = json.loads(raw.decode("utf-8-sig", errors="strict"), **hooks)
        if _SURROGATE.search(raw):
            json.dumps(value, ensure_ascii=False).encode()
    except RecursionError:
        raise ValueError("nested too deep") from None
    except ValueError as error:
        raise ValueError(str(error).splitlines()[0]) from None
    return value


def parse_toml(text: str) -> dict[str, Any]:
    """The tables of a TOML text.

    Raises
    ------
    ValueError : no TOML, nested beyond Python's depth of calls, or a line of more than MAX_DOTS dots. The
        message is one line.
    """
    for number, line in enumerate(text.split("\n"), start=1):
        if line.count(".") > MAX_DOTS and not line.lstrip().startswith("#"):
            raise ValueError(f"more than {MAX_DOTS} dots (at line {number})")
    try:
        value = tomllib.loads(text)
    except RecursionError:
        raise ValueError("nested too deep") from None
    except ValueError as error:
        raise ValueError(str(error).splitlines()[0]) from None
    return value


def read_bounded(path: Path, limit: int = MAX_BYTES) -> bytes:
    """The bytes of a file of text that somebody else wrote.

    Raises
    ------
    OSError : it cannot be read.
    FacegenError : it has more than `limit` bytes.
    """
    with path.open("rb") as file:
        content = file.read(limit + 1)  # of a pipe or device, too, whose size says nothing
    if len(content) > limit:
        raise FacegenError(f"{path}: has more than {limit:,} bytes, the limit of such a file: split it")
    return content


def _refused(name: str) -> float:
    raise ValueError(f"{name} is no number of JSON")


def _finite(text: str) -> float:
    value = float(text)
    if value in (float("inf"), float("-inf")):
        raise ValueError(f"{text} is beyond every number")
    return value
