"""Refinement: small, bounded changes to a chosen face that bring what its preview shows to its target.

Knobs are numbers of a FaceSpec that move what is measured. How far each moves each attribute is read off the
proposals themselves (they differ in all knobs at once) by a ridge regression; each face then takes damped
Gauss-Newton steps, each kept only where its next preview is nearer. What steps did to their faces is the
better measure of the knobs, since nothing else differs: the slopes are mended by it before the next step.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from facegen.assets.hair.style_registry import HAIR_STYLES
from facegen.render.matching.assignment import Space
from facegen.render.spec import face_spec as s

DAMPING = 0.04  # weight of a knob's move, in its own spreads, against the squared whitened gap
RIDGE = 8.0  # rows of nothing added to the regression
MEND_RIDGE = 3.0  # the same for the differences that steps made
STEPS = 5
# A slider farther than FAR spreads from the average face is drawn back at this weight, so that what a face
# asks for is shared among the knobs that can give it.
PULL, FAR = 0.03, 0.6
SHORTER = 0.5  # share that is left of the next step of a face whose last one was not kept
# Sliders are turned freely: by FREEDOM times the prior's spread at the price of one, up to REACH spreads. A
# whole slider moves most measures by no more than a spread of real faces.
FREEDOM, REACH = 2.0, 3.3
# Share of the gap that an aim lies beyond its place in the targets' law: knobs pull against one another and
# faces stop short of what they aim at, most of all at the ends of the law.
OVERSHOOT = 0.7
OWN_SHARE = 0.4  # of the aim that is the face's own row; the rest is its rank's place in the targets' law
SCATTER = 0.6  # spreads by which proposals' knobs are scattered: the rows' law is wider than the prior's


@dataclass(frozen=True)
class Knob:
    """Numbers of a spec that move together.

    paths : dotted paths; each moves alike
    spread : unit of its moves, one to two standard deviations of the prior's draws
    low, high : where it stops
    needs : name of a condition, see _APPLIES; "" = always
    """

    name: str
    paths: tuple[str, ...]
    spread: float
    low: float
    high: float
    needs: str = ""


def _pair(name):
    return (f"{name}Left", f"{name}Right")


def _slider(name, spread, *more, paired=False, reach=REACH):
    """A slider, and `more` that do alike: turned together each may stay nearer to the average face."""
    paths = (f"l-{name}", f"r-{name}") if paired else (name, *more)
    end = reach * spread
    return Knob(name, tuple(f"identity.sliders.{p}" for p in paths), FREEDOM * spread, -end, end)


KNOBS = (
    Knob("yaw", ("pose.yaw",), 15.0, -70, 70),
    Knob("pitch", ("pose.pitch",), 8.0, -30, 30),
    Knob("scale", ("camera.scale",), 0.032, 0.88, 1.14),
    Knob("shift_x", ("camera.shift_x",), 0.004, -0.05, 0.05),
    Knob("shift_y", ("camera.shift_y",), 0.004, -0.05, 0.05),
    Knob("tilt", ("camera.tilt",), 1.0, -8, 8),
    Knob("smile", tuple(f"expression.{p}" for p in _pair("mouthSmile")), 0.3, 0, 0.9),
    Knob("jaw", ("expression.jawOpen",), 0.2, 0.02, 0.7, "open"),
    Knob("lower", tuple(f"expression.{p}" for p in _pair("mouthLowerDown")), 0.3, 0.02, 0.8, "open"),
    Knob("upper", tuple(f"expression.{p}" for p in _pair("mouthUpperUp")), 0.3, 0.02, 0.85, "open"),
    Knob("wide", tuple(f"expression.{p}" for p in _pair("eyeWide")), 0.17, 0, 0.7),
    Knob("blink", tuple(f"expression.{p}" for p in _pair("eyeBlink")), 0.1, 0, 0.4, "awake"),
    Knob("brow_height", ("brows.height",), 1.3, -8, 3),
    Knob("brow_thickness", ("brows.thickness",), 0.3, 0.4, 2.0),
    Knob("brow_inner", ("brows.inner",), 2.2, -5, 6),
    Knob("brow_length", ("brows.length",), 2.5, -8, 6),
    Knob("weight", ("identity.weight",), 0.17, 0.1, 0.95),
    _slider("mouth-scale-horiz-incr", 0.15),
    _slider("mouth-scale-vert-incr", 0.15),
    _slider("mouth-upperlip-height-incr", 0.15, "mouth-upperlip-volume-incr"),
    _slider("mouth-lowerlip-height-incr", 0.15, "mouth-lowerlip-volume-incr"),
    _slider("mouth-trans-up", 0.15),
    _slider("nose-scale-horiz-incr", 0.16, "nose-width3-incr", "nose-flaring-incr"),
    _slider("nose-scale-vert-incr", 0.16),
    _slider("nose-point-up", 0.16),
    _slider("nose-trans-up", 0.16, "nose-base-up"),
    _slider("chin-height-incr", 0.16),
    _slider("chin-jaw-drop-incr", 0.16),
    _slider("chin-width-incr", 0.16),
    _slider("head-scale-horiz-incr", 0.13),
    _slider("head-scale-vert-incr", 0.13),
    _slider("head-fat-incr", 0.13),
    _slider("cheek-volume-incr", 0.16, paired=True),
    _slider("eye-scale-incr", 0.15, paired=True, reach=3.6),
    _slider("eye-trans-out", 0.08, paired=True),
    _slider("eye-height2-incr", 0.06, paired=True),
    _slider("ear-wing-incr", 0.2, paired=True),
    _slider("ear-scale-incr", 0.2, paired=True),
    _slider("ear-trans-up", 0.2, paired=True),
    _slider("forehead-scale-vert-incr", 0.16),
    _slider("neck-scale-vert-incr", 0.16),
    _slider("neck-scale-horiz-incr", 0.16),
    Knob("hair_length", ("hair.length",), 0.17, 0.42, 1.5, "hair"),
    Knob("hair_volume", ("hair.volume",), 0.4, 0.35, 2.0, "hair"),
    Knob("hairline", ("hair.hairline_height",), 4.5, -8, 16, "hair"),
    Knob("fringe", ("hair.fringe",), 0.4, 0.6, 1.5, "fringe"),
    Knob("behind", ("hair.behind",), 0.29, 0, 1, "hair"),
    Knob("uneven", ("hair.uneven",), 0.35, -1.4, 1.4, "hair"),
    Knob("sides", ("hair.sides",), 0.6, 0.5, 3.6, "cut"),
    Knob("sideburn", ("hair.sideburn",), 5.0, -6, 24, "hair"),
    Knob("neckline", ("garment.depth",), 0.5, 0, 1),
    Knob("earring", ("jewellery.earring_mm",), 15.0, 3, 76, "earrings"),
    Knob("hat_front", ("headwear.front_mm",), 15.0, 32, 74, "hat"),
    Knob("lens_width", ("glasses.width",), 0.1, 0.85, 1.2, "glasses"),
    Knob("lens_height", ("glasses.height",), 0.18, 0.75, 1.35, "glasses"),
)
_SLIDERS = np.array([knob.paths[0].startswith("identity.sliders.") for knob in KNOBS])
_APPLIES: dict[str, Callable[[s.FaceSpec], bool]] = {
    "": lambda spec: True,
    "open": lambda spec: spec.expression.get("jawOpen", 0.0) > 0.02,
    "awake": lambda spec: max(spec.expression.get(name, 0.0) for name in _pair("eyeBlink")) < 0.5,
    "hair": lambda spec: spec.hair.style != "bald",
    "cut": lambda spec: HAIR_STYLES[spec.hair.style].sides_set,
    "fringe": lambda spec: spec.hair.fringe > 0,
    "glasses": lambda spec: spec.glasses.kind != "none",
    "earrings": lambda spec: spec.jewellery.earrings != "none",
    "hat": lambda spec: spec.headwear.kind != "none",
}


def knob_values(spec: s.FaceSpec) -> np.ndarray:
    """(len(KNOBS),) float64: the mean of each knob's numbers; NaN where it does not apply."""
    return np.array([_value(spec, knob) for knob in KNOBS])


