"""`facegen.export`: a rendered set in the layout of other tools."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from facegen.api.dataset import Dataset, FacesLike
from facegen.datasets.conventions.convention_registry import convention as convention_named
from facegen.datasets.errors import FacegenError
from facegen.datasets.export.dense_points import FOLDER as DENSE_FOLDER
from facegen.datasets.export.dense_points import POINTS_FILE
from facegen.datasets.export.exported_faces import Geometry
from facegen.datasets.export.write_formats import Extra
from facegen.datasets.export.write_formats import export as write_export
from facegen.datasets.io.dataset_file import read_dataset_json
from facegen.datasets.io.files import write_json
from facegen.datasets.io.object_store import address_of, local_folder, without_secrets
from facegen.datasets.io.progress import ignore_count
from facegen.datasets.layouts.facegen_folder import is_own


def export(
    faces: FacesLike,
    to: str,
    out: str | Path,
    *,
    convention: str | None = None,
    neutral: bool = False,
    dense: bool = False,
    mesh: bool = False,
    progress: Callable[[int, int], None] = ignore_count,
) -> Path:
    """Write a rendered set in the layout of another tool.

    The export holds provenance.json: which distribution the faces follow, how they were made, the licences of
    all assets. A set that is opened again from its export keeps its label convention and its role.

    Parameters
    ----------
    faces : path or Dataset
        A set that facegen rendered: a folder, or an address on an object store.
    to : str
        The layout: "segmentation", "celebamaskhq", "coco", "huggingface" ... (`facegen export --help`).
    out : path
        New or empty folder of this machine.
    convention : str, optional
        Label convention of the masks, by default that of the set or of the layout. Masks of another
        convention than the set was rendered in have neutral borders.
    neutral : bool
        Masks with the borders of the native labels, also in the set's own convention.
    dense : bool
        Also write dense/NAME.npz: 570 points in 2D and 3D with visibility, and the gaze of both eyes. Needs
        the render extra.
    mesh : bool
        Also write mesh/NAME.glb: the posed head with UV, albedo and native labels. Needs the render extra.
    progress : callable
        Called with the numbers of faces done and in all.

    Returns
    -------
    Path
        `out`. `facegen.open` reads it where the layout holds masks; of "lapa", `out / "train"`.

    Raises
    ------
    FacegenError : not a set of facegen, `out` is not empty, an unknown layout, a layout that cannot hold the
        convention, a damaged file, or a full disk. Nothing is left behind.

    Examples
    --------
    >>> import facegen
    >>> facegen.open(facegen.export("faces", "coco", "faces-coco"))  # doctest: +SKIP
    <Dataset faces-coco: 16 faces, coco-panoptic, celebamaskhq>
    """
    address = address_of(out)
    if address is not None:
        raise FacegenError(f"{without_secrets(address)}: export into a folder, then copy it there")
    root, target = (faces.path if isinstance(faces, Dataset) else local_folder(faces)), Path(out)
    wanted = convention_named(convention) if convention else None
    geometry: Geometry | None = None
    extras: list[Extra] = []
    if dense:
        _require_same_heads(root, "--dense")
        from facegen.render.mesh_export.dense_landmarks import face_geometry, point_table

        geometry = face_geometry

        def describe_points(_faces: object, _name: str, folder: Path) -> None:
            if not (folder / DENSE_FOLDER / POINTS_FILE).is_file():
                write_json(folder / DENSE_FOLDER / POINTS_FILE, point_table())

        extras.append(describe_points)
    if mesh:
        _require_same_heads(root, "--mesh")
        from facegen.render.mesh_export.face_mesh import write_mesh

        extras.append(write_mesh)
    write_export(root, to, target, wanted, progress, neutral, geometry, tuple(extras))
    return target


def _require_same_heads(root: Path, option: str) -> None:
    """FacegenError where heads cannot be built again as they were rendered."""
    from importlib.util import find_spec

    from facegen.render.production.order import GENERATOR

    if find_spec("anny") is None:
        raise FacegenError(
            f"{option} builds heads again, which needs the render extra: pip install 'facegen[render]'"
        )
    if not is_own(root):
        return  # refused later
    generator = read_dataset_json(root)["config"].get("generator")
    if generator != GENERATOR:
        by = "an unknown generator" if generator is None else f"generator {generator}"
        raise FacegenError(
            f"{root} was rendered by {by}, this facegen has generator {GENERATOR}: {option} "
            "builds heads again; export with the version that rendered the set, or render it again"
        )
