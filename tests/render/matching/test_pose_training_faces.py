"""Faces of known pose: their truth is that of the posed head, and the shipped regressor reads it."""

import numpy as np
import pytest

pytest.importorskip("open3d")
pytest.importorskip("anny")

from facegen.audit.measures.measure_table import NAMES as MEASURED
from facegen.audit.measures.measure_table import measure
from facegen.audit.measures.pose_regressor import NAMES, TARGETS
from facegen.render.matching.pose_training_faces import known_faces, known_spec


def test_known_specs_are_keyed_and_wide():
    assert known_spec(3, 5) == known_spec(3, 5) != known_spec(3, 6)
    specs = [known_spec(3, i) for i in range(200)]
    assert np.std([spec.pose.yaw for spec in specs]) > 22
    smiles = [spec.expression.get("mouthSmileLeft", 0) for spec in specs]
    assert min(smiles) < 0.05 and max(smiles) > 0.9


def test_the_shipped_regressor_reads_faces_it_was_not_learned_from():
    faces = list(known_faces(seed=10_001, num=12))
    truth = np.array([one for _, one in faces])
    found = np.array([measure(np.zeros((*mask.shape, 3), np.uint8), mask) for mask, _ in faces])
    found = found[:, [MEASURED.index(name) for name in NAMES]]
    seen = ~np.isnan(found).any(1)
    assert seen.sum() >= 9
    error = np.median(np.abs(found - truth)[seen], 0)
    # Means of 190 faces held out while it was learned: 1.5, 1.8 and 0.5 degrees, 0.08 and 0.04. Of these
    # twelve the mean of yaw is 3.6, for one face alone: locks hide nearly all of it, turned by 60 degrees.
    for name, value, most in zip(TARGETS, error, (2.5, 2.5, 1, 0.15, 0.08), strict=True):
        assert value < most, name
