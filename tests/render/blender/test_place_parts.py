"""Blender holds the parts as they were assembled.

The ray-casting check of labels takes the parts themselves. It would not notice a part that Blender was given
otherwise, or a label material that emits the wrong code: that is read back here, from the scenes.
"""

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import pytest

if importlib.util.find_spec("bpy") is None or importlib.util.find_spec("open3d") is None:
    pytest.skip("needs the render extra", allow_module_level=True)

from all_kinds import face_of_kinds

from facegen.render.spec import face_spec as s

pytestmark = pytest.mark.render
SCRIPT = Path(__file__).parents[2] / "helpers" / "blender_objects.py"


def test_what_blender_holds_is_what_was_assembled(tmp_path):
    dressed = s.FaceSpec()
    for path, value in {
        "hair.style": "short",
        "facial_hair.kind": "full_beard",
        "glasses.kind": "round",
        "headwear.kind": "cap",
        "jewellery.earrings": "drop",
        "jewellery.necklace": "pendant",
        "garment.cut": "suit",
    }.items():
        dressed = s.replace(dressed, path, value)
    # Sunglasses hide the eyes: then their frame and lenses are solid.
    dark = s.replace(s.replace(dressed, "glasses.tint", 1.0), "headwear.kind", "none")
    bald = s.replace(s.FaceSpec(), "hair.style", "bald")
    specs = tmp_path / "specs.json"
    specs.write_text(json.dumps([spec.to_dict() for spec in (dressed, dark, bald, face_of_kinds(5, 4))]))
    done = subprocess.run([sys.executable, SCRIPT, specs], capture_output=True, text=True, timeout=300)
    lines = [line for line in done.stdout.splitlines() if line.startswith(("WRONG", "COMPARED"))]
    assert lines and lines[-1].startswith("COMPARED"), done.stderr[-2000:]
    assert lines[:-1] == []
    assert int(lines[-1].split()[1]) > 60
