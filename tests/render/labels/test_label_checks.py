"""The label checks find each fault in made-up faces, and pass faces without. Needs Open3D."""

import numpy as np
import pytest

pytest.importorskip("open3d")

from facegen.assets.skin.painted_borders import BrowShape
from facegen.datasets.conventions.native_labels import Native
from facegen.datasets.conventions.public.celebamaskhq_labels import CELEBAMASKHQ
from facegen.render.geometry.camera_framing import CameraView
from facegen.render.geometry.landmark_projection import (
    CLASSES,
    locate,
    outside_their_class,
    project_visible,
)
from facegen.render.labels import label_checks
from facegen.render.labels.label_pass import Surface, own
from facegen.render.labels.raycast import RaycastMesh, Scene, catmull_rom, pixel_rays, ribbons

VIEW = CameraView(np.array([0.0, -1.0, 0.0]), 0.0, 0.3, np.zeros(2))  # 0.3 m wide at the origin
SIZE = 64


def ball(radius, code, centre=(0, 0, 0), n=64):
    polar, turn = np.meshgrid(np.linspace(0, np.pi, n), np.linspace(0, 2 * np.pi, n), indexing="ij")
    v = radius * np.stack([np.sin(polar) * np.cos(turn), np.sin(polar) * np.sin(turn), np.cos(polar)], -1)
    i = (np.arange(n - 1)[:, None] * n + np.arange(n - 1)).ravel()
    triangles = np.concatenate([np.stack([i, i + n, i + n + 1], 1), np.stack([i, i + n + 1, i + 1], 1)])
    codes = np.full(len(triangles), code, np.int16)
    return RaycastMesh(
        "ball", (v.reshape(-1, 3) + centre).astype(np.float32), triangles.astype(np.int32), codes
    )


