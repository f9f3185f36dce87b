"""Eyeballs and irises."""

import numpy as np
import pytest

from facegen.assets.head import eyes


def test_iris_is_dark_inside_and_at_the_limbus():
    picture = eyes.iris_picture("blue", 0.4, np.random.default_rng(0)).mean(-1)
    y, x = (np.mgrid[:128, :128] + 0.5) / 64 - 1
    r = np.hypot(x, y)
    middle = picture[(r > 0.55) & (r < 0.75)].mean()
    assert picture[(r > 0.95) & (r < 1.0)].mean() < 0.6 * middle


def test_eyeball_has_iris_behind_the_sphere_and_a_cornea_in_front():
    vertices, faces, part, _ = eyes.eyeball(0.0165, 0.00585, 0.002)
    iris = np.unique(faces[part == eyes.IRIS])
    assert np.linalg.norm(vertices[iris], axis=1).max() < 0.0166
    assert np.hypot(*vertices[iris][:, [0, 2]].T).max() == pytest.approx(0.00585, rel=1e-3)
    cap, _ = eyes.cornea(0.0165, 0.00585)
    assert np.linalg.norm(cap, axis=1).min() > 0.0165


def test_lids_shade_the_eye_near_them_only():
    class Wall:
        """Clearance to the plane z = 0.01."""

        def clearance(self, points):
            return 0.01 - points[:, 2], None

    vertices = np.array([[0, -0.016, 0.0], [0, -0.013, 0.0095], [0.012, -0.01, 0.0]])
    near, corner = eyes.lid_fields(vertices, np.array([0.012, -0.01, 0.0]), np.array([0, 0, 1.0]), Wall())
    assert near[0] == 0 and near[1] > 0.8
    below, _ = eyes.lid_fields(vertices, np.array([0.012, -0.01, 0.0]), np.array([0, 0, -1.0]), Wall())
    np.testing.assert_allclose(below[1], eyes.LOWER_LID * near[1], rtol=1e-5)
    assert corner[2] == 1 and corner[0] < 0.01
