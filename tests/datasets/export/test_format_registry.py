"""One file adds an export format: the worked example of docs/extending/export-format.md."""

import json
import os
import subprocess
import sys

import numpy as np
from page_examples import install
from PIL import Image

from facegen.datasets.export.format_registry import FORMATS
from facegen.datasets.layouts.open_set import open_set

# Run by a Python that finds the package: the command's help, and a set that it writes.
PROBE = """
import json, sys
from click.testing import CliRunner
from facegen.cli.main import cli
from facegen.datasets.export.format_registry import FORMATS

root, out = sys.argv[1:]
shown = CliRunner().invoke(cli, ["export", "--help"]).output
done = CliRunner().invoke(cli, ["export", root, "--to", "voc", "--convention", "lapa", "--out", out])
print(json.dumps({"names": list(FORMATS), "help": shown, "exit": done.exit_code}))
"""


def test_the_example_of_the_page_adds_a_format(tmp_path, dataset):
    package, out = tmp_path / "package", tmp_path / "out"
    package.mkdir()
    install(package, "export-format.md")
    path = os.pathsep.join([str(package), os.environ.get("PYTHONPATH", "")])
    done = subprocess.run(
        [sys.executable, "-c", PROBE, str(dataset), str(out)],
        env=os.environ | {"PYTHONPATH": path},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["names"] == [*FORMATS, "voc"] and found["exit"] == 0
    assert "PASCAL VOC: JPEGImages/ and SegmentationClass/" in found["help"]
    ids = open_set(dataset).ids
    assert (out / "ImageSets/Segmentation/train.txt").read_text().split() == ids
    mask = np.asarray(Image.open(out / f"SegmentationClass/{ids[0]}.png"))
    assert mask.max() > 0 and (out / f"JPEGImages/{ids[0]}.jpg").is_file()
    assert json.loads((out / "classes.json").read_text())["convention"] == "lapa"


def test_what_a_format_takes():
    assert FORMATS["segmentation"].takes("lapa") and FORMATS["segmentation"].needs_class_list
    assert FORMATS["celebamaskhq"].takes("celebamaskhq") and not FORMATS["celebamaskhq"].takes("lapa")
    assert not FORMATS["300w"].takes("celebamaskhq") and not FORMATS["300w"].needs_class_list
