"""What annotators would say of measured rows, and what a run keeps of a real folder."""

import json
from dataclasses import replace

import numpy as np
import pytest

from facegen.audit.profiles.measured_rows import MeasuredRows
from facegen.audit.profiles.profile_files import load_profile
from facegen.render.matching import matcher
from facegen.render.matching.row_completion import completed
from facegen.render.production import matched_blocks
from facegen.render.production.worker_pool import Job


@pytest.fixture(scope="module")
def profile():
    return load_profile("celebamaskhq")


@pytest.fixture(scope="module")
def rows(profile):
    """A folder of pictures, drawn from the shipped profile's measured part."""
    return MeasuredRows("folder", profile.table(120, 4))


def test_rows_keep_what_they_say_and_get_the_rest(rows, profile):
    columns = rows.sample(60, 1)
    full = completed(columns, 1, profile)
    for name, column in columns.items():
        np.testing.assert_array_equal(full[name], column)
    assert {"male", "young", "smiling", "no_beard", "hair_shade", "yaw", "pitch"} <= set(full)
    assert all(len(column) == 60 for column in full.values())


def test_long_hair_is_a_womans_more_often(profile):
    n = 300
    short, long = (
        completed({"hair_low": np.full(n, low), "hair_length": np.full(n, length)}, 0, profile)["male"].mean()
        for low, length in ((0.0, 0.05), (0.4, 0.6))
    )
    assert long < 0.15 < 0.5 < short


def test_a_row_depends_on_its_own_values_only(rows, profile):
    columns = rows.sample(40, 1)
    one = completed(columns, 1, profile)
    other = completed({name: column[:25] for name, column in columns.items()}, 1, profile)
    for name, column in other.items():
        if column.dtype == float:  # the last bits depend on how many rows are drawn together
            np.testing.assert_allclose(column, one[name][:25], atol=1e-9)
        else:
            np.testing.assert_array_equal(column, one[name][:25])


def test_no_row_of_a_folder_is_stored(rows, tmp_path, monkeypatch):
    """Targets of a block are drawn again when it is read: its file holds none, and both are the same."""
    start, stop = matcher.block_of(0)
    target = matcher.targets_of(rows, 3, start, stop)
    made = matcher.Matched([], target.names, target.values, target.values, {}, ())

    def match_block(*_args, **_more):
        from facegen.render.prior.default_prior import draw_spec

        return replace(made, specs=[draw_spec(3, i) for i in range(stop)])

    monkeypatch.setattr(matched_blocks, "match_block", match_block)
    job = Job(tmp_path, 64, "fast", "celebamaskhq", "cpu")
    first, _ = matched_blocks.matched_blocks(job, rows, 3, range(4), (), 0, 1, "mark")
    stored = json.loads((tmp_path / "matching" / "block-000000.json").read_text())
    assert stored["targets"] is None
    monkeypatch.setattr(matched_blocks, "match_block", None)
    again, _ = matched_blocks.matched_blocks(job, rows, 3, range(4), (), 0, 1, "mark")
    np.testing.assert_array_equal(again[0].targets, first[0].targets)
    assert again[0].specs == first[0].specs
