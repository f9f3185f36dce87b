"""Folders that hold what a set needs under another name, and files in a folder that are not read.

Names are compared without case and without anything but letters and digits: "CelebAMaskHQ-mask-anno" and
"CelebAMask-HQ-mask-anno" are one.
"""

from collections.abc import Sequence
from pathlib import Path

from facegen.datasets.io.images import IMAGE_SUFFIXES
from facegen.datasets.layouts.face_set import Problem

# Names that public sets and labelling programs give to pictures and to label maps.
PICTURE_FOLDERS = ("images", "image", "imgs", "img", "pictures", "photos", "rgb", "jpegimages", "jpgs")
MASK_FOLDERS = (
    "masks", "mask", "labels", "label", "annotations", "annotation", "segmentation", "segmentations",
    "segmentationclass", "seg", "segs", "parsing", "parsings", "gt", "groundtruth", "labelmaps", "targets",
    "indexmasks", "annos", "anno",
)  # fmt: skip
# Left by operating systems and programs; nobody misses them.
CLUTTER = frozenset({"thumbs.db", "desktop.ini", "icon\r", "__macosx"})


def plain(name: str) -> str:
    """A name by which folders are compared: letters and digits in lower case."""
    return "".join(letter for letter in name.lower() if letter.isalnum())


def is_clutter(path: Path) -> bool:
    """Whether a file or folder is left by an operating system."""
    return path.name.startswith(".") or path.name.lower() in CLUTTER


def folders_like(root: Path, names: Sequence[str]) -> list[Path]:
    """Folders directly in `root` that have one of some names, compared by `plain`; in their order."""
    wanted = [plain(name) for name in names]
    found = [one for one in root.iterdir() if one.is_dir() and plain(one.name) in wanted]
    return sorted(found, key=lambda one: (wanted.index(plain(one.name)), one.name))


def holds_pictures(folder: Path) -> bool:
    """Whether there is a picture file somewhere in a folder."""
    return any(one.suffix.lower() in IMAGE_SUFFIXES for one in folder.rglob("*"))


def not_read(folder: Path) -> list[Problem]:
    """Files of a folder of pictures that have no suffix of a picture that is read, and folders in it."""
    problems = []
    for path in sorted(folder.iterdir()):
        if is_clutter(path):
            continue
        if path.is_dir():
            count = sum(1 for one in path.rglob("*") if one.is_file())
            if count:
                problems.append(Problem(path, f"folder with {count} files inside {folder.name}/", "folder"))
        elif path.suffix.lower() not in IMAGE_SUFFIXES:
            problems.append(Problem(path, f"{path.suffix or 'no ending'} is not read", "file_type"))
    return problems
