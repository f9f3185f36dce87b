"""Knobs: the numbers of a FaceSpec that refinement turns, each with its unit and ends.

The head's shape is turned by the factors of its distribution (assets.head.shape_distribution), whose sliders
go together in people, and by what no factor moves: ears and neck. K knobs in all.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from operator import attrgetter
from typing import Any

import numpy as np
import numpy.typing as npt

from facegen.assets.hair.style_registry import HAIR_STYLES
from facegen.assets.head.shape_distribution import FACTORS, NAMES, shipped_distribution
from facegen.assets.head.sliders import PAIRED
from facegen.assets.wear.hat_registry import wears_hat
from facegen.render.geometry.pose import shape
from facegen.render.spec import face_spec as s

Rows = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

# Standard deviations of the prior at which factors, and sliders without one, end: where the prior cuts them.
SHAPE_END = 2.5
SLIDER_END = 1.0 - 1e-6  # of a slider's total, where `pose.shape` cuts it
# Sliders that no factor moves and label maps show.
OWN_SLIDERS = (
    "ear-wing-incr",
    "ear-scale-incr",
    "ear-trans-up",
    "neck-scale-vert-incr",
    "neck-scale-horiz-incr",
    "neck-trans-up",
    "measure-neck-height-incr",
    "measure-neck-circ-incr",
)
# Kinds of knobs: what frames and turns the face is no part of a person; the distribution of shapes is known,
# that of the rest is what proposals show.
FREE, SHAPE, DRAWN = "free", "shape", "drawn"


@dataclass(frozen=True)
class Knob:
    """Numbers of a spec that move together.

    Attributes
    ----------
    name : short name
    kind : FREE, SHAPE or DRAWN
    paths : dotted paths of the numbers; each moves by the same amount
    unit : of its moves: one standard deviation of the prior, about; of a FREE knob how far it may be off what
        the row says
    low, high : where it stops
    needs : name of a condition of _APPLIES; "" = always applies
    """

    name: str
    kind: str
    paths: tuple[str, ...]
    unit: float
    low: float
    high: float
    needs: str = ""


def both(action: str) -> tuple[str, str]:
    """The paths of an expression's action on the left and on the right."""
    return f"expression.{action}Left", f"expression.{action}Right"


def _factor(name: str) -> Knob:
    return Knob(name, SHAPE, (f"identity.shape_factors.{name}",), 1.0, -SHAPE_END, SHAPE_END)


def _own_slider(name: str) -> Knob:
    """A slider without factors; its unit is the standard deviation of the distribution of shapes."""
    sd = float(shipped_distribution().residual_sd[NAMES.index(name)])
    paths = (f"l-{name}", f"r-{name}") if name in PAIRED else (name,)
    end = SHAPE_END * sd
    return Knob(name, SHAPE, tuple(f"identity.sliders.{path}" for path in paths), sd, -end, end)


# Units and ends of DRAWN and FREE knobs are by eye on previews: an end keeps it a common face.
KNOBS = (
    Knob("yaw", FREE, ("pose.yaw",), 7.0, -70, 70),
    Knob("pitch", FREE, ("pose.pitch",), 4.0, -30, 30),
    Knob("scale", FREE, ("camera.scale",), 0.016, 0.88, 1.14),
    Knob("shift_x", FREE, ("camera.shift_x",), 0.004, -0.05, 0.05),
    Knob("shift_y", FREE, ("camera.shift_y",), 0.004, -0.05, 0.05),
    Knob("tilt", FREE, ("camera.tilt",), 1.0, -8, 8),
    Knob("smile", DRAWN, both("mouthSmile"), 0.3, 0, 0.9),
    Knob("jaw", DRAWN, ("expression.jawOpen",), 0.1, 0.03, 0.7, "open"),
    Knob("lower", DRAWN, both("mouthLowerDown"), 0.2, 0.02, 0.8, "open"),
    Knob("upper", DRAWN, both("mouthUpperUp"), 0.3, 0.02, 0.95, "open"),
    Knob("wide", DRAWN, both("eyeWide"), 0.14, 0, 0.7),
    Knob("blink", DRAWN, both("eyeBlink"), 0.05, 0, 0.4, "awake"),
    # Brows end about two standard deviations from the means of women and men (brow_prior.py).
    Knob("brow_height", DRAWN, ("brows.height",), 2.2, -7, 2),
    Knob("brow_thickness", DRAWN, ("brows.thickness",), 0.25, 0.65, 2.0),
    Knob("brow_slant", DRAWN, ("brows.slant",), 2.4, -11, 2.5),
    Knob("brow_arch", DRAWN, ("brows.arch",), 1.4, -2.2, 4),
    Knob("brow_inner", DRAWN, ("brows.inner",), 2.4, -5, 4),
    Knob("brow_length", DRAWN, ("brows.length",), 2.7, -6, 5),
    Knob("weight", DRAWN, ("identity.weight",), 0.17, 0.1, 0.95),
    *(_factor(name) for name in FACTORS),
    *(_own_slider(name) for name in OWN_SLIDERS),
    Knob("hair_length", DRAWN, ("hair.length",), 0.17, 0.42, 1.5, "hair"),
    Knob("hair_volume", DRAWN, ("hair.volume",), 0.26, 0.35, 2.0, "hair"),
    Knob("hairline", DRAWN, ("hair.hairline_height",), 4.5, -8, 16, "hair"),
    Knob("fringe", DRAWN, ("hair.fringe",), 0.15, 0.6, 1.5, "fringe"),
    Knob("drape_left", DRAWN, ("hair.drape_left",), 0.2, 0, 0.9, "loose"),
    Knob("drape_right", DRAWN, ("hair.drape_right",), 0.2, 0, 0.9, "loose"),
    Knob("behind", DRAWN, ("hair.behind",), 0.29, 0, 1, "hair"),
    Knob("uneven", DRAWN, ("hair.uneven",), 0.5, -1.4, 1.4, "hair"),
    Knob("sides", DRAWN, ("hair.sides",), 0.6, 0.5, 3.6, "cut"),
    Knob("sideburn", DRAWN, ("hair.sideburn",), 5.0, -6, 24, "hair"),
    Knob("neckline", DRAWN, ("garment.depth",), 0.3, 0, 1),
    Knob("earring", DRAWN, ("jewellery.earring_mm",), 15.0, 3, 76, "earrings"),
    Knob("hat_front", DRAWN, ("headwear.front_mm",), 8.0, 32, 74, "hat"),
    Knob("lens_width", DRAWN, ("glasses.width",), 0.08, 0.85, 1.2, "glasses"),
    Knob("lens_height", DRAWN, ("glasses.height",), 0.15, 0.75, 1.35, "glasses"),
)
UNITS = np.array([knob.unit for knob in KNOBS])
IS_FREE, IS_SHAPE, IS_DRAWN = (
    np.array([knob.kind == kind for knob in KNOBS]) for kind in (FREE, SHAPE, DRAWN)
)
PLACE = {knob.name: i for i, knob in enumerate(KNOBS)}
_APPLIES: dict[str, Callable[[s.FaceSpec], bool]] = {
    "": lambda spec: True,
    "open": lambda spec: spec.expression.get("jawOpen", 0.0) > 0.02,
    "awake": lambda spec: (
        max(spec.expression.get(f"eyeBlink{side}", 0.0) for side in ("Left", "Right")) < 0.5
    ),
    "hair": lambda spec: spec.hair.style != "bald",
    "loose": lambda spec: HAIR_STYLES[spec.hair.style].long,
    "cut": lambda spec: HAIR_STYLES[spec.hair.style].sides_set,
    "fringe": lambda spec: spec.hair.fringe > 0,
    "glasses": lambda spec: spec.glasses.kind != "none",
    "earrings": lambda spec: spec.jewellery.earrings != "none",
    "hat": lambda spec: wears_hat(spec.headwear),
}


