"""Scored predictions are kept, and belong to one parser."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from drawn_faces import drawn_set

from facegen.datasets.errors import FacegenError
from facegen.parse.adaptation.network_adapter import AdapterRecipe
from facegen.parse.experiment.scoring_cache import RULES, Scorer
from facegen.parse.models.checkpoints import load_parser
from facegen.parse.training.recipe import Recipe
from facegen.parse.training.train import CHECKPOINT_FILE, train

CPU = torch.device("cpu")
SHORT = Recipe(size=32, steps=6, batch=2)


def test_scores_are_kept_and_belong_to_one_parser(tmp_path):
    recipe = AdapterRecipe(width=4, steps=2, batch=2)
    scorer = Scorer(drawn_set(4, 32, seed=1), drawn_set(3, 32, seed=2), CPU, recipe)
    parsers = [train(drawn_set(6, 32), SHORT, seed, CPU, tmp_path / str(seed)) for seed in range(2)]
    place = tmp_path / "0"
    plain, adapted = scorer.plain(parsers[0], place), scorer.adapted(parsers[0], place)
    (place / "scored-plain.npz").write_bytes(b"damaged")
    for again in (scorer.plain(parsers[0], place), scorer.plain(parsers[0], place)):
        np.testing.assert_array_equal(again.confusions, plain.confusions)
        np.testing.assert_allclose(again.near, plain.near)
        assert again.scores.f1 == pytest.approx(plain.scores.f1, nan_ok=True)
    stamp = (place / "scored-network.npz").stat().st_mtime_ns
    np.testing.assert_array_equal(scorer.adapted(parsers[0], place).confusions, adapted.confusions)
    assert (place / "scored-network.npz").stat().st_mtime_ns == stamp
    # Another parser, whatever it says of itself, or an adapter fitted otherwise is judged anew.
    retrained = replace(parsers[1], metadata=parsers[0].metadata)
    assert retrained.digest != parsers[0].digest == load_parser(place / CHECKPOINT_FILE).digest
    assert (scorer.plain(retrained, place).confusions != plain.confusions).any()
    assert (scorer.plain(parsers[1], place).confusions != plain.confusions).any()
    fewer = scorer.adapted(parsers[1], place, RULES, 2)
    assert fewer.confusions.sum() == plain.confusions.sum()
    with pytest.raises(FacegenError, match="keeps 3 pictures"):
        scorer.adapted(parsers[0], place, count=4)
