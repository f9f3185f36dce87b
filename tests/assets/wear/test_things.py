"""Things in front of a face: they stand at it and do not cut it."""

import numpy as np
import pytest
from dressed_head import wearer

from facegen.assets.wear.thing_registry import THINGS, Front
from facegen.datasets.conventions.native_labels import Native
from facegen.render.prior.default_prior import draw_spec

CUTS = 0.002  # metres that nothing may cut into the head
AT_THE_FACE = 0.08  # metres from the lips within which a thing begins


def front(side=1.0, reach=0.5):
    on = wearer()
    mouth = on.head.landmarks[[62, 66]].astype(float).mean(0)
    return Front(on.head, on.model, on.body, mouth, side, reach)


@pytest.mark.parametrize("kind", THINGS)
@pytest.mark.parametrize(("side", "reach"), [(1.0, 0.0), (-1.0, 1.0)])
def test_a_thing_stands_at_the_face_and_does_not_cut_it(kind, side, reach):
    one = front(side, reach)
    for piece in THINGS[kind].build(one):
        vertices, faces = piece.mesh
        assert np.isfinite(vertices).all() and faces.max() < len(vertices)
        clear = one.body.clearance(vertices)[0]
        # What lips hold lies between them.
        assert clear.min() > (-0.02 if kind == "lollipop" else -CUTS)
        assert clear.min() < AT_THE_FACE
    assert THINGS[kind].label in (Native.OTHER_OCCLUDER, Native.FACEWEAR)


def test_a_mask_covers_mouth_and_chin_and_leaves_the_eyes():
    on, one = wearer(), front()
    cloth = THINGS["face_mask"].build(one)[0].mesh[0]
    ahead = on.head.head_rotation[:, 1]
    for point, covered in ((51, True), (57, True), (8, True), (27, False), (36, False)):
        place = on.head.landmarks[point].astype(float)
        offset = cloth - place
        near = np.linalg.norm(offset - np.outer(offset @ ahead, ahead), axis=1) < 0.012
        assert bool(near.any() and (offset[near] @ ahead).min() < 0.004) is covered, point


def test_the_prior_draws_as_many_things_as_were_counted():
    kinds = [draw_spec(12, i).thing.kind for i in range(1500)]
    assert abs(np.mean([kind != "none" for kind in kinds]) - 11 / 700) < 0.012
    assert kinds.count("microphone") > kinds.count("face_mask")


def test_nothing_of_the_face_shows_through_a_mask():
    """From ahead, rays to the middle of the mask meet it before any skin."""
    one = front()
    vertices, faces = THINGS["face_mask"].build(one)[0].mesh
    ahead = one.along(0, -1, 0)
    middles = vertices[faces].mean(1)
    skin = one.body.first_hit(middles + 0.15 * ahead, np.broadcast_to(-ahead, middles.shape)) - 0.15
    assert np.isfinite(skin).mean() > 0.9  # the rest spans beside the face
    assert skin.min() > 0
