"""Real faces reweighted to the attribute distribution of a synthetic set: what the distribution alone costs.

Attributes are (n, k) float64, one row a face, nan = not measured.
"""

import numpy as np
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from facegen.datasets.errors import FacegenError

STRENGTH = 0.1  # inverse of the ridge; hundreds of faces and tens of attributes would otherwise separate
MOST = 20.0  # times the mean: no single face may stand for a whole kind


def importance_weights(real: np.ndarray, synthetic: np.ndarray) -> np.ndarray:
    """Sampling weights that give real faces the attribute distribution of the synthetic ones.

    Returns
    -------
    (n,) float, sum 1

    The density ratio of two samples is the odds of a classifier between them, corrected for their sizes
    (Sugiyama et al., Density Ratio Estimation, 2012, ch. 4). What the classifier cannot distinguish keeps
    its distribution.

    Raises
    ------
    ValueError : different columns.
    FacegenError : nothing that both sides measured.
    """
    if real.shape[1] != synthetic.shape[1]:
        raise ValueError(f"{real.shape[1]} attributes of real faces, {synthetic.shape[1]} of synthetic ones")
    usable = (~np.isnan(real)).any(0) & (~np.isnan(synthetic)).any(0)
    if not usable.any():
        raise FacegenError("--controls: no attribute was measured on both the real and the default set")
    x = np.concatenate([real, synthetic])[:, usable]
    side = np.r_[np.zeros(len(real)), np.ones(len(synthetic))]
    model = make_pipeline(
        SimpleImputer(strategy="median", add_indicator=True),
        StandardScaler(),
        LogisticRegression(C=STRENGTH, max_iter=2000),
    )
    chance = model.fit(x, side).predict_proba(x[: len(real)])[:, 1]
    odds = chance / np.maximum(1 - chance, 1e-9) * len(real) / len(synthetic)
    clipped = np.minimum(odds, MOST * odds.mean())
    return clipped / clipped.sum()


def effective_number(weights: np.ndarray) -> float:
    """How many equally weighted faces carry as much information: 1 / Σ w² of weights that sum to 1 (Kish)."""
    return float(1 / np.sum(weights**2))
