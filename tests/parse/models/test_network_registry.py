"""One file adds a network: the worked example of docs/extending/network.md, installed as another package."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from page_examples import install

from facegen.parse.models.network_registry import NETWORKS
from facegen.parse.models.networks import SMALL
from facegen.parse.models.smp_networks import STANDARD

HELPERS = Path(__file__).parents[2] / "helpers"
# Run by a Python that finds the package: two steps of training, and what can be done with the parser.
PROBE = """
import json, sys
from dataclasses import replace
from pathlib import Path
import torch
from drawn_faces import drawn_set
from facegen.parse.experiment.recipes import recipe_for
from facegen.parse.inference.single_photo import label_picture
from facegen.parse.models.checkpoints import load_parser
from facegen.parse.models.encoder_features import encoder_features
from facegen.parse.models.network_registry import NETWORKS
from facegen.parse.training.train import train

torch.set_num_threads(1)
cpu, folder, data = torch.device("cpu"), Path(sys.argv[1]), drawn_set(4, 64)
recipe = recipe_for(cpu, "plain-fcn", size=64, steps=2, batch=2)
trained = train(data, recipe, 0, cpu, folder)
loaded = load_parser(folder / "checkpoint.pt")
print(json.dumps({
    "names": list(NETWORKS),
    "rate": recipe.learning_rate,
    "same": trained.digest == loaded.digest,
    "again": train(data, recipe, 0, cpu, folder / "again").digest == trained.digest,
    "labels": label_picture(data.images[0].transpose(1, 2, 0), loaded, "cpu").labels.shape,
    "features": encoder_features(loaded, data.images, cpu).shape,
}))
"""


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    """What facegen does with the network of the page."""
    folder = tmp_path_factory.mktemp("package")
    install(folder, "network.md")
    path = os.pathsep.join([str(folder), str(HELPERS), os.environ.get("PYTHONPATH", "")])
    command = [sys.executable, "-c", PROBE, str(folder / "training")]
    done = subprocess.run(command, env=os.environ | {"PYTHONPATH": path}, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_the_example_is_trained_saved_and_loaded(found):
    assert found["names"] == [SMALL, STANDARD, "unet-lite0", "plain-fcn"] and found["rate"] == 2e-3
    assert found["same"] and found["again"]


def test_the_example_labels_a_picture_and_gives_features(found):
    assert found["labels"] == [64, 64] and found["features"] == [4, 128]


def test_the_small_network_comes_first():
    assert list(NETWORKS)[:2] == [SMALL, STANDARD]
    assert NETWORKS[SMALL].encoder is None and NETWORKS[STANDARD].encoder is not None
