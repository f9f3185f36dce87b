"""The generated pages in docs/reference are those of today's code."""

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "tools" / "docs_pages.py"


@pytest.mark.skipif(not SCRIPT.is_file(), reason="not run from a clone")
def test_pages_are_up_to_date():
    """In a process of its own: a command that was called without its group remembers another help option."""
    done = subprocess.run([sys.executable, SCRIPT, "--check"], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
