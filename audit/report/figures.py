"""Figures of the report: two laws of one attribute laid over one another, as SVG without dates."""

import base64
import io
from typing import Any

import matplotlib
import numpy as np
from matplotlib.figure import Figure

REAL_COLOUR, SYNTHETIC_COLOUR = (
    "#3a6ea5",
    "#d1662a",
)  # apart in hue and in lightness, also for the colour blind
_BINS = 32
_RANGE = (0.5, 99.5)  # percentiles shown: a single extreme value would squeeze everything else into one bin
_STYLE: Any = {"svg.fonttype": "none", "svg.hashsalt": "facegen", "font.size": 7, "font.family": "sans-serif"}


def overlaid_histogram(real: np.ndarray, synthetic: np.ndarray, unit: str) -> str:
    """A data URI of an SVG: densities of two samples (m,) and (n,) float64 without NaN on common bins."""
    both = [values for values in (real, synthetic) if len(values)]
    low = min(np.percentile(values, _RANGE[0]) for values in both)
    high = max(np.percentile(values, _RANGE[1]) for values in both)
    if high <= low:
        low, high = low - 0.5, high + 0.5
    edges = np.linspace(low, high, _BINS + 1)
    with matplotlib.rc_context(_STYLE):
        figure = Figure(figsize=(2.7, 1.35))
        figure.subplots_adjust(left=0.03, right=0.97, top=0.97, bottom=0.3)
        axes = figure.subplots()
        for values, colour in ((real, REAL_COLOUR), (synthetic, SYNTHETIC_COLOUR)):
            if len(values):
                share = np.histogram(np.clip(values, low, high), edges)[0] / len(values)
                axes.stairs(share, edges, fill=True, color=colour, alpha=0.35)
                axes.stairs(share, edges, color=colour, linewidth=1.0)
        axes.set(yticks=[], xlim=(low, high), xlabel=unit)
        axes.spines[["left", "right", "top"]].set_visible(False)
        axes.locator_params(axis="x", nbins=5)
        buffer = io.BytesIO()
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    # As a picture of its own and not as elements of the page: ids inside the SVGs would clash with each
    # other.
    return "data:image/svg+xml;base64," + base64.b64encode(buffer.getvalue()).decode()
