"""What every attribute of a FaceSpec may be, read from the fields themselves (see `spec_fields`).

`--set` and `--vary` read it, and `--list-attributes` prints it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any

from facegen.datasets.errors import FacegenError
from facegen.render.spec import face_spec as s
from facegen.render.spec.spec_fields import NEEDS, Need, Rule, rule_of

SHORT = {"sliders.": "identity.sliders.", "shape_factors.": "identity.shape_factors."}


@dataclass(frozen=True)
class Attribute:
    """One settable path of a spec.

    Attributes
    ----------
    path : str
        Dotted, as "hair.colour.melanin".
    kind : str
        "number", "choice" or "colour".
    low, high : float
        Least and greatest value of a number or of a colour's channels.
    names : tuple of str
        Values of a choice.
    rule : Rule
        Of its field; low, high and names may be narrower (`--set`).
    """

    path: str
    kind: str
    rule: Rule
    low: float = 0.0
    high: float = 0.0
    names: tuple[str, ...] = ()

    def limits(self) -> str:
        """What it may be, in words."""
        if self.kind == "choice":
            return "one of " + ", ".join(self.names)
        between = f"{self.low:g} to {self.high:g}"
        return f"R,G,B, each {between}" if self.kind == "colour" else between


@cache
def rules() -> Mapping[str, Rule]:
    """Every settable path with its rule, in the order of the fields; a dictionary by its own name."""
    return MappingProxyType(dict(_rules(s.FaceSpec(), "", ((), None))))


def _rules(
    node: Any, prefix: str, above: tuple[tuple[Need, ...], tuple[str, str] | None]
) -> Iterator[tuple[str, Rule]]:
    for field in dataclasses.fields(node):
        path, value = f"{prefix}{field.name}", getattr(node, field.name)
        if dataclasses.is_dataclass(value):
            yield from _rules(value, f"{path}.", field.metadata.get(NEEDS, ((), None)))
        elif (rule := rule_of(field.metadata, above)) is not None:
            yield path, rule


def families() -> dict[str, tuple[tuple[str, ...], tuple[float, float]]]:
    """Dictionaries of a spec: path -> names and their common range."""
    return {path: (r.choices(), (r.low, r.high)) for path, r in rules().items() if r.kind == "family"}


def find(path: str) -> Attribute:
    """The attribute of a dotted path.

    Parameters
    ----------
    path : str
        "sliders.X" is short for "identity.sliders.X".

    Raises
    ------
    FacegenError : there is no such attribute.
    """
    for short, full in SHORT.items():
        path = full + path.removeprefix(short) if path.startswith(short) else path
    rule = rules().get(path)
    if rule is not None and rule.kind != "family":
        names = rule.choices() if rule.kind == "choice" else ()
        return Attribute(path, rule.kind, rule, rule.low, rule.high, names)
    for family, rule in rules().items():
        if rule.kind == "family" and path.startswith(f"{family}."):
            names = rule.choices()
            if path.removeprefix(f"{family}.") not in names:
                raise FacegenError(f"unknown attribute {path!r}: {family} has {', '.join(names[:4])}, …")
            return Attribute(path, "number", rule, rule.low, rule.high)
    raise FacegenError(f"unknown attribute {path!r}: see `facegen render --list-attributes`")


def paths() -> list[str]:
    """Every settable path of a spec, dictionaries once as 'NAME.*', in the order of the fields."""
    return [f"{path}.*" if rule.kind == "family" else path for path, rule in rules().items()]


def sweep(attribute: Attribute, steps: int) -> list[Any]:
    """Values of an attribute for the tiles of a sweep.

    Returns
    -------
    list
        `steps` numbers from the least to the greatest; every choice; or `steps` colours: black, the hues in
        turn, white.
    """
    import numpy as np

    if attribute.kind == "choice":
        return list(attribute.names)
    if attribute.kind == "number":
        return [float(v) for v in np.linspace(attribute.low, attribute.high, steps)]
    hues = np.arange(max(steps - 2, 0)) / max(steps - 2, 1)
    rgb = 0.5 + 0.45 * np.cos(2 * np.pi * (hues[:, None] - np.array([0, 1, 2]) / 3))
    return [(0.01, 0.01, 0.01), *(tuple(map(float, c)) for c in rgb), (0.9, 0.9, 0.9)][:steps]
