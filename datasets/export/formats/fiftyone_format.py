"""A dataset that FiftyOne opens, with masks, landmarks and attributes as fields of its samples.

    data/000000.png                  fields/ground_truth/000000.png    index masks
    metadata.json                    names of the class ids, provenance
    samples.json                     a document a face: Segmentation, Keypoints, numbers and words

    fiftyone.Dataset.from_dir(dataset_dir=..., dataset_type=fiftyone.types.LegacyFiftyOneDataset)

This layout, unlike the newer one, holds nothing of FiftyOne's database, so it needs no version of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from facegen.datasets.export.exported_faces import ExportedFaces
from facegen.datasets.export.format_registry import FORMATS, Format
from facegen.datasets.export.sample_columns import attributes_of
from facegen.datasets.io.files import png_bytes, write_bytes, write_json

FIELD = "ground_truth"


def write(faces: ExportedFaces, out: Path) -> Iterator[None]:
    """Write pictures and masks, then the two documents; yields once a face."""
    samples = []
    for name in faces.names:
        picture, mask = faces.picture_file(name), faces.mask(name)
        write_bytes(out / "data" / f"{name}.png", picture)
        write_bytes(out / "fields" / FIELD / f"{name}.png", png_bytes(mask))
        samples.append(_sample(faces, name, len(picture), mask.shape))
        yield
    targets = {str(k): one for k, one in enumerate(faces.convention.classes)}
    info = {"mask_targets": {FIELD: targets}, "provenance": dict(faces.provenance)}
    write_json(out / "metadata.json", {"name": "facegen", "media_type": "image", "info": info})
    write_json(out / "samples.json", {"samples": samples})


def _sample(faces: ExportedFaces, name: str, size: int, shape: tuple[int, ...]) -> dict[str, Any]:
    points, visible = faces.landmarks_seen(name)
    height, width = shape
    keypoint = {
        "_cls": "Keypoint",
        "label": "face",
        "points": (points.astype(float) / (width, height)).round(6).tolist(),
        "visible": visible.tolist(),
    }
    return {
        "filepath": f"data/{name}.png",
        "tags": ["synthetic"],
        "metadata": {
            "_cls": "ImageMetadata",
            "size_bytes": size,
            "mime_type": "image/png",
            "width": width,
            "height": height,
            "num_channels": 3,
        },
        FIELD: {"_cls": "Segmentation", "mask_path": f"fields/{FIELD}/{name}.png"},
        "landmarks": {"_cls": "Keypoints", "keypoints": [keypoint]},
        **attributes_of(faces.meta(name)),
    }


FORMATS.add(Format("fiftyone", "FiftyOne: data/, fields/, samples.json, metadata.json", write, order=7))
