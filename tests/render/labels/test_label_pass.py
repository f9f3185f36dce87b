"""From label pass to native labels, against brute force."""

import dataclasses

import numpy as np
import pytest

from facegen.assets.hair.scalp import Scalp
from facegen.assets.skin.chart_grid import chart_uv
from facegen.assets.skin.painted_borders import BrowShape, Hairline
from facegen.datasets.conventions.convention_registry import CONVENTIONS, convention
from facegen.datasets.conventions.label_conventions import BORDERS
from facegen.datasets.conventions.native_labels import COVERAGE_CLASSES, Native
from facegen.datasets.conventions.public.celebamaskhq_labels import CELEBAMASKHQ
from facegen.render.geometry.part import PaintedSkin
from facegen.render.labels import label_pass


def test_reduce_takes_the_label_that_covers_most():
    rng = np.random.default_rng(0)
    fine = rng.integers(0, len(Native), (32, 24)).astype(np.uint8)
    fine[:4, :4] = Native.NOSE
    out = label_pass.reduce_labels(fine)
    assert out.shape == (8, 6) and out[0, 0] == Native.NOSE
    for i in range(8):
        for j in range(6):
            block = fine[4 * i : 4 * i + 4, 4 * j : 4 * j + 4]
            counts = np.bincount(block.ravel(), minlength=len(Native))
            assert out[i, j] == counts.argmax()


def test_coverage_is_the_fraction_of_sub_pixels():
    fine = np.zeros((8, 8), np.uint8)
    fine[0, :3] = Native.SCALP_HAIR
    fine[4:, 4:] = Native.MOUSTACHE
    shares = label_pass.coverage(fine)
    assert shares.shape == (2, 2, len(COVERAGE_CLASSES))
    assert shares[0, 0, 0] == round(3 / 16 * 255) and shares[1, 1, 1] == 255 and shares[0, 1].sum() == 0


def on_skin(points, ear=0.0):
    """A label-pass row of skin at chart points [(s, t)]."""
    uv = chart_uv(np.array(points, float)) + label_pass.UV_OFFSET
    return np.concatenate([uv, np.full((len(points), 1), 1 + label_pass.EAR_FRACTION * ear)], 1)[None].astype(
        np.float32
    )


def classify(buffer, brow, offsets=None):
    """Native label (h, w) of every sub-pixel of a label pass, as `passes.render_sample` reads it."""
    seen = label_pass.decode(buffer)
    return seen.with_eyewear(seen.paint(brow, offsets))


def test_an_eye_has_an_inner_corner_while_it_is_open():
    both = [(19.2, -3.7), (-19.2, -3.7)]
    skin = on_skin(both)
    assert classify(skin, BrowShape())[0].tolist() == [Native.FACE_SKIN] * 2
    seen = np.array([[[0, 0, label_pass.own(Native.IRIS_L)]]], np.float32)
    found = classify(np.concatenate([skin, seen], 1), BrowShape())[0]
    assert found.tolist() == [Native.SCLERA_L, Native.FACE_SKIN, Native.IRIS_L]


@pytest.mark.parametrize(
    "point,label",
    [
        ((0, 45), Native.FACE_SKIN),
        ((0, -30), Native.NOSE),
        ((5, -67), Native.UPPER_LIP),
        ((-5, -79), Native.LOWER_LIP),
        ((28, 20), Native.BROW_L),
        ((-28, 20), Native.BROW_R),
        ((0, -140), Native.NECK),
        ((20, -230), Native.TORSO_SKIN),
        ((-70, -40), Native.FACE_SKIN),
        ((300, 0), Native.FACE_SKIN),
    ],
)
def test_skin_is_labelled_by_its_place(point, label):
    assert classify(on_skin([point]), BrowShape())[0, 0] == label


def test_scalp_under_hair_is_hair_and_a_bald_one_is_skin():
    points = np.array([(0, 45), (0, 85), (250, 20), (140, 0), (0, -79)], float)
    ear = np.array([0, 0, 0, 0.9, 0])
    covered = label_pass.skin_labels(*points.T, ear, BrowShape(), {}, Scalp(Hairline()))
    hair = Native.SCALP_HAIR
    assert covered.tolist() == [Native.FACE_SKIN, hair, hair, Native.EAR_L, Native.LOWER_LIP]
    thin = label_pass.skin_labels(*points.T, ear, BrowShape(), {}, Scalp(Hairline(), thinning=0.8))
    assert thin.tolist() == [Native.FACE_SKIN, Native.FACE_SKIN, hair, Native.EAR_L, Native.LOWER_LIP]