def applies(spec: s.FaceSpec) -> Flags:
    """(K,) bool: which knobs a face has."""
    held = {name: condition(spec) for name, condition in _APPLIES.items()}
    return np.array([held[knob.needs] for knob in KNOBS])


# For each number that a knob moves: the number of the knob, what holds it, and its name there.
_NUMBERS = [(k, *path.rpartition(".")[::2]) for k, knob in enumerate(KNOBS) for path in knob.paths]
_KNOB_OF = np.array([k for k, _, _ in _NUMBERS])
_HOLDERS = {holder: attrgetter(holder) for _, holder, _ in _NUMBERS}


def knob_values(spec: s.FaceSpec) -> Rows:
    """(K,) float64: the mean of each knob's numbers in units; NaN where it does not apply to the face."""
    held = {holder: get(spec) for holder, get in _HOLDERS.items()}
    numbers = [
        where.get(name, 0.0) if isinstance(where := held[holder], dict) else getattr(where, name)
        for _, holder, name in _NUMBERS
    ]
    values = np.bincount(_KNOB_OF, numbers) / np.bincount(_KNOB_OF)
    return np.where(applies(spec), values / UNITS, np.nan)


def number_at(spec: s.FaceSpec, path: str) -> float:
    """A number of a spec; 0 for an action, factor or slider that the spec leaves at rest."""
    try:
        return float(s.attribute(spec, path))
    except KeyError:
        return 0.0


def turn_knobs(spec: s.FaceSpec, change: Rows) -> s.FaceSpec:
    """The spec with each knob moved by `change` (K,), in units, within its ends.

    A face drawn beyond an end may stay there, but goes no farther.
    """
    numbers: dict[str, float] = {}
    for knob, moves, delta in zip(KNOBS, applies(spec) & (change != 0), change * UNITS, strict=True):
        for path in knob.paths if moves else ():
            old = number_at(spec, path)
            new = float(min(max(old + delta, min(knob.low, old)), max(knob.high, old)))
            numbers[path] = round(new, 5)
    return with_numbers(spec, numbers)


def with_numbers(spec: s.FaceSpec, numbers: dict[str, float]) -> s.FaceSpec:
    """The spec with the numbers at some paths exchanged, all at once."""
    tree: dict[str, Any] = {}
    for path, value in numbers.items():
        *parts, last = path.split(".")
        node = tree
        for part in parts:
            node = node.setdefault(part, {})
        node[last] = value
    changed: s.FaceSpec = _with(spec, tree)
    return changed


def _with(node: Any, tree: dict[str, Any]) -> Any:
    if isinstance(node, dict):
        return {**node, **tree}
    new = {
        k: _with(getattr(node, k), below) if isinstance(below, dict) else below for k, below in tree.items()
    }
    return replace(node, **new)


def slider_at_end(spec: s.FaceSpec) -> bool:
    """Whether any slider of the head, factors included, stands at its end."""
    return max(map(abs, shape(spec.identity).values())) >= SLIDER_END
