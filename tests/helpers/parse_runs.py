"""Runs of train-eval on drawn faces, as short as they can be."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from click.testing import CliRunner

from facegen.cli.main import cli
from facegen.datasets.io.dataset_file import REQUIRED, write_dataset_json
from facegen.parse.adaptation.network_adapter import AdapterRecipe
from facegen.parse.experiment import estimate, recipes

TINY = ("--size", 32, "--steps", 3, "--batch", 4, "--device", "cpu", "--network", "small")


@contextmanager
def short_settings() -> Iterator[None]:
    """Label adapters of few steps, and hardly any time for the estimate."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(recipes, "ADAPTER", AdapterRecipe(width=8, steps=4, batch=2))
        patch.setattr(estimate, "ESTIMATE_SECONDS", 0.1)
        yield


def run(*arguments):
    return CliRunner().invoke(cli, [str(one) for one in arguments])


def quick(synth, real, folder):
    """The shortest run of one set."""
    return "train-eval", synth, "--real", real, *TINY, "--quick", "--out", folder


def own_set(folder, source, profile, seed=0, convention="celebamaskhq", by_hand=False, **config):
    """A drawn set under the name of a rendered one, as far as opening it goes."""
    shutil.copytree(source, folder)
    content = dict.fromkeys(REQUIRED) | {"convention": convention, "profile": profile, "seed": seed}
    content |= {"size": 64, "num": len(list((folder / "images").iterdir())), "fingerprint": "f00"}
    content |= {"ledger": [], "failures": {}, "handwritten_profile": by_hand}
    content["config"] = {"seed": seed, "match_dist": profile, "size": 64, **config}
    write_dataset_json(folder, content)
    for k, image in enumerate(sorted((folder / "images").iterdir())):
        for part in ("images", "masks"):
            (folder / part / image.name).rename(folder / part / f"{k:06d}.png")
        (folder / "meta").mkdir(exist_ok=True)
        (folder / "meta" / f"{k:06d}.json").write_text("{}")
    return folder
