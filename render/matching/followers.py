"""What follows refinement: cheeks and lids rise with a smile, and eyes stay on what they look at.

Knobs turn a few actions of an expression. What the others do with them is the regression of each on the
knobs over the proposals: s_o = m_o + C_ok C_kk^-1 (s_k - m_k) for jointly normal numbers. Eyes turn against
the head by as much as the direction of the camera turns in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from facegen.render.matching.knobs import KNOBS, Rows, knob_values, number_at, with_numbers
from facegen.render.prior.capture_prior import GAZE_PITCH, GAZE_YAW, towards_camera
from facegen.render.spec import face_spec as s

RIDGE = 8.0  # weight of gains of 0, in faces
AT_REST = 0.005  # weight of an action below which it is left out, as expressions are drawn

_MOVES = np.array([knob.paths[0].startswith("expression.") for knob in KNOBS])
_TURNED = {path for knob in KNOBS for path in knob.paths}


@dataclass(frozen=True)
class Followers:
    """Actions that follow.

    Attributes
    ----------
    paths : A dotted paths of actions
    gains : (A, K) float64, change of an action's weight for a knob's move of one unit
    """

    paths: tuple[str, ...]
    gains: Rows

    @classmethod
    def learn(cls, specs: Sequence[s.FaceSpec]) -> Followers:
        """From n draws of the prior."""
        named = sorted({f"expression.{action}" for spec in specs for action in spec.expression} - _TURNED)
        x = np.nan_to_num(np.array([knob_values(spec)[_MOVES] for spec in specs]))
        y = np.array([[number_at(spec, path) for path in named] for spec in specs]).reshape(len(specs), -1)
        x, y = x - x.mean(0), y - y.mean(0)
        gains = np.zeros((len(named), len(KNOBS)))
        gains[:, _MOVES] = np.linalg.solve(x.T @ x + RIDGE * np.eye(x.shape[1]), x.T @ y).T
        return cls(tuple(named), gains)

    def follow(self, before: s.FaceSpec, after: s.FaceSpec) -> s.FaceSpec:
        """`after` with what follows its knobs' moves since `before`."""
        moved = np.nan_to_num(knob_values(after) - knob_values(before))
        changes = self.gains @ moved
        numbers = {}
        for path, change in zip(self.paths, changes.tolist(), strict=True):
            old = number_at(after, path)
            new = min(max(old + change, 0.0), 1.0)
            if change and (old or new > AT_REST):
                numbers[path] = round(new, 4)
        return with_gaze(before, with_numbers(after, numbers))


def with_gaze(before: s.FaceSpec, after: s.FaceSpec) -> s.FaceSpec:
    """`after` with eyes on what they looked at `before` its head was turned, as far as eyes turn."""
    was, now = (towards_camera(pose.yaw, pose.pitch, pose.roll) for pose in (before.pose, after.pose))
    yaw, pitch = np.array([before.pose.gaze_yaw, before.pose.gaze_pitch]) + now - was
    gaze = {
        "gaze_yaw": round(float(np.clip(yaw, *GAZE_YAW)), 4),
        "gaze_pitch": round(float(np.clip(pitch, *GAZE_PITCH)), 4),
    }
    return replace(after, pose=replace(after.pose, **gaze)) if (now != was).any() else after
