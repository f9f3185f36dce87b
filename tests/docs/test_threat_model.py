"""The pages of threats and of faults name tests that are there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"


def named_tests(page):
    """(file, function) of every test that a page names, after checking that all are there."""
    if not (DOCS / page).is_file():
        pytest.skip("no docs/ beside the tests")
    tests = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", (DOCS / page).read_text(encoding="utf-8"))
    for file, name in tests:
        assert f"def {name}(" in (ROOT / file).read_text(encoding="utf-8"), (file, name)
    return tests


def test_every_test_and_file_of_the_threats_is_there():
    assert len(named_tests("threat-model.md")) > 25
    text = (DOCS / "threat-model.md").read_text(encoding="utf-8")
    files = re.findall(r"`((?:tests|datasets|audit|parse|cli|tools)/[\w/]+\.(?:py|txt))`", text)
    assert len(files) > 12 and all((ROOT / file).is_file() for file in files)


def test_every_test_of_the_faults_is_there():
    assert len(named_tests("scale.md")) > 20
