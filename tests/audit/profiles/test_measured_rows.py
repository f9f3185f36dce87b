"""Rows of a real folder: drawn in turn, moved within the measures' errors, known again by their digest."""

from dataclasses import replace

import numpy as np
import pytest

from facegen.audit.measures.measure_table import BY_NAME
from facegen.audit.measures.schema import BINARY, Table, gate_open
from facegen.audit.profiles.measured_rows import JITTER, MOST_ERRORS, MeasuredRows, digest_of
from facegen.audit.validation.shipped_accuracy import known_errors
from facegen.datasets.errors import FacegenError

NAMES = ("glasses", "glasses_area", "exposure", "skin_lightness", "background_area", "clipped_light")
N = 200


def made(n=N, seed=0):
    """Pictures whose skin is as light as they are; a tenth have glasses, half have no clipped pixel."""
    rng = np.random.default_rng(seed)
    glasses = rng.random(n) < 0.1
    exposure = rng.normal(50, 10, n)
    columns = {
        "glasses": glasses.astype(float),
        "glasses_area": np.where(glasses, rng.uniform(0.02, 0.1, n), np.nan),
        "exposure": exposure,
        "skin_lightness": exposure + rng.normal(0, 0.5, n),
        "background_area": rng.uniform(0, 0.5, n),
        "clipped_light": np.where(rng.random(n) < 0.5, 0.0, rng.uniform(0.01, 0.2, n)),
    }
    ids = tuple(f"{i}.jpg" for i in range(n))
    return Table(NAMES, np.stack([columns[name] for name in NAMES], 1), ids, "made")


@pytest.fixture(scope="module")
def rows():
    return MeasuredRows("made", made(), known_errors())


def test_every_picture_is_used_once_before_one_is_used_again(rows):
    place = rows._drawn(2 * N + 30, 3)
    for turn in (place[:N], place[N : 2 * N]):
        assert sorted(turn) == list(range(N))
    assert len(set(place[2 * N :])) == 30
    assert not np.array_equal(place[:N], place[N : 2 * N])


def test_rows_are_keyed(rows):
    one, longer, other = rows.sample(20, 5), rows.sample(450, 5), rows.sample(20, 6)
    for name in NAMES:
        np.testing.assert_allclose(one[name].astype(float), longer[name][:20].astype(float), rtol=1e-9)
    assert not np.array_equal(one["exposure"], other["exposure"])


def test_no_number_of_a_picture_is_repeated_but_what_many_share(rows):
    table, drawn = rows.table, rows.sample(N, 1)
    for name in NAMES:
        if BY_NAME[name].kind != BINARY:
            seen = drawn[name][~np.isnan(drawn[name]) & (drawn[name] != 0)]
            assert not np.isin(seen, table.column(name)).any(), name
    assert np.sum(drawn["clipped_light"] == 0) == np.sum(table.column("clipped_light") == 0)
    assert drawn["glasses"].sum() == table.column("glasses").sum() and drawn["glasses"].dtype == bool
    assert np.array_equal(np.isnan(drawn["glasses_area"]), ~drawn["glasses"])


def test_moves_stay_within_the_errors_of_the_measures(rows):
    place, drawn = rows._drawn(N, 1), rows.sample(N, 1)
    moves = np.abs(drawn["background_area"] - rows._ordered.column("background_area")[place])
    most = MOST_ERRORS * known_errors()["background_area"]
    assert moves.max() == pytest.approx(most) and moves.max() < 0.03 * 0.5
    free = drawn["exposure"] - rows._ordered.column("exposure")[place]
    assert free.std() == pytest.approx(10 * JITTER, rel=0.25)


def test_what_goes_together_still_does(rows):
    """Moves of their own would double the distance of skin and exposure."""
    place, drawn = rows._drawn(N, 1), rows.sample(N, 1)
    before = (rows._ordered.column("skin_lightness") - rows._ordered.column("exposure"))[place]
    assert np.std(drawn["skin_lightness"] - drawn["exposure"]) < 1.2 * before.std()


def test_real_measures_keep_gates_and_ranges(real):
    rows = MeasuredRows("heads", real.attributes)
    drawn = rows.sample(300, 0)
    assert set(drawn) == set(rows.names)
    for a in rows.measured.attributes:
        if a.marginal.kind == BINARY:
            continue
        seen = drawn[a.name][~np.isnan(drawn[a.name])]
        assert seen.min() >= BY_NAME[a.name].low and seen.max() <= BY_NAME[a.name].high, a.name
        if a.gate:
            closed = ~np.broadcast_to(gate_open(a.gate, drawn), 300)
            assert np.isnan(drawn[a.name][closed]).all(), a.name


def test_digest_and_rows_follow_the_numbers_alone(rows):
    table = made()
    order = np.random.default_rng(4).permutation(N)
    renamed = replace(table.rows(order), ids=tuple(f"x{i}" for i in range(N)))
    elsewhere = MeasuredRows("elsewhere", renamed)
    assert elsewhere.digest == rows.digest == digest_of(rows)
    np.testing.assert_array_equal(elsewhere.sample(30, 2)["exposure"], rows.sample(30, 2)["exposure"])
    changed = table.values.copy()
    changed[17, 2] += 1e-6
    assert MeasuredRows("made", replace(table, values=changed)).digest != rows.digest
    assert MeasuredRows("made", table.rows(np.arange(N - 1))).digest != rows.digest


def test_unknown_attributes_are_named(rows):
    with pytest.raises(FacegenError, match="no attribute 'wings'"):
        rows.attribute("wings")
