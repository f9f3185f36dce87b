"""Figures of a run from plain values, as SVG text without dates.

A figure's value is {"value", "low", "high"}, None where not measured (gap.py).
"""

import io
from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

REAL, LOSS, REMEDY = "#3a6ea5", "#b9b9b9", "#d1662a"
# One colour an arm: real ones blue, default ones orange, matched ones green; lighter behind the adapter.
ARM_COLOURS = {
    "R": "#3a6ea5", "R_L": "#9dbfe0", "S": "#d1662a", "S_L": "#eeb48f", "S_D": "#3b8a4e", "S_DL": "#9fd0aa",
}  # fmt: skip
PART_COLOURS = {"distribution": "#7b5ea7", "label": "#c9a227", "rest": "#8a8a8a"}
_STYLE: Any = {"svg.fonttype": "none", "svg.hashsalt": "facegen", "font.size": 8, "font.family": "sans-serif"}


def _svg(width: float, height: float, draw) -> str:
    """A drawing of `width` × `height` inches."""
    with matplotlib.rc_context(_STYLE):
        figure = Figure(figsize=(width, height), layout="constrained")
        axes = figure.subplots()
        axes.spines[["right", "top"]].set_visible(False)
        draw(axes)
        text = io.StringIO()
        figure.savefig(text, format="svg", metadata={"Date": None, "Creator": None})
    return text.getvalue()


def _whiskers(figure: Mapping[str, float | None]) -> np.ndarray | None:
    """(2, 1) lengths below and above the value for errorbar; None where there is no interval."""
    if figure["low"] is None or figure["high"] is None or figure["value"] is None:
        return None
    value = figure["value"]
    return np.maximum([[value - figure["low"]], [figure["high"] - value]], 0)


def waterfall(real: Mapping, synthetic: Mapping, parts: Mapping[str, Mapping], measure: str) -> str:
    """From the score of real training down to that of synthetic training, a step a part."""

    def draw(axes: Axes) -> None:
        names = ["real", *parts, "synthetic"]
        last = len(names) - 1

        def step(place: int, top: float, bottom: float, colour: str, spread: Mapping, text: str) -> None:
            axes.bar(place, top - bottom, bottom=bottom, color=colour, width=0.6)
            end = bottom if 0 < place < last else top
            whiskers = _whiskers(spread)
            axes.errorbar(place, end, whiskers, color="black", capsize=3)
            above = 0.0 if whiskers is None else float(whiskers[1, 0])
            high = max(top, end + above)
            axes.annotate(text, (place, high), (0, 2), textcoords="offset points", ha="center", va="bottom")

        level = real["value"]
        step(0, level, 0, REAL, real, f"{level:.3f}")
        for place, (name, part) in enumerate(parts.items(), 1):
            after = level - part["value"]
            axes.plot([place - 0.7, place + 0.3], [level, level], color="black", linewidth=0.6)
            step(place, level, after, PART_COLOURS[name], part, f"{-part['value']:+.3f}")
            level = after
        axes.plot([last - 0.7, last + 0.3], [level, level], color="black", linewidth=0.6)
        step(last, synthetic["value"], 0, ARM_COLOURS["S"], synthetic, f"{synthetic['value']:.3f}")
        lowest, gap = min(synthetic["value"], real["value"]), abs(real["value"] - synthetic["value"])
        bottom = max(0.0, lowest - 1.2 * gap - 0.05)
        axes.set(xticks=range(len(names)), xticklabels=names)
        axes.set_ylabel(measure + (" (axis cut)" if bottom else ""))
        axes.margins(y=0.12)
        axes.set_ylim(bottom=bottom)

    return _svg(5.2, 3.0, draw)


