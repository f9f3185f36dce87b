"""Families of colours from which the default prior draws: dyes of cloth and of frames of glasses.

Weights and ranges are by eye, after what photographs of faces show.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

Range: TypeAlias = tuple[float, float]


@dataclass(frozen=True)
class Dye:
    """One family of colours.

    Attributes
    ----------
    name : str
    weight : float
        Relative frequency among the families of a table.
    hue : (low, high) in turns
        0 is red, 1/3 green, 2/3 blue; a range may pass 1.
    saturation, value : (low, high) in [0, 1]
        Of linear HSV.
    """

    name: str
    weight: float
    hue: Range
    saturation: Range
    value: Range


Dyes: TypeAlias = tuple[Dye, ...]
ANY_HUE: Range = (0.0, 1.0)

CLOTHES_DYES: Dyes = (
    Dye("black", 0.27, ANY_HUE, (0.0, 0.25), (0.003, 0.014)),
    Dye("grey", 0.12, ANY_HUE, (0.0, 0.12), (0.04, 0.3)),
    Dye("white", 0.15, (0.05, 0.15), (0.0, 0.1), (0.6, 0.88)),
    Dye("navy", 0.12, (0.58, 0.66), (0.5, 0.9), (0.012, 0.09)),
    Dye("denim", 0.08, (0.57, 0.62), (0.35, 0.7), (0.08, 0.35)),
    Dye("red", 0.08, (0.94, 1.03), (0.75, 0.97), (0.08, 0.6)),
    Dye("earth", 0.09, (0.04, 0.12), (0.3, 0.8), (0.05, 0.45)),
    Dye("pastel", 0.06, ANY_HUE, (0.12, 0.4), (0.5, 0.85)),
    Dye("bright", 0.05, ANY_HUE, (0.5, 0.95), (0.15, 0.7)),
)
# Felt, wool and cotton of hats are mostly dark or earthen.
HAT_DYES: Dyes = (
    Dye("black", 0.30, ANY_HUE, (0.0, 0.2), (0.004, 0.018)),
    Dye("grey", 0.16, ANY_HUE, (0.0, 0.1), (0.03, 0.25)),
    Dye("navy", 0.14, (0.58, 0.66), (0.4, 0.85), (0.012, 0.07)),
    Dye("earth", 0.20, (0.05, 0.13), (0.3, 0.7), (0.05, 0.4)),
    Dye("olive", 0.05, (0.16, 0.24), (0.3, 0.55), (0.03, 0.15)),
    Dye("white", 0.07, (0.05, 0.15), (0.0, 0.12), (0.5, 0.8)),
    Dye("red", 0.05, (0.95, 1.02), (0.7, 0.92), (0.05, 0.35)),
    Dye("bright", 0.03, ANY_HUE, (0.4, 0.8), (0.1, 0.5)),
)
STRAW_DYES: Dyes = (
    Dye("straw", 0.6, (0.09, 0.13), (0.35, 0.6), (0.35, 0.65)),
    Dye("white", 0.2, (0.05, 0.15), (0.0, 0.15), (0.5, 0.8)),
    Dye("black", 0.2, ANY_HUE, (0.0, 0.2), (0.004, 0.018)),
)
PLASTIC_DYES: Dyes = (
    Dye("black", 0.56, ANY_HUE, (0.0, 0.2), (0.004, 0.02)),
    Dye("tortoise", 0.24, (0.04, 0.08), (0.6, 0.9), (0.03, 0.16)),
    Dye("grey", 0.05, ANY_HUE, (0.0, 0.1), (0.05, 0.5)),
    Dye("dark", 0.09, ANY_HUE, (0.5, 0.9), (0.02, 0.08)),
    Dye("bright", 0.06, ANY_HUE, (0.4, 0.9), (0.1, 0.6)),
)
METAL_DYES: Dyes = (
    Dye("silver", 0.32, (0.08, 0.14), (0.0, 0.06), (0.45, 0.8)),
    Dye("gold", 0.26, (0.1, 0.12), (0.45, 0.65), (0.6, 0.88)),
    Dye("gunmetal", 0.24, (0.55, 0.65), (0.0, 0.15), (0.06, 0.2)),
    Dye("black", 0.18, ANY_HUE, (0.0, 0.1), (0.01, 0.04)),
)
