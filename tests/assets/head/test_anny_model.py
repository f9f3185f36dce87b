"""Loading the body model is quiet, and output is discarded only while Warp starts. Needs the render extra."""

import subprocess
import sys

import pytest

pytest.importorskip("anny")

CODE = """
import os
from facegen.assets.head import anny_model

with anny_model._silent_descriptors():
    os.write(1, b"lost"), os.write(2, b"from native code")
try:
    with anny_model._silent_descriptors():
        raise RuntimeError
except RuntimeError:
    print("passed", flush=True)
anny_model.load_anny()
print("loaded", flush=True)
"""


@pytest.mark.render
def test_native_warnings_are_discarded_errors_pass_and_the_terminal_comes_back():
    done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["passed", "loaded"] and done.stderr == ""
