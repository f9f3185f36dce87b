"""Reading back the pictures that a test wrote."""

from pathlib import Path

from PIL import Image


def size_of(path: Path) -> tuple[int, int]:
    """Width and height; the file is closed again."""
    with Image.open(path) as picture:
        return picture.size
