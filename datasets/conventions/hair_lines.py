"""How coarsely the annotator of one picture draws hair."""

import numpy as np

from facegen.datasets.conventions.label_conventions import Convention
from facegen.datasets.keyed_random import Draw

MOST_SD = 2.5  # standard deviations beyond which nothing is drawn


def hair_lines(convention: Convention, seed: int, index: int) -> float:
    """Factor on the widths of gaps and wisps of hair that are drawn over, of the face of a key.

    Log-normal, with the median and the standard deviation (of the logarithm) of `Convention.hair_lines`; the
    median itself where a convention has no spread.
    """
    median, sd = convention.hair_lines
    if sd == 0:
        return median
    return float(median * np.exp(sd * Draw(seed, index).normal("labels.hair_lines", 0, 1, -MOST_SD, MOST_SD)))
