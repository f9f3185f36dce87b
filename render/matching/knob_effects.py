"""What knobs do to what is measured: learned from proposals, then from the steps of refinement itself.

Proposals differ in all knobs at once, so a ridge regression tells how much each knob changes each attribute.
Steps change the same face, and nothing else about it differs, so they measure the knobs better: the slopes
are updated by them.

n faces, k attributes, K knobs in units. A slope is the change of an attribute, in standard deviations of the
targets, for a knob's move of one unit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from facegen.assets.hair.style_registry import HAIR_STYLES
from facegen.render.matching.assignment import Space
from facegen.render.matching.knobs import KNOBS, Flags, Rows, knob_values
from facegen.render.spec import face_spec as s

RIDGE = 8.0  # weight of slopes of 0 in the regression over proposals, in faces
UPDATE_RIDGE = 3.0  # weight of the slopes before an update, in faces
CLIP_MEASURED = 6.0  # standard deviations at which measured values are clipped in the regression
# Units of the head's pose where its squared effect is kept apart from that of the knobs: degrees.
YAW_UNIT, PITCH_UNIT = 15, 8
OLD_YEARS = 20.0  # unit of the age
_HAIR = np.array([knob.needs == "hair" for knob in KNOBS])


@dataclass(frozen=True)
class Effects:
    """Slopes of all knobs.

    Attributes
    ----------
    slopes : (2, k, K) float64
        For faces with short hair [0] and with long hair [1]: hair knobs act in proportion to how much hair
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
        knobs = np.where(np.isnan(raw), 0.0, raw - _mean_of_seen(raw))
        design = np.hstack([knobs, knobs[:, _HAIR] * _long(specs)[:, None], _other_differences(specs)])
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
            slopes[1, j, _HAIR] += beta[len(KNOBS) : len(KNOBS) + _HAIR.sum()]
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
            np.array([knob_values(b) - knob_values(a) for a, b in zip(specs, turned, strict=True)])
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
        """(k, K) slopes for a face."""
        return self.slopes[int(HAIR_STYLES[spec.hair.style].long)]


def _mean_of_seen(values: Rows) -> Rows:
    """(K,) mean of each knob over the faces that have it; 0 where none has."""
    seen = ~np.isnan(values)
    mean: Rows = np.where(seen, values, 0.0).sum(0) / np.maximum(seen.sum(0), 1)
    return mean


def _long(specs: Sequence[s.FaceSpec]) -> Flags:
    """(n,) bool, whose hair hangs loose."""
    return np.array([HAIR_STYLES[spec.hair.style].long for spec in specs])


def _other_differences(specs: Sequence[s.FaceSpec]) -> Rows:
    """(n, m) float64: what else differs between faces and is not an effect of knobs."""
    rows = []
    for spec in specs:
        person, yaw, pitch = spec.identity, spec.pose.yaw / YAW_UNIT, spec.pose.pitch / PITCH_UNIT
        row = [float(spec.hair.style == style) for style in HAIR_STYLES]
        row += [person.gender, person.african, person.asian, person.age / OLD_YEARS]
        row += [float(spec.glasses.kind != "none"), spec.hair.fringe]
        row += [yaw**2, pitch**2, abs(spec.pose.yaw) / YAW_UNIT]
        rows.append(row)
    return np.array(rows)
