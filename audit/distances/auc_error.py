"""How uncertain an area under the ROC curve is."""

import numpy as np

NORMAL_95 = 1.96  # standard errors to each side of a 95 % interval


def auc_error(auc: float, n: int, m: int) -> float:
    """Standard error of an AUC.

    Parameters
    ----------
    auc : float in [0, 1]
    n, m : int
        Rows of the two classes.

    Returns
    -------
    float, in the unit of the AUC. Source: Hanley and McNeil, Radiology 143, 1982, eq. 2.
    """
    q1, q2 = auc / (2 - auc), 2 * auc**2 / (1 + auc)
    return float(np.sqrt((auc * (1 - auc) + (n - 1) * (q1 - auc**2) + (m - 1) * (q2 - auc**2)) / (n * m)))
