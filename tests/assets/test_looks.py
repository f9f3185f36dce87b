"""Colours and pictures: skin, iris, backgrounds, light."""

from importlib.util import find_spec

import numpy as np
import pytest
from scipy.spatial import cKDTree

from facegen.assets.environment import background_picture, lighting
from facegen.assets.head import eyes, teeth
from facegen.assets.skin import skin_marks, skin_textures
from facegen.assets.wear import cloth_patterns, garments, glasses
from facegen.colour_science import LUMINANCE, bytes_of_linear, lab_of_srgb
from facegen.render.spec import face_spec as s


def test_colorchecker_skins_are_met():
    # McCamy et al. 1976, patches 2 (light skin) and 1 (dark skin), linear RGB.
    np.testing.assert_allclose(skin_textures.skin_colour(0.05, 0.03), (0.539, 0.305, 0.223), rtol=0.06)
    np.testing.assert_allclose(skin_textures.skin_colour(0.27, 0.03), (0.171, 0.084, 0.058), rtol=0.06)


def test_melanin_darkens_and_blood_reddens():
    tones = skin_textures.skin_colour(np.linspace(0.01, 0.45, 20), np.full(20, 0.03))
    assert (np.diff(tones, axis=0) < 0).all()
    pale, flushed = skin_textures.skin_colour(0.05, 0.01), skin_textures.skin_colour(0.05, 0.09)
    assert flushed[1] / flushed[0] < pale[1] / pale[0]


def test_lips_are_redder_than_cheeks_and_seeds_differ():
    from facegen.assets.hair.scalp import Scalp
    from facegen.assets.skin.painted_borders import Hairline

    def pictures(seed):
        return skin_textures.skin_pictures(
            s.Skin(texture_seed=seed), 30, 0.0, (0.1, 0.1, 0.1), 0.5, Scalp(Hairline()), 0.0, 256, 150
        )

    colour, rough, relief, detail = pictures(1)
    lips = skin_textures.region_maps(256, 150)["lips"] > 0.5
    cheeks = skin_textures.region_maps(256, 150)["cheeks"] > 0.5
    ratio = colour[..., 1] / colour[..., 0]
    assert ratio[lips].mean() < 0.9 * ratio[cheeks].mean()
    assert not np.array_equal(colour, pictures(2)[0])
    for again, first in zip(pictures(1), (colour, rough, relief, detail), strict=True):
        np.testing.assert_array_equal(again, first)


def test_a_smile_folds_the_cheeks_and_age_deepens_it():
    s_mm, t_mm = skin_textures._grid(512, 300)
    beside = (np.abs(np.abs(s_mm) - 20.5) < 3) & (np.abs(t_mm + 62) < 6)

    def depth(weight, slack):
        return -skin_marks.folds(s_mm, t_mm, {"mouthSmileLeft": weight}, slack)[beside].mean()

    assert 0 < depth(0, 0) < depth(1, 0) < depth(1, 1) < 2.5


def test_no_wall_is_greener_than_paint():
    wall = np.array([[[0.02, 0.9, 0.02], [0.9, 0.04, 0.04], [0.3, 0.3, 0.3]]])
    calm = background_picture.dull(wall)
    np.testing.assert_allclose(calm @ LUMINANCE, wall @ LUMINANCE)
    assert calm[0, 0].min() > 0.3 * calm[0, 0].max()
    np.testing.assert_allclose(calm[0, 1:], wall[0, 1:])


def test_chart_uv_round_trip():
    chart = np.array([[-314.16, -250.0], [0, 0], [314.16, 120.0]])
    uv = skin_textures.chart_uv(chart)
    np.testing.assert_allclose(uv[[0, 2]], [[0, 0], [1, 1]])
    assert uv[1, 0] == pytest.approx(0.5)


def test_iris_is_dark_inside_and_at_the_limbus():
    picture = eyes.iris_picture("blue", 0.4, np.random.default_rng(0)).mean(-1)
    y, x = (np.mgrid[:128, :128] + 0.5) / 64 - 1
    r = np.hypot(x, y)
    middle = picture[(r > 0.55) & (r < 0.75)].mean()
    assert picture[(r > 0.95) & (r < 1.0)].mean() < 0.6 * middle


