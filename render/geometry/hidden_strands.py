"""Strands that no picture shows: those behind the head."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from facegen.assets.meshes.mesh import Floats
from facegen.render.geometry.fitting import Fitting

# Metres by which a strand behind the head lies inside its outline. With 1 cm, label maps stay the same and
# faces differ from the converged picture of all their hair by as much as with all of it.
INSIDE = 0.010


def behind_head(strands: Floats, face: Fitting) -> npt.NDArray[np.bool_]:
    """Strands that lie behind the head for the camera, and well inside its outline.

    They are not seen, and not near enough to an outline to shade or colour what is seen there.

    Parameters
    ----------
    strands : (N, K, 3) float, metres
    face : Fitting

    Returns
    -------
    (N,) bool
    """
    eye, body = face.view.position, face.body
    hidden = body.hides(eye, strands).all(1)
    rest = strands[hidden]
    # Away from the middle of the head in the picture; below it, away from the neck.
    outwards = rest - face.head.vertices.mean(0, dtype=np.float32)
    outwards[..., 1] = 0
    outwards[..., 2] = np.maximum(outwards[..., 2], 0)
    outwards *= INSIDE / np.maximum(np.linalg.norm(outwards, axis=2, keepdims=True), 1e-6)
    hidden[hidden] = body.hides(eye, rest + outwards).all(1)
    return hidden
