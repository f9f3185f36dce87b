"""iBUG's points lie where a face has them. Needs the render extra."""

import numpy as np
import pytest

pytest.importorskip("anny")

from facegen.assets.head.head_landmarks import meet_lids

pytestmark = pytest.mark.render

IBUG_MIRROR = [
    (0, 16),
    (4, 12),
    (7, 9),
    (17, 26),
    (21, 22),
    (31, 35),
    (36, 45),
    (39, 42),
    (48, 54),
    (60, 64),
    (61, 63),
    (67, 65),
    (68, 69),
]


@pytest.mark.parametrize("right,left", IBUG_MIRROR)
def test_landmarks_are_symmetric_on_the_template(neutral, right, left):
    mirrored = neutral.landmarks[right] * [-1, 1, 1]
    np.testing.assert_allclose(mirrored, neutral.landmarks[left], atol=4e-4)


def test_lid_landmarks_lie_on_the_lids_front_edge(model, neutral):
    lids = model.landmark_vertices[36:48]
    inner = np.isin(np.arange(36, 48), (39, 42))  # the corners, where the lids fade
    assert (model.lids[lids[~inner]] > 0.9).all() and (model.lids[lids[inner]] > 0.8).all()
    for eye, points in enumerate((neutral.landmarks[42:48], neutral.landmarks[36:42])):
        distance = np.linalg.norm(points - neutral.eye_centres[eye], axis=1)
        assert (distance > neutral.eye_radius).all()  # the lining lies inside


def test_lids_that_pass_each_other_meet():
    points, up = np.zeros((70, 3)), np.array([0.0, 0.6, 0.8])
    points[36:48] = [0.5, 0, 0]
    points[[37, 38, 43, 44]] += np.outer([4, 0, -1, -3], up)
    before = points.copy()
    meet_lids(points, up)
    np.testing.assert_allclose(points[[41, 40]], before[[41, 40]])  # open, and shut to the point
    np.testing.assert_allclose(points[[47, 46]], before[[43, 44]], atol=1e-12)
    np.testing.assert_array_equal(points[[37, 38, 43, 44]], before[[37, 38, 43, 44]])