def test_eyeball_has_iris_behind_the_sphere_and_a_cornea_in_front():
    vertices, faces, part, _ = eyes.eyeball(0.0165, 0.00585, 0.002)
    iris = np.unique(faces[part == eyes.IRIS])
    assert np.linalg.norm(vertices[iris], axis=1).max() < 0.0166
    assert np.hypot(*vertices[iris][:, [0, 2]].T).max() == pytest.approx(0.00585, rel=1e-3)
    cap, _ = eyes.cornea(0.0165, 0.00585)
    assert np.linalg.norm(cap, axis=1).min() > 0.0165


@pytest.mark.parametrize("kind", s.BACKGROUNDS)
def test_backgrounds_draw_by_seed(kind):
    a, b, c = (background_picture.background(s.Background(kind=kind, seed=k), 64) for k in (1, 1, 2))
    assert a.shape == (64, 64, 3) and np.isfinite(a).all() and a.min() >= 0
    np.testing.assert_array_equal(a, b)
    assert not np.array_equal(a, c)


@pytest.mark.parametrize("kind", [k for k in s.GLASSES if k != "none"])
def test_glasses_sit_in_front_of_the_eyes(kind):
    landmarks = np.zeros((70, 3))
    landmarks[68], landmarks[69] = (0.031, -0.0165, 0), (-0.031, -0.0165, 0)
    landmarks[27] = (0, -0.025, 0)
    landmarks[0], landmarks[16] = (-0.07, 0.03, 0), (0.07, 0.03, 0)
    (frame, _), (lens, faces), place = glasses.glasses(s.Glasses(kind=kind), landmarks)
    assert len(place) == len(lens) and place[:, 1].min() == 0 and place[:, 1].max() == 1
    assert lens[:, 1].max() < -0.0165 and faces.max() < len(lens)
    assert frame[:, 1].max() > 0.05  # the temples reach the ears
    np.testing.assert_allclose(frame[:, 0].max(), -frame[:, 0].min(), atol=1e-6)
    a, b, c, _ = np.moveaxis(lens[faces], 1, 0)
    assert (np.cross(b - a, c - a)[:, 1] < 0).all()  # both lenses turn their front to the world


def test_lenses_pass_what_their_tint_and_colour_leave():
    grey = s.Glasses(kind="round", tint=0.5, lens=(0.2, 0.2, 0.2), slip_mm=0.0)
    assert glasses.passed(s.Glasses()) == 1 and glasses.passed(grey) == pytest.approx(0.6)
    # Eyes lie 2.5 mm above the middle of a lens 41 mm high, where a full gradient leaves most of its tint.
    share = 0.5 + 2.5 / 41
    assert glasses.passed(s.replace(grey, "gradient", 1.0)) == pytest.approx(1 - 0.4 * share)
    assert glasses.passed(s.replace(grey, "slip_mm", 100.0)) == pytest.approx(0.6)


def test_gloss_smooths_lips_and_bags_darken_and_swell():
    from facegen.assets.hair.scalp import Scalp
    from facegen.assets.skin.painted_borders import Hairline

    def pictures(**changes):
        look = s.Skin(texture_seed=1, **{"lip_gloss": 0.0, "eye_bags": 0.0, **changes})
        return skin_textures.skin_pictures(
            look, 30, 0.0, (0.1, 0.1, 0.1), 0.5, Scalp(Hairline()), 0.0, 512, 300
        )

    regions = skin_textures.region_maps(512, 300)
    lips, under, cheeks = (regions[name] > 0.7 for name in ("lips", "under_eye", "cheeks"))
    plain, glossy, bagged = pictures(), pictures(lip_gloss=1.0), pictures(eye_bags=1.0)
    assert (plain[1] - glossy[1])[lips].mean() > 0.2 and not (plain[1] - glossy[1])[cheeks].any()
    darker = 1 - bagged[0] / plain[0]
    assert darker[under].mean() > 0.05 and np.abs(darker[cheeks]).mean() < 0.01
    assert np.ptp(bagged[2] - plain[2]) > 0.5  # mm


