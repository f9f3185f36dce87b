"""What a small pilot render measures for matching: how finished pictures differ from what was predicted.

It gives two things. The bias of previews: rendered minus previewed, for every content attribute. And an
offset for rows whose colours come out wrong (cloth, background): what is added to a row's lightness so that
the picture shows the lightness that the row gives. What the camera decides needs no pilot: each picture is
developed to its row's contrast, skin colour, sharpness and so on (auto_develop.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field

import numpy as np
import numpy.typing as npt

from facegen.audit.measures.measure_table import BY_NAME
from facegen.audit.measures.schema import BINARY

Rows = npt.NDArray[np.float64]

FACES = 32  # of a pilot
MIN_FACES = 4  # faces that must show a measure before anything is learned about it
SIGNIFICANT = 2.0  # standard errors from 0 that a mean difference must have to be corrected
# Colours that are set directly from the row.
ROW_COLOURS = ("background_lightness", "background_spread", "cloth_lightness")
ROW_STEP = 0.8  # fraction of such a difference that one pilot corrects: a whole step may overshoot


@dataclass(frozen=True)
class Correction:
    """What the pilots so far measured.

    Attributes
    ----------
    bias : content attribute -> rendered minus previewed, in the attribute's unit
    history : one entry for each pilot, for people to read
    rows : attribute of ROW_COLOURS -> what is added to a row's value before a face is conditioned on it
    """

    bias: Mapping[str, float] = field(default_factory=dict)
    history: tuple[dict, ...] = ()
    rows: Mapping[str, float] = field(default_factory=dict)

    def to_dict(self) -> dict:
        """Plain JSON types."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: dict) -> Correction:
        """The inverse of `to_dict`."""
        return cls(**{**data, "history": tuple(data["history"])})


# What previews are known to miss: brow hairs that stand out of the brow, hairs that lie off the others,
# strands over ears and forehead, half a pixel at lids and at the corners of eyes. Rendered minus previewed,
# means over 63, 96 and 96 matched faces of 256 pixels (profiles left out); listed are those of numbers that
# are over 0.1 standard deviations of real faces, or over three standard errors.
START = Correction(
    bias={
        "face_x": 0.0004,
        "roll": 0.08,
        "brow_thickness": 0.0177,
        "eye_width": 0.0009,
        "nose_length": -0.003,
        "eye_opening": -0.0156,
        "smile_curve": -0.003,
        "mouth_opening": 0.0038,
        "lip_thickness": -0.0084,
        "lip_balance": 0.008,
        "cheek_width": -0.0045,
        "jaw_width": -0.0053,
        "face_area": -0.0046,
        "ear_area": -0.0017,
        "neck_area": -0.001,
        "hair_volume": 0.15,
        "hair_top": 0.012,
        "hair_low": -0.03,
        "hairline_height": -0.0073,
    }
)


def corrected(row: Mapping, correction: Correction) -> dict:
    """The row plus the correction's offsets: a face conditioned on it shows the row's own values."""
    return {**row, **{k: row[k] + v for k, v in correction.rows.items() if k in row}}


def learn(
    before: Correction,
    names: Sequence[str],
    predicted: Rows,
    rendered: Rows,
    measured: Mapping[str, Rows],
    requested: Mapping[str, Rows],
) -> Correction:
    """The correction after one more pilot.

    Parameters
    ----------
    before : what the pilot was matched with
    names : k content attributes
    predicted, rendered : (n, k) float64, as previewed (with the bias of `before`) and as rendered
    measured : attribute of ROW_COLOURS -> (n,) what the pilot's pictures show
    requested : the same -> (n,) what the rows of these pictures give; attributes may be missing

    Returns
    -------
    Correction
        Only differences that are SIGNIFICANT change it.
    """
    bias = dict(before.bias)
    for j, name in enumerate(names):
        gap = rendered[:, j] - predicted[:, j]
        # A predicted 0 means that there is none of it and gets no bias (matcher.py); a 0 of a yes/no measure
        # does.
        there = ~np.isnan(gap) & ((predicted[:, j] != 0) | (BY_NAME[name].kind == BINARY))
        gap = gap[there]
        if _is_clear(gap):
            bias[name] = round(bias.get(name, 0.0) + float(gap.mean()), 6)
    rows = dict(before.rows)
    for name in ROW_COLOURS:
        if name not in requested:
            continue
        gap = requested[name] - measured[name]
        gap = gap[~np.isnan(gap)]
        if _is_clear(gap):
            rows[name] = round(rows.get(name, 0.0) + ROW_STEP * float(gap.mean()), 4)
    entry = {"faces": len(rendered), "content_gap": _means(names, rendered - predicted)}
    return Correction(bias, (*before.history, entry), rows)


def _is_clear(gap: Rows) -> bool:
    """Whether the mean of differences (n,) is SIGNIFICANT."""
    return len(gap) >= MIN_FACES and abs(gap.mean()) > SIGNIFICANT * gap.std(ddof=1) / np.sqrt(len(gap))


def _means(names: Sequence[str], gaps: Rows) -> dict[str, float]:
    """Mean difference of each attribute that at least one face showed both times."""
    seen = ~np.isnan(gaps)
    return {n: round(float(gaps[seen[:, j], j].mean()), 5) for j, n in enumerate(names) if seen[:, j].any()}
