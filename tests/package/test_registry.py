"""Registries are filled by the files of a package and by other packages' entry points, in a fixed order."""

import sys
from dataclasses import dataclass

import pytest

from facegen.datasets.errors import FacegenError
from facegen.registry import LAST, Registry


@dataclass(frozen=True)
class Thing:
    name: str
    order: int = LAST


MODULE = """
from {package}_registry import things
from test_registry_thing import Thing
things.add(Thing({name!r}, {order}))
"""


@pytest.fixture
def things(tmp_path, monkeypatch):
    """A registry of a package with two files, and an installed package that adds a third entry."""
    monkeypatch.syspath_prepend(str(tmp_path))
    registry = Registry("thing", "shelf", "facegen.test_things")
    monkeypatch.setitem(sys.modules, "shelf_registry", type(sys)("shelf_registry"))
    monkeypatch.setitem(sys.modules, "test_registry_thing", type(sys)("test_registry_thing"))
    sys.modules["shelf_registry"].things = registry
    sys.modules["test_registry_thing"].Thing = Thing
    (tmp_path / "shelf").mkdir()
    (tmp_path / "shelf" / "__init__.py").touch()
    (tmp_path / "shelf" / "apple.py").write_text(MODULE.format(package="shelf", name="apple", order=2))
    (tmp_path / "shelf" / "zebra.py").write_text(MODULE.format(package="shelf", name="zebra", order=1))
    (tmp_path / "elsewhere.py").write_text(MODULE.format(package="shelf", name="guest", order=LAST))
    metadata = tmp_path / "elsewhere-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: elsewhere\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text("[facegen.test_things]\nguest = elsewhere\n")
    yield registry
    for name in ("shelf", "shelf.apple", "shelf.zebra", "elsewhere"):
        sys.modules.pop(name, None)


def test_files_and_entry_points_fill_it_in_order(things):
    assert list(things) == ["zebra", "apple", "guest"] and len(things) == 3
    assert things["guest"] == Thing("guest") and "pear" not in things


def test_nothing_is_imported_before_it_is_read(things):
    assert "shelf.apple" not in sys.modules
    assert "apple" in things and "shelf.apple" in sys.modules


def test_an_unknown_name_is_one_line_that_lists_the_known_ones(things):
    with pytest.raises(FacegenError, match="--set: unknown thing 'pear': it is one of zebra, apple, guest"):
        things.get_or_fail("pear", "--set")


def test_two_entries_of_one_name_are_refused(things):
    things.add(Thing("apple", 2))  # the same again: a module that is imported twice
    with pytest.raises(FacegenError, match="two thing entries of the name 'apple'"):
        things.add(Thing("apple", 3))


def test_a_package_that_cannot_be_loaded_is_named(things, tmp_path):
    (tmp_path / "elsewhere.py").write_text("raise RuntimeError('no such wool')")
    with pytest.raises(FacegenError, match=r"adds the thing 'guest' .*no such wool"):
        len(things)
