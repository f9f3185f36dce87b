"""Sun hat: a low straw crown and a very wide drooping brim."""

from __future__ import annotations

from facegen.assets.meshes.mesh import Floats
from facegen.assets.wear.dyes import STRAW_DYES
from facegen.assets.wear.hat_registry import HATS, Hat, HatPiece
from facegen.assets.wear.hat_shapes import BrimmedShape, brimmed
from facegen.assets.wear.prior_weights import by_gender
from facegen.render.spec.face_spec import Headwear


def build(profile: Floats, worn: Headwear) -> list[HatPiece]:
    """See `hat_registry.Hat.build`. Sizes by eye."""
    shape = BrimmedShape(crown_mm=95 + 10 * worn.crown, brim_mm=85 + 50 * worn.brim, droop=0.22)
    return brimmed(profile, shape)


SUN_HAT = HATS.add(
    Hat(
        "sun_hat",
        build,
        weight=by_gender(2.3, 0.1),
        order=50,
        dyes=STRAW_DYES,
        shows=("brim",),
    )
)
