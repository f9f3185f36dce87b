"""The page of threats names tests that are there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "threat-model.md"


def test_every_test_and_file_that_is_named_is_there():
    if not PAGE.is_file():
        pytest.skip("no docs/ beside the tests")
    text = PAGE.read_text(encoding="utf-8")
    tests = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", text)
    assert len(tests) > 25
    for file, name in tests:
        assert f"def {name}(" in (ROOT / file).read_text(encoding="utf-8"), (file, name)
    files = re.findall(r"`((?:tests|datasets|audit|parse|cli|tools)/[\w/]+\.(?:py|txt))`", text)
    assert len(files) > 12 and all((ROOT / file).is_file() for file in files)
