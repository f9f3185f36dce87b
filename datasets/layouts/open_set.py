"""Opening a set of faces: the layout is recognised from the folder or archive."""

from dataclasses import replace
from pathlib import Path

from facegen.datasets.conventions.convention_registry import CONVENTIONS
from facegen.datasets.errors import FacegenError
from facegen.datasets.io.files import read_json
from facegen.datasets.io.images import list_images
from facegen.datasets.io.object_store import local_folder, shown_name
from facegen.datasets.layouts.annotations import is_annotations
from facegen.datasets.layouts.class_table import meaning_of, translated
from facegen.datasets.layouts.face_set import FaceSet, Problem
from facegen.datasets.layouts.facegen_folder import is_own, open_own
from facegen.datasets.layouts.folder_names import PICTURE_FOLDERS, folders_like, is_clutter
from facegen.datasets.layouts.found_set import Found, found_set
from facegen.datasets.layouts.index_masks import IMAGES, LABELS, MASKS, is_index_masks, open_index_masks
from facegen.datasets.layouts.members import ARCHIVES, Tree, members_of
from facegen.datasets.layouts.official_celebamaskhq import (
    has_numbered_folders,
    is_celebamaskhq,
    open_celebamaskhq,
)
from facegen.datasets.layouts.provenance import exported
from facegen.datasets.layouts.published_layouts import PARTS, folders, lapa, recognise
from facegen.datasets.layouts.table_layouts import open_parquet, webdataset

__all__ = ["FaceSet", "Problem", "open_set"]
MAX_NAMED = 5  # files and folders in a message
CLASSES_FILE = "classes.json"  # written by `facegen export` next to index masks
DEFAULT = "celebamaskhq"  # what ids mean where nothing says it
PLAIN_IDS = ("index", "webdataset", "parquet")  # layouts whose ids nothing in them explains
COMPRESSED = (".gz", ".tgz", ".bz2", ".xz", ".zst", ".7z", ".rar")  # endings of archives that are not read
OWN_MEANING = ("facegen", "official")  # layouts whose ids are not the user's to name


def open_set(path: Path | str, split: str | None = None, convention: str | Path | None = None) -> FaceSet:
    """The set of faces in a folder or archive.

    Parameters
    ----------
    path : folder, or .zip, .tar or .parquet file; or an address
        facegen's own layout, the official CelebAMask-HQ, `images/` and `masks/`, a published layout
        (`published_layouts`), or shards (`table_layouts`). An address on an object store, as
        s3://bucket/faces, is of a set that facegen rendered there.
    split : str, optional
        A published part ('train', 'val', 'test'), or the folder of that name in a folder that holds several
        sets.
    convention : str or path, optional
        What the ids of masks mean: a convention, another known order of ids, or a file that names the class
        of each id (`class_table`). By default what the set or its layout says, else DEFAULT. In facegen's own
        layout and in part masks it is fixed.

    Returns
    -------
    FaceSet

    Raises
    ------
    FacegenError : no folder, no known layout, nothing in it, several sets in it and no `split`, or an unknown
        convention.
    """
    path = local_folder(path)
    if path.is_dir():
        faces = _open_folder(path, split, convention)
    elif path.is_file():
        faces = _open_file(path, split)
    else:
        raise FacegenError(f"{path}: no such folder: give the folder of a set of faces")
    faces = _as_exported(faces)
    return faces if convention is None else _with_meaning(faces, convention)


def _as_exported(faces: FaceSet) -> FaceSet:
    """The set with what its export says of it: the convention, and what it was made of."""
    if faces.layout == "facegen":
        return faces
    content = exported(faces.path)
    if content is None:
        return faces
    named = content.get("convention")
    wanted = CONVENTIONS.get(named) if isinstance(named, str) else None
    if wanted is not None and (faces.layout in PLAIN_IDS or wanted.classes == faces.convention.classes):
        faces = replace(faces, convention=wanted)
    remark = f"exported by facegen: {content.get('distribution')}"
    return replace(faces, remarks=(*faces.remarks, remark))


def _with_meaning(faces: FaceSet, convention: str | Path) -> FaceSet:
    """The set with ids that mean what the user says."""
    wanted, table = meaning_of(convention)
    if faces.layout in OWN_MEANING or (faces.path / CLASSES_FILE).is_file() or exported(faces.path):
        return faces
    return replace(faces, convention=wanted) if table is None else translated(faces, wanted, table)


def _open_file(path: Path, split: str | None) -> FaceSet:
    """An archive, a shard or a Parquet file."""
    if path.suffix.lower() == ".parquet":
        return open_parquet(path, [path])
    if path.suffix.lower() in COMPRESSED:
        raise FacegenError(f"{path}: {path.suffix} is not read as it is: unpack it and give the folder")
    if path.suffix.lower() not in ARCHIVES:
        raise FacegenError(f"{path}: need a folder of faces, or a .zip, .tar or .parquet file of them")
    tree = members_of(path)
    found = recognise(tree) or folders(tree)
    if found is None and path.suffix.lower() == ".tar":
        found = webdataset([path])
    if found is None or not found.images:
        there = sorted({name.split("/")[0] for name in tree})[:MAX_NAMED]
        raise FacegenError(f"{path}: no known layout in it: found {', '.join(there) or 'nothing'}; unpack it")
    return found_set(path, found, split)


