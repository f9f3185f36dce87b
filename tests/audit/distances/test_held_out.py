"""Held-out measures of drawn heads: aligned maps do not move with the picture, adjacency is counted."""

import hashlib
from types import SimpleNamespace

import numpy as np
import pytest
from drawn_heads import head, paint, random_heads

from facegen.audit.distances import frozen_lists, held_out, two_sample
from facegen.audit.distances.held_out import HeldOutInputs
from facegen.audit.distances.sides import Sides
from facegen.audit.measures import aligned_labels
from facegen.audit.measures.face_view import ID, make_view
from facegen.audit.measures.measure_table import CONTENT_NAMES, measure_labels
from facegen.audit.measures.schema import CONTENT_GROUPS
from facegen.audit.report.compare import compare

NO_TEST = SimpleNamespace(auc=0.5, columns=1)


def view(mask):
    return make_view(paint(mask), mask)


def test_aligned_maps_do_not_follow_tilt_place_or_size():
    still = aligned_labels.aligned_map(view(head()))
    for moved in (head(roll=8), head(centre=(0.53, 0.47)), head(scale=0.9), head(size=512)):
        other = aligned_labels.aligned_map(view(moved))
        both = (still != 255) & (other != 255)
        assert both.mean() > 0.6 and (still[both] == other[both]).mean() > 0.93
    assert (aligned_labels.aligned_map(view(head(without=("l_eye",)))) == 255).all()


def test_adjacency_counts_the_edges_between_two_classes():
    mask = np.zeros((256, 256), np.uint8)
    mask[:, 100:] = ID["skin"]
    mask[:64, 100:] = ID["hair"]
    row = dict(zip(aligned_labels.PAIRS, aligned_labels.adjacency(view(mask)), strict=True))
    assert row[ID["background"], ID["skin"]] == pytest.approx(192 / 256)
    assert row[ID["background"], ID["hair"]] == pytest.approx(64 / 256)
    assert row[ID["skin"], ID["hair"]] == pytest.approx(156 / 256)
    assert sum(value > 0 for value in row.values()) == 3


def test_lines_that_outlines_leave_are_no_borders():
    """What a line of background or skin parts touches; a wider gap, or a line of another class, does not."""
    mask = np.full((256, 256), ID["hair"], np.uint8)
    mask[:, 100:] = ID["skin"]
    mask[40:80, 100] = ID["background"]
    mask[120:160, 100:102] = ID["background"]
    mask[200:210, 150:190] = ID["l_lip"]
    mask[190:200, 150:190] = ID["mouth"]
    mask[200, 150:190:2] = ID["skin"]
    mask[60, 180:220] = ID["eye_g"]
    row = dict(zip(aligned_labels.PAIRS, aligned_labels.adjacency(view(mask)), strict=True))
    assert row[ID["skin"], ID["hair"]] == pytest.approx((216 + 2) / 256)  # and the ends of the moved line
    assert row[ID["background"], ID["skin"]] == pytest.approx(44 / 256)
    assert row[ID["mouth"], ID["l_lip"]] == pytest.approx(40 / 256, abs=2 / 256)
    assert row[ID["skin"], ID["eye_g"]] == pytest.approx(82 / 256)


def test_components_are_those_of_both_sets_pooled():
    rng = np.random.Generator(np.random.Philox(key=1))
    rows = rng.normal(size=(80, 30)) * np.linspace(5, 0.1, 30)
    scores = np.concatenate([*held_out.components(Sides(rows[:50], rows[50:]), 5)])
    centred = rows - rows.mean(0)
    _, singular, axes = np.linalg.svd(centred, full_matrices=False)
    np.testing.assert_allclose(np.linalg.norm(scores, axis=0), singular[:5], rtol=1e-9)
    np.testing.assert_allclose(np.abs(scores), np.abs(centred @ axes[:5].T), atol=1e-9)


def test_halves_of_one_distribution_lie_at_the_floor_with_more_columns_than_rows():
    """Rows that axes were fitted to lie further out on them than fresh ones: both sides must be fitted."""
    found = []
    for key in range(3):
        rows = np.random.Generator(np.random.Philox(key=key)).normal(size=(240, 400))
        found.append(held_out.compare_held_out(HeldOutInputs(features=Sides(rows[:120], rows[120:])))[2])
    # Standard error of an AUC of 120 and 120 rows: 0.037; of the mean of three 0.022, of 60 and 60: 0.030.
    assert abs(np.mean([one.auc for one in found]) - 0.5) < 0.05
    assert abs(np.mean([one.floor for one in found]) - 0.5) < 0.07
    assert min(one.joint.mmd_p for one in found) > 0.05
    for one in found:
        assert one.joint.coverage == pytest.approx(one.joint.floor.coverage, abs=0.1)


def test_the_frozen_lists_hold_every_measure_once():
    from facegen.audit.measures.measure_table import MEASURES

    matched = (*frozen_lists.MATCHED_CONTENT, *frozen_lists.MATCHED_APPEARANCE)
    assert len(set(matched)) == len(matched)
    assert set(matched) == {m.name for m in MEASURES if m.matchable}
    assert set(frozen_lists.REPORTED) == {m.name for m in MEASURES if m.group != "labels"} - set(matched)
    assert set(frozen_lists.MATCHED_CONTENT) == {
        m.name for m in MEASURES if m.matchable and m.group in CONTENT_GROUPS
    }
    assert two_sample.FOLDS == 5 and "5-fold" in frozen_lists.CLASSIFIER


