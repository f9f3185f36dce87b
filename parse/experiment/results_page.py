"""The run as one page, index.html, which needs no other file, and its waterfall as a picture of its own.

Everything that comes from a file (names of sets and pictures) is escaped by Jinja2. The pictures in the page
are synthetic faces; real test pictures are shown only on request.
"""

import base64
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jinja2
import numpy as np
import torch

from facegen.datasets.io.files import png_bytes, write_bytes
from facegen.parse.data.loaded_set import LoadedSet
from facegen.parse.experiment import charts
from facegen.parse.experiment.experiment_plan import ADAPTED, REAL, Training
from facegen.parse.experiment.results_content import Run
from facegen.parse.experiment.set_roles import DEFAULT, MATCHED
from facegen.parse.experiment.shapley import ARMS
from facegen.parse.inference.overlay import sheet
from facegen.parse.metrics.evaluate import predict
from facegen.parse.models.checkpoints import load_parser
from facegen.parse.training.train import CHECKPOINT_FILE

PAGE_FILE, WATERFALL_FILE = "index.html", "waterfall.svg"
HEADLINE = "mean_f1_core"
WORST_SHOWN = 12
TITLES = charts.MEASURE_NAMES


def write_page(
    folder: Path,
    content: Mapping[str, Any],
    run: Run,
    shown: Mapping[str, LoadedSet],
    show_real: bool,
    device: torch.device,
) -> Path:
    """Write index.html into the run folder, and waterfall.svg where the gap was split.

    Parameters
    ----------
    content : what results.json holds
    shown : {arm: a few synthetic faces to draw predictions on}
    show_real : put the worst real test pictures into the page
    """
    sheets = [
        (run.plan.titles[key], _uri(_synthetic_sheet(folder, run, key, faces, device)))
        for key, faces in shown.items()
    ]
    real = _uri(_worst_sheet(folder, run, content, device)) if show_real else None
    page = render_page(content, sheets, real, run.recipe.network)
    picture = _waterfall(content)
    if picture is None:
        (folder / WATERFALL_FILE).unlink(missing_ok=True)
    else:
        write_bytes(folder / WATERFALL_FILE, picture.encode())
    write_bytes(folder / PAGE_FILE, page.encode())
    return folder / PAGE_FILE


def render_page(
    content: Mapping[str, Any],
    sheets: list[tuple[str, str]],
    real_sheet: str | None,
    network: str,
) -> str:
    """The page as one string: (title, data URI) of each sheet of synthetic faces, and one of real ones."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("facegen.parse.experiment", "."),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters |= {
        "figure": figure_text, "percent": percent_text, "plain": plain_text, "svg_uri": _svg_uri
    }  # fmt: skip
    arms = {one["key"]: one for one in content["arms"]}
    figures = {key: one["figures"] for key, one in arms.items()}
    classes = [name for name in figures[REAL] if name not in TITLES and name != "background"]
    measured = [name for name in classes if figures[REAL][name]["value"] is not None]
    detailed = next(key for key in ("S_DL", "S_L", *reversed(arms)) if key in arms)
    gap = content["gap"].get(HEADLINE)
    split = gap["split"] if gap else None
    return environment.get_template("results.html.j2").render(
        content=content,
        arms=arms,
        titles=TITLES,
        headline=HEADLINE,
        classes=measured,
        six=[key for key in ARMS if key in arms],
        gap=gap,
        split=split,
        waterfall=_waterfall(content),
        bars=charts.class_bars({key: figures[key] for key in arms}, measured) if measured else None,
        detailed=detailed,
        confusion=charts.confusion(np.array(arms[detailed]["confusion"]), ["background", *classes]),
        curves=_curves(content, figures),
        segments=_segments(content),
        sheets=sheets,
        real_sheet=real_sheet,
        network=network,
        worst=arms[detailed]["worst"],
    )


def _waterfall(content: Mapping[str, Any]) -> str | None:
    """SVG of the split gap, None where it was not split."""
    gap = content["gap"].get(HEADLINE)
    if not gap or not gap["split"]:
        return None
    figures = {one["key"]: one["figures"][HEADLINE] for one in content["arms"]}
    return charts.waterfall(figures[REAL], figures[DEFAULT], gap["split"]["parts"], TITLES[HEADLINE])


def _segments(content: Mapping[str, Any]) -> str | None:
    """SVG of the heat map of weak segments, None where they were not measured."""
    weak = content.get("weak_segments")
    if not weak or not weak["heat_map"]["attributes"]:
        return None
    return charts.heat_map(weak["heat_map"]["attributes"], weak["heat_map"]["excess"])


def _curves(content: Mapping[str, Any], figures: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Title and picture of every curve."""
    levels = {arm: figures[arm][HEADLINE]["value"] for arm in (REAL, ADAPTED[REAL])}
    lines = [
        (
            f"{ {DEFAULT: 'default prior', MATCHED: 'matched'}[key] }: score by number of synthetic images",
            charts.curve(
                line["points"], line["fits"], HEADLINE, ("synthetic images", TITLES[HEADLINE]), levels
            ),
        )
        for key, line in content["curves"].items()
    ]
    mix = content["mix"]
    if mix:
        words = f"real images added to {content['num']} synthetic ones", TITLES[HEADLINE]
        picture = charts.curve(mix["points"], mix["fits"], HEADLINE, words, levels, logarithmic=False)
        lines.append(("synthetic faces with some real ones", picture))
    return lines


