"""The shipped table of places is what its tool fits to the real training masks.

Needs FACEGEN_CELEBAMASKHQ, the folder that holds train/ and test/; only aggregates are compared.
"""

import importlib.util
import os
from pathlib import Path

import pytest

from facegen.datasets.inspection.class_places import PLACES_FILE

FOLDER = os.environ.get("FACEGEN_CELEBAMASKHQ")
TOOL = Path(__file__).resolve().parents[3] / "tools" / "class_places.py"


@pytest.mark.skipif(not FOLDER or not TOOL.exists(), reason="FACEGEN_CELEBAMASKHQ is not set, or no tools/")
def test_the_shipped_table_is_what_the_training_masks_give():
    spec = importlib.util.spec_from_file_location("class_places_tool", TOOL)
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    assert tool.text_of(tool.fitted(Path(FOLDER) / "train")) == PLACES_FILE.read_text(encoding="utf-8")
