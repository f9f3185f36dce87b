"""Real faces against real faces lie at the noise floor, and faults put into them are named.

Needs FACEGEN_CELEBAMASKHQ, the folder that holds train/ and test/; nothing of it is kept.
"""

import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from facegen.audit.measure_dataset import Measurement, measure_set
from facegen.audit.measures import label_drawing, measure_table
from facegen.audit.measures.face_view import ID, make_view
from facegen.audit.measures.schema import Table
from facegen.audit.report.compare import compare
from facegen.audit.report.findings import DIFFERS
from facegen.audit.report.reference import Reference
from facegen.datasets.layouts.open_set import open_set

FOLDER = os.environ.get("FACEGEN_CELEBAMASKHQ")
pytestmark = pytest.mark.skipif(not FOLDER, reason="FACEGEN_CELEBAMASKHQ is not set")
N = 160
ROWS = ((measure_table.NAMES, measure_table.measure_view), (label_drawing.NAMES, label_drawing.label_row))


@pytest.fixture(scope="module")
def train():
    return open_set(Path(FOLDER) / "train").subset(range(N))


@pytest.fixture(scope="module")
def test():
    return open_set(Path(FOLDER) / "test").subset(range(N))


@pytest.fixture(scope="module")
def reference(train):
    return Reference.of_set(measure_set(train), "train")


def changed(faces, change, n=48):
    """The measurement of a set whose pictures and masks are changed before they are measured."""
    views = [make_view(*change(faces.image(i), faces.mask(i))) for i in range(n)]
    ids = tuple(faces.ids[:n])
    tables = [
        Table(names, np.array([row(view) for view in views]), ids, "changed")
        for names, row in (
            (measure_table.NAMES, measure_table.measure_view),
            (label_drawing.NAMES, label_drawing.label_row),
        )
    ]
    return Measurement(*tables)


def test_real_against_real_is_at_the_floor(reference, test):
    audit = compare(reference, measure_set(test))
    assert audit.change_first == ()
    assert audit.content.auc < 0.6 and audit.all_attributes.auc < 0.6
    assert audit.mean_excess(content_only=False) < 0.01


def test_a_turned_set_is_named(reference, test):
    def turn(image, mask):
        return (
            np.asarray(Image.fromarray(image).rotate(-10, Image.Resampling.BICUBIC)),
            np.asarray(Image.fromarray(mask).rotate(-10, Image.Resampling.NEAREST)),
        )

    audit = compare(reference, changed(test, turn))
    assert audit.change_first[0] == "roll" and audit.row("roll").gap.synthetic == pytest.approx(10, abs=0.5)


def test_exchanged_labels_are_named(reference, test):
    def swap(image, mask):
        table = np.arange(256, dtype=np.uint8)
        for left, right in (("l_eye", "r_eye"), ("l_brow", "r_brow"), ("l_ear", "r_ear")):
            table[[ID[left], ID[right]]] = ID[right], ID[left]
        return image, table[mask]

    audit = compare(reference, changed(test, swap))
    assert "Left and right are exchanged" in audit.warnings[0] and audit.change_first == ()


def test_wider_lips_are_named(reference, test):
    from scipy.ndimage import binary_dilation

    def widen(image, mask):
        mask = mask.copy()
        for name in ("u_lip", "l_lip"):
            mask[binary_dilation(mask == ID[name], iterations=2) & (mask == ID["skin"])] = ID[name]
        return image, mask

    audit = compare(reference, changed(test, widen, 120))
    assert {"lip_thickness"} <= set(audit.change_first)
    assert {row.measure.name for row in audit.labels if row.verdict == DIFFERS} >= {
        "u_lip.area",
        "l_lip.area",
    }