@pytest.mark.parametrize("pattern", cloth_patterns.PATTERNS)
def test_cloth_pictures_mix_two_colours(pattern):
    picture = cloth_patterns.cloth_picture(
        pattern, (0.2, 0.2, 0.25), (0.6, 0.6, 0.6), np.random.default_rng(0)
    )
    assert picture.min() >= 0.2 - 1e-6 and picture.max() <= 0.6 + 1e-6


@pytest.mark.parametrize("cut", s.GARMENTS)
def test_cloth_lies_on_the_body_and_follows_the_cut(cut):
    from facegen.assets.head.head_model import head_model
    from facegen.render.geometry.pose import pose_head

    model = head_model()
    head = pose_head(model, s.FaceSpec())
    pieces = garments.garment(head, model, s.Garment(cut=cut), np.random.default_rng(0))
    body = cKDTree(head.vertices)
    for piece in pieces:
        assert np.isfinite(piece.vertices).all() and piece.faces.max() < len(piece.vertices)
        assert len(piece.chart) == len(piece.vertices)
        assert body.query(piece.vertices)[0].max() < 0.06  # the farthest: collar points and hoods
        assert piece.vertices[:, 2].max() < head.landmarks[8, 2] + 0.045  # a coat's collar, behind
    assert {garments.TIE in {p.cloth for p in pieces}} == {cut == "suit"}


def test_a_deeper_neckline_shows_more_skin():
    sv = np.linspace(-40, 40, 9)
    for layer in ("crew", "v_neck", "scoop", "shirt", "turtleneck", "strapless"):
        high, low = (garments.neckline(layer, depth, sv) for depth in (0.0, 1.0))
        assert (low <= high).all() and low.min() < high.min()


@pytest.mark.parametrize("kind", s.BACKGROUNDS)
def test_backgrounds_have_the_tones_asked_for(kind):
    look = s.Background(kind=kind, first=(0.03, 0.03, 0.03), second=(0.3, 0.3, 0.3), seed=4)
    picture = background_picture.background(look, 96)
    lightness = lab_of_srgb(bytes_of_linear(picture))[..., 0]
    ends = np.array([20.0, 61.7])  # L* of the two tones
    assert lightness.mean() == pytest.approx(ends.mean(), abs=4)
    assert lightness.std() < np.diff(ends)[0] / 2


def test_a_background_meets_its_colourfulness():
    look = s.Background(kind="room", first=(0.05, 0.05, 0.05), second=(0.3, 0.3, 0.3), blur=0.02, seed=4)
    pictures = [background_picture.background(s.replace(look, "colourfulness", c), 96) for c in (6.0, 18.0)]

    def colourful(picture):
        red, green, blue = (255 * np.clip(picture, 0, 1) ** (1 / 2.2)).reshape(-1, 3).T
        opponent = np.stack([red - green, 0.5 * (red + green) - blue])
        return np.hypot(*opponent.std(1)) + 0.3 * np.hypot(*opponent.mean(1))

    assert [colourful(p) for p in pictures] == pytest.approx([6.0, 18.0], rel=0.25)


def test_a_photograph_takes_the_place_of_the_scene():
    photograph = np.full((40, 60, 3), (255, 128, 0), np.uint8)
    picture = background_picture.background(s.Background(blur=0.0), 32, photograph)
    np.testing.assert_allclose(picture, np.tile([1, 0.2158605, 0], (32, 32, 1)), atol=1e-4)


def test_blur_keeps_the_light():
    picture = np.random.default_rng(0).random((64, 64, 3))
    soft = background_picture.out_of_focus(picture, 0.03)
    assert soft.mean() == pytest.approx(picture.mean(), rel=0.03) and soft.std() < 0.2 * picture.std()


