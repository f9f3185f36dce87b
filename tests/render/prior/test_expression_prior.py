"""Expressions: muscles that move together, how often people smile, and what a mesh makes of it."""

from dataclasses import replace

import numpy as np
import pytest

from facegen.assets.head import teeth
from facegen.assets.head.head_model import head_model
from facegen.datasets.keyed_random import Draw
from facegen.render.geometry.pose import pose_head
from facegen.render.prior import expression_prior as ep
from facegen.render.spec import face_spec as s

PERSON = s.Identity(gender=0.0, age=30.0)


def both(drawn, action):
    return 0.5 * (drawn.get(f"{action}Left", 0.0) + drawn.get(f"{action}Right", 0.0))


@pytest.fixture(scope="module")
def smiles():
    return [ep.draw_expression(Draw(1, i), PERSON, smile=True) for i in range(150)]


@pytest.fixture(scope="module")
def calm():
    return [ep.draw_expression(Draw(1, i), PERSON, smile=False, opening=False) for i in range(150)]


def test_a_smile_is_made_by_mouth_cheeks_and_eyes_together(smiles):
    table = np.array([[both(one, a) for a in ("mouthSmile", "mouthDimple", "cheekSquint")] for one in smiles])
    r = np.corrcoef(table.T)
    assert (r[np.triu_indices(3, 1)] > 0.35).all()
    assert (table[:, 2] > 0.15).mean() > 0.97


def test_calm_faces_do_not_frown(calm):
    frowning = [both(one, "browDown") > 0.15 or both(one, "mouthFrown") > 0.15 for one in calm]
    assert np.mean(frowning) < 0.05
    assert np.mean([both(one, "mouthSmile") for one in calm]) > 0.06


@pytest.mark.parametrize("gender,age,rate", [(0, 25, 0.49), (0, 70, 0.70), (1, 25, 0.37), (1, 70, 0.44)])
def test_smiles_are_as_frequent_as_in_the_annotation_rows(gender, age, rate):
    person = s.Identity(gender=float(gender), age=float(age))
    drawn = [ep.draw_expression(Draw(2, i), person) for i in range(400)]
    # Smiles begin at .25, calm faces end there.
    assert np.mean([both(one, "mouthSmile") > 0.25 for one in drawn]) == pytest.approx(rate, abs=0.07)


def test_open_mouths_are_mostly_smiles():
    drawn = [ep.draw_expression(Draw(3, i), PERSON, opening=True) for i in range(200)]
    assert np.mean([both(one, "mouthSmile") > 0.25 for one in drawn]) == pytest.approx(0.78, abs=0.08)


def smiling(name, person):
    """The spec of a named expression at its table's weights."""
    actions = {}
    for action, weight in ep.EXPRESSIONS[name].items():
        names = (f"{action}Left", f"{action}Right") if action in ep.PAIRED else (action,)
        actions |= dict.fromkeys(names, weight)
    return s.FaceSpec(identity=person, expression=actions)


@pytest.mark.parametrize("person", [PERSON, s.Identity(gender=1.0, age=60.0)])
def test_a_smile_raises_corners_cheeks_and_lower_lids(person):
    model = head_model()
    rest, smile = (pose_head(model, smiling(name, person)) for name in ("neutral", "open_smile"))
    moved = 1000 * (smile.landmarks - rest.landmarks)
    aside, up = moved[54, 0], moved[54, 2]
    assert 6 < aside < 12 and 5 < up < 12
    assert 0.3 < moved[[40, 41, 46, 47], 2].mean() < 2.5  # mm that lower lids rise
    cheek = np.argmin(((model.chart - [37, -40]) ** 2).sum(1))
    risen = 1000 * (smile.vertices[cheek] - rest.vertices[cheek])
    assert risen[2] > 4 and -risen[1] > 2  # up and forwards
    thickness = [1000 * (h.landmarks[51, 2] - h.landmarks[62, 2]) for h in (rest, smile)]
    assert thickness[1] < 0.9 * thickness[0]


@pytest.mark.parametrize("name", ["open_smile", "laugh"])
def test_a_smile_shows_mostly_upper_teeth(name):
    model = head_model()
    spec = smiling(name, PERSON)
    head = pose_head(model, spec)
    up = head.head_rotation[:, 2]
    lips = np.stack([*head.landmarks[[62, 66]], up])
    vertices, _, _ = teeth.teeth(model.template_teeth, head.teeth, model.eye_middle, lips, 0.7)
    upper, lower = np.split(vertices, 2)
    over, under = 1000 * (lips[:2] @ up)
    shown = over - 1000 * (upper[teeth._incisors(True)] @ up).min()
    below = 1000 * (lower[teeth._incisors(False)] @ up).max() - under
    assert shown > 5 and shown > 3 * max(below, 0.0)
    assert (over - under) - shown - max(below, 0.0) < 3  # mm of dark between them


def test_cheeks_of_a_one_sided_smile_swell_on_that_side():
    model = head_model()
    spec = s.FaceSpec(identity=PERSON)
    rest = pose_head(model, spec)
    wry = pose_head(model, replace(spec, expression={"mouthSmileLeft": 0.8}))
    left, right = (np.argmin(((model.chart - [x, -40]) ** 2).sum(1)) for x in (37, -37))
    moved = 1000 * np.linalg.norm(wry.vertices - rest.vertices, axis=1)
    assert moved[left] > 2 and moved[right] < 0.1
