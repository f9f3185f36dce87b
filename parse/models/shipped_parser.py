"""The parser that facegen brings: weights, the same as ONNX, and a card that says what they are.

The three files lie in the package's folder `shipped`. The card holds the sha256 of the other two, and weights
are used only where that is theirs. Convolutions are stored as float16, which halves the files; everything is
computed in float32. This module does without torch, so that commands which only name the parser start fast.
"""

import hashlib
from dataclasses import dataclass
from functools import cached_property
from importlib import resources
from pathlib import Path
from typing import Any

from facegen.datasets.errors import FacegenError
from facegen.datasets.io.files import read_json

SHIPPED = "shipped"  # its name where a checkpoint may be given
WEIGHTS_FILE, GRAPH_FILE, CARD_FILE = "parser.pt", "parser.onnx", "card.json"
FORMAT, FORMAT_VERSION = "facegen-parser-card", 1
MOST_BYTES = 4_000_000  # of weights and graph together
AGAIN = "install facegen again, or give --model FILE"


@dataclass(frozen=True)
class ShippedParser:
    """The files of one folder.

    Attributes
    ----------
    folder : Path
        Holds WEIGHTS_FILE, GRAPH_FILE and CARD_FILE.
    """

    folder: Path

    @cached_property
    def card(self) -> dict[str, Any]:
        """Content of the card.

        Raises
        ------
        FacegenError : it is missing, damaged, or of another format.
        """
        path = self.folder / CARD_FILE
        if not path.is_file():
            raise FacegenError(f"{path}: this facegen was packed without a parser: {AGAIN}")
        card = read_json(path, AGAIN)
        if (card.get("format"), card.get("format_version")) != (FORMAT, FORMAT_VERSION):
            raise FacegenError(f"{path}: not a card that this facegen reads: {AGAIN}")
        return card

    def file(self, name: str) -> Path:
        """WEIGHTS_FILE or GRAPH_FILE, checked to be the one that the card describes.

        Raises
        ------
        FacegenError : the file is missing, or its sha256 is not that of the card.
        """
        path, known = self.folder / name, self.card["files"][name]["sha256"]
        if not path.is_file():
            raise FacegenError(f"{path}: missing: {AGAIN}")
        if sha256(path.read_bytes()) != known:
            raise FacegenError(f"{path}: not the file that its card describes (sha256 differs): {AGAIN}")
        return path

    def summary(self) -> str:
        """What it was trained on, in a few words."""
        made = self.card["trained_on"]
        return (
            f"{made['faces']:,} matched synthetic faces of generator {made['generator']}, "
            f"{made['real_pictures']} real pictures"
        )


def shipped_parser() -> ShippedParser:
    """The parser of this installation."""
    return ShippedParser(Path(str(resources.files("facegen.parse.models") / "shipped")))


def sha256(content: bytes) -> str:
    """Hexadecimal digest of a file's content."""
    return hashlib.sha256(content).hexdigest()
