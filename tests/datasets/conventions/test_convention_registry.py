"""One file adds a convention: the worked example of docs/extending/convention.md, installed."""

import json
import os
import subprocess
import sys

import numpy as np
from page_examples import install

from facegen.datasets.conventions.convention_registry import (
    CONVENTIONS,
    convention_rows,
    markdown_table,
    native_label_rows,
)
from facegen.datasets.conventions.native_labels import Native

# Run by a Python that finds the package: a set exported and read back in the new convention.
PROBE = """
import json, sys
from pathlib import Path
import numpy as np
from click.testing import CliRunner
from facegen.cli.main import cli
from facegen.datasets.conventions.convention_registry import CONVENTIONS
from facegen.datasets.layouts.open_set import open_set

root, out = sys.argv[1:]
line = ["export", root, "--to", "segmentation", "--convention", "five_parts", "--out", out]
done = CliRunner().invoke(cli, line)
read = open_set(Path(out))
print(json.dumps({
    "names": list(CONVENTIONS), "exit": done.exit_code, "read": read.convention.name,
    "ids": np.unique(read.mask(0)).tolist(), "classes": read.convention.classes,
    "borders": dict(CONVENTIONS["five_parts"].borders),
}))
"""


def test_the_example_of_the_page_adds_a_convention(tmp_path, dataset):
    package = tmp_path / "package"
    package.mkdir()
    install(package, "convention.md")
    path = os.pathsep.join([str(package), os.environ.get("PYTHONPATH", "")])
    done = subprocess.run(
        [sys.executable, "-c", PROBE, str(dataset), str(tmp_path / "out")],
        env=os.environ | {"PYTHONPATH": path},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["names"] == [*CONVENTIONS, "five_parts"] and found["exit"] == 0
    assert found["classes"] == ["background", "face", "eyes", "mouth", "hair"]
    assert found["read"] == "five_parts"
    assert found["ids"] == [0, 1, 2, 3, 4] and found["borders"] == {"lips": 0.5}


def test_tables_for_the_documentation_follow_the_conventions():
    heading, *conventions = convention_rows()
    assert [row[0] for row in conventions] == list(CONVENTIONS) and len(heading) == len(conventions[0])
    heading, *natives = native_label_rows()
    assert [row[1] for row in natives] == [native.name for native in Native]
    iris = dict(zip(heading, natives[Native.IRIS_L], strict=True))
    assert iris["celebamaskhq"] == iris["lapa"] == "l_eye"
    hand = dict(zip(heading, natives[Native.HAND], strict=True))
    assert hand["facesynthetics"] == "(ignored)" and hand["celebamaskhq"] == "background"
    assert dict(zip(heading, natives[Native.LASHES], strict=True))["helen"] == "(nearest)"
    lines = markdown_table(native_label_rows()).splitlines()
    assert len(lines) == len(Native) + 2 and len({np.char.count(line, " | ").item() for line in lines}) == 1
