"""The generated pages in docs/reference are those of today's code."""

import importlib.util
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "tools" / "docs_pages.py"
NAMES = ("attributes.md", "measures.md", "conventions.md", "commands.md", "python.md")
pytestmark = pytest.mark.skipif(not SCRIPT.is_file(), reason="not run from a clone")


@pytest.fixture(scope="module")
def docs_pages():
    spec = importlib.util.spec_from_file_location("docs_pages", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", NAMES)
def test_a_page_is_up_to_date(docs_pages, name):
    assert set(docs_pages.PAGES) == set(NAMES)
    written = (ROOT / "docs" / "reference" / name).read_text(encoding="utf-8")
    assert written == docs_pages.page(name), "run: python tools/docs_pages.py"
