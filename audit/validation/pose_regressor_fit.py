"""Learning the regressor of pose_regressor.py from faces whose pose and expression are known."""

import numpy as np
from sklearn.neural_network import MLPRegressor
from threadpoolctl import threadpool_limits

from facegen.audit.measures.pose_regressor import CLIP, SIGNS, TARGETS, Regressor, mirrored, tilted
from facegen.datasets.keyed_random import philox

UNITS = 48
DECAY = 1.0  # weight decay, without which a few thousand faces are overfitted
STEPS = 400  # most passes over the faces
FEWEST = 200
# Standard deviations of the noise added to the features: real masks follow other drawing conventions.
NOISE = 0.2
COPIES = 3  # noisy copies of each face
_FLOOR = 1e-3  # smallest standard deviation of a feature that is divided by


def fit(x: np.ndarray, truth: np.ndarray, tilt: np.ndarray, seed: int = 0) -> Regressor:
    """Learn from n faces and their mirror images.

    Parameters
    ----------
    x : (n, FEATURES) float64 of pose_regressor.features
    truth : (n, len(TARGETS)) float64: true angles in the picture, degrees, and weights
    tilt : (n,) degrees by which the face's axes are turned in the picture, pose_regressor.tilt_of

    Raises
    ------
    ValueError : fewer than FEWEST faces.
    """
    if len(x) < FEWEST:
        raise ValueError(f"{len(x)} faces are too few to learn from")
    own = upright(truth, tilt)
    x, y = np.concatenate([x, mirrored(x)]), np.concatenate([own, own * SIGNS])
    middle, scale = x.mean(0), np.maximum(x.std(0), _FLOOR)
    centre, unit = y.mean(0), y.std(0)
    z = np.clip((x - middle) / scale, -CLIP, CLIP)
    rng = philox(seed)
    z = np.concatenate([z + NOISE * rng.standard_normal(z.shape) for _ in range(COPIES)])
    network = MLPRegressor(
        hidden_layer_sizes=(UNITS,),
        activation="tanh",
        alpha=DECAY,
        max_iter=STEPS,
        early_stopping=True,
        random_state=seed,
    )
    with threadpool_limits(1):
        network.fit(z, np.tile((y - centre) / unit, (COPIES, 1)))
    (hidden, out), (shift, base) = network.coefs_, network.intercepts_
    return Regressor(middle, scale, hidden, shift, out * unit, base * unit + centre)


def upright(truth: np.ndarray, tilt: np.ndarray) -> np.ndarray:
    """Truth (n, TARGETS) as it is once each picture is turned so that the face's axes stand upright."""
    angles = np.stack([tilted(row, -degrees) for row, degrees in zip(truth[:, :3], tilt, strict=True)])
    return np.concatenate([angles, truth[:, 3:]], axis=1)


def errors(regressor: Regressor, x: np.ndarray, truth: np.ndarray, tilt: np.ndarray) -> dict[str, dict]:
    """Of each target: mean absolute error, bias, correlation, and the standard
    deviations of truth and estimate."""
    found = regressor(x)
    found[:, :3] = np.stack([tilted(row, degrees) for row, degrees in zip(found[:, :3], tilt, strict=True)])
    out = {}
    for name, one, true in zip(TARGETS, found.T, truth.T, strict=True):
        varies = true.std() > 0 and one.std() > 0
        out[name] = {
            "mae": round(float(np.abs(one - true).mean()), 4),
            "bias": round(float((one - true).mean()), 4),
            "correlation": round(float(np.corrcoef(one, true)[0, 1]), 4) if varies else None,
            "truth_sd": round(float(true.std()), 4),
            "estimate_sd": round(float(one.std()), 4),
        }
    return out
