"""Where scalp hair stands on the face chart: one rule for roots, for the shade of the scalp and for labels.

Points are (s, t) in chart millimetres (see `head`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from facegen.assets.meshes.mesh import Floats
from facegen.assets.skin.painted_borders import Hairline

TURN_MM = 2 * np.pi * 100.0  # once around the chart
FADE_MM = 11.0  # over which a living hairline thickens to full density
EDGE = 0.3  # fraction of the full number of hairs on the border itself: what stands before it is fluff
SHADE_MM = 9.0  # inside the border, where the scalp is as dark as it gets
CROWN_FADE_MM = 22.0  # the same at the border of a bald crown
BARE = 0.5  # fraction of hairs lost from where an annotator sees skin


@dataclass(frozen=True)
class Scalp:
    """The part of the scalp that carries hair.

    Attributes
    ----------
    hairline : Hairline
    thinning : float in [0, 1]
        Fraction of hairs lost at the top of the head.
    crown : float or None
        Chart height in mm above which the head is bald (a wreath of hair round back and sides).
    wobble : float, mm
        How far the hairline wanders from its smooth curve.
    phase : float, radians
        Which way it wanders; left and right differ.
    """

    hairline: Hairline
    thinning: float = 0.0
    crown: float | None = None
    wobble: float = 0.0
    phase: float = 0.0

    def distance(self, s: Floats, t: Floats) -> Floats:
        """Height outside the area covered by hair (N,), mm along t; negative where hair covers."""
        s = (s + TURN_MM / 2) % TURN_MM - TURN_MM / 2
        wander = np.sin(s / 9.0 + self.phase) + 0.7 * np.sin(s / 4.3 + 2.1 * self.phase)
        wander = wander + 1.2 * np.sin(s / 37.0 + 3.3 * self.phase)
        out = self.hairline.distance(s, t) + self.wobble * wander
        if self.crown is not None:
            # The bald crown reaches lower at the back than over the ears.
            behind = np.clip((np.abs(s) - 150) / 120, 0, 1)
            out = np.maximum(out, t - (self.crown - 14 * behind + 2.5 * self.wobble * wander))
        if self.thinning > BARE:
            out = np.maximum(out, (self.loss(t) - BARE) * 60)
        return out

    def loss(self, t: Floats) -> Floats:
        """Fraction of hairs lost to thinning (N,) in [0, 1]: the higher on the head, the more."""
        return self.thinning * np.clip((t - 40) / 50, 0, 1)

    def inside(self, s: Floats, t: Floats) -> Floats:
        """Millimetres along t inside the border, thinning aside (N,); negative on bare skin."""
        return -Scalp(self.hairline, 0.0, self.crown, self.wobble, self.phase).distance(s, t)

    def density(self, s: Floats, t: Floats) -> Floats:
        """Fraction of the full number of hairs that stands at a point (N,) in [0, 1]."""
        fade = FADE_MM if self.crown is None else CROWN_FADE_MM
        return np.clip(EDGE + self.inside(s, t) / fade, 0, 1) * (1 - self.loss(t))

    def shade(self, s: Floats, t: Floats) -> Floats:
        """How far hair darkens the skin that it grows from (N,) in [0, 1]: less where it stands thin."""
        return np.clip(self.inside(s, t) / SHADE_MM, 0, 1) * (1 - 0.5 * self.loss(t))
