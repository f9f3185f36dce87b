"""Attributes of the sets of an experiment."""

import shutil

import numpy as np

from facegen.datasets.io.progress import ignore_progress
from facegen.datasets.layouts.open_set import open_set
from facegen.parse.experiment import attributes
from facegen.parse.experiment.real_sets import open_real
from facegen.parse.experiment.set_roles import Roles


def test_attributes_are_those_of_the_files_as_they_are(sets, tmp_path):
    faces = open_set(shutil.copytree(sets / "real" / "test", tmp_path / "set")).subset([0, 1])
    before = attributes.attributes_of(faces, ignore_progress, "").values
    for folder in ("images", "masks"):
        paths = [tmp_path / "set" / folder / f"{name}.png" for name in faces.ids]
        contents = [path.read_bytes() for path in paths]
        for path, content in zip(paths, reversed(contents), strict=True):
            path.write_bytes(content)
    after = attributes.attributes_of(faces, ignore_progress, "").values
    np.testing.assert_array_equal(after, before[::-1])
    assert not np.array_equal(after, before, equal_nan=True)


def test_a_control_that_cannot_be_made_is_reported(sets):
    events = []
    assert attributes.real_weights(open_real(sets / "real"), Roles(), events.append) == (None, None)
    (event,) = events
    assert str(event) == (
        "no set of the default prior is given: no control with the default set's distribution"
    )
