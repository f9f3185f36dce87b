"""One file adds a hat, glasses, a garment, an earring, a necklace: the worked examples of docs/extending.

The examples are installed as packages of their own next to facegen. Then facegen knows them, builds them on a
head without Blender, and its own tests cover them.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from page_examples import blocks, install

PAGES = ("hat.md", "glasses.md", "garment.md", "jewellery.md")
ADDED = {
    "headwear.kind": "top_hat",
    "glasses.kind": "half_moon",
    "garment.cut": "boat_neck",
    "jewellery.earrings": "bar",
    "jewellery.necklace": "charm",
}
# Run by a Python that finds the packages: what facegen then knows and builds, as JSON in a file.
PROBE = f"""
import json, sys
from pathlib import Path
import pytest
from facegen.assets.head.head_model import head_model
from facegen.render.geometry.assemble import assemble
from facegen.render.geometry.fitting import PreviewDetail
from facegen.render.geometry.part import MeshGeometry
from facegen.render.geometry.pose import pose_head
from facegen.render.matching.condition import _earrings_of_area
from facegen.render.prior.default_prior import draw_spec
from facegen.render.prior.garment_prior import draw_garment
from facegen.render.spec import face_spec as s, overrides
from facegen.render.spec.attribute_ranges import find
from facegen.datasets.keyed_random import Draw
from facegen.render.spec.sweeps import with_needs

added = {ADDED!r}
set_to = [overrides.parse(f"{{path}}={{name}}") for path, name in added.items()]
spec = overrides.apply_all(draw_spec(1, 0), set_to)
def parts(spec):
    made = assemble(spec, pose_head(head_model(), spec), PreviewDetail())
    meshes = [part for part in made if isinstance(part.geometry, MeshGeometry)]
    return {{part.name: len(part.geometry.vertices) for part in meshes}}
drawn = [draw_garment(Draw(2, i), s.Identity()).cut for i in range(400)]
found = {{
    "last": {{path: find(path).names[-1] for path in added}},
    "worn": {{path: s.attribute(spec, path) for path in added}},
    "parts": parts(spec),
    "plain": parts(draw_spec(1, 0)),
    "curl": with_needs(s.replace(spec, "headwear.kind", "top_hat"), "headwear.curl").headwear.kind,
    "drawn": drawn.count("boat_neck"),
    "sized": _earrings_of_area(s.Jewellery(earrings="bar"), s.Identity(), 0.01).earring_mm,
    "round_trip": s.FaceSpec.from_dict(json.loads(json.dumps(spec.to_dict()))) == spec,
}}
Path(sys.argv[1]).write_text(json.dumps(found))
# Then facegen's own tests of what is added, with the head that is loaded.
quiet = ["-q", "-p", "no:cacheprovider", "-W", "ignore::pytest.PytestAssertRewriteWarning"]
sys.exit(pytest.main([*quiet, "-k", " or ".join(added.values()), sys.argv[2]]))
"""


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    """With the packages of all pages installed: what facegen then knows, and how its own tests end."""
    pytest.importorskip("anny")
    folder = tmp_path_factory.mktemp("packages")
    for page in PAGES:
        install(folder, page)
    here, found = Path(__file__).parent, folder / "found.json"
    path = os.pathsep.join([str(folder), os.environ.get("PYTHONPATH", "")])
    done = subprocess.run(
        [sys.executable, "-c", PROBE, str(found), str(here)],
        env=os.environ | {"PYTHONPATH": path},
        capture_output=True,
        text=True,
        cwd=here,
    )
    assert found.is_file(), done.stderr
    return json.loads(found.read_text()), done


@pytest.mark.render
def test_facegen_knows_them_and_builds_them_on_a_head(ran):
    found, _ = ran
    assert found["last"] == found["worn"] == ADDED and found["round_trip"]
    names = set(found["parts"])
    assert {"hat", "frame", "lens", "cloth.0", "cloth.1", "earring.l", "earring.r", "necklace"} <= names
    assert found["parts"]["cloth.0"] != found["plain"]["cloth.0"]
    assert found["curl"] == "top_hat"  # it shows the curl, so a sweep of it leaves it on
    assert 12 <= found["sized"] <= 76  # matching can follow an earring_area with it
    assert found["drawn"] > 5  # of 400: its weight is 0.027 of 1.02


@pytest.mark.render
def test_facegens_own_tests_cover_them(ran):
    _, done = ran
    assert done.returncode == 0, done.stdout
    passed = int(done.stdout.rsplit(" passed", 1)[0].split()[-1])
    assert passed >= 9  # hat 2, glasses 1, garment 4, earring 1, necklace 1


def test_each_file_is_one_entry():
    """The examples are what the pages promise: one file each."""
    files = [name for page in PAGES for name in blocks(page, "python")]
    assert sorted(files) == sorted(f"{name}.py" for name in ADDED.values())
