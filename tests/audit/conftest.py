"""Drawn sets and audits of them that many tests read: made once a session, not to be changed by a test."""

import pytest
from drawn_heads import random_heads

from facegen.audit.profiles.profile_fit import fit_profile
from facegen.audit.report import reference as references
from facegen.audit.report.compare import compare
from facegen.audit.report.reference import Reference


@pytest.fixture(scope="session")
def real():
    """The measurement of 110 heads, the real side."""
    return random_heads(110, seed=1)[0]


@pytest.fixture(scope="session")
def similar():
    """100 heads of the same distribution as `real`."""
    return random_heads(100, seed=2)[0]


@pytest.fixture(scope="session")
def tilted():
    """50 heads that are tilted by 10 degrees."""
    return random_heads(50, seed=2, roll=10)[0]


@pytest.fixture(scope="session")
def reference(real):
    return Reference.of_set(real, "drawn real")


@pytest.fixture(scope="session")
def similar_audit(reference, similar):
    return compare(reference, similar)


@pytest.fixture(scope="session")
def tilted_audit(reference, tilted):
    return compare(reference, tilted)


@pytest.fixture(scope="session")
def drawn_profile(real):
    """The profile of `real`, its fidelity not measured."""
    return fit_profile(real.attributes, name="drawn", fidelity=False)


@pytest.fixture
def few_profile_rows(monkeypatch):
    """Profiles are represented by 500 rows: enough for sets of 50 to 110 heads, an eighth of the time."""
    monkeypatch.setattr(references, "PROFILE_ROWS", 500)
