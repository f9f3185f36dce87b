"""Figures of a run from plain values, as SVG text without dates.

A figure's value is {"value", "low", "high"}, None where not measured (gap.py).
"""

import io
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import matplotlib
import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

FigureValue = Mapping[str, float | None]
CORE = "mean_f1_core"  # the measure that the overview shows
MEASURE_NAMES = {
    "mean_f1_core": "mean F1 without accessories",
    "mean_f1": "mean F1",
    "mean_iou": "mIoU",
}
SLICES_SHOWN = 8
REAL, LOSS, REMEDY = "#3a6ea5", "#b9b9b9", "#d1662a"
# One colour an arm: real ones blue, default ones orange, matched ones green; lighter behind the adapter.
ARM_COLOURS = {
    "R": "#3a6ea5", "R_L": "#9dbfe0", "S": "#d1662a", "S_L": "#eeb48f", "S_D": "#3b8a4e", "S_DL": "#9fd0aa",
}  # fmt: skip
PART_COLOURS = {"distribution": "#7b5ea7", "label": "#c9a227", "rest": "#8a8a8a"}
_STYLE: Any = {"svg.fonttype": "none", "svg.hashsalt": "facegen", "font.size": 8, "font.family": "sans-serif"}


def _svg(width: float, height: float, draw: Callable[[Axes], None]) -> str:
    """A drawing of `width` × `height` inches as SVG text."""
    with matplotlib.rc_context(_STYLE):
        figure = Figure(figsize=(width, height), layout="constrained")
        axes = figure.subplots()
        axes.spines[["right", "top"]].set_visible(False)
        draw(axes)
        text = io.StringIO()
        figure.savefig(text, format="svg", metadata={"Date": None, "Creator": None})
    return text.getvalue()


def _whiskers(figure: FigureValue) -> npt.NDArray[np.float64] | None:
    """(2, 1) lengths below and above the value for errorbar; None where there is no interval."""
    if figure["low"] is None or figure["high"] is None or figure["value"] is None:
        return None
    value = figure["value"]
    return np.maximum([[value - figure["low"]], [figure["high"] - value]], 0)


def waterfall(
    real: FigureValue, synthetic: FigureValue, parts: Mapping[str, FigureValue], measure: str
) -> str:
    """From the score of real training down to that of synthetic training, one step for each part, as SVG."""
    return _svg(5.2, 3.0, lambda axes: draw_waterfall(axes, real, synthetic, parts, measure))


def draw_waterfall(
    axes: Axes,
    real: FigureValue,
    synthetic: FigureValue,
    parts: Mapping[str, FigureValue],
    measure: str,
) -> None:
    """Draw the waterfall; `measure` labels the axis."""
    names = ["real", *parts, "synthetic"]
    last = len(names) - 1
    level = _value(real)
    _step(axes, 0, (level, 0), REAL, real, f"{level:.3f}", at_top=True)
    for place, (name, part) in enumerate(parts.items(), 1):
        after = level - _value(part)
        axes.plot([place - 0.7, place + 0.3], [level, level], color="black", linewidth=0.6)
        _step(axes, place, (level, after), PART_COLOURS[name], part, f"{-_value(part):+.3f}", at_top=False)
        level = after
    axes.plot([last - 0.7, last + 0.3], [level, level], color="black", linewidth=0.6)
    bottom_value = _value(synthetic)
    _step(axes, last, (bottom_value, 0), ARM_COLOURS["S"], synthetic, f"{bottom_value:.3f}", at_top=True)
    lowest, gap = min(bottom_value, _value(real)), abs(_value(real) - bottom_value)
    bottom = max(0.0, lowest - 1.2 * gap - 0.05)
    axes.set(xticks=range(len(names)), xticklabels=names)
    axes.set_ylabel(measure + (" (axis cut)" if bottom else ""))
    axes.margins(y=0.12)
    axes.set_ylim(bottom=bottom)