def _value(spec, knob):
    if not _APPLIES[knob.needs](spec):
        return np.nan
    return float(np.mean([_number(spec, path) for path in knob.paths]))


def _number(spec, path):
    try:
        return float(s.attribute(spec, path))
    except KeyError:
        return 0.0  # an action or slider that the spec leaves at rest


def turn_knobs(spec: s.FaceSpec, change: np.ndarray) -> s.FaceSpec:
    """The spec with each knob moved by `change` (len(KNOBS),), held inside its ends."""
    for knob, delta in zip(KNOBS, change, strict=True):
        if delta == 0 or not _APPLIES[knob.needs](spec):
            continue
        for path in knob.paths:
            old = _number(spec, path)
            # A face drawn beyond an end may stay there, but goes no farther.
            new = float(min(max(old + delta, min(knob.low, old)), max(knob.high, old)))
            spec = s.replace(spec, path, round(new, 5))
    return spec


def scatter(spec: s.FaceSpec, draw: Callable[[str], np.random.Generator]) -> s.FaceSpec:
    """A proposal spread wider than the prior, in all knobs that decide shape; `draw` is a draws.Draw."""
    moves = np.array([draw(f"scatter.{knob.name}").normal() for knob in KNOBS])
    shape = np.array([knob.paths[0].split(".")[0] not in ("pose", "camera", "expression") for knob in KNOBS])
    spread = np.array([knob.spread for knob in KNOBS])
    return turn_knobs(spec, SCATTER * np.clip(moves, -2, 2) * shape * spread)


