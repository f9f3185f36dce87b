"""Hair that hangs into the face: the free face by drape, loose locks, wind, wet hair, cornrows."""

import dataclasses

import numpy as np
import pytest

pytest.importorskip("anny")
pytest.importorskip("open3d")

from facegen.assets.hair import drape, groom, strands
from facegen.assets.hair.guides import Skull
from facegen.assets.hair.hair_plan import groom_of, scalp_of
from facegen.assets.hair.style_registry import HAIR_STYLES
from facegen.assets.head.head_model import head_model, triangles
from facegen.assets.meshes.collision import Body
from facegen.datasets.keyed_random import generator
from facegen.render.geometry.pose import pose_head
from facegen.render.prior import default_prior
from facegen.render.spec.face_spec import Hair

COUNT = 2000
HEIGHTS = np.linspace(-0.2, 0.09, 60)


def test_the_free_face_narrows_with_the_drape():
    widths = np.array([drape.free_half(HEIGHTS, np.full(60, d)) for d in np.linspace(0, 1, 13)])
    np.testing.assert_allclose(widths[0], np.interp(HEIGHTS, drape.HEIGHTS, drape.HALF_WIDTHS[0]))
    np.testing.assert_allclose(widths[4], np.interp(HEIGHTS, drape.HEIGHTS, drape.HALF_WIDTHS[1]))
    assert (np.diff(widths, axis=0) < 0).all()
    eye, outer_corner = 0.031, 0.045
    level = np.zeros(1)
    assert drape.free_half(level, np.ones(1))[0] < eye
    assert drape.free_half(level, np.full(1, 0.5))[0] > outer_corner


def test_loose_locks_stand_at_the_rim_and_are_none_without():
    rng = np.random.default_rng(2)
    chart = np.stack([rng.uniform(-150, 150, 4000), rng.uniform(-40, 100, 4000)], 1)
    position = np.c_[chart / 1000, np.zeros(4000)]
    depth = rng.uniform(0, 60, 4000)

    def drawn(loose, tied=False):
        return drape.loose_locks(loose, 0.3, tied, position, chart, depth, np.random.default_rng(3))

    assert not drawn(0.0).lock.any()
    few, many = drawn(0.3), drawn(1.0)
    assert len(np.unique(few.lock)) - 1 == round(0.3 * drape.LOCKS)
    assert len(np.unique(many.lock)) - 1 == drape.LOCKS
    inside = many.lock > 0
    assert ((many.length > 0) == inside).all() and (many.drape[~inside] == 0).all()
    assert many.length.max() <= 0.3 * drape.LONG_LENGTH[1]
    assert drawn(1.0, tied=True).length.max() <= drape.TIED_LENGTH[1]


def test_hairs_of_a_loose_lock_close_alike_and_locks_do_not():
    lock = np.repeat(np.arange(1, 41), 30)
    closes = drape.closing(lock, np.random.default_rng(3))
    of_locks = [np.unique(closes[lock == number]) for number in range(1, 41)]
    assert {len(one) for one in of_locks} == {1}
    low, high = drape.LOCK_CLOSES
    assert low <= closes.min() < low + 0.1 and high - 0.1 < closes.max() <= high < 1
    assert len(drape.closing(np.zeros(0, int), np.random.default_rng(3))) == 0


@pytest.fixture(scope="module")
def head():
    model = head_model()
    posed = pose_head(model, default_prior.draw_spec(1, 4))
    return model, posed, Body(posed.vertices, triangles(model.faces))


def grown(head, style, **changes):
    """Local points (N, 14, 3) of a style's strands, and those of clearance from the head (N, 14)."""
    model, posed, body = head
    hair = dataclasses.replace(Hair(), style=style, **changes)
    plan, rng = groom_of(hair), generator(0, 0, style)
    roots = groom.scalp_roots(posed, model, scalp_of(hair), COUNT, rng)
    drawn, _, _ = groom.make_hair(plan.groom, roots, posed, np.array([0, 0, -1.0]), body, rng, 14, 0.0002)
    return Skull.of(posed).local(drawn), body.clearance(drawn)[0].reshape(drawn.shape[:2])


