"""What a small pilot render teaches matching: where finished pictures stand beside what was expected.

Two things come of it. The bias of previews: rendered minus previewed, for every content attribute. And what
must be asked for so that a lightness comes out as its row says (cloth, backdrop). What the camera decides
needs no pilot: each picture is developed to its row's contrast, skin colour, sharpness ... (look.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field

import numpy as np

from facegen.audit.measures.measure_table import BY_NAME
from facegen.audit.measures.schema import BINARY

FACES = 32  # of a pilot
FEWEST = 4  # faces in which a measure must be there to be learned from
CLEAR = 2.0  # standard errors from which a bias is believed
# Colours that rows are followed in directly, and how much of a gap one pilot corrects.
ROW_LED = ("background_lightness", "background_spread", "cloth_lightness")
ROW_SHARE = 0.8


@dataclass(frozen=True)
class Correction:
    """What pilots taught so far.

    Attributes
    ----------
    rows : attribute of ROW_LED -> what is added to a row's value before it is followed
    bias : content attribute -> rendered minus previewed, in its unit
    history : one entry a pilot, for people
    """

    bias: Mapping[str, float] = field(default_factory=dict)
    history: tuple[dict, ...] = ()
    rows: Mapping[str, float] = field(default_factory=dict)

    def to_dict(self) -> dict:
        """Plain JSON types."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: dict) -> Correction:
        return cls(**{**data, "history": tuple(data["history"])})


# What previews are known to miss: brow hairs that stand out of the brow, the corners of eyes. Rendered minus
# previewed, means over 48 matched faces of 256 pixels, each over .1 of a real set's spread.
START = Correction(
    bias={"brow_thickness": 0.022, "eye_width": 0.0027, "eye_opening": -0.0105, "lip_thickness": -0.009}
)


def asked(row: Mapping, correction: Correction) -> dict:
    """The row as it must be asked for."""
    return {**row, **{k: row[k] + v for k, v in correction.rows.items() if k in row}}


def learn(
    before: Correction,
    names: Sequence[str],
    expected: np.ndarray,
    shown: np.ndarray,
    measure: Mapping[str, np.ndarray],
    wanted: Mapping[str, np.ndarray],
) -> Correction:
    """The correction after one more pilot.

    Parameters
    ----------
    before : what the pilot was rendered with
    names : k content attributes; expected, shown : (n, k) as previewed (bias included) and as rendered
    measure : measure of ROW_LED -> (n,) of the pilot's pictures
    wanted : measure -> (n,) what the pictures' rows said
    """
    bias = dict(before.bias)
    for j, name in enumerate(names):
        gap = shown[:, j] - expected[:, j]
        # What is not there at all has no bias (match.py), unless it is or is not there that is measured.
        there = ~np.isnan(gap) & ((expected[:, j] != 0) | (BY_NAME[name].kind == BINARY))
        gap = gap[there]
        if len(gap) >= FEWEST and abs(gap.mean()) > CLEAR * gap.std(ddof=1) / np.sqrt(len(gap)):
            bias[name] = round(bias.get(name, 0.0) + float(gap.mean()), 6)
    rows = dict(before.rows)
    for name in ROW_LED:
        if name not in wanted:
            continue
        gap = wanted[name] - measure[name]
        gap = gap[~np.isnan(gap)]
        if len(gap) >= FEWEST and abs(gap.mean()) > CLEAR * gap.std(ddof=1) / np.sqrt(len(gap)):
            rows[name] = round(rows.get(name, 0.0) + ROW_SHARE * float(gap.mean()), 4)
    entry = {"faces": len(shown), "content_gap": _means(names, shown - expected)}
    return Correction(bias, (*before.history, entry), rows)


def _means(names, gaps):
    """Mean gap of each attribute that both showed in at least one face."""
    seen = ~np.isnan(gaps)
    return {n: round(float(gaps[seen[:, j], j].mean()), 5) for j, n in enumerate(names) if seen[:, j].any()}
