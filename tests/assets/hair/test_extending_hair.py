"""One file adds a hair style: the worked example of docs/extending, installed next to facegen."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from page_examples import install

# Run by a Python that finds the package: what facegen then knows of the style, as JSON.
PROBE = """
import json
from facegen.assets.hair.hair_plan import groom_of
from facegen.assets.hair.style_registry import HAIR_STYLES, Observed, candidate_weights
from facegen.datasets.keyed_random import Draw
from facegen.render.prior.hair_prior import draw_hair
from facegen.render.spec import face_spec as s, overrides
from facegen.render.spec.attribute_ranges import find
from facegen.render.spec.sweeps import with_needs

spec = overrides.parse("hair.style=pixie").apply(s.FaceSpec())
longer = groom_of(s.replace(spec, "hair.sides", 2.0).hair).groom
women = [draw_hair(Draw(0, i), s.Identity(gender=0.0)).style for i in range(400)]
print(json.dumps({
    "last": find("hair.style").names[-1],
    "set": spec.hair.style,
    "kept": with_needs(spec, "hair.sides").hair.style,
    "sides": longer.sides / HAIR_STYLES["pixie"].groom.sides,
    "drawn": women.count("pixie"),
    "middle": candidate_weights("middle_women", Observed(man=False))["pixie"],
    "round_trip": s.FaceSpec.from_dict(json.loads(json.dumps(spec.to_dict()))) == spec,
}))
"""


@pytest.fixture(scope="module")
def environment(tmp_path_factory):
    """An environment in which Python finds the installed package."""
    folder = tmp_path_factory.mktemp("package")
    install(folder, "hair-style.md")
    return os.environ | {"PYTHONPATH": os.pathsep.join([str(folder), os.environ.get("PYTHONPATH", "")])}


def test_facegen_knows_the_style(environment):
    done = subprocess.run([sys.executable, "-c", PROBE], env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["last"] == found["set"] == found["kept"] == "pixie" and found["round_trip"]
    assert found["sides"] == pytest.approx(2) and found["middle"] == 0.05
    assert found["drawn"] > 4  # of 400: its weight is 0.04 of 1.08


@pytest.mark.render
def test_facegens_own_tests_grow_it_on_a_head(environment):
    pytest.importorskip("anny")
    pytest.importorskip("open3d")
    here = Path(__file__).parent
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", "pixie", str(here)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, cwd=here)
    assert done.returncode == 0, done.stdout
    passed = int(done.stdout.rsplit(" passed", 1)[0].split()[-1])
    assert passed == 2  # its entry, its strands
