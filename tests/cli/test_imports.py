"""What importing facegen's modules needs, and that every room has its place in the contract of imports."""

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
RENDER_EXTRA = ("bpy", "anny", "open3d")
FOLDERS = ("api", "assets", "audit", "cli", "datasets", "parse", "render")
# Only worker processes load these: they need Blender itself.
WORKER_ROOM = "facegen.render.blender"

_IMPORT_ALL = f"""
import importlib, importlib.abc, pkgutil, sys

class Blocker(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {RENDER_EXTRA!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

if sys.argv[1] == "blocked":
    sys.meta_path.insert(0, Blocker())
for folder in {FOLDERS!r}:
    package = importlib.import_module(f"facegen.{{folder}}")
    for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        if module.name.startswith({WORKER_ROOM + "."!r}):
            continue
        importlib.import_module(module.name)
        print(module.name)
print("loaded", [name for name in {RENDER_EXTRA!r} if name in sys.modules])
"""


def import_all(mode):
    done = subprocess.run([sys.executable, "-c", _IMPORT_ALL, mode], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    *modules, loaded = done.stdout.splitlines()
    return set(modules), loaded


def modules_on_disk():
    """Every module of the folders by its file; the links in src are what an installed copy holds."""
    import facegen

    found = set()
    for folder in FOLDERS:
        for top in facegen.__path__:
            for path in (Path(top) / folder).rglob("*.py"):
                parts = ["facegen", *path.relative_to(top).with_suffix("").parts]
                found.add(".".join(parts[:-1] if parts[-1] == "__init__" else parts))
    return found - {f"facegen.{folder}" for folder in FOLDERS}


@pytest.mark.parametrize("mode", ["blocked", "as it is"])
def test_every_module_outside_the_workers_imports_without_the_render_extra(mode):
    """Python 3.12 and NumPy 2 have none of the extra; where it is installed, no caller loads it."""
    imported, loaded = import_all(mode)
    workers = {name for name in modules_on_disk() if name.startswith(f"{WORKER_ROOM}.")}
    assert imported == modules_on_disk() - workers
    assert len(imported) > 200 and loaded == "loaded []"


@pytest.mark.skipif(not (ROOT / "pyproject.toml").is_file(), reason="not run from a clone")
def test_every_room_has_its_place_in_the_contract_of_imports():
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    (contract,) = settings["contracts"]
    placed = {name.strip() for layer in contract["layers"] for name in layer.split("|")}
    rooms = {f"{path.parent.parent.name}.{path.parent.name}" for path in ROOT.glob("*/*/__init__.py")}
    rooms = {f"facegen.{room}" for room in rooms if room.split(".")[0] in FOLDERS}
    single = {
        f"facegen.{folder}.{path.stem}"
        for folder in FOLDERS
        for path in (ROOT / folder).glob("*.py")
        if path.stem != "__init__"
    }
    top = {f"facegen.{path.stem}" for path in (ROOT / "src" / "facegen").glob("*.py")} - {"facegen.__init__"}
    top.add("facegen.api")
    assert placed == rooms | single | top


def test_no_two_modules_have_one_name():
    """Commands are named as they are typed; everything else has a name of its own."""
    names = [name.rpartition(".")[2] for name in modules_on_disk() if not name.startswith("facegen.cli.")]
    assert len(names) == len(set(names)), sorted(name for name in names if names.count(name) > 1)
