"""Drawn heads as samples of a rendered set: a spec, a pose, class shares and landmarks that go with them."""

import numpy as np
from drawn_heads import EYES, MOUTH

from facegen.assets.hair.style_registry import HAIR_STYLES
from facegen.audit.validation.ground_truth import Known
from facegen.datasets.conventions.native_labels import Native
from facegen.render.prior import default_prior

SIDE = 256


def landmarks(size=SIDE, centre=(0.5, 0.5), scale=1.0, roll=0.0):
    """(70, 2) float: 68 iBUG points and two pupils of drawn_heads.head; those it has no place for at 0."""
    points = np.zeros((70, 2))
    for start, sign in ((36, -1), (42, 1)):
        turns = np.radians([180, 240, 300, 0, 60, 120])
        points[start : start + 6] = np.stack([sign * EYES + 0.04 * np.cos(turns), 0.02 * np.sin(turns)], 1)
    points[48], points[54] = (-0.09, MOUTH), (0.09, MOUTH)
    angle = np.radians(roll)
    along, down = np.array([np.cos(angle), np.sin(angle)]), np.array([-np.sin(angle), np.cos(angle)])
    eyes = np.array(centre) * size - 0.1 * MOUTH * scale * size * down
    return eyes + scale * size * (points[:, :1] * along + points[:, 1:] * down)


def known(index, yaw=0.0, **geometry):
    """A Known whose spec is face `index` of the prior's seed 0."""
    spec = default_prior.draw_spec(0, index).to_dict()
    meta = {
        "spec": spec,
        "size": SIDE,
        "head_pose": {"yaw": yaw, "pitch": 0.0, "roll": geometry.get("roll", 0.0)},
        "attributes": {f"area.{label.name.lower()}": 0.0 for label in Native},
    }
    return Known(meta, landmarks(**geometry), HAIR_STYLES[spec["hair"]["style"]].traits)
