"""Everything but rendering imports where bpy, anny and open3d are absent (Python 3.12, NumPy 2)."""

import subprocess
import sys

import pytest

BLOCKED = ("bpy", "anny", "open3d")

_BLOCKER = f"""
import importlib, importlib.abc, pkgutil, sys

class Blocker(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {BLOCKED!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, Blocker())
for folder in ("audit", "parse", "datasets", "cli"):
    package = importlib.import_module(f"facegen.{{folder}}")
    for module in pkgutil.iter_modules(package.__path__, package.__name__ + "."):
        importlib.import_module(module.name)
for name in {BLOCKED!r}:
    try:
        importlib.import_module(name)
    except ModuleNotFoundError:
        continue
    raise AssertionError(f"{{name}} was not blocked")
print("imported", len([name for name in sys.modules if name.startswith("facegen.")]))
"""


def test_every_module_but_rendering_imports_without_the_render_extra():
    done = subprocess.run([sys.executable, "-c", _BLOCKER], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout.split()[-1]) >= 20


@pytest.mark.parametrize("folder", ["audit", "parse", "datasets", "cli"])
def test_the_caller_never_imports_blender(folder):
    """Even where the extra is installed, nothing outside the workers loads it."""
    code = f"import facegen.{folder}, sys; print([n for n in {BLOCKED!r} if n in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