def test_marks_lie_in_front_and_grow_with_their_amount():
    t, sv = np.meshgrid(np.linspace(120, -250, 150), np.linspace(-314, 314, 250), indexing="ij")
    for draw in (skin_marks.moles, skin_marks.blemishes):
        none, many = (draw(sv, t, a, np.random.default_rng(1)) for a in (0.0, 1.0))
        assert not none.any() and 0 < many.max() <= 1 and not many[:, np.abs(sv[0]) > 85].any()
    patch = np.zeros_like(sv)
    light, deep = (skin_marks.wrinkles(sv, t, a, patch, np.random.default_rng(1)) for a in (0.3, 1.2))
    assert light.min() < -0.03 and deep.min() < 3 * light.min()


def test_teeth_follow_the_jaw_rigidly():
    rng = np.random.default_rng(0)
    row = rng.normal(size=(68, 3)) * 0.02
    rows = {"upper": row, "lower": row - [0, 0, 0.01]}
    moved = {"upper": row, "lower": rows["lower"] - [0, 0, 0.02]}
    still, faces, gum = teeth.teeth(rows, rows, np.zeros(3))
    opened, _, _ = teeth.teeth(rows, moved, np.zeros(3))
    shift = opened - still
    half = len(shift) // 2
    assert np.abs(shift[:half]).max() < 1e-6
    np.testing.assert_allclose(shift[half:], np.tile([0, 0, -0.02], (len(shift) - half, 1)), atol=1e-6)
    assert 0 < gum.sum() < len(faces)


def test_a_smile_shows_teeth_down_to_the_lower_lip():
    def shown(opening, upper, lower, smile):
        down, raised = teeth.smile_shifts(opening, upper, lower, smile)
        return upper + down, lower + raised

    assert shown(8.0, 5.0, -2.0, 1.0) == pytest.approx((8.0 - teeth.LEFT_DARK, 0.0))
    upper, lower = shown(14.0, 6.0, -2.0, 1.0)
    assert upper == teeth.SHOWN and 14.0 - upper - lower == pytest.approx(teeth.LEFT_DARK)
    # Talking and laughing open the jaws; what is shown already stays, and no row leaves its lip for good.
    assert shown(8.0, 5.0, -2.0, 0.0) == shown(30.0, 5.0, -2.0, 1.0) == (5.0, -2.0)
    assert shown(6.0, 9.0, 1.0, 1.0) == (9.0, 1.0) and shown(0.0, 0.0, -3.0, 1.0) == (0.0, -3.0)
    assert max(teeth.smile_shifts(16.0, -9.0, -9.0, 1.0)) == teeth.MOST_MOVED


def test_a_smile_moves_rows_along_the_skull():
    rng = np.random.default_rng(0)
    row = rng.normal(size=(68, 3)) * 0.02
    rows = {"upper": row, "lower": row - [0, 0, 0.01]}
    still, _, _ = teeth.teeth(rows, rows, np.zeros(3))
    half = len(still) // 2
    edge = still[:half][teeth._incisors(True)][:, 2].min()
    lips = np.array([[0, 0, edge + 0.005], [0, 0, edge - 0.003], [0, 0, 1.0]])  # 5 of 8 mm are upper teeth
    smiling, _, _ = teeth.teeth(rows, rows, np.zeros(3), lips, 1.0)
    moved = 1000 * (smiling - still)
    np.testing.assert_allclose(moved[:half], [[0, 0, -(3 - teeth.LEFT_DARK)]] * half, atol=1e-3)
    assert not moved[half:, :2].any() and (moved[half:, 2] >= 0).all()


def test_rigid_motion_recovers_a_similarity():
    rng = np.random.default_rng(0)
    source = rng.normal(size=(20, 3))
    q, _ = np.linalg.qr(rng.normal(size=(3, 3)))
    q *= np.sign(np.linalg.det(q))
    scale, rotation, shift = teeth.rigid_motion(source, 1.3 * source @ q.T + [1, 2, 3])
    assert scale == pytest.approx(1.3)
    np.testing.assert_allclose(rotation, q, atol=1e-9)
    np.testing.assert_allclose(shift, [1, 2, 3], atol=1e-9)


