"""Limits: read strictly, and three ways to end."""

import math
from dataclasses import replace

import numpy as np
import pytest
from drawn_heads import random_heads

from facegen.audit.distances.difficulty import PictureHardness, compare_difficulty
from facegen.audit.distances.sides import Sides
from facegen.audit.report.compare import compare
from facegen.audit.report.reference import Reference
from facegen.audit.report.thresholds import Check, check, exit_code, read_thresholds
from facegen.datasets.errors import FacegenError


@pytest.fixture
def audit(tilted_audit):
    return tilted_audit


def write(tmp_path, text):
    path = tmp_path / "limits.toml"
    path.write_text(text)
    return path


def test_limits_are_compared_with_the_audit(tmp_path, audit):
    text = "content_auc = 0.6\ndiffering = 90\n[distance]\nroll = 0.5\nface_scale = 5\n"
    text += "'hair.area' = 9\nhat_area = 1\n"
    checks = {one.name: one for one in check(audit, read_thresholds(write(tmp_path, text)))}
    assert checks["content_auc"].status == "fail" and checks["differing"].status == "pass"
    assert checks["distance.roll"].status == "fail" and checks["distance.face_scale"].status == "pass"
    assert checks["distance.hair.area"].status == "pass"
    assert checks["distance.hat_area"].status == "not measured"  # no drawn head wears one


def test_what_could_not_be_measured_is_not_passed(tmp_path):
    few = compare(Reference.of_set(random_heads(6, seed=1)[0], "real"), random_heads(6, seed=2)[0])
    assert not any(row.gap for row in few.rows)
    text = "content_auc = 1\nall_auc = 1\ncontent_excess = 9\nall_excess = 9\ndiffering = 500\n"
    checks = check(few, read_thresholds(write(tmp_path, text)))
    assert [one.status for one in checks] == ["not measured"] * 5
    assert exit_code(checks) == 2


def test_an_auc_of_few_of_its_attributes_is_not_passed(tmp_path, audit):
    """A classifier that saw the framing only does not show that the content is the same."""
    limits = read_thresholds(write(tmp_path, "content_auc = 1\nall_auc = 1\n"))
    assert [one.status for one in check(audit, limits)] == ["pass", "pass"]
    rows = tuple(replace(row, gap=row.gap if row.measure.group == "framing" else None) for row in audit.rows)
    assert [one.status for one in check(replace(audit, rows=rows), limits)] == ["not measured"] * 2


def test_hardness_is_limited_relative_to_real_and_unmeasured_without_a_parser(tmp_path, audit):
    limits = read_thresholds(write(tmp_path, "[difficulty]\n'error.mean' = 0.1\n'entropy.p95' = 0.3\n"))
    assert [one.status for one in check(audit, limits)] == ["not measured"] * 2
    hard, easy = (PictureHardness(("a",) * 50, np.full(50, v), np.full(50, v)) for v in (0.4, 0.32))
    found = compare_difficulty(Sides(hard, easy), ())
    checks = check(replace(audit, difficulty=found), limits)
    assert [one.value for one in checks] == pytest.approx([0.2, 0.2])
    assert [one.status for one in checks] == ["fail", "pass"]


def test_exit_codes():
    good, bad, unknown = Check("a", 0.1, 0.2), Check("b", 0.3, 0.2), Check("c", math.nan, 0.2)
    assert exit_code([]) == 0 and exit_code([good]) == 0
    assert exit_code([good, bad]) == 1 and exit_code([bad, unknown]) == 1
    assert exit_code([good, unknown]) == 2


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "holds no limit"),
        ("content = 1", "unknown limit 'content'"),
        ("content_auc = 'low'", "must be a number"),
        ("content_auc = true", "must be a number"),
        ("content_auc = nan", "must be a number"),
        ("content_auc = -1", "must be a number"),
        ("[distance]\nwings = 1", "unknown attribute 'wings'"),
        ("distance = 3", "must be a table"),
        ("difficulty = 3", "must be a table"),
        ("[difficulty]\n'error.p50' = 1", "unknown figure 'error.p50'"),
        ("content_auc = ", "not a file of thresholds"),
    ],
)
def test_wrong_files_are_refused_in_one_line(tmp_path, text, message):
    with pytest.raises(FacegenError, match=message) as error:
        read_thresholds(write(tmp_path, text))
    assert "\n" not in str(error.value)


def test_a_missing_file(tmp_path):
    with pytest.raises(FacegenError, match="no such file"):
        read_thresholds(tmp_path / "none.toml")
