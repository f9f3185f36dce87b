"""Label mismatch on drawn heads: a wider class is a drawing habit, a missing one a failure to recognise."""

from dataclasses import replace

import numpy as np
import pytest
from drawn_heads import head, paint, random_heads
from scipy import ndimage

from facegen.audit.distances import label_mismatch as mismatch
from facegen.audit.distances.label_mismatch import (
    AGREES,
    DRAWN,
    UNKNOWN_IDS,
    UNMEASURED,
    UNRECOGNISED,
    Confusion,
    class_verdicts,
    label_faults,
    label_mismatch,
)
from facegen.audit.measure_dataset import measure_set
from facegen.audit.measures.face_view import ID
from facegen.audit.measures.schema import Table
from facegen.audit.report.compare import compare
from facegen.audit.report.reference import Reference
from facegen.datasets.io.files import png_bytes, write_bytes
from facegen.datasets.layouts.open_set import open_set


@pytest.fixture(scope="module")
def labels():
    rng = np.random.Generator(np.random.Philox(key=1))
    return np.stack(
        [head(128, centre=0.5 + 0.02 * rng.normal(size=2), roll=3 * rng.normal()) for _ in range(10)]
    )


def compared(predicted, labels):
    return label_mismatch(predicted, labels, [f"{i}" for i in range(len(labels))])


def grown(labels, name, steps):
    out = labels.copy()
    for mask, new in zip(labels, out, strict=True):
        new[ndimage.binary_dilation(mask == ID[name], iterations=steps)] = ID[name]
    return out


def by_name(found):
    return {row.name: row for row in found.classes}


def test_equal_maps_agree_everywhere(labels):
    found = compared(labels, labels)
    for row in found.classes:
        if row.pictures:
            assert row.boundary_iou == 1 and row.offset == 0 and row.found_fraction == 1 and row.recall == 1
            assert row.confused_with is None
    verdicts = {one.synthetic.name: one.verdict for one in class_verdicts(found, found)}
    assert verdicts["nose"] == AGREES and verdicts["hat"] == UNMEASURED
    assert found.confusion.sum() == labels.size


def test_a_wider_class_is_a_habit(labels):
    found = compared(grown(labels, "nose", 2), labels)
    nose = by_name(found)["nose"]
    assert nose.offset == pytest.approx(1.8, abs=0.4) and nose.found_fraction > 0.95
    verdicts = {one.synthetic.name: one.verdict for one in class_verdicts(found, compared(labels, labels))}
    assert verdicts["nose"] == DRAWN and verdicts["hair"] == AGREES


def test_the_same_habit_on_real_pictures_is_no_mismatch(labels):
    found = compared(grown(labels, "nose", 2), labels)
    assert {one.synthetic.name: one.verdict for one in class_verdicts(found, found)}["nose"] == AGREES


def test_a_class_elsewhere_is_not_recognised(labels):
    predicted = labels.copy()
    predicted[labels == ID["l_ear"]] = ID["hair"]
    predicted[:, 5:12, 5:12] = ID["l_ear"]
    found = compared(predicted, labels)
    ear = by_name(found)["l_ear"]
    assert ear.recall == 0 and ear.confused_with == Confusion("hair", 1.0)
    assert {one.synthetic.name: one.verdict for one in class_verdicts(found, None)}["l_ear"] == UNRECOGNISED


def test_what_one_side_does_not_know_gets_no_verdict(labels):
    """No border of the class found on the real side: there is no offset to hold the synthetic one against."""
    found = compared(labels, labels)

    def verdict(synthetic, real):
        rows = [
            replace(found, classes=tuple(replace(row, **values) if row.name == "nose" else row
                                         for row in found.classes))
            for values in (synthetic, real)
        ]  # fmt: skip
        return {one.synthetic.name: one.verdict for one in class_verdicts(*rows)}["nose"]

    lost = {"found_fraction": 0.0, "offset": np.nan}
    assert verdict({"found_fraction": 0.05}, lost) == UNMEASURED and verdict(lost, lost) == UNMEASURED
    assert verdict({}, {"found_fraction": np.nan, "offset": np.nan}) == UNMEASURED
    assert verdict({"found_fraction": 0.95, "offset": np.nan}, {}) == UNMEASURED
    assert verdict(lost, {}) == UNRECOGNISED and verdict({}, {}) == AGREES


def test_the_worst_pictures_are_listed_first(labels):
    predicted = labels.copy()
    predicted[7] = 0
    assert compared(predicted, labels).worst[0] == ("7", 0.0)


def test_ignored_pixels_count_nowhere(labels):
    ignored = labels.copy()
    ignored[labels == ID["nose"]] = 255
    predicted = np.where(labels == ID["nose"], ID["hair"], labels).astype(np.uint8)
    found = compared(predicted, ignored)
    assert found.confusion[ID["nose"]].sum() == 0 and by_name(found)["hair"].recall == 1


def test_wrong_shapes_are_refused(labels):
    with pytest.raises(ValueError, match="ids"):
        label_mismatch(labels, labels, ["one"])


def test_slips_in_masks_are_found_with_examples():
    good = random_heads(50, seed=2, roll=10)[0]
    bad = random_heads(48, seed=5, swapped=True)[0]
    faults = {one.what: one for one in label_faults(bad.attributes, bad.labels)}
    assert faults["left and right exchanged"].pictures == 48
    assert len(faults["left and right exchanged"].examples) == mismatch.WORST
    assert "no picture shows the class hat" in faults
    assert "left and right exchanged" not in {one.what for one in label_faults(good.attributes, good.labels)}


def test_specks_are_listed_by_number():
    good = random_heads(50, seed=2, roll=10)[0]
    values = good.labels.values.copy()
    values[7, good.labels.names.index("nose.specks")] = 9
    labels = replace(good.labels, values=values)
    fault = next(one for one in label_faults(good.attributes, labels) if "specks" in one.what)
    assert fault.examples[0] == "000007 (9)" and isinstance(labels, Table)


def test_ids_of_no_class_are_found_and_named(tmp_path):
    for index in range(3):
        mask = head()
        if index == 1:
            mask[:40] = 77
        write_bytes(tmp_path / "images" / f"{index}.png", png_bytes(paint(np.minimum(mask, 18))))
        write_bytes(tmp_path / "masks" / f"{index}.png", png_bytes(mask))
    one = measure_set(open_set(tmp_path))
    assert one.unknown[[0, 2]].max() == 0 and one.unknown[1] == pytest.approx(40 / 256)
    fault = label_faults(one.attributes, one.labels, one.unknown)[0]
    assert (fault.what, fault.pictures, fault.examples) == (UNKNOWN_IDS, 1, ("1 (15.6 %)",))
    audit = compare(Reference.of_set(one, "real"), one)
    (warning,) = (line for line in audit.warnings if line.startswith("1 synthetic masks"))
    assert "ids of no class" in warning and "1 (15.6 %)" in warning
    assert audit.real_faults == audit.faults
