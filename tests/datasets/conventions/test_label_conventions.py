"""Conventions on handmade native masks: one 8x8 block a class, so that no region rule acts."""

import numpy as np
import pytest

from facegen.datasets.conventions.convention_registry import CONVENTIONS, convention
from facegen.datasets.conventions.label_conventions import NEAREST, define_convention, derive
from facegen.datasets.conventions.native_labels import COVERAGE_CLASSES, IGNORE, Native
from facegen.datasets.conventions.public.celebamaskhq_labels import CELEBAMASKHQ
from facegen.datasets.conventions.public.facesynthetics_labels import FACESYNTHETICS
from facegen.datasets.conventions.public.helen_labels import HELEN
from facegen.datasets.conventions.public.lapa_labels import LAPA
from facegen.datasets.errors import FacegenError

N = Native
BLOCK = 8

# A second transcription of what the data sets' own pages describe, class by class, for facegen's conventions.
# Lashes and jewellery go to their nearest neighbours and have tests of their own.
EXPECTED = {
    "celebamaskhq": {
        "background": "BACKGROUND FACEWEAR HAND OTHER_OCCLUDER",
        "skin": "FACE_SKIN BEARD MOUSTACHE", "nose": "NOSE", "eye_g": "GLASSES_FRAME GLASSES_LENS",
        "l_eye": "SCLERA_L IRIS_L", "r_eye": "SCLERA_R IRIS_R", "l_brow": "BROW_L", "r_brow": "BROW_R",
        "l_ear": "EAR_L", "r_ear": "EAR_R", "mouth": "INNER_MOUTH TEETH TONGUE", "u_lip": "UPPER_LIP",
        "l_lip": "LOWER_LIP", "hair": "SCALP_HAIR HAIR_ORNAMENT",
        "hat": "HAT", "ear_r": "EARRING_L EARRING_R",
        "neck_l": "NECKLACE", "neck": "NECK TORSO_SKIN", "cloth": "CLOTHING",
    },
    "lapa": {
        "background": "BACKGROUND NECK TORSO_SKIN HAT CLOTHING FACEWEAR HAND OTHER_OCCLUDER",
        "skin": "FACE_SKIN BEARD MOUSTACHE EAR_L EAR_R", "nose": "NOSE",
        "l_eye": "SCLERA_L IRIS_L", "r_eye": "SCLERA_R IRIS_R", "l_brow": "BROW_L", "r_brow": "BROW_R",
        "mouth": "INNER_MOUTH TEETH TONGUE", "u_lip": "UPPER_LIP", "l_lip": "LOWER_LIP",
        "hair": "SCALP_HAIR HAIR_ORNAMENT",
    },
    "helen": {
        "background": "BACKGROUND EAR_L EAR_R NECK TORSO_SKIN HAT CLOTHING FACEWEAR HAND OTHER_OCCLUDER",
        "skin": "FACE_SKIN BEARD MOUSTACHE", "nose": "NOSE",
        "l_eye": "SCLERA_L IRIS_L", "r_eye": "SCLERA_R IRIS_R", "l_brow": "BROW_L", "r_brow": "BROW_R",
        "mouth": "INNER_MOUTH TEETH TONGUE", "u_lip": "UPPER_LIP", "l_lip": "LOWER_LIP",
        "hair": "SCALP_HAIR HAIR_ORNAMENT",
    },
    "facesynthetics": {
        "background": "BACKGROUND", "skin": "FACE_SKIN", "nose": "NOSE", "eye_g": "GLASSES_FRAME",
        "l_eye": "SCLERA_L IRIS_L", "r_eye": "SCLERA_R IRIS_R", "l_brow": "BROW_L", "r_brow": "BROW_R",
        "l_ear": "EAR_L", "r_ear": "EAR_R", "mouth": "INNER_MOUTH TEETH TONGUE", "u_lip": "UPPER_LIP",
        "l_lip": "LOWER_LIP", "hair": "SCALP_HAIR", "beard": "BEARD MOUSTACHE", "hat": "HAT HAIR_ORNAMENT",
        "facewear": "FACEWEAR", "neck": "NECK TORSO_SKIN", "cloth": "CLOTHING",
    },
}  # fmt: skip

# Ids as printed by the data sets (sides as the subject's).
IDS = {
    "celebamaskhq": {
        "skin": 1,
        "eye_g": 3,
        "l_eye": 4,
        "r_eye": 5,
        "l_ear": 8,
        "mouth": 10,
        "hair": 13,
        "cloth": 18,
    },
    "lapa": {"skin": 1, "r_brow": 2, "l_brow": 3, "r_eye": 4, "l_eye": 5, "nose": 6, "u_lip": 7, "hair": 10},
    "helen": {"skin": 1, "r_brow": 2, "l_brow": 3, "nose": 6, "mouth": 8, "l_lip": 9, "hair": 10},
    "facesynthetics": {
        "r_eye": 3,
        "l_eye": 4,
        "mouth": 9,
        "neck": 12,
        "beard": 14,
        "eye_g": 16,
        "facewear": 18,
    },
}


