"""Bands along lines of known place and width."""

import numpy as np
import pytest

from facegen.render.geometry.strand_bands import bands


def test_bands_face_the_eye():
    line = np.array([[[0, 0, 0], [0, 0, 1], [0, 0, 2]]], float)
    vertices, triangles = bands(line, 0.05, np.array([0.0, -5.0, 1.0]))
    assert len(vertices) == 6 and len(triangles) == 4
    a, b, c = (vertices[triangles[:, i]] for i in range(3))
    normal = np.cross(b - a, c - a)
    assert np.all(np.abs(normal[:, 1]) > 0.99 * np.linalg.norm(normal, axis=1))
    assert np.linalg.norm(vertices[0] - vertices[1]) == pytest.approx(0.1)


def test_each_point_has_its_own_width():
    line = np.array([[[0, 0, 0], [0, 0, 1], [0, 0, 2]]], float)
    half = np.array([0.1, 0.05, 0.0])[None, :, None]
    vertices, _ = bands(line, half, np.array([0.0, -5.0, 1.0]))
    widths = np.linalg.norm(vertices[0::2] - vertices[1::2], axis=1)
    np.testing.assert_allclose(widths, [0.2, 0.1, 0.0], atol=1e-12)