def test_a_sphere_has_its_analytic_outline_and_depth():
    scene = Scene([ball(0.1, own(Native.NECK))], VIEW)
    seen = scene.labels(SIZE)
    v, u = (np.mgrid[: 4 * SIZE, : 4 * SIZE] + 0.5) / (4 * SIZE) - 0.5
    tangent = np.hypot(u, v) * 0.3  # of the angle from the axis
    sphere = tangent / np.sqrt(1 + tangent**2) < 0.1
    drawn = seen.paint(BrowShape()) == Native.NECK
    assert (drawn != sphere).mean() < 0.002 and abs(drawn.sum() / sphere.sum() - 1) < 0.005
    assert scene.depth(SIZE)[SIZE // 2, SIZE // 2] == pytest.approx(0.9, abs=2e-4)
    assert scene.depth(SIZE)[0, 0] == 0


def test_clear_eyewear_is_seen_in_front_only_and_hides_nothing():
    lens = ball(0.03, own(Native.GLASSES_LENS), (0.05, -0.2, 0))
    hidden = ball(0.03, own(Native.GLASSES_LENS), (-0.05, 0.2, 0))
    clear = [RaycastMesh(s.name, s.vertices, s.triangles, s.code, clear=True) for s in (lens, hidden)]
    seen = Scene([ball(0.1, own(Native.NECK)), *clear], VIEW).labels(SIZE)
    assert (seen.plain == Native.NECK)[seen.eyewear > 0].all() and (seen.eyewear > 0).sum() > 100
    assert not (seen.eyewear > 0)[:, : 2 * SIZE].any()


def test_ribbons_have_their_width_and_face_the_camera():
    strand = np.stack([np.zeros(8), np.zeros(8), np.linspace(-0.1, 0.1, 8)], 1)[None]
    vertices, triangles = ribbons(strand, np.full((1, 8), 0.004), VIEW.position)
    shape = RaycastMesh(
        "hair", vertices, triangles, np.full(len(triangles), own(Native.SCALP_HAIR), np.int16)
    )
    drawn = Scene([shape], VIEW).labels(SIZE).paint(BrowShape()) == Native.SCALP_HAIR
    rows = drawn[4 * SIZE // 2 - 40 : 4 * SIZE // 2 + 40].sum(1) * 0.3 / (4 * SIZE)
    np.testing.assert_allclose(rows, 0.008, atol=0.3 / (4 * SIZE))
    values = np.random.default_rng(0).normal(size=(3, 6, 2))
    np.testing.assert_allclose(catmull_rom(values, 5)[:, ::5], values)


def test_strands_that_dip_into_the_head_are_counted():
    inward = np.linspace([0, -0.1, 0], [0, -0.05, 0], 6)[None]
    outward = np.linspace([0, -0.1, 0], [0, -0.15, 0], 6)[None]
    grazing = np.linspace([0, -0.1, 0], [0, -0.0995, 0], 6)[None]
    hair = np.concatenate([inward, outward, outward, grazing]).astype(np.float32)
    codes = np.full(1, own(Native.SCALP_HAIR), np.int16)
    triangle = np.zeros((1, 3), np.int32)
    strands = RaycastMesh("hair", np.zeros((1, 3), np.float32), triangle, codes, strands=hair)
    assert label_checks.strands_inside([ball(0.1, Surface.SKIN), strands]) == {"scalp_hair": (4, 1)}


def test_an_eye_that_pokes_through_its_lid_is_found():
    eye = ball(0.02, own(Native.SCLERA_L))
    rays = pixel_rays(VIEW, SIZE)
    for radius, pokes in ((0.019, True), (0.021, False), (0.01, False)):
        lid = ball(radius, Surface.SKIN)
        front = Scene([eye, lid], VIEW).solid.cast(VIEW.position, rays)
        seen = np.isfinite(front[0]) & (front[1] < len(eye.triangles))
        found = label_checks.eyes_through_lids([eye, lid], VIEW, rays, seen.reshape(SIZE, SIZE))
        assert (found > 20) == pokes
    opening = ball(0.021, Surface.SKIN)
    corner = opening.vertices[opening.triangles].mean(1)
    keep = np.abs(corner[:, 2]) > 0.006  # a slit: the ball shows between the lids, not through them
    lids = RaycastMesh("lids", opening.vertices, opening.triangles[keep], opening.code[keep])
    front = Scene([eye, lids], VIEW).solid.cast(VIEW.position, rays)
    seen = np.isfinite(front[0]) & (front[1] < len(eye.triangles))
    assert seen.sum() > 10
    assert label_checks.eyes_through_lids([eye, lids], VIEW, rays, seen.reshape(SIZE, SIZE)) == 0


@pytest.mark.parametrize(("normal", "is_lid"), [((0, -0.95, -0.3), True), ((0, -0.7, 0.7), False)])
def test_the_lining_of_the_socket_is_no_lid(normal, is_lid):
    # A small square a few millimetres inside the ball's lower front; both ways it faces the camera.
    eye, along = ball(0.02, own(Native.SCLERA_L)), np.cross(normal, (1, 0, 0))
    corners = [(x, a) for x, a in ((-1, -1), (1, -1), (1, 1), (-1, 1))]
    square = np.array([(0.004 * x, -0.0105, -0.0155) + 0.0015 * a * along for x, a in corners], np.float32)
    triangles = np.array([(0, 1, 2), (0, 2, 3)], np.int32)
    facing = np.cross(square[1] - square[0], square[2] - square[0]) @ np.array(normal) > 0
    skin = RaycastMesh("skin", square, triangles if facing else triangles[:, ::-1], np.full(2, Surface.SKIN))
    fine = 16 * SIZE
    rays = pixel_rays(VIEW, fine)
    seen = np.isfinite(Scene([eye], VIEW).solid.cast(VIEW.position, rays)[0]).reshape(fine, fine)
    assert (label_checks.eyes_through_lids([eye, skin], VIEW, rays, seen) > 20) == is_lid


def test_holes_are_unlabelled_and_borders_are_not():
    cast = np.zeros((40, 40), np.uint8)
    cast[8:32, 8:32] = Native.FACE_SKIN
    native = cast[::4, ::4].copy()
    native[2, 2] = Native.BACKGROUND
    assert label_checks.unlabelled(native, cast, 4) == 0
    native[4, 4], native[5, 5] = Native.BACKGROUND, 77
    assert label_checks.unlabelled(native, cast, 4) == 2


def test_overlap_counts_by_hand():
    one = np.zeros((32, 32), np.uint8)
    other = one.copy()
    one[4:14, 4:14], other[4:14, 5:15] = Native.NOSE, Native.NOSE
    one[20:22, 20:22] = Native.HAT
    assert label_checks.overlaps(one, other) == {"nose": (90, 110, 0)}
    other[4:14, 15:18] = Native.NOSE
    assert label_checks.overlaps(one, other)["nose"] == (90, 140, 30)


def test_islands_under_the_noise_are_not_counted():
    hair = CELEBAMASKHQ.id("hair")
    mask = np.zeros((256, 256), np.uint8)
    mask[:40, :40] = mask[100, 100:105] = mask[200, 200:204] = hair
    assert label_checks.hair_islands(mask, hair) == 2


def test_rates_and_agreement_are_sums_over_faces():
    good = {
        "overlap": {"nose": (90, 100, 0)},
        "strands": {"lashes": (100, 0)},
        "eye_through_lid": 0.0,
        "unlabelled": 0,
        "landmarks_visible": 50,
        "landmarks_outside": [],
        "hair_islands": 1,
    }
    bad = {
        "overlap": {"nose": (50, 100, 10)},
        "strands": {"lashes": (100, 3)},
        "eye_through_lid": 1e-3,
        "unlabelled": 2,
        "landmarks_visible": 30,
        "landmarks_outside": [30, 36],
        "hair_islands": 9,
    }
    rates = label_checks.fault_rates([good, bad])
    assert {k: (r["count"], r["faults"], r["faces"]) for k, r in rates.items()} == {
        "strands inside the head": (200, 3, 1),
        "eye through a lid": (2, 1, 1),
        "unlabelled or unknown pixels": (2, 1, 1),
        "landmarks outside their class": (80, 2, 1),
        "hair in too many islands": (2, 1, 1),
    }
    assert rates["strands inside the head"]["rate"] == 0.015
    nose = label_checks.agreement([good, bad])["nose"]
    assert (nose["median"], nose["worst"], nose["worst_face"], nose["beyond_1px"]) == (0.7, 0.5, 1, 0.05)
    assert np.isnan(label_checks.fault_rates([])["eye through a lid"]["rate"])


def flat_face():
    """A wall at the origin seen straight on, landmarks in a row on it, each on a column of its class."""
    native = np.full((SIZE, SIZE), Native.FACE_SKIN, np.uint8)
    points = np.zeros((70, 3))
    points[:, 0] = np.linspace(-0.14, 0.14, 70)
    column = np.floor(VIEW.project(points, SIZE)[0][:, 0]).astype(int)
    for part, classes in CLASSES.values():
        native[:, np.atleast_1d(column[part])] = classes[0]
    native[: SIZE // 2, column[68]] = Native.SCLERA_L  # the pupils share a column
    return native, points, np.tile([0.0, -1.0, 0.0], (70, 1)), np.ones((SIZE, SIZE), np.float32)


def test_landmarks_are_hidden_by_depth_cover_and_turning_away_but_not_by_glass():
    native, points, normals, depth = flat_face()

    def flags(**changed):
        a = {
            "points": points,
            "normals": normals,
            "depth": depth,
            "native": native,
            "bare": native,
            **changed,
        }
        return project_visible(VIEW, a["points"], a["normals"], SIZE, a["depth"], a["native"], a["bare"])[1]

    assert flags().all()
    x = np.floor(VIEW.project(points, SIZE)[0][:, 0]).astype(int)
    unpainted = np.where(np.isin(native, CLASSES["mouth"][1]), Native.FACE_SKIN, native)
    # Labels that miss the point do not hide it: that would excuse the fault they are checked for.
    assert flags(native=unpainted, bare=unpainted)[50:66].all()
    covered = native.copy()
    covered[:, : SIZE // 2] = Native.SCALP_HAIR
    assert not flags(native=covered, bare=covered)[x < SIZE // 2].any()
    worn = native.copy()
    worn[:, : SIZE // 2] = Native.GLASSES_LENS
    assert flags(native=worn, depth=depth - 0.02 * (worn == Native.GLASSES_LENS)).all()
    assert not flags(depth=depth - 0.01).any()
    folds = flags(depth=depth - 0.006)  # lids and inner lips lie behind their edges
    assert np.flatnonzero(folds).tolist() == [*range(36, 48), 48, 54, *range(60, 68)]
    assert not flags(bare=np.full_like(native, Native.FACE_SKIN), native=np.full_like(native, 1))[68:].any()
    away = flags(normals=-normals)
    assert away[:17].all() and not away[17:].any()


def test_a_visible_landmark_far_from_its_class_is_outside():
    labels = np.zeros((SIZE, SIZE), np.uint8)
    labels[30:34, 30:34] = Native.NOSE
    pixel = np.full((70, 2), 32.0)
    visible = np.zeros(70, bool)
    visible[27:36] = True
    assert outside_their_class(pixel, visible, labels, 1.5) == []
    pixel[30] = (50, 32)
    assert outside_their_class(pixel, visible, labels, 1.5) == [30]
    visible[30] = False
    assert outside_their_class(pixel, visible, labels, 1.5) == []


def test_points_are_found_in_their_triangles():
    corners = np.array([[(0, 0), (1, 0), (0, 1)], [(1, 0), (1, 1), (0, 1)]], float)
    found, weight = locate(corners, np.array([(0.2, 0.3), (0.9, 0.8)]))
    assert found.tolist() == [0, 1]
    np.testing.assert_allclose((weight[..., None] * corners[found]).sum(1), [(0.2, 0.3), (0.9, 0.8)])