def test_the_frozen_lists_change_with_their_version_only():
    """A measure added to or taken from a list makes figures of other days incomparable: raise the version."""
    names = "MATCHED_CONTENT", "MATCHED_APPEARANCE", "REPORTED", "CLASSIFIER"
    lists = tuple(getattr(frozen_lists, name) for name in names)
    digest = hashlib.sha256(repr(lists).encode()).hexdigest()[:16]
    assert (frozen_lists.HELD_OUT_VERSION, digest) == (6, "75e89792cab6412f")


def test_of_many_pictures_some_are_compared(monkeypatch):
    real, synthetic = random_heads(80, seed=1)[0], random_heads(80, seed=2)[0]
    monkeypatch.setattr(held_out, "MOST_ROWS", 60)
    seen = []
    monkeypatch.setattr(held_out, "two_sample", lambda a, b, seed: seen.append((len(a), len(b))) or NO_TEST)
    maps, adjacency = Sides(real.maps, synthetic.maps), Sides(real.adjacency, synthetic.adjacency)
    held_out.compare_held_out(HeldOutInputs(maps, adjacency))
    assert max(max(pair) for pair in seen) <= 60


def test_one_distribution_is_at_the_floor_and_a_moved_border_is_not(reference, similar_audit):
    same = similar_audit
    found = {one.name: one for one in same.held_out}
    assert abs(found["label_maps"].auc - 0.5) < 0.15 and abs(found["adjacency"].auc - 0.5) < 0.15
    assert found["features"].reason and np.isnan(found["features"].auc)
    other = compare(reference, random_heads(50, seed=4, glasses=0.5)[0])
    assert {one.name: one for one in other.held_out}["adjacency"].auc > 0.65
    assert other.joint["content"].mmd_p < 0.05 < same.joint["content"].mmd_p


def test_features_are_taken_as_arrays(real):
    rng = np.random.Generator(np.random.Philox(key=3))
    near, far = rng.normal(size=(100, 40)), rng.normal(1.0, 1, size=(100, 40))
    row = held_out.compare_held_out(HeldOutInputs(features=Sides(near, far)))[2]
    assert row.auc > 0.95 and row.dimensions == held_out.FEATURE_COMPONENTS and not row.reason
    assert row.floor < 0.7


def test_what_one_parser_reads_is_measured_and_compared(real):
    """Rows are the matched content attributes; a larger nose is found, whatever the masks' convention."""
    masks = np.stack([head(), head(without=("l_ear",))])
    rows = held_out.content_rows(masks)
    assert rows.shape == (2, len(frozen_lists.MATCHED_CONTENT))
    names = frozen_lists.MATCHED_CONTENT
    for mask, row in zip(masks, rows, strict=True):
        whole = dict(zip(CONTENT_NAMES, measure_labels(mask), strict=True))
        np.testing.assert_array_equal(row, [whole[name] for name in names])
    assert rows[0, names.index("ear_left")] == 1 and rows[1, names.index("ear_left")] == 0
    assert held_out.content_rows(masks[:0]).shape == (0, len(names))
    table = real.attributes.columns(names)
    wider = np.where(np.array(names) == "nose_width", 1.3 * table, table)
    one = held_out.compare_held_out(HeldOutInputs(parsed_content=Sides(table, wider)))[-1]
    assert one.name == "parsed_content" and one.auc > 0.8 > one.floor and not one.reason
    without = held_out.compare_held_out(HeldOutInputs())[-1]
    assert without.name == "parsed_content" and "--parser" in without.reason and np.isnan(without.auc)


def test_adjusted_p_agrees_with_the_verdict(tilted_audit):
    for row in tilted_audit.rows:
        if row.gap and row.verdict == "differs":
            assert row.p_adjusted <= 0.03
        elif row.gap:
            assert row.p_adjusted > 0.015


def test_attributes_that_matching_never_sees_score_it_too():
    rng = np.random.Generator(np.random.Philox(key=3))
    other = random_heads(60, seed=5)[0].attributes
    moved = other.values.copy()
    column = other.names.index("spectrum_slope")
    moved[:, column] = rng.normal(-3, 0.1, len(moved))
    shifted = held_out.Table(other.names, moved, other.ids, other.source)
    one = held_out._attributes("realism", ("spectrum_slope",), Sides(shifted.rows(np.arange(60)), shifted), 0)
    assert not one.reason and one.dimensions == 1
    assert (
        "one of the sets shows none"
        in held_out._attributes("x", ("spectrum_slope",), Sides(other, other), 0).reason
    )
    none = held_out.Table(("roll",), other.columns(["roll"]), other.ids, "a profile")
    assert (
        "does not hold"
        in held_out._attributes("descriptors", held_out.DESCRIPTORS, Sides(none, other), 0).reason
    )
    assert set(held_out.DESCRIPTORS) >= {"pose_yaw", "smile", "parting"} and len(held_out.REALISM) == 10
