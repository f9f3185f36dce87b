"""Where an exported set comes from: the dataset it was made of, what was changed, the licences of its assets.

`facegen export` writes `provenance.json` into the folder of every export. It lies beside the data and in no
one's way; whoever reads the set with other programs may ignore it. With it an exported set keeps its role: a
matched set stays a matched one, and the same faces exported twice are known for the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

import facegen
from facegen.datasets.errors import FacegenError
from facegen.datasets.io.dataset_file import read_dataset_json
from facegen.datasets.io.files import read_json
from facegen.datasets.layouts.face_set import FaceSet
from facegen.datasets.layouts.members import members_of

PROVENANCE_FILE = "provenance.json"
FORMAT, FORMAT_VERSION = "facegen-export", 1
DEEPEST = 2  # folders between an export's and a shard in it
# Of dataset.json: what the set is. The rest says how the machine fared that rendered it.
KEPT = (
    "facegen", "seed", "size", "num", "convention", "profile", "handwritten_profile", "fingerprint", "config",
    "ledger", "target",
)  # fmt: skip
ENTRIES = "entries"  # files and folders that an export has written into its own folder
CHANGES = "export"  # key that is added to a set's config where an export holds other data than the set


def provenance(header: Mapping[str, Any], layout: str, convention: str, changes: Mapping[str, str]) -> dict:
    """Content of provenance.json.

    Parameters
    ----------
    header : mapping
        Content of dataset.json.
    layout : str
        Name of the export format.
    convention : str
        Of the masks; "" without masks.
    changes : mapping of str to str
        What differs from the set that was exported: {"masks": "neutral borders, lapa"}. Empty where nothing.

    Returns
    -------
    dict, JSON types
    """
    header = without_folders(header)
    return {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "facegen": facegen.__version__,
        "layout": layout,
        "convention": convention,
        "distribution": distribution_of(header),
        "changes": dict(changes),
        "dataset": {key: header[key] for key in KEPT if key in header},
    }


def without_folders(header: Mapping[str, Any]) -> dict[str, Any]:
    """A dataset.json in which a profile or real set is named by the last part of its path alone.

    Where it lay on the machine that rendered concerns nobody else; `config["distribution"]` says what it was.
    """
    short = dict(header)
    if header.get("profile") is not None:
        short["profile"] = _last_part(header["profile"])
    config = header.get("config")
    if isinstance(config, Mapping) and config.get("match_dist") is not None:
        short["config"] = {**config, "match_dist": _last_part(config["match_dist"])}
    return short


def _last_part(name: str) -> str:
    return PureWindowsPath(name).name or name  # Windows' rules know both kinds of slash


def distribution_of(header: Mapping[str, Any]) -> str:
    """In words which distribution the faces of a set follow, from its dataset.json."""
    if header.get("handwritten_profile"):
        return "handwritten profile"
    return "default prior" if header["profile"] is None else f"matched to {header['profile']}"


def exported(path: Path) -> dict[str, Any] | None:
    """Content of the provenance.json of an exported set.

    Parameters
    ----------
    path : Path
        The export's folder, a folder or file in it that the export has written, or the folder as a .zip.

    Returns
    -------
    dict or None
        None for what is no export.

    Raises
    ------
    FacegenError : the file is damaged, or of a newer version.
    """
    path = path.resolve()
    folder = next((one for one in (path, *path.parents[:DEEPEST]) if (one / PROVENANCE_FILE).is_file()), None)
    if folder is None:
        return _in_archive(path)
    content = read_json(folder / PROVENANCE_FILE, "export the set again")
    if path != folder and path.relative_to(folder).parts[0] not in content.get(ENTRIES, ()):
        return None  # put there by somebody else: real pictures for testing, say
    return _checked(folder / PROVENANCE_FILE, content)


def _in_archive(path: Path) -> dict[str, Any] | None:
    """Content of the provenance.json of an export that was packed as a .zip."""
    if path.suffix.lower() != ".zip" or not path.is_file():
        return None
    tree = members_of(path)
    names = [name for name in tree if PurePosixPath(name).name == PROVENANCE_FILE]
    if not names:
        return None
    first = tree[min(names, key=lambda name: (name.count("/"), name))]
    return _checked(first.shown, read_json(first.shown, "export the set again", first.content() or b""))


def _checked(file: Path, content: dict[str, Any]) -> dict[str, Any] | None:
    if content.get("format") != FORMAT:
        return None
    if content.get("format_version") != FORMAT_VERSION:
        raise FacegenError(
            f"{file}: format version {content.get('format_version')!r}, this facegen reads {FORMAT_VERSION}: "
            "update facegen, or export the set again"
        )
    dataset = content.get("dataset")
    if not isinstance(dataset, dict) or not {"profile", "config", "convention"} <= dataset.keys():
        raise FacegenError(f"{file}: does not say what was exported: export the set again")
    return content


def header_of(faces: FaceSet) -> dict[str, Any] | None:
    """What dataset.json says of the faces of a set, also of an exported one; None for sets of other origin.

    The config of an export that holds other data than its set (JPEG pictures, masks of another convention)
    has a key CHANGES that says so.

    Raises
    ------
    FacegenError : the file is damaged.
    """
    if faces.layout == "facegen":
        return read_dataset_json(faces.path)
    content = exported(faces.path)
    if content is None:
        return None
    header, changes = dict(content["dataset"]), content.get("changes")
    if changes:
        header["config"] = {**header["config"], CHANGES: changes}
    return header