def test_the_first_hairs_over_the_forehead_are_labelled_skin():
    scalp, t = Scalp(Hairline()), np.linspace(45, 85, 401)
    s = np.zeros_like(t)
    label = label_pass.skin_labels(s, t, s, BrowShape(), {}, scalp)
    depth = -scalp.distance(s, t)
    assert (label[depth < 0.9 * label_pass.HAIRLINE_IN] == Native.FACE_SKIN).all()
    assert (label[depth > 1.1 * label_pass.HAIRLINE_IN] == Native.SCALP_HAIR).all()
    assert (depth[label == Native.FACE_SKIN] > 0.5).any()


def test_ears_win_and_know_their_side():
    buffer = on_skin([(138, -18), (-138, -18)], ear=1.0)
    assert classify(buffer, BrowShape())[0].tolist() == [Native.EAR_L, Native.EAR_R]


def test_offsets_move_borders():
    edge = on_skin([(0, -85.8)])
    assert classify(edge, BrowShape())[0, 0] == Native.FACE_SKIN
    assert classify(edge, BrowShape(), {"lips": 1.0})[0, 0] == Native.LOWER_LIP


def test_a_convention_draws_its_own_borders_over_neutral_native_labels():
    """The nose of CelebAMask-HQ, 0.8 mm wider, in a mask of 4 x 4 sub-pixels a pixel."""
    points = [(x, -49.2) for x in (0.0, 0.1, -0.1, 0.2)]  # 0.4 mm under the nose
    seen = label_pass.decode(np.tile(on_skin(points), (4, 1, 1)))
    assert label_pass.reduce_labels(seen.paint(BrowShape())) == Native.FACE_SKIN
    assert label_pass.draw_mask(seen, BrowShape(), CELEBAMASKHQ) == CELEBAMASKHQ.id("nose")
    assert label_pass.draw_mask(seen, BrowShape(), convention("lapa")) is None


@pytest.mark.parametrize("border", BORDERS)
def test_every_border_of_a_convention_is_drawn(border):
    """A shift of 1 mm moves some label, whichever border it is."""
    s, t = (grid.ravel() for grid in np.meshgrid(np.arange(-90.0, 91), np.arange(-130.0, 40)))
    ear = np.clip((np.abs(s) - 80) / 10, 0, 1)
    plain, shifted = (
        label_pass.skin_labels(s, t, ear, BrowShape(), offsets) for offsets in ({}, {border: 1.0})
    )
    assert 10 < np.count_nonzero(plain != shifted) < 0.1 * len(s)


def test_no_convention_shifts_a_border_by_more_than_3_mm():
    assert all(abs(mm) < 3 for one in CONVENTIONS.values() for mm in one.borders.values())


def test_own_codes_come_back():
    buffer = np.zeros((1, len(Native), 3), np.float32)
    buffer[0, :, 2] = [label_pass.own(n) for n in Native]
    assert classify(buffer, BrowShape())[0].tolist() == [int(n) for n in Native]


@pytest.mark.parametrize("blue", [7.5, 3 * label_pass.EYEWEAR_STEP + 1, label_pass.EYEWEAR_STEP - 2, -1])
def test_a_mixed_pass_is_refused(blue):
    with pytest.raises(ValueError, match="unknown code"):
        classify(np.full((1, 1, 3), blue, np.float32), BrowShape())


def test_eyewear_adds_to_what_lies_behind_and_comes_off():
    ear = on_skin([(138, -18)], ear=0.5)
    buffer = np.concatenate([on_skin([(0, 45), (0, -30)]), ear, np.zeros((1, 2, 3), np.float32)], 1)
    buffer[0, 4, 2] = label_pass.own(Native.SCLERA_L)
    alone = label_pass.decode(buffer)
    buffer[0, [0, 4], 2] += label_pass.in_front(Native.GLASSES_FRAME)
    buffer[0, [1, 2, 3], 2] += label_pass.in_front(Native.GLASSES_LENS)
    seen = label_pass.decode(buffer)
    bare = seen.paint(BrowShape())
    assert bare[0].tolist() == [
        Native.FACE_SKIN,
        Native.NOSE,
        Native.EAR_L,
        Native.BACKGROUND,
        Native.SCLERA_L,
    ]
    np.testing.assert_array_equal(bare, alone.paint(BrowShape()))
    np.testing.assert_allclose(seen.ear, alone.ear, atol=1e-4)
    frame, lens = Native.GLASSES_FRAME, Native.GLASSES_LENS
    assert seen.with_eyewear(bare)[0].tolist() == [frame, lens, lens, lens, frame]


