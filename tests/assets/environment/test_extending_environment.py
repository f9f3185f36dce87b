"""One file adds a backdrop, a light set-up, an HDRI: the worked examples of docs/extending.

The examples are installed as packages of their own next to facegen and used without Blender.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from page_examples import install

# Run by a Python that finds the packages: what facegen then knows and draws, as JSON.
PROBE = """
import json
import numpy as np
from facegen.assets.environment.background_picture import background
from facegen.assets.environment.hdri_registry import HDRIS
from facegen.assets.environment.light_registry import LIGHTS
from facegen.datasets.keyed_random import Draw
from facegen.render.prior.capture_prior import draw_background, draw_light
from facegen.render.spec import face_spec as s, overrides
from facegen.render.spec.attribute_ranges import find

spec = overrides.parse("background.kind=shutter").apply(s.FaceSpec())
rows = background(s.replace(spec, "background.blur", 0.0).background, 64).mean((1, 2))
setup = LIGHTS["ring_light"]
lights = [draw_light(Draw(0, i)) for i in range(400)]
low, high = setup.key_elevation
def frontal(light):
    return abs(light.key_azimuth) <= setup.key_azimuth and low <= light.key_elevation <= high
print(json.dumps({
    "last": {path: find(path).names[-1] for path in ("background.kind", "light.hdri")},
    "set": spec.background.kind,
    "varies": float(np.abs(np.diff(rows)).mean()),
    "backdrops": sum(draw_background(Draw(0, i)).kind == "shutter" for i in range(400)),
    "setups": list(LIGHTS)[-1],
    "frontal": sum(map(frontal, lights)),
    "kitchens": sum(x.hdri == "kitchen" for x in lights),
    "path": HDRIS["kitchen"].path(),
}))
"""


@pytest.fixture(scope="module")
def packages(tmp_path_factory):
    """A folder in which the packages of both pages are installed, and an environment that finds it."""
    folder = tmp_path_factory.mktemp("packages")
    for page in ("backdrop.md", "light.md"):
        install(folder, page)
    path = os.pathsep.join([str(folder), os.environ.get("PYTHONPATH", "")])
    return folder, os.environ | {"PYTHONPATH": path}


def test_facegen_knows_them_and_draws_them(packages):
    folder, environment = packages
    done = subprocess.run([sys.executable, "-c", PROBE], env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["last"] == {"background.kind": "shutter", "light.hdri": "kitchen"}
    assert found["set"] == "shutter" and found["varies"] > 0.005
    assert found["setups"] == "ring_light" and Path(found["path"]) == folder / "kitchen.exr"
    # Of 400 each: weights 0.03 of 1.03, 0.05 of 1.05 and 1 of 9.
    assert found["backdrops"] > 3 and found["frontal"] > 6 and found["kitchens"] > 20


def test_facegens_own_tests_cover_them(packages):
    here = Path(__file__).parent
    chosen = "shutter or ring_light"
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", chosen, str(here)]
    done = subprocess.run(command, env=packages[1], capture_output=True, text=True, cwd=here)
    assert done.returncode == 0, done.stdout
    passed = int(done.stdout.rsplit(" passed", 1)[0].split()[-1])
    assert passed == 3  # by seed, by tone, ranges of the set-up