def coverage_of(native):
    """Coverage that agrees with a label map: all of the pixel where the class is."""
    return (
        np.stack([np.isin(native, members) for _, members in COVERAGE_CLASSES], axis=-1).astype(np.uint8)
        * 255
    )


def blocks(*rows):
    """A label map of BLOCK x BLOCK blocks from rows of ids."""
    return np.kron(np.array(rows, np.uint8), np.ones((BLOCK, BLOCK), np.uint8))


def derived(native, bare, name):
    return derive(native, bare, coverage_of(native), CONVENTIONS[name])


@pytest.mark.parametrize("name", CONVENTIONS)
def test_sides_stay_sides_and_every_claimed_class_keeps_its_own(name):
    """Of every convention, those of other packages too: nothing left becomes right."""
    chosen = CONVENTIONS[name]
    assert len(set(chosen.classes)) == len(chosen.classes) < NEAREST
    for native in Native:
        becomes = int(chosen.table[native])
        assert becomes in (*range(len(chosen.classes)), NEAREST, IGNORE)
        if becomes < NEAREST and native.name[-2:] in ("_L", "_R"):
            wrong = {"_L": "r_", "_R": "l_"}[native.name[-2:]]
            assert not chosen.classes[becomes].startswith(wrong), native.name
    assert chosen.source and set(chosen.table[len(Native) :]) == {IGNORE}


@pytest.mark.parametrize("name", EXPECTED)
def test_every_native_class_becomes_what_the_data_set_calls_it(name):
    for class_name, members in EXPECTED[name].items():
        for member in members.split():
            native = blocks([N.BACKGROUND, N[member]], [N.BACKGROUND, N[member]])
            expected = blocks([0, CONVENTIONS[name].id(class_name)], [0, CONVENTIONS[name].id(class_name)])
            if name == "facesynthetics" and member in ("HAND", "OTHER_OCCLUDER"):
                continue
            np.testing.assert_array_equal(derived(native, native, name), expected, err_msg=f"{member}")


@pytest.mark.parametrize("name", IDS)
def test_ids_are_the_published_ones(name):
    assert {one: CONVENTIONS[name].id(one) for one in IDS[name]} == IDS[name]
    assert len(CONVENTIONS[name].classes) == {"celebamaskhq": 19, "facesynthetics": 19}.get(name, 11)


def test_celebamaskhq_has_fourteen_classes_without_accessories():
    assert len(CELEBAMASKHQ.classes) - 1 - len(CELEBAMASKHQ.accessories) == 14
    assert [CELEBAMASKHQ.classes[i] for i in CELEBAMASKHQ.accessories] == ["eye_g", "hat", "ear_r", "neck_l"]


@pytest.mark.parametrize("name", CONVENTIONS)
def test_flipping_twice_changes_nothing_and_pairs_are_left_and_right(name):
    chosen = CONVENTIONS[name]
    table = chosen.flip_table()
    np.testing.assert_array_equal(table[table], np.arange(256))
    assert table[255] == 255
    sided = {one for one in chosen.classes if one[:2] in ("l_", "r_") and one != "l_lip"}
    assert {chosen.classes[i] for pair in chosen.flip_pairs for i in pair} == sided
    assert all(chosen.classes[a][2:] == chosen.classes[b][2:] for a, b in chosen.flip_pairs)


def test_mirrored_labels_equal_the_flip_table():
    native = blocks([N.SCLERA_R, N.NOSE, N.SCLERA_L], [N.EAR_R, N.FACE_SKIN, N.EAR_L])
    swapped = native[:, ::-1].copy()
    mirrored = swapped.copy()
    for one, other in ((N.SCLERA_L, N.SCLERA_R), (N.EAR_L, N.EAR_R)):
        mirrored[swapped == one], mirrored[swapped == other] = other, one
    for name, chosen in CONVENTIONS.items():
        plain = derived(native, native, name)
        np.testing.assert_array_equal(chosen.flip_table()[plain[:, ::-1]], derived(mirrored, mirrored, name))


