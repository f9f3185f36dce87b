"""Refinement: small, bounded changes of an assigned face that bring what its preview shows nearer to its row.

Knobs are numbers of a FaceSpec that change what is measured. How much each changes each attribute is learned
from the proposals, which differ in all knobs at once, by a ridge regression. Each face then takes damped
Gauss-Newton steps; a step is kept only where the next preview is nearer. What the steps did to their own
faces measures the knobs better, since nothing else differs: the slopes are updated by it before the next
step.

Arrays: n faces, k attributes, len(KNOBS) knobs. A slope is the change of an attribute, in standard deviations
of the targets, for a knob's move of one unit.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from facegen.assets.hair.style_registry import HAIR_STYLES
from facegen.render.matching.assignment import Flags, Rows, Space
from facegen.render.spec import face_spec as s

DAMPING = 0.04  # weight of a knob's squared move, in its units, against the squared whitened gap
RIDGE = 8.0  # weight of slopes of 0 in the regression over proposals, in faces
UPDATE_RIDGE = 3.0  # weight of the slopes before an update, in faces
STEPS = 5
# A slider farther than FAR units from the average face is drawn back with weight PULL, so that a large change
# is divided among the knobs that can give it.
PULL, FAR = 0.03, 0.6
SHORTER = 0.5  # factor on the next step of a face whose last one was not kept
# Sliders move freely: their unit is FREEDOM standard deviations of the prior, and they go up to REACH of
# these. A whole slider moves most measures by no more than one standard deviation of real faces.
FREEDOM, REACH = 2.0, 3.3
# Fraction of the gap by which an aim lies beyond its place in the distribution of the targets: knobs work
# against one another, and faces stop short of their aims, most of all at the ends of the distribution.
OVERSHOOT = 0.7
# Fraction of the aim that is the face's own row; the rest is the place of its rank in the targets'
# distribution.
OWN_ROW = 0.4
# Units by which the knobs of proposals are scattered: the rows' distribution is wider than the prior's.
SCATTER = 0.6
MAX_SCATTER, MAX_MOVE = 2.0, 2.5  # units, of one knob
CLIP_MEASURED = 6.0  # standard deviations at which measured values are clipped in the regression
# Units of the head's pose where its squared effect is kept apart from that of the knobs: degrees.
YAW_UNIT, PITCH_UNIT = 15, 8

Measure = Callable[[Sequence[s.FaceSpec]], Rows]


@dataclass(frozen=True)
class Knob:
    """Numbers of a spec that move together.

    Attributes
    ----------
    name : short name
    paths : dotted paths of the numbers; each moves by the same amount
    unit : of its moves, one to two standard deviations of the prior's draws
    low, high : where it stops
    needs : name of a condition of _APPLIES; "" = always applies
    """

    name: str
    paths: tuple[str, ...]
    unit: float
    low: float
    high: float
    needs: str = ""


def _pair(name: str) -> tuple[str, str]:
    return (f"{name}Left", f"{name}Right")


def _slider(name: str, sd: float, *more: str, paired: bool = False, reach: float = REACH) -> Knob:
    """A slider of the head with the prior's standard deviation `sd`.

    more : sliders with a similar effect; moved together, each may stay nearer to the average face
    paired : the slider has a left and a right half
    """
    paths = (f"l-{name}", f"r-{name}") if paired else (name, *more)
    end = reach * sd
    return Knob(name, tuple(f"identity.sliders.{p}" for p in paths), FREEDOM * sd, -end, end)


# Units and ends are by eye on previews: a unit changes a face visibly, an end keeps it a common face.
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
UNITS = np.array([knob.unit for knob in KNOBS])
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


def knob_values(spec: s.FaceSpec) -> Rows:
    """(len(KNOBS),) float64: the mean of each knob's numbers; NaN where it does not apply to the face."""
    return np.array([_value(spec, knob) for knob in KNOBS])


def _value(spec: s.FaceSpec, knob: Knob) -> float:
    if not _APPLIES[knob.needs](spec):
        return np.nan
    return float(np.mean([_number(spec, path) for path in knob.paths]))


def _number(spec: s.FaceSpec, path: str) -> float:
    try:
        return float(s.attribute(spec, path))
    except KeyError:
        return 0.0  # an action or slider that the spec leaves at rest


def turn_knobs(spec: s.FaceSpec, change: Rows) -> s.FaceSpec:
    """The spec with each knob moved by `change` (len(KNOBS),), in the knobs' own numbers, within its ends."""
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
    """The face with all knobs that decide its shape moved at random: proposals vary more than the prior.

    draw : keyed_random.Draw of the face
    """
    moves = np.array([draw(f"scatter.{knob.name}").normal() for knob in KNOBS])
    shape = np.array([knob.paths[0].split(".")[0] not in ("pose", "camera", "expression") for knob in KNOBS])
    return turn_knobs(spec, SCATTER * np.clip(moves, -MAX_SCATTER, MAX_SCATTER) * shape * UNITS)


