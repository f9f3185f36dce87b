"""Loading the body model is quiet, and only while Warp starts. Needs the render extra."""

import subprocess
import sys

import pytest

pytest.importorskip("anny")

LOAD = """
import threading
from facegen.assets.head import anny_model
with anny_model._silent_descriptors():
    import os
    os.write(2, b"from native code")
print("then", flush=True)
threads = [threading.Thread(target=anny_model.load_anny) for _ in range(2)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
print("after", flush=True)
"""


@pytest.mark.render
def test_native_warnings_are_discarded_and_the_terminal_comes_back():
    done = subprocess.run([sys.executable, "-c", LOAD], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["then", "after"] and done.stderr == ""


@pytest.mark.render
def test_an_error_while_output_is_discarded_passes_and_restores_it():
    code = """
from facegen.assets.head.anny_model import _silent_descriptors
try:
    with _silent_descriptors():
        raise RuntimeError
except RuntimeError:
    print("mended", flush=True)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "mended\n" and done.stderr == ""
