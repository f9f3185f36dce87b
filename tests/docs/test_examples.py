"""The scripts of examples/ and the Python of the README run as they stand, only smaller."""

import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from pictures import size_of

ROOT = Path(__file__).resolve().parents[2]
pytestmark = [
    pytest.mark.render,
    pytest.mark.skipif(not (ROOT / "examples").is_dir(), reason="not run from a clone"),
]


def run(folder, *command):
    done = subprocess.run([sys.executable, *map(str, command)], cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The folder in which quickstart.py ran."""
    # Blender loaded into the process of the tests would stop the workers of later tests.
    if find_spec("bpy") is None:
        pytest.skip("needs the render extra")
    folder = tmp_path_factory.mktemp("examples")
    out = run(folder, ROOT / "examples/quickstart.py", "--out", ".", "--num", 2, "--size", 64)
    assert "one face: (64, 64, 3)" in out and "tensors: (3, 64, 64) (64, 64)" in out
    return folder


def test_quickstart_leaves_a_set_and_an_audit(folder):
    assert len(list((folder / "faces" / "images").iterdir())) == 2
    assert "<html" in (folder / "audit" / "index.html").read_text()


def test_the_python_of_the_readme_runs(folder):
    """It finds the faces of quickstart.py, which are the same order, and reads them again."""
    (code,) = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), re.S)
    code = code.replace("num=16", "num=2").replace("size=128", "size=64")
    assert "verdict" in run(folder, "-c", code)  # two faces are too few for any


def test_a_training_loop_of_your_own_learns(folder):
    out = run(folder, ROOT / "examples/torch_training.py", "faces", "--steps", 20)
    losses = [float(loss) for loss in re.findall(r"loss ([\d.]+)", out)]
    assert len(losses) == 4 and losses[-1] < losses[0]


def test_an_attribute_is_swept(folder):
    run(folder, ROOT / "examples/attribute_sweep.py", "--values", -40, 40, "--size", 64)
    assert size_of(folder / "sweep.png") == (128, 64)
