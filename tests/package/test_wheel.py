"""The wheel: built from a copy without symbolic links, as a zip or Windows gives it, and whole."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("assets", "audit", "cli", "datasets", "parse", "render")
CARRIED = (".py", ".json", ".html.j2", ".toml", "py.typed", ".pt", ".onnx")  # what belongs to the package
pytestmark = pytest.mark.skipif(not (ROOT / ".git").exists(), reason="not run from a clone")


def tracked():
    """Tracked files without symbolic links."""
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)
    return [name for name in listed.stdout.splitlines() if not (ROOT / name).is_symlink()]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The folder of an unpacked wheel."""
    copy = tmp_path_factory.mktemp("copy")
    for name in tracked():
        if (ROOT / name).is_file():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            (copy / name).write_bytes((ROOT / name).read_bytes())
    assert not any(path.is_symlink() for path in copy.rglob("*"))
    build = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "-q",
        "--no-deps",
        "--no-build-isolation",
        "-w",
        "wheels",
        ".",
    ]
    done = subprocess.run(build, cwd=copy, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    (file,) = (copy / "wheels").glob("facegen-*.whl")
    unpacked = tmp_path_factory.mktemp("unpacked")
    with zipfile.ZipFile(file) as archive:
        archive.extractall(unpacked)
    return unpacked


def test_it_holds_every_module_table_and_template(wheel):
    expected = set()
    for name in tracked():
        top = name.split("/")[0]
        if name.endswith(CARRIED) or Path(name).name.startswith("LICENSE-"):
            if top in FOLDERS:
                expected.add(f"facegen/{name}")
            elif name.startswith("src/facegen/"):
                expected.add(name.removeprefix("src/"))
    found = {str(path.relative_to(wheel)) for path in (wheel / "facegen").rglob("*") if path.is_file()}
    assert found == expected


def test_it_works_without_the_clone(wheel, tmp_path):
    code = (
        "import facegen, pathlib\n"
        f"assert facegen.__path__ == [{str(wheel / 'facegen')!r}], facegen.__path__\n"
        "from facegen.audit.report.report_page import render_html\n"
        "from facegen.audit.validation.shipped_accuracy import known_accuracy\n"
        "assert known_accuracy()\n"
        "print(facegen.load_profile('uniform').name, facegen.load_profile('celebamaskhq').name)\n"
        "print(facegen.draw_spec(0, 1).index)\n"
        "from facegen.cli.main import cli\n"
        "from PIL import Image\n"
        "Image.new('RGB', (90, 60), (120, 90, 70)).save('photo.png')\n"
        "cli(['parse-image', 'photo.png', '--device', 'cpu'], standalone_mode=False)\n"
        "cli(['render', '--list-attributes'])\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(wheel)}
    done = subprocess.run(
        [sys.executable, "-P", "-c", code], cwd=tmp_path, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("uniform celebamaskhq\n1\n") and "headwear.kind = " in done.stdout
    assert (
        "model shipped (celebamaskhq, 128 px; " in done.stdout and (tmp_path / "photo-parsed.png").is_file()
    )
