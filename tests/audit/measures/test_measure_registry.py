"""One file adds a measure: the worked example of docs/extending/measure.md, installed as another package."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[3] / "docs" / "extending" / "measure.md"
HELPERS = Path(__file__).parents[2] / "helpers"
# Run by a Python that finds the package: what facegen then knows, as JSON.
PROBE = """
import json
import numpy as np
from drawn_heads import EYES, head, paint, random_heads
from facegen.audit import row_cache
from facegen.audit.distances import frozen_lists
from facegen.audit.measures import measure_table as table
from facegen.audit.profiles.profile_files import load_profile, parse_profile, profile_text
from facegen.audit.profiles.profile_fit import fit_profile
from facegen.audit.report.compare import compare_rows
from facegen.audit.report.reference import Reference

mask = head()
row = dict(zip(table.NAMES, table.measure(paint(mask), mask), strict=True))
labels = dict(zip(table.CONTENT_NAMES, table.measure_labels(mask), strict=True))
without = head(without=("l_eye",))
heads = random_heads(60, seed=1)[0]
rows = compare_rows(Reference.of_set(heads, "drawn"), heads).attributes
shipped = load_profile("celebamaskhq")
fitted = parse_profile(profile_text(fit_profile(heads.attributes, fidelity=False)), "fitted")
print(json.dumps({
    "names": table.NAMES,
    "last": table.NAMES[-1],
    "gap": row["eye_gap"],
    "from_labels": labels["eye_gap"],
    "missing": bool(np.isnan(table.measure(paint(without), without)[-1])),
    "frozen": [frozen_lists.MATCHED_CONTENT, frozen_lists.MATCHED_APPEARANCE, frozen_lists.REPORTED],
    "matched": frozen_lists.matched_names(table.NAMES, False),
    "verdict": next(one.verdict for one in rows if one.measure.name == "eye_gap"),
    "shipped": shipped.measured.names,
    "fitted": fitted.attribute("eye_gap").matched,
    "sources": [path.name for path in row_cache.sources()],
    "key": row_cache.key_of(np.zeros((8, 8), np.uint8), None).hex(),
}))
"""


def example():
    """The first block of the page: its title, and the file."""
    if not PAGE.is_file():
        pytest.skip("the documentation does not lie next to the tests")
    found = re.search(r'```python title="([^"]+)"\n(.*?)```', PAGE.read_text("utf-8"), re.DOTALL)
    return found[1], found[2]


KEY = """
import json
import numpy as np
from facegen.audit import row_cache
print(json.dumps(row_cache.key_of(np.zeros((8, 8), np.uint8), None).hex()))
"""


def probed(folder, code, probe=PROBE):
    """What facegen knows when the file `code` is installed in `folder` as a package of its own."""
    name, _ = example()
    module = name.removesuffix(".py")
    metadata = folder / f"{module}-1.0.dist-info"
    metadata.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(code)
    (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {module}\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text(f"[facegen.measures]\n{module} = {module}\n")
    path = os.pathsep.join([str(folder), str(HELPERS), os.environ.get("PYTHONPATH", "")])
    done = subprocess.run(
        [sys.executable, "-c", probe], env=os.environ | {"PYTHONPATH": path}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    return probed(tmp_path_factory.mktemp("package"), example()[1])


def test_the_example_measures_a_drawn_head(found):
    """Ellipses of half width 0.04, 0.12 to each side, less the outermost 2 % of their areas.

    These are 0.102 half widths of an ellipse: (t - sin t cos t) / pi = 0.02 at cos t = 0.898.
    """
    expected = 2 * (0.12 - 0.04 * 0.898)
    assert found["gap"] == found["from_labels"] == pytest.approx(expected, abs=1 / 256)
    assert found["missing"] and found["last"] == "eye_gap"


def test_a_new_measure_is_compared_and_changes_no_frozen_list(found):
    from facegen.audit.distances import frozen_lists

    assert found["verdict"] == "within noise" and "eye_gap" in found["names"]
    lists = [frozen_lists.MATCHED_CONTENT, frozen_lists.MATCHED_APPEARANCE, frozen_lists.REPORTED]
    assert found["frozen"] == [list(one) for one in lists]
    assert "eye_gap" not in found["matched"]


def test_profiles_of_before_load_and_new_ones_hold_it(found):
    assert "eye_gap" not in found["shipped"] and len(found["shipped"]) > 100
    assert found["fitted"] is True


def test_an_edit_of_the_file_makes_new_cache_keys(found, tmp_path):
    assert "eye_gap.py" in found["sources"]
    same, edited = (
        probed(tmp_path / name, example()[1].replace("0.98", quantile), KEY)
        for name, quantile in (("same", "0.98"), ("edited", "0.97"))
    )
    assert same == found["key"] != edited


def test_two_measures_of_one_name_are_refused(tmp_path):
    with pytest.raises(AssertionError, match="two measures of the name 'roll'"):
        probed(tmp_path, example()[1].replace('name="eye_gap"', 'name="roll"'), KEY)


def test_a_file_that_cannot_be_imported_is_named(tmp_path):
    with pytest.raises(AssertionError, match=r"adds the theme of measures 'eye_gap'.*no such wool"):
        probed(tmp_path, "raise RuntimeError('no such wool')", KEY)