def test_a_uniform_sky_lights_a_wall_to_its_own_radiance(tmp_path):
    openexr = pytest.importorskip("OpenEXR")
    path = str(tmp_path / "sky.exr")
    pixels = np.full((64, 128, 3), (1.0, 2.0, 0.5), np.float32)
    with openexr.File({"type": openexr.scanlineimage}, {"RGB": pixels}) as exr:
        exr.write(path)
    np.testing.assert_allclose(lighting.frontal_irradiance(path, 77.0), (1.0, 2.0, 0.5), rtol=0.01)


@pytest.mark.skipif(find_spec("bpy") is None, reason="needs the render extra")
def test_shading_by_a_polynomial_is_near_the_integral_over_the_sky():
    path = lighting.hdri_path("forest")
    rng = np.random.default_rng(0)
    normals = rng.normal(size=(50, 3)) * (1, 1, 0.5)
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    light = s.Light(hdri="forest", strength=0.8)
    shading = lighting.face_shading(light, normals, [0.0], [0.0, 90.0])[:, 0]
    for turn, got in zip((0.0, 90.0), shading, strict=True):
        rays, solid = lighting._sky_rays()
        a = np.radians(turn)
        turned = rays @ np.array([[np.cos(a), np.sin(a), 0], [-np.sin(a), np.cos(a), 0], [0, 0, 1]]).T
        sky = lighting._small_hdri(path).reshape(-1, 3) @ LUMINANCE * solid
        exact = np.clip(normals @ turned.T, 0, None) @ sky / np.pi
        exact *= 0.8 / (lighting.frontal_irradiance(path, turn) @ LUMINANCE)
        assert np.abs(got - exact).mean() < 0.05 * exact.mean()


def test_hdris_of_a_blender_that_is_not_there_are_an_error(monkeypatch):
    monkeypatch.setattr(lighting.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ModuleNotFoundError, match="No module named 'bpy'"):
        lighting.hdri_path("forest")


def test_black_body_colours_cross_white():
    warm, day, cold = (lighting.black_body(k) for k in (3000, 6600, 9500))
    assert warm[0] == 1 and warm[2] < 0.35
    assert min(day) > 0.9
    assert cold[2] == 1 and cold[0] < 0.85


def test_lids_shade_the_eye_near_them_only():
    class Wall:
        """Clearance to the plane z = 0.01."""

        def clearance(self, points):
            return 0.01 - points[:, 2], None

    vertices = np.array([[0, -0.016, 0.0], [0, -0.013, 0.0095], [0.012, -0.01, 0.0]])
    near, corner = eyes.lid_fields(vertices, np.array([0.012, -0.01, 0.0]), np.array([0, 0, 1.0]), Wall())
    assert near[0] == 0 and near[1] > 0.8
    below, _ = eyes.lid_fields(vertices, np.array([0.012, -0.01, 0.0]), np.array([0, 0, -1.0]), Wall())
    np.testing.assert_allclose(below[1], eyes.LOWER_LID * near[1], rtol=1e-5)
    assert corner[2] == 1 and corner[0] < 0.01


def test_teeth_yellow_with_the_years():
    def mean(age):
        return np.mean([teeth.tooth_colour(age, np.random.default_rng(k)) for k in range(40)], 0)

    young, old = mean(20), mean(80)
    assert (old <= young).all() and old[2] / old[0] < young[2] / young[0]


def test_lips_meet_in_a_dark_line_and_few_moles_are_large():
    s_mm, t_mm = skin_textures._grid(1024, 600)
    seam = skin_marks.lip_seam(s_mm, t_mm)
    on = np.abs(t_mm + 72) < 0.6
    assert seam[on & (np.abs(s_mm) < 18)].min() > 0.5
    assert seam[np.abs(t_mm + 72) > 4].max() < 0.01 and seam[np.abs(s_mm) > 27].max() < 0.01
    # With an average number of moles most faces show none that is 1.5 mm across.
    draws = [skin_marks.moles(s_mm, t_mm, 0.17, np.random.default_rng(k)) for k in range(20)]
    assert 1 <= sum((d > 0.5).sum() > 5 for d in draws) <= 6