def test_eyewear_rules():
    #            skin       eye        brow      nose
    bare = blocks([N.FACE_SKIN, N.IRIS_L, N.BROW_L, N.NOSE])
    lens = np.full_like(bare, N.GLASSES_LENS)
    frame = np.full_like(bare, N.GLASSES_FRAME)

    def classes(native, name, behind=bare):
        mask = derived(native, behind, name)
        return [CONVENTIONS[name].classes[i] for i in mask[0, ::BLOCK]]

    assert classes(lens, "celebamaskhq") == ["eye_g", "l_eye", "l_brow", "eye_g"]
    assert classes(frame, "celebamaskhq") == ["eye_g", "l_eye", "eye_g", "eye_g"]
    assert classes(lens, "facesynthetics") == ["skin", "l_eye", "l_brow", "nose"]
    assert classes(frame, "facesynthetics") == ["eye_g"] * 4
    for name in ("lapa", "helen"):
        assert classes(lens, name) == classes(frame, name) == ["skin", "l_eye", "l_brow", "nose"]
    # An opaque lens hides the eye in the bare map too: it is glasses, or skin where there is no such class.
    assert classes(lens, "celebamaskhq", lens) == classes(lens, "facesynthetics", lens) == ["eye_g"] * 4
    assert classes(lens, "lapa", lens) == classes(lens, "helen", lens) == ["skin"] * 4


