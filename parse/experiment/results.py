"""The results of an experiment for a program or a notebook: figures, a table, a plot.

A figure is {"value", "low", "high"}: a score or difference with the ends of its 95 % interval, None where it
was not measured.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from matplotlib.figure import Figure

from facegen.datasets.errors import FacegenError
from facegen.datasets.io.files import read_json
from facegen.parse.experiment import charts
from facegen.parse.experiment.gap import HEADLINE
from facegen.parse.experiment.results_content import RESULTS_FILE, readable_content
from facegen.parse.experiment.results_page import PAGE_FILE

if TYPE_CHECKING:
    import pandas

PLOT_FILE = "results.png"
DPI = 150


@dataclass(frozen=True)
class Results:
    """What an experiment found.

    Attributes
    ----------
    folder : Path
        The run folder with results.json, gap.json, index.html and the trained parsers.
    content : mapping
        The content of results.json: plain values.
    """

    folder: Path
    content: Mapping[str, Any] = field(repr=False)

    @classmethod
    def load(cls, folder: str | Path) -> Results:
        """The results of a finished run.

        Raises
        ------
        FacegenError : no finished run is in the folder, or another version of facegen wrote it.
        """
        file = Path(folder) / RESULTS_FILE
        return cls(Path(folder), readable_content(read_json(file), file))

    @property
    def page(self) -> Path:
        """The report to open in a browser."""
        return self.folder / PAGE_FILE

    @property
    def arms(self) -> tuple[str, ...]:
        """Keys of the arms: "R" for real faces, "S" default prior, "S_D" matched, "X1" … further sets; each
        is followed by its partner behind a label adapter ("R_L", "S_L", "S_DL", …)."""
        return tuple(arm["key"] for arm in self.content["arms"])

    def score(self, arm: str, measure: str = HEADLINE[0]) -> dict[str, float | None]:
        """One figure of an arm.

        Parameters
        ----------
        arm : str
            One of `arms`.
        measure : str
            The name of a class for its F1, or "mean_f1_core" (mean F1 without accessories), "mean_f1",
            "mean_iou".

        Raises
        ------
        FacegenError : no such arm or measure.
        """
        figures = {one["key"]: one["figures"] for one in self.content["arms"]}
        if arm not in figures:
            raise FacegenError(f"no arm {arm!r}: the run has {', '.join(figures)}")
        if measure not in figures[arm]:
            raise FacegenError(f"no measure {measure!r}: there are {', '.join(figures[arm])}")
        return dict(figures[arm][measure])

    def to_frame(self) -> pandas.DataFrame:
        """All scores as a table with one row an arm and measure.

        Returns
        -------
        DataFrame with columns arm, trained_on, label_adapter, measure, value, low, high

        Raises
        ------
        FacegenError : pandas is not installed.
        """
        try:
            import pandas
        except ImportError:
            raise FacegenError("a table of results needs pandas: pip install pandas") from None
        rows = [
            {
                "arm": arm["key"],
                "trained_on": arm["title"],
                "label_adapter": arm["label_adapter"],
                "measure": name,
                **figure,
            }
            for arm in self.content["arms"]
            for name, figure in arm["figures"].items()
        ]
        return pandas.DataFrame(rows)

    def plot(self, path: str | Path | None = None) -> Figure:
        """Draw the gap and where it is largest, and write the picture.

        On the left stands the waterfall from real to synthetic training, or the score of every arm where the
        gap was not split; on the right the slices of the test set that lose most.

        Parameters
        ----------
        path : path, optional
            Picture to write, its format by its suffix; by default results.png in the run folder.

        Returns
        -------
        matplotlib Figure, which a notebook shows
        """
        figure = charts.overview(self.content)
        target = self.folder / PLOT_FILE if path is None else Path(path)
        try:
            figure.savefig(target, dpi=DPI)
        except (OSError, ValueError) as error:
            raise FacegenError(f"{target}: the picture cannot be written ({error})") from None
        return figure