@dataclass(frozen=True)
class Effects:
    """What knobs do: (2, k, knobs) float64, spreads of each attribute a spread of the knob, for cuts
    that are short [0] and long [1]."""

    slopes: np.ndarray

    @classmethod
    def learn(cls, space: Space, specs: Sequence[s.FaceSpec], measured: np.ndarray) -> Effects:
        """From previewed specs, whose other differences (style, sex, glasses, far turns) are kept apart."""
        spread = np.array([knob.spread for knob in KNOBS])
        raw = np.array([knob_values(spec) for spec in specs])
        middle = np.nan_to_num(np.nanmean(np.where(np.isnan(raw).all(0), 0.0, raw), axis=0))
        knobs = np.where(np.isnan(raw), 0.0, (raw - middle) / spread)
        # Hair knobs act in proportion to how much hair there is: long styles have effects of their own.
        long = np.array([HAIR_STYLES[spec.hair.style].long for spec in specs])
        hair = np.array([knob.needs == "hair" for knob in KNOBS])
        design = np.hstack([knobs, knobs[:, hair] * long[:, None], _background(specs)])
        slopes = np.zeros((2, measured.shape[1], len(KNOBS)))
        for j in range(measured.shape[1]):
            seen = ~np.isnan(measured[:, j])
            if seen.sum() < design.shape[1]:
                continue
            x = design[seen]
            y = np.clip((measured[seen, j] - space.centre[j]) / space.scale[j], -6, 6)
            x, y = x - x.mean(0), y - y.mean()
            beta = np.linalg.solve(x.T @ x + RIDGE * np.eye(x.shape[1]), x.T @ y)
            slopes[:, j] = beta[: len(KNOBS)]
            slopes[1, j, hair] += beta[len(KNOBS) : len(KNOBS) + hair.sum()]
        return cls(slopes)

    def mended(self, space: Space, specs, turned, before: np.ndarray, after: np.ndarray) -> Effects:
        """After steps from `specs` (n) to `turned`, which changed (n, k) `before` to `after`."""
        spread = np.array([knob.spread for knob in KNOBS])
        moved = np.nan_to_num(
            np.array([knob_values(b) - knob_values(a) for a, b in zip(specs, turned, strict=True)]) / spread
        )
        changed = space.gap(after, before)
        long = np.array([HAIR_STYLES[spec.hair.style].long for spec in specs])
        slopes = self.slopes.copy()
        for half in (0, 1):
            for j in range(len(slopes[half])):
                seen = (long == half) & ~np.isnan(before[:, j]) & ~np.isnan(after[:, j])
                x = moved[seen]
                miss = changed[seen, j] - x @ slopes[half, j]
                slopes[half, j] += np.linalg.solve(x.T @ x + MEND_RIDGE * np.eye(x.shape[1]), x.T @ miss)
        return Effects(slopes)

    def without(self, names: Sequence[str]) -> Effects:
        """The same with some knobs held still."""
        still = np.array([knob.name in names for knob in KNOBS])
        return Effects(np.where(still, 0.0, self.slopes))

    def of(self, spec: s.FaceSpec) -> np.ndarray:
        """(k, knobs) slopes for a face."""
        return self.slopes[int(HAIR_STYLES[spec.hair.style].long)]


