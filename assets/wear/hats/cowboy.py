"""Cowboy hat: a tall pinched crown and a wide brim, rolled up at the sides."""

from __future__ import annotations

from facegen.assets.meshes.mesh import Floats
from facegen.assets.wear.hat_registry import HATS, Hat, HatPiece
from facegen.assets.wear.hat_shapes import BrimmedShape, brimmed
from facegen.assets.wear.prior_weights import by_gender
from facegen.render.spec.face_spec import Headwear


def build(profile: Floats, worn: Headwear) -> list[HatPiece]:
    """See `hat_registry.Hat.build`. Sizes by eye."""
    shape = BrimmedShape(
        crown_mm=120 + 20 * worn.crown,
        brim_mm=78 + 30 * worn.brim,
        curl=0.3 + 0.5 * worn.curl,
        pinch_mm=22.0,
    )
    return brimmed(profile, shape)


COWBOY = HATS.add(Hat("cowboy", build, weight=by_gender(1.3, 2.3), order=40, shows=("brim", "curl")))