def class_bars(arms: Mapping[str, Mapping[str, Mapping]], classes: Sequence[str]) -> str:
    """F1 of each class, a bar an arm with its interval."""

    def draw(axes: Axes) -> None:
        width = 0.86 / len(arms)
        for k, (arm, figures) in enumerate(arms.items()):
            at = np.arange(len(classes)) + (k - (len(arms) - 1) / 2) * width
            values = [figures[name]["value"] for name in classes]
            heights = [0.0 if v is None else v for v in values]
            axes.bar(at, heights, width, color=ARM_COLOURS.get(arm, LOSS), label=arm)
            for x, name in zip(at, classes, strict=True):
                spread = _whiskers(figures[name])
                if spread is not None:
                    axes.errorbar(x, figures[name]["value"], spread, color="black", linewidth=0.6)
        axes.set(xticks=range(len(classes)), ylabel="F1", ylim=(0, 1))
        axes.set_xticklabels(classes, rotation=45, ha="right")
        axes.legend(ncols=len(arms), loc="lower left", bbox_to_anchor=(0, 1), frameon=False)

    return _svg(10.5, 3.2, draw)


def confusion(matrix: np.ndarray, classes: Sequence[str]) -> str:
    """Where the pixels of each reference class went: rows sum to 1; absent classes are left out."""
    held = np.flatnonzero(matrix.sum(1))
    share = matrix[held] / matrix[held].sum(1, keepdims=True)

    def draw(axes: Axes) -> None:
        axes.imshow(np.sqrt(share), cmap="Blues", vmin=0, vmax=1, aspect="auto")
        for row in range(len(held)):
            for column in range(len(classes)):
                if share[row, column] >= 0.02:
                    ink = "white" if share[row, column] > 0.4 else "black"
                    text = f"{100 * share[row, column]:.0f}"
                    axes.text(column, row, text, ha="center", va="center", color=ink, fontsize=6)
        axes.set(xticks=range(len(classes)), yticks=range(len(held)))
        axes.set(xlabel="predicted", ylabel="reference (percent of its pixels)")
        axes.set_xticklabels(classes, rotation=90)
        axes.set_yticklabels([classes[i] for i in held])

    return _svg(7.0, 5.4, draw)


def curve(
    points: Sequence[Mapping[str, Any]],
    laws: Mapping[str, Mapping[str, Mapping | None]],
    measure: str,
    words: tuple[str, str],
    levels: Mapping[str, float | None],
    logarithmic: bool = True,
) -> str:
    """Score against a number of images, a line an arm, its fitted law dashed.

    points : [{"n", arm: {measure: figure}}]; laws : {arm: {measure: law or None}}
    words  : of both axes
    levels : {arm: score} of real training, drawn as lines across
    """

    def draw(axes: Axes) -> None:
        numbers = np.array([point["n"] for point in points])
        for arm in laws:
            figures = [point[arm][measure] for point in points]
            colour = ARM_COLOURS.get(arm, LOSS)
            for n, one in zip(numbers, figures, strict=True):
                if one["value"] is not None:
                    axes.errorbar(n, one["value"], _whiskers(one), fmt="o", ms=3, color=colour, capsize=2)
            law = laws[arm][measure]
            if law and logarithmic:
                x = np.geomspace(numbers.min(), 2 * numbers.max(), 60)
                y = law["limit"] - law["drop"] * x ** -law["rate"]
                axes.plot(x, y, "--", linewidth=0.9, color=colour, label=arm)
            else:
                values = [np.nan if one["value"] is None else one["value"] for one in figures]
                axes.plot(numbers, values, linewidth=0.9, color=colour, label=arm)
        for arm, level in levels.items():
            if level is not None:
                axes.axhline(level, color=ARM_COLOURS[arm], linewidth=0.9)
                axes.text(numbers.min(), level, arm, color=ARM_COLOURS[arm], va="bottom")
        if logarithmic:
            axes.set_xscale("log")
            axes.set_xticks(numbers, [str(n) for n in numbers])
            axes.minorticks_off()
        axes.set(xlabel=words[0], ylabel=words[1])
        axes.legend(frameon=False)

    return _svg(4.8, 3.0, draw)