def test_a_hand_in_front_keeps_the_map_behind_it():
    """A hand over a nose with glasses: seen, behind it, and as two conventions draw it."""
    behind = on_skin([(0, -30)] * 4)
    behind[..., 2] += label_pass.in_front(Native.GLASSES_LENS)
    hand = np.zeros_like(behind)
    hand[..., 2] = label_pass.own(Native.HAND)
    seen, without = (label_pass.decode(np.tile(one, (4, 1, 1))) for one in (hand, behind))
    maps = label_pass.layers(seen, without, PaintedSkin(BrowShape(), None))
    assert [set(one.ravel()) for one in maps] == [{Native.HAND}, {Native.NOSE}, {Native.GLASSES_LENS}]
    alone = label_pass.layers(without, None, PaintedSkin(BrowShape(), None))
    np.testing.assert_array_equal(alone[0], maps[2])
    np.testing.assert_array_equal(alone[1], maps[1])
    through = label_pass.draw_mask(seen, BrowShape(), CELEBAMASKHQ, behind=without)
    assert through == CELEBAMASKHQ.id("eye_g")
    shown = dataclasses.replace(CELEBAMASKHQ, occluders="in-front")
    assert label_pass.draw_mask(seen, BrowShape(), shown, behind=without) == CELEBAMASKHQ.id("background")


def test_skin_is_painted_like_a_full_search_of_every_border():
    """The borders are only looked up near their boxes; here every point is held against every border."""
    from facegen.assets.skin import painted_borders

    rng = np.random.default_rng(0)
    s, t = rng.uniform(-314, 314, 20000), rng.uniform(-250, 120, 20000)
    s[:12000], t[:12000] = rng.uniform(-60, 60, 12000), rng.uniform(-130, 40, 12000)
    brow = BrowShape(-2, 1.1, 1, 0.5, 1, lift=2, longer=3, thicker=0.2)
    for offsets in (
        {},
        {"nose": 2.0, "lips": -1.0, "brows": 3.0, "jaw": -4.0},
        {"nose": -2.0, "jaw": 3.0, "lower_lip": -1.5},
        {"lower_lip": 1.5},
        {"eye_corners": -1.5, "lids": 0.5, "nose": 1.0, "nose_top": 1.5},
        {"eye_corners": 1.0, "lids": -0.5},
    ):
        want = np.full(len(s), Native.FACE_SKIN, np.uint8)
        want[t < painted_borders.curve(painted_borders.JAW, s) - offsets.get("jaw", 0)] = Native.NECK
        want[(want == Native.NECK) & (t < painted_borders.curve(painted_borders.NECK_BASE, s))] = (
            Native.TORSO_SKIN
        )
        larger = offsets.get("eye_corners", 0) / painted_borders.CARUNCLE_MM[0]
        eye = painted_borders.caruncle_radius(s, t) < 1 + larger
        eye |= painted_borders.lid_distance(s, t) < offsets.get("lids", -np.inf)
        want[eye & (s > 0)], want[eye & (s <= 0)] = Native.SCLERA_L, Native.SCLERA_R
        outline, higher = painted_borders.NOSE.copy(), offsets.get("nose_top", 0)
        outline[:2, 1] += higher
        outline[1:5, 0] -= higher
        want[painted_borders.polygon_distance(outline, s, t) < offsets.get("nose", 0)] = Native.NOSE
        upper = t > painted_borders.curve(painted_borders.MOUTH_LINE, s)
        border = offsets.get("lips", 0) + np.where(upper, 0, offsets.get("lower_lip", 0))
        lips = painted_borders.polygon_distance(painted_borders.LIPS, s, t) < border
        want[lips & upper], want[lips & ~upper] = Native.UPPER_LIP, Native.LOWER_LIP
        hairs = brow.distance(s, t, seen=True) < offsets.get("brows", 0)
        want[hairs & (s > 0)], want[hairs & (s <= 0)] = Native.BROW_L, Native.BROW_R
        np.testing.assert_array_equal(label_pass.skin_labels(s, t, np.zeros(len(s)), brow, offsets), want)
