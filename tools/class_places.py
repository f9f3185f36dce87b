"""Fit datasets/inspection/class_places.json: where the classes of a set of masks lie, as aggregates.

python tools/class_places.py celebamaskhq/train
"""

import json
import sys
from dataclasses import asdict
from pathlib import Path

from facegen.datasets.conventions.public.celebamaskhq_labels import CELEBAMASKHQ
from facegen.datasets.inspection.class_places import PLACES_FILE, ClassPlace, fit_places
from facegen.datasets.inspection.mask_content import mask_content
from facegen.datasets.layouts.open_set import open_set

SOURCE = "1,000 training masks of CelebAMask-HQ (Lee et al., CVPR 2020); aggregates only"


def fitted(folder: Path) -> dict[str, ClassPlace]:
    """The table of a set in the convention celebamaskhq, by class name."""
    faces = open_set(folder)
    return fit_places((mask_content(faces.mask(i)) for i in range(len(faces))), CELEBAMASKHQ)


def text_of(places: dict[str, ClassPlace]) -> str:
    """The file's content: a line a class."""
    rows = ",\n".join(f"  {json.dumps(name)}: {json.dumps(asdict(one))}" for name, one in places.items())
    return f'{{"source": {json.dumps(SOURCE)},\n "classes": {{\n{rows}\n }}}}\n'


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python tools/class_places.py SET")
    PLACES_FILE.write_text(text_of(fitted(Path(sys.argv[1]))), encoding="utf-8")