@dataclass(frozen=True)
class Effects:
    """What knobs do.

    Attributes
    ----------
    slopes : (2, k, len(KNOBS)) float64
        Slopes for faces with short hair [0] and long hair [1]: hair knobs act in proportion to how much hair
        there is.
    """

    slopes: Rows

    @classmethod
    def learn(cls, space: Space, specs: Sequence[s.FaceSpec], measured: Rows) -> Effects:
        """From previewed proposals, by ridge regression.

        Other differences of the faces (style, gender, glasses, large turns) are regressors too, so that they
        are not taken for effects of knobs.

        Parameters
        ----------
        space : of the targets
        specs : n proposals
        measured : (n, k) float64, what their previews show
        """
        raw = np.array([knob_values(spec) for spec in specs])
        middle = np.nan_to_num(np.nanmean(np.where(np.isnan(raw).all(0), 0.0, raw), axis=0))
        knobs = np.where(np.isnan(raw), 0.0, (raw - middle) / UNITS)
        long = _long(specs)
        hair = np.array([knob.needs == "hair" for knob in KNOBS])
        design = np.hstack([knobs, knobs[:, hair] * long[:, None], _other_differences(specs)])
        slopes = np.zeros((2, measured.shape[1], len(KNOBS)))
        for j in range(measured.shape[1]):
            seen = ~np.isnan(measured[:, j])
            if seen.sum() < design.shape[1]:
                continue
            x = design[seen]
            y = (measured[seen, j] - space.centre[j]) / space.scale[j]
            y = np.clip(y, -CLIP_MEASURED, CLIP_MEASURED)
            x, y = x - x.mean(0), y - y.mean()
            beta = np.linalg.solve(x.T @ x + RIDGE * np.eye(x.shape[1]), x.T @ y)
            slopes[:, j] = beta[: len(KNOBS)]
            slopes[1, j, hair] += beta[len(KNOBS) : len(KNOBS) + hair.sum()]
        return cls(slopes)

    def updated(
        self,
        space: Space,
        specs: Sequence[s.FaceSpec],
        turned: Sequence[s.FaceSpec],
        before: Rows,
        after: Rows,
    ) -> Effects:
        """After steps: a ridge regression of what the slopes did not predict.

        Parameters
        ----------
        space : of the targets
        specs, turned : n faces before and after a step
        before, after : (n, k) float64, what their previews show
        """
        moved = np.nan_to_num(
            np.array([knob_values(b) - knob_values(a) for a, b in zip(specs, turned, strict=True)]) / UNITS
        )
        changed = space.gap(after, before)
        long = _long(specs)
        slopes = self.slopes.copy()
        for half in (0, 1):
            for j in range(len(slopes[half])):
                seen = (long == half) & ~np.isnan(before[:, j]) & ~np.isnan(after[:, j])
                x = moved[seen]
                miss = changed[seen, j] - x @ slopes[half, j]
                slopes[half, j] += np.linalg.solve(x.T @ x + UPDATE_RIDGE * np.eye(x.shape[1]), x.T @ miss)
        return Effects(slopes)

    def without(self, names: Sequence[str]) -> Effects:
        """The same with some knobs held still."""
        still = np.array([knob.name in names for knob in KNOBS])
        return Effects(np.where(still, 0.0, self.slopes))

    def of(self, spec: s.FaceSpec) -> Rows:
        """(k, len(KNOBS)) slopes for a face."""
        return self.slopes[int(HAIR_STYLES[spec.hair.style].long)]


def _long(specs: Sequence[s.FaceSpec]) -> Flags:
    """(n,) bool, whose hair hangs loose."""
    return np.array([HAIR_STYLES[spec.hair.style].long for spec in specs])


def _other_differences(specs: Sequence[s.FaceSpec]) -> Rows:
    """(n, m) float64: what else differs between faces and is not an effect of knobs."""
    rows = []
    for spec in specs:
        yaw, pitch = spec.pose.yaw / YAW_UNIT, spec.pose.pitch / PITCH_UNIT
        row = [float(spec.hair.style == style) for style in HAIR_STYLES]
        row += [spec.identity.gender, float(spec.glasses.kind != "none"), spec.hair.fringe]
        row += [yaw**2, pitch**2, abs(spec.pose.yaw) / YAW_UNIT]
        rows.append(row)
    return np.array(rows)


