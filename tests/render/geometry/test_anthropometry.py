"""Heads measured in millimetres: points, measurements, invariances. Needs the render extra."""

from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("anny")

from facegen.assets.head import head_model as h
from facegen.assets.head.rotations import rotation_of
from facegen.datasets.keyed_random import Draw
from facegen.render.geometry import anthropometry as a
from facegen.render.geometry.norm_comparison import shipped_norms
from facegen.render.geometry.pose import pose_head, turned
from facegen.render.prior.identity_prior import draw_identity
from facegen.render.spec import face_spec as s

pytestmark = pytest.mark.render

NAMES = list(a.MEASUREMENTS)


@pytest.fixture(scope="module")
def head():
    return pose_head(h.head_model(), s.FaceSpec(identity=draw_identity(Draw(3, 5))))


@pytest.fixture(scope="module")
def points():
    return a.head_points(h.head_model())


def of(values, name):
    return values[..., NAMES.index(name)]


def test_every_measurement_has_a_norm_s_entry():
    assert set(NAMES) == set(shipped_norms().weights)


def test_a_larger_head_measures_more_by_the_same_factor(head):
    larger = replace(head, vertices=head.vertices * 1.25, eye_centres=head.eye_centres * 1.25)
    one, other = a.measure_heads([head, larger])
    np.testing.assert_allclose(other, one * 1.25, rtol=1e-5)


def test_place_and_turn_of_a_head_do_not_matter(head):
    turn = rotation_of(40, -20, 15).astype(np.float32)
    away = np.array([0.3, -1.0, 2.0], np.float32)
    other = turned(head, turn)
    other = replace(other, vertices=other.vertices + away, eye_centres=other.eye_centres + away)
    one, moved = a.measure_heads([head, other])
    np.testing.assert_allclose(moved, one, atol=0.003)


def test_a_mirrored_head_measures_the_same(head, points):
    """Each vertex goes where its mirror was: left and right measurements exchange and their means stay."""
    model = h.head_model()
    template = model.template * (-1, 1, 1)
    skin = points.skin
    swap = np.arange(len(template))
    swap[skin] = skin[np.argmin(((template[skin][:, None] - model.template[skin]) ** 2).sum(-1), 1)]
    flip = np.array([-1, 1, 1], np.float32)
    mirrored = replace(
        head, vertices=head.vertices[swap] * flip, eye_centres=head.eye_centres[::-1] * flip,
        head_rotation=np.eye(3, dtype=np.float32),
    )  # fmt: skip
    np.testing.assert_allclose(head.head_rotation, np.eye(3), atol=1e-5)
    one, other = a.measure_heads([head, mirrored])
    np.testing.assert_allclose(other, one, atol=0.02)


def test_points_lie_on_both_sides_or_in_the_middle(points):
    template = h.head_model().template * 1000
    for name in a.LANDMARKS:
        left, right = (template[side[name]] for side in (points.left, points.right))
        np.testing.assert_allclose(right * (-1, 1, 1), left, atol=0.05, err_msg=name)
        assert (left[:, 0] > 10).all() if name in a.PAIRED else (np.abs(left[:, 0]) < 0.01).all(), name
    for name, (left, right) in points.regions.items():
        assert 2 <= len(left) == len(right), name
        np.testing.assert_allclose(template[right] * (-1, 1, 1), template[left], atol=0.05, err_msg=name)


def test_points_follow_one_another_down_the_face(points):
    template = h.head_model().template * 1000
    heights = [
        template[points.left[k], 2].mean() for k in ("g", "n", "se", "sn", "ls", "sto", "li", "sl", "gn")
    ]
    assert heights == sorted(heights, reverse=True)


def test_vertices_of_landmarks_are_those_of_the_mesh(points):
    model = h.head_model()
    for name, landmark in a.LANDMARKS.items():
        assert tuple(model.kept[points.left[name]]) == landmark.vertices


def test_distances_are_those_between_landmarks(head, points):
    vertices, eyes = head.vertices * 1000.0, head.eye_centres * 1000.0
    values = a.measure_heads([head])[0]

    def place(name, side):
        return vertices[side[name]].mean(0)

    assert of(values, "ipd") == pytest.approx(np.linalg.norm(eyes[0] - eyes[1]), abs=1e-3)
    left, right = (place("en", side) for side in (points.left, points.right))
    assert of(values, "en_en") == pytest.approx(np.linalg.norm(left - right), abs=1e-3)
    fissures = [np.linalg.norm(place("en", x) - place("ex", x)) for x in (points.left, points.right)]
    assert of(values, "fissure") == pytest.approx(np.mean(fissures), abs=1e-3)
    nose = np.linalg.norm(place("se", points.left) - place("sn", points.left))
    assert of(values, "se_sn") == pytest.approx(nose, abs=1e-3)


@pytest.mark.parametrize(
    ("slider", "name"),
    [
        ("mouth-scale-horiz-incr", "ch_ch"), ("nose-scale-horiz-incr", "al_al"),
        ("l-ear-scale-incr", "ear_len"), ("chin-height-incr", "sn_gn"),
        ("head-scale-depth-incr", "g_op"), ("head-scale-horiz-incr", "eu_eu"),
    ],
)  # fmt: skip
def test_a_slider_moves_what_it_is_named_after(slider, name):
    low, high = a.measure_people([s.Identity(sliders={slider: value}) for value in (-0.5, 0.5)])
    assert of(high, name) > of(low, name) + 1


def test_people_are_measured_at_rest_in_batches(monkeypatch):
    people = [draw_identity(Draw(0, i)) for i in range(5)]
    counts = []
    together = a.measure_people(people, counts.append)
    monkeypatch.setattr(a, "BATCH", 2)
    np.testing.assert_allclose(a.measure_people(people, counts.append), together, atol=0.01)
    assert counts == [5, 2, 2, 1]
    assert together.shape == (5, len(NAMES)) and np.isfinite(together).all()
    one = pose_head(h.head_model(), s.FaceSpec(identity=people[0]))
    np.testing.assert_allclose(a.measure_heads([one])[0], together[0], atol=0.01)


def test_nobody_measures_nothing():
    assert a.measure_people([]).shape == (0, len(NAMES))