def _step(
    axes: Axes,
    place: int,
    ends: tuple[float, float],
    colour: str,
    figure: FigureValue,
    text: str,
    at_top: bool,
) -> None:
    """One bar from `ends[0]` to `ends[1]` with its interval, at its upper end or where the step arrives."""
    top, bottom = ends
    axes.bar(place, top - bottom, bottom=bottom, color=colour, width=0.6)
    end = top if at_top else bottom
    whiskers = _whiskers(figure)
    axes.errorbar(place, end, whiskers, color="black", capsize=3)
    above = 0.0 if whiskers is None else float(whiskers[1, 0])
    high = max(top, end + above)
    axes.annotate(text, (place, high), (0, 2), textcoords="offset points", ha="center", va="bottom")


def _value(figure: FigureValue) -> float:
    value = figure["value"]
    return np.nan if value is None else value


def overview(content: Mapping[str, Any]) -> Figure:
    """The gap and the slices that lose most, from the content of results.json, as one figure.

    On the left: the waterfall, or a bar an arm where the gap was not split. On the right: the slices, where
    they were measured.
    """
    rows = (content["slice_losses"] or {"rows": []})["rows"]
    with matplotlib.rc_context(_STYLE):
        figure = Figure(figsize=(10.5 if rows else 5.2, 3.6), layout="constrained")
        places = figure.subplots(1, 2 if rows else 1, squeeze=False)[0]
        for axes in places:
            axes.spines[["right", "top"]].set_visible(False)
        scores = {arm["key"]: arm["figures"][CORE] for arm in content["arms"]}
        split = (content["gap"].get(CORE) or {"split": None})["split"]
        if split is None:
            draw_arms(places[0], scores, MEASURE_NAMES[CORE])
        else:
            draw_waterfall(places[0], scores["R"], scores["S"], split["parts"], MEASURE_NAMES[CORE])
        if rows:
            losses = content["slice_losses"]
            words = f"{losses['real']} − {losses['synthetic']}, {MEASURE_NAMES[CORE]}"
            draw_slices(places[1], rows, words)
    return figure


def draw_arms(axes: Axes, scores: Mapping[str, FigureValue], measure: str) -> None:
    """Draw one score of each arm with its interval."""
    for place, (arm, one) in enumerate(scores.items()):
        axes.bar(place, _value(one), color=ARM_COLOURS.get(arm, LOSS), width=0.6)
        axes.errorbar(place, _value(one), _whiskers(one), color="black", capsize=3)
    axes.set(xticks=range(len(scores)), xticklabels=list(scores), ylabel=measure)


def draw_slices(axes: Axes, rows: Sequence[Mapping[str, Any]], words: str) -> None:
    """Draw the slices of the test set with the largest losses, the largest on top.

    Parameters
    ----------
    rows : [{"slice", "faces", "loss": figure}], largest first, as results.json holds them
    words : what the losses are
    """
    shown = list(rows[:SLICES_SHOWN])[::-1]
    for place, row in enumerate(shown):
        loss = row["loss"]
        axes.barh(place, _value(loss), color=REMEDY, height=0.6)
        axes.errorbar(_value(loss), place, xerr=_whiskers(loss), color="black", capsize=2, linewidth=0.8)
    axes.set(yticks=range(len(shown)), xlabel=words)
    axes.set_yticklabels([f"{row['slice']} ({row['faces']})" for row in shown])


def class_bars(arms: Mapping[str, Mapping[str, FigureValue]], classes: Sequence[str]) -> str:
    """F1 of each class, one bar for each arm with its interval, as SVG."""

    def draw(axes: Axes) -> None:
        width = 0.86 / len(arms)
        for k, (arm, figures) in enumerate(arms.items()):
            at = np.arange(len(classes)) + (k - (len(arms) - 1) / 2) * width
            values = [figures[name]["value"] for name in classes]
            heights = [0.0 if v is None else v for v in values]
            axes.bar(at, heights, width, color=ARM_COLOURS.get(arm, LOSS), label=arm)
            for x, name in zip(at, classes, strict=True):
                whiskers = _whiskers(figures[name])
                if whiskers is not None:
                    axes.errorbar(x, _value(figures[name]), whiskers, color="black", linewidth=0.6)
        axes.set(xticks=range(len(classes)), ylabel="F1", ylim=(0, 1))
        axes.set_xticklabels(classes, rotation=45, ha="right")
        axes.legend(ncols=len(arms), loc="lower left", bbox_to_anchor=(0, 1), frameon=False)

    return _svg(10.5, 3.2, draw)