def _open_folder(path: Path, split: str | None, convention: str | Path | None) -> FaceSet:
    if is_celebamaskhq(path) and has_numbered_folders(path):
        return open_celebamaskhq(path, split)
    if split is not None and (path / split).is_dir() and not is_index_masks(path):
        return open_set(path / split, convention=convention)
    if is_own(path) and split is None:
        return open_own(path, shown_name(path))
    if is_index_masks(path) and not _is_published(path):
        _require_no_split(path, split)
        return _open_index(path)
    shards = _shards(path)
    if shards is not None:
        return _open_shards(path, shards, split)
    found = _recognised(path) or _in_archives(path)
    if found is not None:
        return found_set(path, found, split)
    if is_celebamaskhq(path):  # pictures alone, or masks alone
        return open_celebamaskhq(path, split)
    _require_no_split(path, split)
    return _open_around(path)


def _open_index(path: Path) -> FaceSet:
    if not (path / MASKS).is_dir() and any((path / "landmarks").glob("*.txt")):
        return replace(open_index_masks(path, meaning_of("lapa")[0]), layout="lapa", remarks=())
    return open_index_masks(path, meaning_of(_declared(path) or DEFAULT)[0])


def _open_around(path: Path) -> FaceSet:
    """The one set within a folder; FacegenError where there are several, or none."""
    inside = [one for one in sorted(path.iterdir()) if one.is_dir() and not is_clutter(one)]
    parts = [one.name for one in inside if is_index_masks(one) or is_own(one)]
    if len(parts) == len(inside) == 1 and parts[0].lower() not in PARTS:  # what unpacking has put around it
        return _open_folder(inside[0], None, None)
    if parts:
        raise FacegenError(
            f"{path} holds several sets: name one of them, such as {path / parts[-1]} ({', '.join(parts)})"
        )
    if is_annotations(path):
        raise FacegenError(
            f"{path} holds annotation files but no pictures: give the folder with the pictures"
        )
    raise FacegenError(f"{path}: no known layout: {_what_is_there(path)}")


def _require_no_split(path: Path, split: str | None) -> None:
    if split is not None:
        raise FacegenError(f"{path} has no part {split!r}: leave the split out or name a part that is there")


def _is_published(path: Path) -> bool:
    """Whether a folder with images/ has another layout: parts within it, masks in parts, or panoptic ones."""
    if (path / MASKS).is_dir():
        return False
    labels = path / LABELS
    parted = _holds_only_folders(path / IMAGES) or (labels.is_dir() and _holds_only_folders(labels))
    described = any(path.glob("*.json")) or any((path / "annotations").glob("*.json"))
    return parted or (described and not labels.is_dir())


def _holds_only_folders(folder: Path) -> bool:
    return not list_images(folder) and any(one.is_dir() for one in folder.iterdir())


def _recognised(path: Path) -> Found | None:
    """A published layout in the files of a folder; of several sets beside one another only LaPa's parts."""
    if any(is_index_masks(one) or is_own(one) for one in path.iterdir() if one.is_dir()):
        parts = [one for one in path.iterdir() if one.is_dir() and one.name.lower() in PARTS]
        return lapa(members_of(path)) if any((one / "landmarks").is_dir() for one in parts) else None
    return recognise(members_of(path))


def _in_archives(path: Path) -> Found | None:
    """A layout in the .zip files of a folder, as some sets are published: images.zip and annotations.zip."""
    tree: Tree = {}
    archives = sorted(one for one in path.iterdir() if one.suffix.lower() == ".zip" and one.is_file())
    for archive in archives:
        inside = members_of(archive)
        around = {name.split("/")[0] for name in inside}
        above = "" if around == {archive.stem} else f"{archive.stem}/"
        tree |= {above + name: member for name, member in inside.items()}
    found = recognise(tree) if archives else None
    if found is None:
        return None
    names = ", ".join(one.name for one in archives[:MAX_NAMED])
    return replace(found, remarks=(*found.remarks, f"read without unpacking: {names}"))


def _shards(path: Path) -> list[Path] | None:
    """Parquet or tar files directly in a folder or in data/ below it; None where there are none."""
    for folder in (path, path / "data"):
        for ending in ("*.parquet", "*.tar"):
            found = sorted(folder.glob(ending)) if folder.is_dir() else []
            if found:
                return found
    return None


def _open_shards(path: Path, shards: list[Path], split: str | None) -> FaceSet:
    """Shards of one part are named after it: train-00000-of-00002.parquet."""
    chosen = [one for one in shards if split is None or one.name.startswith(split)]
    if not chosen:
        raise FacegenError(f"{path} has no part {split!r}: it has {', '.join(one.name for one in shards)}")
    if chosen[0].suffix == ".parquet":
        return open_parquet(path, chosen)
    return found_set(path, webdataset(chosen), None)


def _what_is_there(path: Path) -> str:
    """What a folder of no known layout holds, and what is expected."""
    expected = (
        "expected images/ and masks/, CelebA-HQ-img/ and CelebAMask-HQ-mask-anno/, or a folder written by "
        "`facegen render`"
    )
    like = folders_like(path, PICTURE_FOLDERS)
    if like:
        return f"found {like[0].name}/, expected {IMAGES}/: rename it"
    pictures = list_images(path)
    if pictures:
        return f"found {len(pictures)} pictures in the folder itself, expected {IMAGES}/: move them there"
    there = sorted(one.name + "/" * one.is_dir() for one in path.iterdir() if not is_clutter(one))
    more = ", ..." if len(there) > MAX_NAMED else ""
    return f"found {', '.join(there[:MAX_NAMED]) + more if there else 'an empty folder'}; {expected}"


def _declared(path: Path) -> str | None:
    """The convention that an exported set names; None for other sets."""
    file = path / CLASSES_FILE
    if not file.is_file():
        return None
    named = read_json(file).get("convention")
    return named if isinstance(named, str) else None
