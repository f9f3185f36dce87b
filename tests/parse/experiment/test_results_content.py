"""The content of results.json."""

import pytest
import torch
from drawn_faces import drawn_set

import facegen
from facegen.datasets.errors import FacegenError
from facegen.parse.data.device import half_precision
from facegen.parse.experiment.results_content import FORMAT_VERSION, readable_content, training_differences
from facegen.parse.experiment.run_plan import MADE_WITH
from facegen.parse.training.recipe import Recipe
from facegen.parse.training.train import train

CPU = torch.device("cpu")
SHORT = Recipe(size=32, steps=6, batch=2)


def test_differences_between_trainings_are_reported(tmp_path):
    parser = train(drawn_set(4, 32), SHORT, 0, CPU, tmp_path)
    half = half_precision(CPU)
    one = {"facegen": facegen.__version__, "device": "cpu", "precision": "bfloat16" if half else "float32"}
    assert {key: parser.metadata[key] for key in MADE_WITH} == one
    assert training_differences([one, dict(one)]) == {}
    old = {"facegen": "0.0.1", "device": None}
    assert training_differences([one, old]) == {
        "facegen": ["0.0.1", facegen.__version__],
        "device": ["cpu", "unknown"],
        "precision": sorted([one["precision"], "unknown"]),
    }


def test_keys_of_an_earlier_version_are_translated_and_others_refused(tmp_path):
    figure = {"value": 0.1, "low": 0.0, "high": 0.2}
    old = {
        "format": "facegen-train-eval",
        "format_version": 4,
        "mixed": {},
        "test": {"is": "test", "images": 4},
        "gap": {"skin": {"over_real": {"S / R": figure}, "split": {"shares": {"label": figure}}}},
        "beside": {"base": "S", "over_base": {"X1": {"mean_f1": figure}}},
        "controls": {"repeated_real_minus_real_by_synthetic_law": None, "law_distinct_faces": 3},
        "curves": {"S": {"laws": {"S": {"mean_f1": None}}}},
        "slices": {"X1": [{"slice": "hat", "over_base": figure}]},
    }
    new = readable_content(old, tmp_path)
    assert new["format_version"] == FORMAT_VERSION == 5 and new["training_differences"] == {}
    assert new["test"] == {"source": "test", "images": 4}
    assert new["gap"]["skin"]["relative_to_real"]["S / R"] == figure
    assert new["gap"]["skin"]["split"]["fractions"]["label"] == figure
    assert new["comparisons"] == {"reference": "S", "above_reference": {"X1": {"mean_f1": figure}}}
    assert new["controls"] == {"repeated_real_minus_reweighted_real": None, "reweighted_distinct_faces": 3}
    assert "fits" in new["curves"]["S"] and new["slices"]["X1"][0]["above_reference"] == figure
    assert readable_content(new, tmp_path) is new
    for version in (3, 6, None):
        with pytest.raises(FacegenError, match=f"format version {version}, this facegen reads 4 and 5"):
            readable_content(old | {"format_version": version}, tmp_path)
    with pytest.raises(FacegenError, match="not a result of facegen train-eval"):
        readable_content([], tmp_path)