def confusion(matrix: npt.NDArray[np.int64], classes: Sequence[str]) -> str:
    """Where the pixels of each reference class went: rows sum to 1; absent classes are left out."""
    held = np.flatnonzero(matrix.sum(1))
    fraction = matrix[held] / matrix[held].sum(1, keepdims=True)

    def draw(axes: Axes) -> None:
        axes.imshow(np.sqrt(fraction), cmap="Blues", vmin=0, vmax=1, aspect="auto")
        for row in range(len(held)):
            for column in range(len(classes)):
                if fraction[row, column] >= 0.02:
                    ink = "white" if fraction[row, column] > 0.4 else "black"
                    text = f"{100 * fraction[row, column]:.0f}"
                    axes.text(column, row, text, ha="center", va="center", color=ink, fontsize=6)
        axes.set(xticks=range(len(classes)), yticks=range(len(held)))
        axes.set(xlabel="predicted", ylabel="reference (percent of its pixels)")
        axes.set_xticklabels(classes, rotation=90)
        axes.set_yticklabels([classes[i] for i in held])

    return _svg(7.0, 5.4, draw)


def curve(
    points: Sequence[Mapping[str, Any]],
    fits: Mapping[str, Mapping[str, Mapping[str, float] | None]],
    measure: str,
    words: tuple[str, str],
    levels: Mapping[str, float | None],
    logarithmic: bool = True,
) -> str:
    """Score against a number of images, a line for each arm, its power-law fit dashed, as SVG.

    Parameters
    ----------
    points : [{"n", arm: {measure: figure}}]
    fits : {arm: {measure: {"limit", "drop", "rate"} or None}}
    words : labels of both axes
    levels : {arm: score} of real training, drawn as horizontal lines
    logarithmic : whether the axis of numbers is; only then fits are drawn
    """

    def draw(axes: Axes) -> None:
        numbers = np.array([point["n"] for point in points])
        for arm in fits:
            figures = [point[arm][measure] for point in points]
            colour = ARM_COLOURS.get(arm, LOSS)
            for n, one in zip(numbers, figures, strict=True):
                if one["value"] is not None:
                    axes.errorbar(n, one["value"], _whiskers(one), fmt="o", ms=3, color=colour, capsize=2)
            fit = fits[arm][measure]
            if fit and logarithmic:
                x = np.geomspace(numbers.min(), 2 * numbers.max(), 60)
                y = fit["limit"] - fit["drop"] * x ** -fit["rate"]
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


def heat_map(names: Sequence[str], cells: Sequence[Sequence[float | None]]) -> str:
    """A value for each pair of names as squares, blue below 0 and red above, as SVG; None is empty."""
    table = np.array([[np.nan if cell is None else cell for cell in row] for row in cells], float)

    def draw(axes: Axes) -> None:
        known = table[~np.isnan(table)]
        reach = max(1e-3, float(np.abs(known).max())) if known.size else 1e-3
        picture = axes.imshow(table, cmap="RdBu_r", vmin=-reach, vmax=reach)
        axes.set_xticks(range(len(names)), names, rotation=90)
        axes.set_yticks(range(len(names)), names)
        for i, j in np.argwhere(~np.isnan(table)):
            axes.text(j, i, f"{100 * table[i, j]:.0f}", ha="center", va="center", fontsize=6)
        axes.figure.colorbar(picture, ax=axes, label="loss above the others (labels: hundredths)")

    side = 2.4 + 0.28 * len(names)
    return _svg(side + 0.8, side, draw)
