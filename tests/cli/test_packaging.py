"""The two commands of a fresh clone: what can be checked without installing anything."""

import re
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import pytest

from facegen.cli.system_libraries import DEBIAN_PACKAGE

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.skipif(not (ROOT / "Makefile").is_file(), reason="not run from a clone")


def bootstrap(tmp_path, **environment):
    """Run the bootstrap of a copy that holds nothing else, so that nothing can be installed."""
    for name in ("tools/bootstrap.sh", "cli/system_libraries.py", "pyproject.toml"):
        target = tmp_path / name
        target.parent.mkdir(exist_ok=True)
        if not target.exists():
            target.write_bytes((ROOT / name).read_bytes())
    environment = {"PATH": "/usr/bin:/bin", **environment}
    return subprocess.run(
        ["bash", "tools/bootstrap.sh"], cwd=tmp_path, env=environment, capture_output=True, text=True
    )


def test_no_python_is_one_line_that_says_what_to_type(tmp_path):
    done = bootstrap(tmp_path, PYTHON="/no/such/python")
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert line.startswith("facegen: error: no Python 3.11") and "apt-get install -y python3.11" in line
    assert not (tmp_path / ".venv").exists()


def test_a_finished_setup_is_left_alone(tmp_path):
    """A fake interpreter counts what the bootstrap asks of it; with the stamp there, pip is not among it."""
    fake = tmp_path / "python3.11"
    log = tmp_path / "log"
    fake.write_text(
        "#!/bin/bash\n"
        f'echo "$*" >> {log}\n'
        'if [ "$1 $2" = "-m venv" ]; then mkdir -p "$3/bin"; cp "$0" "$3/bin/python"; fi\n'
        'if [ "$1" = "-VV" ]; then echo "Python 3.11.0"; fi\n'
    )
    fake.chmod(0o755)
    first = bootstrap(tmp_path, PYTHON=str(fake))
    assert first.returncode == 0, first.stderr
    assert "-m pip install" in log.read_text()
    log.unlink()
    second = bootstrap(tmp_path, PYTHON=str(fake))
    assert second.returncode == 0 and "pip install" not in log.read_text() and second.stdout == ""
    (tmp_path / "pyproject.toml").write_text("changed")
    assert bootstrap(tmp_path, PYTHON=str(fake)).returncode == 0
    assert "-m pip install" in log.read_text()


def test_every_target_is_documented():
    makefile = (ROOT / "Makefile").read_text()
    targets = set(re.search(r"\.PHONY: (.*)", makefile)[1].split())
    shown = subprocess.run(
        ["make", "-s", "-C", str(ROOT), "help"], capture_output=True, text=True, check=True
    )
    assert {line.split()[0] for line in shown.stdout.splitlines()} == targets
    assert {"demo", "test", "proofs", "lint", "clean"} <= targets


def test_the_documented_system_libraries_are_those_of_the_design():
    assert sorted(DEBIAN_PACKAGE.values()) == sorted(
        ["libusb-1.0-0", "libgl1", "libegl1", "libgomp1", "libxi6", "libxrender1", "libxkbcommon0", "libsm6"]
    )


def test_the_package_is_typed_and_there_is_one_import_package():
    assert (files("facegen") / "py.typed").is_file()
    folders = {"assets", "render", "audit", "parse", "datasets", "cli"}
    assert folders <= {path.name for path in Path(str(files("facegen"))).iterdir()}
    code = (
        "import importlib.util as u\n"
        "found = [u.find_spec(n) for n in ('assets', 'render', 'audit', 'parse', 'datasets', 'cli')]\n"
        "origins = [s.origin for s in found if s and s.origin and '/.venv/' not in s.origin]\n"
        f"print([o for o in origins if o.startswith({str(ROOT)!r} + '/')])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd="/", capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
