"""Bucket hat: soft sewn cloth, a steep brim and no ribbon."""

from __future__ import annotations

from facegen.assets.meshes.mesh import Floats
from facegen.assets.wear.hat_registry import HATS, Hat, HatPiece
from facegen.assets.wear.hat_shapes import BrimmedShape, brimmed
from facegen.assets.wear.prior_weights import by_gender
from facegen.render.spec.face_spec import Headwear


def build(profile: Floats, worn: Headwear) -> list[HatPiece]:
    """See `hat_registry.Hat.build`. Sizes by eye."""
    shape = BrimmedShape(
        crown_mm=92 + 10 * worn.crown,
        brim_mm=40 + 22 * worn.brim,
        droop=0.75,
        taper=0.12,
        dome_mm=4.0,
        ribbon=False,
    )
    return brimmed(profile, shape)


BUCKET = HATS.add(
    Hat(
        "bucket",
        build,
        weight=by_gender(0.5, 1.0),
        order=60,
        patterned=0.22,
        shows=("brim",),
        panels=True,
    )
)
