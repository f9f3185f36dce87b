"""Membership tests: at chance for fresh rows, far above it for copies."""

import numpy as np
import pytest

from facegen.audit.distances.membership import membership

RNG = np.random.default_rng(0)
FITTED, HELD, FRESH = (RNG.normal(size=(n, 12)) for n in (400, 300, 500))


def test_fresh_rows_are_at_chance():
    found = membership(FRESH, FITTED, HELD)
    assert abs(found.nearest - 0.5) < 3 * found.nearest_error
    assert abs(found.auc - 0.5) < 3 * found.auc_error
    assert found.auc_error == pytest.approx(np.sqrt(0.25 / 300 / 1.5), rel=0.25)


@pytest.mark.parametrize("noise", [0.01, 0.5])
def test_copies_are_found(noise):
    copies = FITTED[:300] + noise * RNG.normal(size=(300, 12))
    found = membership(copies, FITTED, HELD)
    assert found.nearest > 0.5 + 5 * found.nearest_error and found.auc > 0.5 + 5 * found.auc_error


def test_missing_values_count_as_places():
    gaps = RNG.random((300, 12)) < 0.2
    fitted = np.where(gaps, np.nan, FITTED[:300])
    assert membership(fitted, fitted, HELD).nearest > 0.9


def test_no_rows_are_refused():
    with pytest.raises(ValueError, match="needs drawn"):
        membership(FRESH, FITTED, HELD[:0])
