"""The hair shader: pigment, and white hairs among the others, in a process of its own since it needs bpy."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

if importlib.util.find_spec("bpy") is None:
    pytest.skip("needs the render extra", allow_module_level=True)

pytestmark = pytest.mark.render
SCRIPT = Path(__file__).parents[2] / "helpers" / "hair_shader.py"


def test_pigment_darkens_and_greying_hair_mixes_what_hairs_mirror():
    done = subprocess.run([sys.executable, SCRIPT], capture_output=True, text=True, timeout=300)
    assert "CHECKED 3" in done.stdout, done.stderr[-2000:]