def _background(specs):
    """(n, m): what else differs between faces and must not be booked on knobs."""
    rows = []
    for spec in specs:
        row = [float(spec.hair.style == style) for style in HAIR_STYLES]
        row += [spec.identity.gender, float(spec.glasses.kind != "none"), spec.hair.fringe]
        row += [(spec.pose.yaw / 15) ** 2, (spec.pose.pitch / 8) ** 2, abs(spec.pose.yaw) / 15]
        rows.append(row)
    return np.array(rows)


def refine(
    space: Space,
    effects: Effects,
    specs: Sequence[s.FaceSpec],
    measured: np.ndarray,
    targets: np.ndarray,
    measure: Callable[[Sequence[s.FaceSpec]], np.ndarray],
) -> tuple[list[s.FaceSpec], np.ndarray]:
    """Turn the knobs of each face towards its target.

    A face aims between its own row and its rank's place in the law of all targets: aiming at the row alone,
    faces stop half way and their law comes out too narrow.

    Parameters
    ----------
    specs, measured (n, k), targets (n, k) : row for row
    measure : previews specs and gives their (n, k)

    Returns
    -------
    the refined specs and what their previews show; no step was kept that led a face away from its aim
    """
    specs, measured = list(specs), measured.copy()
    share = np.ones(len(specs))
    for _ in range(STEPS):
        aims = aims_of(measured, targets)
        distance = space.distance(measured, aims)
        tried = [
            turn_knobs(
                spec, share[i] * step(space, effects.of(spec), measured[i], aims[i], knob_values(spec))
            )
            for i, spec in enumerate(specs)
        ]
        shown = measure(tried)
        # A face whose eyes or mouth are no longer seen loses its attributes, not its distance.
        lost = np.isnan(shown).sum(1) > np.isnan(measured).sum(1)
        kept = (space.distance(shown, aims) < distance) & ~lost
        effects = effects.mended(space, specs, tried, measured, shown)
        share = np.where(kept, 1.0, SHORTER * share)
        for i in np.flatnonzero(kept):
            specs[i], measured[i] = tried[i], shown[i]
    return specs, measured


def aims_of(measured: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """(n, k): places in the law of the targets, in the order of a mean of two: OWN_SHARE of the row's own
    target and, for the rest, the place of the same rank as what was measured; OVERSHOOT beyond that."""
    aims = targets.copy()
    for j in range(targets.shape[1]):
        seen, wanted = ~np.isnan(measured[:, j]), targets[~np.isnan(targets[:, j]), j]
        if seen.sum() < 2 or len(wanted) < 2:
            continue
        rank = (np.argsort(np.argsort(measured[seen, j])) + 0.5) / seen.sum()
        place = np.quantile(wanted, rank)
        own = np.where(np.isnan(targets[seen, j]), place, targets[seen, j])
        # The mean of two is narrower than either: its ranks take the places of the law again.
        mixed = OWN_SHARE * own + (1 - OWN_SHARE) * place
        aims[seen, j] = np.quantile(wanted, (np.argsort(np.argsort(mixed)) + 0.5) / seen.sum())
        aims[seen, j] += OVERSHOOT * (place - measured[seen, j])
    return aims


def step(
    space: Space, slopes: np.ndarray, measured: np.ndarray, target: np.ndarray, knobs: np.ndarray
) -> np.ndarray:
    """(len(KNOBS),) moves of least damped squared gap; 0 for knobs that do not apply (NaN in `knobs`)."""
    gap = space.gap(target[None], measured[None])[0]
    known = ~(np.isnan(measured) | np.isnan(target))
    jacobian = np.where(known[:, None], slopes, 0.0) @ np.diag(~np.isnan(knobs)).astype(float)
    # Rows of the whitening turn: a gap z becomes z @ turn.
    a, b = space.turn.T @ jacobian, gap @ space.turn
    spread = np.array([knob.spread for knob in KNOBS])
    place = np.where(_SLIDERS, np.nan_to_num(knobs) / spread, 0.0)
    # A slider that shows in nothing asked for stays as the prior drew it.
    shows = (a**2).sum(0) / ((a**2).sum(0) + DAMPING)
    pull = np.where(np.abs(place) > FAR, PULL * shows, 0.0)
    moves = np.linalg.solve(a.T @ a + np.diag(DAMPING + pull), a.T @ b - pull * place)
    return np.where(np.isnan(knobs), 0.0, np.clip(moves, -2.5, 2.5) * spread)
