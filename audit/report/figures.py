"""Figures of the report as SVG without dates: the distributions of one attribute on both sides.

Each figure is a data URI and not a part of the page, because ids inside several SVGs of one page would clash.
"""

import base64
import io
from dataclasses import dataclass
from typing import Any

import matplotlib
import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

# Different in hue and in lightness, so that colour-blind readers can tell them apart too.
REAL_COLOUR, SYNTHETIC_COLOUR = "#3a6ea5", "#d1662a"
_INK = "#5b6470"
_BINS = 32
_RANGE = (0.5, 99.5)  # percentiles shown: a single extreme value would put everything else into one bin
_STYLE: Any = {"svg.fonttype": "none", "svg.hashsalt": "facegen", "font.family": "sans-serif"}

Values = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Format:
    """Size of a figure in inches, size of its letters in points, and whether the means are marked."""

    width: float
    height: float
    letters: float
    marks_means: bool


SMALL = Format(2.7, 1.35, 7, marks_means=False)  # one of many
LARGE = Format(4.2, 1.6, 9, marks_means=True)  # on the first screen


def overlaid_histogram(real: Values, synthetic: Values, unit: str, form: Format = SMALL) -> str:
    """Fractions of two samples of a continuous attribute on common bins.

    Parameters
    ----------
    real, synthetic : (m,) and (n,) float64
        Values in the attribute's unit, without NaN; one of them may be empty.
    unit : str
        Written under the axis.
    form : Format

    Returns
    -------
    str
        A data URI of an SVG.
    """
    both = [values for values in (real, synthetic) if len(values)]
    low = min(np.percentile(values, _RANGE[0]) for values in both)
    high = max(np.percentile(values, _RANGE[1]) for values in both)
    if high <= low:
        low, high = low - 0.5, high + 0.5
    edges = np.linspace(low, high, _BINS + 1)
    with matplotlib.rc_context(_STYLE | {"font.size": form.letters}):
        figure, axes = _blank(form)
        for values, colour in ((real, REAL_COLOUR), (synthetic, SYNTHETIC_COLOUR)):
            if not len(values):
                continue
            fraction = np.histogram(np.clip(values, low, high), edges)[0] / len(values)
            axes.stairs(fraction, edges, fill=True, color=colour, alpha=0.35)
            axes.stairs(fraction, edges, color=colour, linewidth=1.0)
            if form.marks_means:
                mean = float(np.clip(values.mean(), low, high))
                axes.axvline(mean, color=colour, linewidth=1.4, linestyle=(0, (4, 2)))
        axes.set(yticks=[], xlim=(low, high), xlabel=unit)
        axes.locator_params(axis="x", nbins=5)
        return _uri(figure)


def frequency_bars(real: Values, synthetic: Values, form: Format = SMALL) -> str:
    """Frequencies of a yes/no attribute as two bars in percent: a data URI of an SVG.

    Parameters
    ----------
    real, synthetic : (m,) and (n,) float64 of 0 and 1, without NaN; not empty
    form : Format
    """
    with matplotlib.rc_context(_STYLE | {"font.size": form.letters}):
        figure, axes = _blank(form)
        percent = [100 * float(values.mean()) for values in (real, synthetic)]
        top = max(*percent, 1.0)
        axes.barh([1, 0], percent, color=[REAL_COLOUR, SYNTHETIC_COLOUR], alpha=0.75, height=0.7)
        for place, value in zip((1, 0), percent, strict=True):
            axes.text(value + 0.02 * top, place, f"{value:.1f} %", va="center", color=_INK)
        axes.set(yticks=[], xlim=(0, 1.25 * top), ylim=(-0.6, 1.6), xlabel="% of the pictures")
        axes.locator_params(axis="x", nbins=5)
        return _uri(figure)


def _blank(form: Format) -> tuple[Figure, Axes]:
    """A figure with one axis line, the lower one."""
    figure = Figure(figsize=(form.width, form.height))
    figure.subplots_adjust(left=0.03, right=0.97, top=0.97, bottom=0.3)
    axes = figure.subplots()
    axes.spines[["left", "right", "top"]].set_visible(False)
    return figure, axes


def _uri(figure: Figure) -> str:
    buffer = io.BytesIO()
    figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    return "data:image/svg+xml;base64," + base64.b64encode(buffer.getvalue()).decode()
