"""Marks on finished pictures."""

from dataclasses import replace

import numpy as np
import pytest

from facegen.render.develop.print_marks import marked
from facegen.render.spec.face_spec import MARKS, Camera

PICTURE = np.full((64, 64, 3), 0.4)


@pytest.mark.parametrize("mark", MARKS)
def test_a_mark_changes_some_of_the_picture_and_the_same_seed_gives_the_same(mark):
    cameras = [replace(Camera(), mark=mark, mark_seed=seed) for seed in range(12)]
    pictures = [marked(PICTURE, camera) for camera in cameras]
    again = marked(PICTURE, cameras[3])
    np.testing.assert_array_equal(again, pictures[3])
    covered = [float((np.abs(p - PICTURE).max(-1) > 0.02).mean()) for p in pictures]
    assert max(covered) < 0.5
    if mark == "none":
        assert max(covered) == 0
    else:
        assert np.median(covered) > 0 and len({p.tobytes() for p in pictures}) > 6
        assert all(p.min() >= 0 and p.max() <= 1 for p in pictures)


def test_frames_cover_the_edge_alone():
    for seed in range(12):
        changed = (
            np.abs(marked(PICTURE, replace(Camera(), mark="frame", mark_seed=seed)) - PICTURE).max(-1) > 0
        )
        assert changed.any() and not changed[4:-4, 4:-4].any()