def figure_text(figure: Mapping[str, float | None] | None, sign: bool = False) -> str:
    """ "0.712 [0.701, 0.722]", or a dash."""
    if figure is None or figure["value"] is None:
        return "–"
    form = "+.3f" if sign else ".3f"
    if figure["low"] is None or figure["high"] is None:
        return format(figure["value"], form)
    return f"{figure['value']:{form}} [{figure['low']:{form}}, {figure['high']:{form}}]"


def percent_text(figure: Mapping[str, float | None] | None) -> str:
    """ "54 % [41, 66]", or a dash."""
    if figure is None or figure["value"] is None:
        return "–"
    text = f"{100 * figure['value']:.0f} %"
    if figure["low"] is None or figure["high"] is None:
        return text
    return f"{text} [{100 * figure['low']:.0f}, {100 * figure['high']:.0f}]"


def plain_text(value: float | None, sign: bool = False) -> str:
    """ "0.712", or a dash."""
    return "–" if value is None else format(value, "+.3f" if sign else ".3f")


def _uri(pixels: np.ndarray) -> str:
    return "data:image/png;base64," + base64.b64encode(png_bytes(pixels)).decode()


def _svg_uri(text: str) -> str:
    """A drawing as a picture of its own: ids inside several SVGs of one page would clash."""
    return "data:image/svg+xml;base64," + base64.b64encode(text.encode()).decode()


def _first(run: Run, key: str) -> Training:
    return run.plan.arms[key][0][0]


def _synthetic_sheet(folder: Path, run: Run, key: str, faces: LoadedSet, device: torch.device) -> np.ndarray:
    """Picture, label, and the labels by a parser trained on real faces and by one trained on this kind."""
    maps = [np.asarray(faces.masks)]
    for arm in (REAL, key):
        parser = load_parser(folder / _first(run, arm).name / CHECKPOINT_FILE, device)
        maps.append(predict(parser, faces.images, device))
    captions = [f"{name}   picture | label | by {REAL} | by {key}" for name in faces.ids]
    return sheet(faces.images, maps, captions, faces.convention, columns=2)


def _worst_sheet(folder: Path, run: Run, content: Mapping[str, Any], device: torch.device) -> np.ndarray:
    """The real test pictures that the best informed synthetic arm fails on most."""
    key = next((one for one in (MATCHED, DEFAULT) if one in run.plan.arms), REAL)
    test = run.scorer.test
    entries = next(arm["worst"] for arm in content["arms"] if arm["key"] == key)[:WORST_SHOWN]
    places = {name: i for i, name in enumerate(test.ids)}
    index = [places[one["id"]] for one in entries]
    maps = [np.asarray(test.masks)[index]]
    for arm in (REAL, key):
        one = _first(run, arm)
        parser = load_parser(folder / one.name / CHECKPOINT_FILE, device)
        maps.append(run.scorer.predictions(parser, folder / one.name)[0][index])
    captions = [
        f"{one['id']}  F1 {one['mean_f1']:.2f}   picture | label | by {REAL} | by {key}" for one in entries
    ]
    return sheet(test.images[index], maps, captions, test.convention, columns=2)
