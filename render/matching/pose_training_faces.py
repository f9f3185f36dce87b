"""Label maps of faces whose pose and expression are known: training data for the audit's pose regressor.

Poses vary more than in any set of portraits, and more evenly: a regressor trained on a narrow distribution
pulls every answer towards its mean. The maps are previews without Blender (label_preview.py) at the audit's
working size.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from facegen.assets.head.head_model import head_model
from facegen.audit.measures.face_view import WORKING_SIZE
from facegen.audit.measures.pose_regressor import TARGETS
from facegen.datasets.keyed_random import Draw
from facegen.render.geometry.camera_framing import solve_view
from facegen.render.geometry.pose import pose_heads
from facegen.render.geometry.sample_metadata import head_pose
from facegen.render.matching.label_preview import BATCH, preview
from facegen.render.prior import default_prior
from facegen.render.prior.capture_prior import draw_pose
from facegen.render.spec.face_spec import FaceSpec

# Degrees: half of the faces have normal angles with this standard deviation, half uniform ones; both up to
# this end.
ANGLES = {"yaw": (20.0, 60.0), "pitch": (10.0, 30.0), "roll": (7.0, 20.0)}
# Fraction of faces whose smile and jaw are drawn freely on top of an expression of the prior, and up to what
# weight.
FREE, FREE_SMILE, FREE_JAW = 0.5, 0.7, 0.35


def known_spec(seed: int, index: int) -> FaceSpec:
    """A face of the default prior with another pose and, on a fraction FREE of faces, a freer expression."""
    spec, d = default_prior.draw_spec(seed, index), Draw(seed, index)
    angles = {
        name: d.normal(f"known.{name}", 0, sd, -end, end)
        if d.chance(f"known.{name}.normal", 0.5)
        else d.uniform(f"known.{name}.uniform", -end, end)
        for name, (sd, end) in ANGLES.items()
    }
    spec = replace(spec, pose=draw_pose(d, angles["yaw"], angles["pitch"], angles["roll"]))
    if d.chance("known.free", FREE):
        expression = dict(spec.expression)
        smile = d.uniform("known.smile", 0, FREE_SMILE)
        for name in ("mouthSmileLeft", "mouthSmileRight"):
            expression[name] = min(1.0, expression.get(name, 0.0) + smile)
        jaw = expression.get("jawOpen", 0.0) + d.uniform("known.jaw", 0, FREE_JAW)
        if jaw > FREE_JAW / 4:
            expression.pop("mouthClose", None)
        expression["jawOpen"] = min(1.0, jaw)
        spec = replace(spec, expression=expression)
    return spec


def known_faces(
    seed: int, num: int, size: int = WORKING_SIZE
) -> Iterator[tuple[npt.NDArray[np.uint8], npt.NDArray[np.float64]]]:
    """Label maps and what they show.

    Parameters
    ----------
    seed : of the faces
    num : how many
    size : pixels of a map's side

    Yields
    ------
    labels : (size, size) uint8 in celebamaskhq ids
    truth : (len(TARGETS),) float64, of `truth_of`
    """
    model = head_model()
    for start in range(0, num, BATCH):
        specs = [known_spec(seed, i) for i in range(start, min(num, start + BATCH))]
        for spec, head in zip(specs, pose_heads(model, specs), strict=True):
            view = solve_view(head.landmarks, spec.camera)
            yield (
                preview(spec, head, size),
                truth_of(spec.expression, head_pose(view, head.head_rotation)),
            )


def truth_of(expression: Mapping[str, float], pose: Mapping[str, float]) -> npt.NDArray[np.float64]:
    """(len(TARGETS),) float64: the head's angles in degrees, then smile and jaw weights in [0, 1].

    expression : action -> weight; pose : "yaw", "pitch", "roll" -> degrees, of sample_metadata.head_pose
    """
    smile = (expression.get("mouthSmileLeft", 0.0) + expression.get("mouthSmileRight", 0.0)) / 2
    known = {**pose, "smile": smile, "jaw_open": expression.get("jawOpen", 0.0)}
    return np.array([known[name] for name in TARGETS])
