"""The default prior: how faces are drawn where neither a profile nor `--set` decides.

It is a broad, balanced population photographed in everyday ways, and not a copy of any data set: genders,
ancestries and adult ages are uniform, poses and light vary more than in portraits. Features that depend on
one another in people (skin on ancestry, grey hair and wrinkles on age, styles on gender) do so in the draws.
Every draw is keyed by (seed, index, attribute name).
"""

from __future__ import annotations

from dataclasses import replace

from facegen.datasets.keyed_random import Draw
from facegen.render.prior.accessories_prior import draw_glasses, draw_headwear, draw_jewellery
from facegen.render.prior.brow_prior import draw_brows
from facegen.render.prior.capture_prior import draw_background, draw_camera, draw_light, draw_pose
from facegen.render.prior.expression_prior import draw_expression
from facegen.render.prior.garment_prior import draw_garment, like_backdrop, under_headwear
from facegen.render.prior.hair_prior import draw_facial_hair, draw_hair
from facegen.render.prior.hand_prior import draw_hand
from facegen.render.prior.identity_prior import draw_eyes, draw_identity, draw_skin
from facegen.render.prior.thing_prior import draw_thing
from facegen.render.spec import face_spec as s

# Fractions of faces that wear them: often enough that a parser learns them.
GLASSES_FRACTION, HAT_FRACTION = 0.15, 0.08


def draw_spec(seed: int, index: int, identity: s.Identity | None = None) -> s.FaceSpec:
    """One face of the default prior.

    Parameters
    ----------
    seed, index : key of all draws
    identity : the person, on whom skin, hair and clothes depend; None draws one
    """
    d = Draw(seed, index)
    base = draw_base(seed, index, identity)
    return replace(
        base,
        expression=draw_expression(d, base.identity),
        skin=draw_skin(d, base.identity),
        eyes=draw_eyes(d, base.identity),
        brows=draw_brows(d, base.identity),
        hair=draw_hair(d, base.identity),
        facial_hair=draw_facial_hair(d, base.identity),
    )


def draw_base(seed: int, index: int, identity: s.Identity | None = None) -> s.FaceSpec:
    """`draw_spec` without what conditioning draws for every row: expression, skin, eyes and all hair."""
    d = Draw(seed, index)
    identity = identity or draw_identity(d)
    headwear = draw_headwear(d, identity, HAT_FRACTION)
    behind = draw_background(d)
    garment = under_headwear(d, headwear, like_backdrop(d, draw_garment(d, identity), behind))
    return s.FaceSpec(
        seed=seed,
        index=index,
        identity=identity,
        pose=draw_pose(
            d,
            d.normal("pose.yaw", 0, 20, -75, 75),
            d.normal("pose.pitch", 0, 10, -35, 35),
            d.normal("pose.roll", 0, 8, -25, 25),
        ),
        glasses=draw_glasses(d, GLASSES_FRACTION),
        headwear=headwear,
        jewellery=draw_jewellery(d, identity),
        hand=draw_hand(d, identity, garment),
        thing=draw_thing(d, identity),
        garment=garment,
        light=draw_light(d),
        camera=draw_camera(d),
        background=behind,
    )