def refine(
    space: Space,
    effects: Effects,
    specs: Sequence[s.FaceSpec],
    measured: Rows,
    targets: Rows,
    measure: Measure,
) -> tuple[list[s.FaceSpec], Rows]:
    """Move the knobs of each face towards its target.

    A face aims between its own row and the place of its rank in the distribution of all targets. If it aimed
    at its row alone, faces would stop half way and their distribution would come out too narrow.

    Parameters
    ----------
    space : of the targets
    effects : of the knobs, as learned from proposals
    specs : n faces
    measured, targets : (n, k) float64, what their previews show and what their rows have
    measure : previews specs and gives their (n, k)

    Returns
    -------
    specs : list of n FaceSpec
        No step is kept that takes a face away from its aim or hides one of its attributes.
    measured : (n, k) float64, what their previews show
    """
    specs, measured = list(specs), measured.copy()
    length = np.ones(len(specs))
    for _ in range(STEPS):
        aims = aims_of(measured, targets)
        distance = space.distance(measured, aims)
        tried = [
            turn_knobs(
                spec, length[i] * step(space, effects.of(spec), measured[i], aims[i], knob_values(spec))
            )
            for i, spec in enumerate(specs)
        ]
        shown = measure(tried)
        # A face whose eyes or mouth are no longer seen loses attributes, which the distance does not count.
        lost = np.isnan(shown).sum(1) > np.isnan(measured).sum(1)
        kept = (space.distance(shown, aims) < distance) & ~lost
        effects = effects.updated(space, specs, tried, measured, shown)
        length = np.where(kept, 1.0, SHORTER * length)
        for i in np.flatnonzero(kept):
            specs[i], measured[i] = tried[i], shown[i]
    return specs, measured


def aims_of(measured: Rows, targets: Rows) -> Rows:
    """What each face aims at in one step.

    Faces are ranked by OWN_ROW of their own row plus the rest of the place that their measured rank has in
    the distribution of the targets. A face aims at the place of this new rank, and beyond it by OVERSHOOT
    times the gap of its measured rank.

    Parameters
    ----------
    measured, targets : (n, k) float64, row for row

    Returns
    -------
    (n, k) float64
    """
    aims = targets.copy()
    for j in range(targets.shape[1]):
        seen, wanted = ~np.isnan(measured[:, j]), targets[~np.isnan(targets[:, j]), j]
        if seen.sum() < 2 or len(wanted) < 2:
            continue
        place = np.quantile(wanted, _ranks(measured[seen, j]))
        own = np.where(np.isnan(targets[seen, j]), place, targets[seen, j])
        # A mean of two is narrower than either: its ranks get the places of the whole distribution again.
        mixed = OWN_ROW * own + (1 - OWN_ROW) * place
        aims[seen, j] = np.quantile(wanted, _ranks(mixed))
        aims[seen, j] += OVERSHOOT * (place - measured[seen, j])
    return aims


def _ranks(values: Rows) -> Rows:
    """(n,) rank of each value in (0, 1)."""
    return (np.argsort(np.argsort(values)) + 0.5) / len(values)


def step(space: Space, slopes: Rows, measured: Rows, target: Rows, knobs: Rows) -> Rows:
    """Moves of least damped squared whitened gap: one Gauss-Newton step (Levenberg, 1944).

    Parameters
    ----------
    space : of the targets
    slopes : (k, len(KNOBS)) float64, of `Effects.of`
    measured, target : (k,) float64
    knobs : (len(KNOBS),) float64, of `knob_values`

    Returns
    -------
    (len(KNOBS),) float64
        Moves in the knobs' own numbers; 0 for knobs that do not apply.
    """
    gap = space.gap(target[None], measured[None])[0]
    known = ~(np.isnan(measured) | np.isnan(target))
    jacobian = np.where(known[:, None], slopes, 0.0) @ np.diag(~np.isnan(knobs)).astype(float)
    # Whitening acts on rows from the right: a gap z becomes z @ rotation.
    a, b = space.rotation.T @ jacobian, gap @ space.rotation
    place = np.where(_SLIDERS, np.nan_to_num(knobs) / UNITS, 0.0)
    # A slider that changes nothing that is matched stays as the prior drew it.
    shows = (a**2).sum(0) / ((a**2).sum(0) + DAMPING)
    pull = np.where(np.abs(place) > FAR, PULL * shows, 0.0)
    moves = np.linalg.solve(a.T @ a + np.diag(DAMPING + pull), a.T @ b - pull * place)
    return np.where(np.isnan(knobs), 0.0, np.clip(moves, -MAX_MOVE, MAX_MOVE) * UNITS)