def test_a_hand_is_drawn_through_in_celebamaskhq_and_in_front_elsewhere():
    behind = blocks([N.FACE_SKIN, N.IRIS_L, N.SCALP_HAIR, N.GLASSES_LENS, N.CLOTHING, N.BACKGROUND])
    bare = np.where(behind == N.GLASSES_LENS, np.uint8(N.IRIS_R), behind)

    def classes(name, cover):
        """Where `cover` hides all of the face; coverage is that of the face without it."""
        mask = derive(np.full_like(behind, cover), bare, coverage_of(behind), CONVENTIONS[name])
        return [
            CONVENTIONS[name].classes[i] if i != IGNORE else "" for i in mask[BLOCK // 2, BLOCK // 2 :: BLOCK]
        ]

    # Eyes are drawn over glasses there.
    through = ["skin", "l_eye", "hair", "r_eye", "cloth", "background"]
    for cover in (N.HAND, N.OTHER_OCCLUDER, N.FACEWEAR):
        assert classes("celebamaskhq", cover) == through
        assert classes("lapa", cover) == classes("helen", cover) == ["background"] * 6
        assert set(classes("easyportrait", cover)) == {"person"}
    assert set(classes("facesynthetics", N.HAND)) == {""} and set(classes("facesynthetics", N.FACEWEAR)) == {
        "facewear"
    }
    # Skin behind a hand, and the lens of the glasses over it.
    bare = np.where(behind == N.GLASSES_LENS, np.uint8(N.FACE_SKIN), behind)
    assert classes("celebamaskhq", N.HAND)[3] == "eye_g"


def test_lashes_go_to_the_nearest_of_eye_and_skin():
    native = np.full((64, 64), N.FACE_SKIN, np.uint8)
    native[20:30, 10:40] = N.SCLERA_L
    native[16:20, 10:40] = N.LASHES
    mask = derived(native, native, "celebamaskhq")
    assert (mask[18:20, 12:38] == CELEBAMASKHQ.id("l_eye")).all()
    assert (mask[16:18, 12:38] == CELEBAMASKHQ.id("skin")).all()


@pytest.mark.parametrize("name", ["lapa", "helen", "facesynthetics"])
def test_jewellery_without_a_class_is_what_it_hangs_on(name):
    native = np.full((64, 64), N.NECK, np.uint8)
    plain = derived(native, native, name)
    native[30:33, 10:50] = N.NECKLACE
    np.testing.assert_array_equal(derived(native, native, name), plain)


def test_slivers_of_ears_are_not_drawn_in_celebamaskhq():
    """Annotators leave out what locks let through of an ear; a whole ear stays."""
    native = np.full((100, 100), Native.SCALP_HAIR, np.uint8)
    native[40:44, 40:44] = Native.EAR_L  # 0.16 % of the picture
    native[70:75, 70:75] = Native.EAR_R  # 0.25 %
    cover = np.zeros((100, 100, len(COVERAGE_CLASSES)), np.uint8)
    cover[..., [name for name, _ in COVERAGE_CLASSES].index("scalp_hair")] = 255 * (native == N.SCALP_HAIR)
    mask = derive(native, native, cover, convention("celebamaskhq"))
    classes = convention("celebamaskhq").classes
    assert not np.any(mask == classes.index("l_ear"))
    assert np.all(mask[40:44, 40:44] == classes.index("hair"))
    assert np.count_nonzero(mask == classes.index("r_ear")) > 20  # the hair's region rounds its corners


def test_what_parts_in_the_corners_of_closed_lips_is_no_mouth_in_celebamaskhq():
    native = np.full((100, 100), Native.FACE_SKIN, np.uint8)
    native[50:56, 30:70], native[56:62, 30:70] = Native.UPPER_LIP, Native.LOWER_LIP
    open_mouth = native.copy()
    native[55:57, 31:32] = native[55:56, 68:69] = Native.INNER_MOUTH  # 0.03 % of the picture
    open_mouth[54:58, 40:60] = Native.INNER_MOUTH
    classes = convention("celebamaskhq").classes
    mask = derived(native, native, "celebamaskhq")
    assert not np.any(mask == classes.index("mouth"))
    assert {classes[i] for i in np.unique(mask[55:57, [31, 68]])} == {"u_lip", "l_lip"}
    assert np.count_nonzero(derived(open_mouth, open_mouth, "celebamaskhq") == classes.index("mouth")) == 80
    assert np.any(derived(native, native, "lapa") == convention("lapa").classes.index("mouth"))


@pytest.mark.parametrize(("side", "drawn"), [(15, False), (16, True)])
def test_small_locks_beside_the_hair_are_not_drawn_in_celebamaskhq(side, drawn):
    native = np.full((512, 512), N.FACE_SKIN, np.uint8)
    native[:100], native[300 : 300 + side, 200 : 200 + side] = N.SCALP_HAIR, N.SCALP_HAIR
    covered = np.zeros((512, 512, len(COVERAGE_CLASSES)), np.uint8)
    hair = next(i for i, (_, natives) in enumerate(COVERAGE_CLASSES) if N.SCALP_HAIR in natives)
    covered[native == N.SCALP_HAIR, hair] = 255
    mask = derive(native, native, covered, CELEBAMASKHQ)
    assert (mask[200:] == CELEBAMASKHQ.id("hair")).any() == drawn


def test_ignore_stays_ignore_and_facesynthetics_does_not_claim_hands():
    native = blocks([N.FACE_SKIN, IGNORE, N.HAND])
    assert derived(native, native, "celebamaskhq")[0, ::BLOCK].tolist() == [1, 255, 0]
    assert derived(native, native, "facesynthetics")[0, ::BLOCK].tolist() == [1, 255, 255]


def test_bad_arguments():
    native = np.zeros((8, 8), np.uint8)
    with pytest.raises(ValueError, match="shapes disagree"):
        derive(native, native[:4], coverage_of(native), LAPA)
    with pytest.raises(ValueError, match=r"unknown native label ids \[77\]"):
        derive(native + np.uint8(77), native, coverage_of(native), HELEN)
    with pytest.raises(FacegenError, match="label convention 'coco': it is one of celebamaskhq, lapa"):
        convention("coco")
    with pytest.raises(FacegenError, match="convention facesynthetics has no class 'l_lens'"):
        FACESYNTHETICS.id("l_lens")


def defined(**changes):
    """A convention in which everything is background, but for what is given."""
    fields = {
        "name": "mine",
        "source": "",
        "classes": "background face",
        "natives": {"background": [n for n in N if n != N.NOSE], "face": [N.NOSE]},
    }
    return define_convention(**(fields | changes))


@pytest.mark.parametrize(
    "changes,message",
    [
        ({"nearest": (N.NOSE,)}, "the native class NOSE is named 2 times"),
        ({"natives": {"background": [n for n in N if n != N.NOSE]}}, "NOSE is named 0 times"),
        ({"accessories": ("hat",)}, "unknown class 'hat': it is one of background, face"),
        ({"least": {"hat": 0.1}}, "unknown class 'hat'"),
        ({"borders": {"chin": 1.0}}, "unknown border 'chin': it is one of nose, nose_top, lips"),
        ({"eyewear": "x-ray"}, "unknown eyewear rule 'x-ray': it is one of eyes-on-top"),
        ({"occluders": "x-ray"}, "unknown occluder rule 'x-ray': it is one of in-front, behind"),
        ({"eye_width_sd": (0.1, -0.1)}, "eye_width_sd is .*give no negative number"),
        ({"border_sd": {"nose": -1.0}}, "border_sd is .*give no negative number"),
        ({"border_sd": {"chin": 1.0}}, "unknown border 'chin'"),
        ({"hair_lines": (0.0, 0.1)}, "hair_lines is .*give a positive median"),
        ({"hair_lines": (float("nan"), 0.1)}, "hair_lines is .*give a positive median"),
        ({"hair_lines": (1.0, -0.1)}, "hair_lines is .*no negative spread"),
    ],
)
def test_a_mistake_in_a_convention_is_one_line_that_names_it(changes, message):
    assert defined().table[N.NOSE] == 1
    with pytest.raises(FacegenError, match=f"convention mine: .*{message}"):
        defined(**changes)