@pytest.mark.render
def test_a_loose_lock_thins_out_towards_its_end(head, monkeypatch):
    def length(ends):
        monkeypatch.setattr(groom, "LOOSE_ENDS", ends)
        hair = grown(head, "tied_back", loose=1.0)[0]
        return np.linalg.norm(np.diff(hair, axis=1), axis=2).sum(1)

    most = groom.LOOSE_ENDS
    whole, cut = length(0.0), length(most)
    assert len(whole) == len(cut)
    part = (cut / whole)[np.abs(cut - whole) > 1e-4]
    assert len(part) > 8  # the hairs of the locks, and no others
    assert len(part) < 0.1 * len(whole)
    low, middle, high = np.quantile(part, [0.1, 0.5, 0.9])
    assert 1 - 1.2 * most < low < middle - 0.08 < high - 0.16


def before_eye(points, side):
    points = strands.refine(points, 4)
    eye = (np.abs(side * points[..., 0] - 0.031) < 0.012) & (np.abs(points[..., 2]) < 0.01)
    return np.count_nonzero((eye & (points[..., 1] < 0.03)).any(1))


@pytest.mark.render
def test_hair_hangs_before_the_eye_of_its_side_alone(head):
    points, clearance = grown(head, "long_straight", drape_right=1.0, part=0.5)
    assert before_eye(points, -1) > 20 and before_eye(points, 1) == 0
    assert clearance[:, 1:].min() > -0.002
    free, _ = grown(head, "long_straight", part=0.5)
    assert before_eye(free, -1) == before_eye(free, 1) == 0


@pytest.mark.render
def test_loose_locks_of_tied_hair_hang_beside_the_face(head):
    def beside(**changes):
        x, y, z = grown(head, "tied_back", **changes)[0].reshape(-1, 3).T
        return np.count_nonzero((z < -0.02) & (z > -0.08) & (y < 0.09) & (np.abs(x) > 0.03))

    assert beside(loose=1.0) > beside() + 30


@pytest.mark.render
@pytest.mark.parametrize("side", [1, -1])
def test_wind_blows_ends_to_its_side(head, side):
    calm, blown = (grown(head, "long_straight", wind=w)[0][:, -1, 0] for w in (0.0, side * 0.8))
    assert side * (np.median(blown) - np.median(calm)) > 0.02


def test_wet_hair_lies_flatter_in_fewer_tighter_locks():
    dry, wet = (groom_of(Hair(style="long_wavy", wet=w)).groom for w in (0.0, 1.0))
    assert wet.volume < 0.5 * dry.volume and wet.clumps < 0.5 * dry.clumps
    assert wet.clump > dry.clump and wet.frizz < 0.2 * dry.frizz


@pytest.mark.render
def test_cornrows_leave_the_scalp_bare_between_them(head):
    points, clearance = grown(head, "cornrows")
    high = points[(points[..., 2] > 0.07) & (clearance > 0.0015)]
    across = np.histogram(high[:, 0], np.arange(-0.04, 0.0401, 0.001))[0]
    assert np.mean(across < 0.25 * across.mean()) > 0.2
    assert np.quantile(clearance[points[..., 2] > 0.0], 0.99) < 0.009


@pytest.mark.render
def test_tied_crowns_leave_the_rest_hanging(head):
    half, _ = grown(head, "half_up")
    low = half[:, 0, 2] < 0.02  # roots at the sides
    assert np.mean(half[low, -1, 2] < -0.1) > 0.6
    high = (half[:, 0, 2] > 0.07) & (half[:, 0, 1] < 0.06)
    assert np.mean(half[high, -1, 1] > 0.12) > 0.8  # drawn back to the tie
    top, _ = grown(head, "high_bun")
    assert np.quantile(top[..., 2], 0.995) > np.quantile(grown(head, "tied_back")[0][..., 2], 0.995) + 0.012


@pytest.mark.render
def test_every_number_of_hair_in_the_face_changes_a_style_that_shows_it(head):
    for name in ("fringe_density", "drape_left", "drape_right", "wind"):
        style = next(one.name for one in HAIR_STYLES.values() if name in one.shows)
        low, high = (
            grown(head, style, fringe=0.0 if name != "fringe_density" else 1.0, **{name: value})[0]
            for value in (0.05, 0.9)
        )
        assert low.shape != high.shape or np.abs(low - high).max() > 0.003
