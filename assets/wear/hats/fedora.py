"""Fedora: a felt hat with a pinched crown and a brim that is turned up a little at the sides."""

from __future__ import annotations

from facegen.assets.meshes.mesh import Floats
from facegen.assets.wear.hat_registry import HATS, Hat, HatPiece
from facegen.assets.wear.hat_shapes import BrimmedShape, brimmed
from facegen.assets.wear.prior_weights import by_gender
from facegen.render.spec.face_spec import Headwear


def build(profile: Floats, worn: Headwear) -> list[HatPiece]:
    """See `hat_registry.Hat.build`. Sizes by eye."""
    shape = BrimmedShape(
        crown_mm=112 + 16 * worn.crown,
        brim_mm=44 + 26 * worn.brim,
        droop=0.08,
        curl=0.08 + 0.16 * worn.curl,
        pinch_mm=16.0,
    )
    return brimmed(profile, shape)


FEDORA = HATS.add(Hat("fedora", build, weight=by_gender(2.3, 6.3), order=30, shows=("brim", "curl")))
