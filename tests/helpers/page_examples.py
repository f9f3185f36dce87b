"""Worked examples of the pages in docs/extending, installed as another package next to facegen."""

import re
import tomllib
from pathlib import Path

import pytest

PAGES = Path(__file__).parents[2] / "docs" / "extending"


def blocks(page: str, language: str) -> dict[str, str]:
    """Text of a page's titled code blocks in a language, by title."""
    if not PAGES.is_dir():
        pytest.skip("the documentation does not lie next to the tests")
    text = (PAGES / page).read_text("utf-8")
    return dict(re.findall(rf'```{language} title="([^"]+)"\n(.*?)```', text, re.DOTALL))


def install(folder: Path, page: str) -> None:
    """What `pip install` of the page's package leaves in `folder`: its modules, and their entry points."""
    for name, code in blocks(page, "python").items():
        (folder / name).write_text(code, "utf-8")
    project = tomllib.loads(blocks(page, "toml")["pyproject.toml"])["project"]
    metadata = folder / f"{project['name'].replace('-', '_')}-{project['version']}.dist-info"
    metadata.mkdir(parents=True)
    head = f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n"
    (metadata / "METADATA").write_text(head, "utf-8")
    lines = []
    for group, points in project["entry-points"].items():
        lines += [f"[{group}]", *(f"{name} = {value}" for name, value in points.items())]
    (metadata / "entry_points.txt").write_text("\n".join(lines) + "\n", "utf-8")
