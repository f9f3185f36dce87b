"""COCO: instances, panoptic segments and keypoints of the same pictures (cocodataset.org/#format-data).

    images/000000.png
    annotations/instances.json            a run-length mask for each class in a picture
    annotations/panoptic.json, panoptic/  a PNG whose colours number segments: R + 256 G + 65,536 B
    annotations/keypoints.json            70 landmarks, 0-based pixels, v = 2 seen, 1 hidden, 0 outside

Category ids are the class ids of the mask. The background is a category of panoptic.json alone, after the
others: there it is stuff, and 0 is void (255 in the mask).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from facegen.datasets.conventions.label_conventions import Convention
from facegen.datasets.conventions.native_labels import IGNORE
from facegen.datasets.export.exported_faces import ExportedFaces
from facegen.datasets.export.format_registry import FORMATS, Format
from facegen.datasets.export.run_lengths import run_lengths
from facegen.datasets.io.files import png_bytes, write_bytes, write_json

POINT_NAMES = (*(f"ibug_{k}" for k in range(1, 69)), "l_pupil", "r_pupil")
ANNOTATIONS = "annotations"

Row = dict[str, Any]


def write(faces: ExportedFaces, out: Path) -> Iterator[None]:
    """Write pictures and panoptic PNGs, then the annotations; yields once a face."""
    background = len(faces.convention.classes)
    images: list[Row] = []
    instances: list[Row] = []
    panoptic: list[Row] = []
    keypoints: list[Row] = []
    for name in faces.names:
        mask, image_id = faces.mask(name), int(name)
        height, width = mask.shape
        write_bytes(out / "images" / f"{name}.png", faces.picture_file(name))
        numbers = np.where(mask == 0, np.uint8(background), np.where(mask == IGNORE, np.uint8(0), mask))
        colours = np.stack([numbers, np.zeros_like(numbers), np.zeros_like(numbers)], axis=-1)
        write_bytes(out / ANNOTATIONS / "panoptic" / f"{name}.png", png_bytes(colours))
        images.append({"id": image_id, "file_name": f"{name}.png", "height": height, "width": width})
        segments = [_segment(numbers == k, int(k)) for k in np.unique(numbers) if k]
        panoptic.append({"image_id": image_id, "file_name": f"{name}.png", "segments_info": segments})
        for one in segments:
            if one["id"] != background:
                drawn = run_lengths(numbers == one["id"])
                instances.append(
                    {**one, "id": len(instances) + 1, "image_id": image_id, "segmentation": drawn}
                )
        keypoints.append({"id": image_id + 1, "image_id": image_id, **_points(faces, name, width, height)})
        yield
    shared = {"info": _info(faces), "licenses": [], "images": images}
    kinds = categories(faces.convention)
    stuff = {"id": background, "name": "background", "supercategory": "background", "isthing": 0}
    face = {"id": 1, "name": "face", "supercategory": "face", "keypoints": list(POINT_NAMES), "skeleton": []}
    for file, rows, known in (
        ("instances", instances, kinds),
        ("panoptic", panoptic, [*kinds, stuff]),
        ("keypoints", keypoints, [face]),
    ):
        content = {**shared, "annotations": rows, "categories": known}
        write_json(out / ANNOTATIONS / f"{file}.json", content)


def categories(convention: Convention) -> list[Row]:
    """COCO's categories of a convention without its background; ids are class ids."""
    return [
        {"id": k, "name": name, "supercategory": "face", "isthing": 1}
        for k, name in enumerate(convention.classes)
        if k
    ]


def _segment(drawn: npt.NDArray[np.bool_], number: int) -> Row:
    rows, columns = np.flatnonzero(drawn.any(1)), np.flatnonzero(drawn.any(0))
    x, y = int(columns[0]), int(rows[0])
    return {
        "id": number,
        "category_id": number,
        "iscrowd": 0,
        "area": int(drawn.sum()),
        "bbox": [x, y, int(columns[-1]) + 1 - x, int(rows[-1]) + 1 - y],
    }


def _points(faces: ExportedFaces, name: str, width: int, height: int) -> Row:
    points, visible = faces.landmarks_seen(name)
    inside = ((points >= 0) & (points < (width, height))).all(1)
    shown = [
        value
        for (x, y), seen, there in zip((points - 0.5).astype(float), visible, inside, strict=True)
        for value in ((round(x, 3), round(y, 3), 2 if seen else 1) if there else (0, 0, 0))
    ]
    low = np.clip(points.min(0), 0, (width, height)).astype(float)
    high = np.clip(points.max(0), 0, (width, height)).astype(float)
    side = high - low
    return {
        "category_id": 1,
        "iscrowd": 0,
        "num_keypoints": int(inside.sum()),
        "keypoints": shown,
        "bbox": [round(float(v), 3) for v in (*low, *side)],
        "area": round(float(side.prod()), 3),
    }


def _info(faces: ExportedFaces) -> Mapping[str, Any]:
    return {
        "description": f"synthetic faces, {faces.provenance.get('distribution', '')}, made by facegen",
        "version": str(faces.provenance.get("facegen", "")),
    }


FORMATS.add(
    Format("coco", "COCO: images/, annotations/ with instances, panoptic and keypoints", write, order=5)
)
