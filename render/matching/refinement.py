"""Refinement: an assigned face is turned towards what its row shows, and stays a face of the prior.

Each face minimises

    |gap|^2 + PRICE (knobs - drawn)' C^-1 (knobs - drawn)

by Gauss-Newton steps: gap is what it lacks of its aim, in whitened standard deviations of the targets; drawn
are its knobs as the prior drew them; C is their covariance in the prior (face_price.py), so a shape factor
costs its squared move. Where attributes are linear in knobs, this is a draw from the prior given what is
measured (Matheron's rule; Hoffman and Ribak, Constrained realizations of Gaussian fields, 1991): what decides
no attribute stays as drawn, and what goes together in people moves together. A step is kept only where the
next preview says that the sum has become smaller.

n faces, k attributes, K knobs in units.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from facegen.render.matching.assignment import Space
from facegen.render.matching.face_price import Prices
from facegen.render.matching.followers import Followers
from facegen.render.matching.knob_effects import Effects
from facegen.render.matching.knobs import (
    IS_DRAWN,
    IS_FREE,
    IS_SHAPE,
    Rows,
    knob_values,
    slider_at_end,
    turn_knobs,
)
from facegen.render.spec import face_spec as s

# Weight of a squared move against the squared gap: the variance of what an attribute may be off its row.
PRICE = 0.1
STEPS = 3
DAMPING = 0.02  # weight of a step's own square, in units: slopes hold near the face only
MAX_MOVE = 2.0  # units, of one knob in one step
HALVINGS = 4  # of a move that goes too far (`_turned`); then knobs that have a price stay
SHORTER = 0.5  # factor on the next step of a face whose last one was not kept
# Fraction of the gap by which an aim lies beyond its place in the distribution of the targets: prices hold
# faces short of their aims, most of all at the ends of the distribution.
OVERSHOOT = 0.7
# Fraction of the aim that is the face's own row; the rest is the place of its rank in the targets'
# distribution.
OWN_ROW = 0.4

Measure = Callable[[Sequence[s.FaceSpec]], Rows]
Aims = Callable[[Rows, Rows], Rows]


@dataclass(frozen=True)
class Pull:
    """What draws faces to their rows and what holds them.

    Attributes
    ----------
    space : of the targets
    effects : of the knobs
    prices : of the knobs
    followers : what else of an expression moves with them
    """

    space: Space
    effects: Effects
    prices: Prices
    followers: Followers


def refine(
    pull: Pull, specs: Sequence[s.FaceSpec], measured: Rows, targets: Rows, measure: Measure, aim: Aims
) -> tuple[list[s.FaceSpec], Rows]:
    """Turn the knobs of each face towards its target.

    Parameters
    ----------
    pull : Pull
    specs : n faces
    measured, targets : (n, k) float64, what their previews show and what their rows have
    measure : previews specs and gives their (n, k)
    aim : from measured and targets to what each face aims at, (n, k): `aims_of`, or the targets themselves

    Returns
    -------
    specs : list of n FaceSpec
        No step is kept that hides one of a face's attributes.
    measured : (n, k) float64, what their previews show
    """
    space, effects = pull.space, pull.effects
    specs, measured = list(specs), measured.copy()
    drawn = np.array([knob_values(spec) for spec in specs])
    length = np.ones(len(specs))
    for _ in range(STEPS):
        aims = aim(measured, targets)
        before = _cost(pull, measured, aims, specs, drawn)
        tried = []
        for i, spec in enumerate(specs):
            moves = step(pull, effects.of(spec), measured[i], aims[i], knob_values(spec), drawn[i])
            tried.append(pull.followers.follow(spec, _turned(pull.prices, spec, length[i] * moves)))
        shown = measure(tried)
        # A face whose eyes or mouth are no longer seen loses attributes, which the distance does not count.
        lost = np.isnan(shown).sum(1) > np.isnan(measured).sum(1)
        kept = (_cost(pull, shown, aims, tried, drawn) < before) & ~lost
        effects = effects.updated(space, specs, tried, measured, shown)
        length = np.where(kept, 1.0, SHORTER * length)
        for i in np.flatnonzero(kept):
            specs[i], measured[i] = tried[i], shown[i]
    return specs, measured


def _turned(prices: Prices, spec: s.FaceSpec, moves: Rows) -> s.FaceSpec:
    """The face with its knobs moved, less far where a slider would come to its end or a price to its limit.

    A face drawn beyond them may stay there.
    """
    bounds = np.maximum(prices.beyond([spec])[0], 0.0)
    at_end = slider_at_end(spec)
    for _ in range(HALVINGS + 1):
        turned = turn_knobs(spec, moves)
        face, shape, rest = prices.beyond([turned])[0] > bounds
        shape = shape or face or (slider_at_end(turned) and not at_end)
        rest = rest or face
        if not (shape or rest):
            return turned
        moves = np.where((IS_SHAPE & shape) | (IS_DRAWN & rest), 0.5 * moves, moves)
    return turn_knobs(spec, np.where(IS_FREE, moves, 0.0))


def _cost(pull: Pull, shown: Rows, aims: Rows, specs: Sequence[s.FaceSpec], drawn: Rows) -> Rows:
    """(n,) float64: the squared gaps plus what the moves so far cost."""
    gaps = (pull.space.gap(shown, aims) @ pull.space.rotation) ** 2
    out: Rows = gaps.sum(1)
    for i, spec in enumerate(specs):
        moved = knob_values(spec) - drawn[i]
        present = ~np.isnan(moved)
        moved = np.where(present, moved, 0.0)
        out[i] += PRICE * moved @ pull.prices.metric(present) @ moved
    return out


def step(pull: Pull, slopes: Rows, measured: Rows, aim: Rows, knobs: Rows, drawn: Rows) -> Rows:
    """One Gauss-Newton step, damped (Levenberg, 1944).

    Parameters
    ----------
    pull : Pull
    slopes : (k, K) float64, of `Effects.of`
    measured, aim : (k,) float64
    knobs, drawn : (K,) float64, of `knob_values`: now, and as the prior drew them

    Returns
    -------
    (K,) float64
        Moves in units; 0 for knobs that do not apply.
    """
    present = ~np.isnan(knobs)
    gap = pull.space.gap(aim[None], measured[None])[0]
    known = ~(np.isnan(measured) | np.isnan(aim))
    jacobian = np.where(known[:, None] & present, slopes, 0.0)
    # Whitening acts on rows from the right: a gap z becomes z @ rotation.
    a, b = pull.space.rotation.T @ jacobian, gap @ pull.space.rotation
    moved = np.where(present, knobs - drawn, 0.0)
    price = PRICE * pull.prices.metric(present)
    own = DAMPING + np.where(present, 0.0, 1.0)
    moves = np.linalg.solve(a.T @ a + price + np.diag(own), a.T @ b - price @ moved)
    return np.where(present, np.clip(moves, -MAX_MOVE, MAX_MOVE), 0.0)


def aims_of(measured: Rows, targets: Rows) -> Rows:
    """What each face aims at in one step.

    A face aims between its own row and the place of its rank in the distribution of all targets. If it aimed
    at its row alone, faces would stop half way and their distribution would come out too narrow. Faces are
    ranked by OWN_ROW of their own row plus the rest of the place that their measured rank has in the
    distribution of the targets. A face aims at the place of this new rank, and beyond it by OVERSHOOT times
    the gap of its measured rank.

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
