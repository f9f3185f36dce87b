"""One assembly for the picture and for previews: the same things stand on a head, in the same places."""

import numpy as np
import pytest

pytest.importorskip("open3d")
pytest.importorskip("anny")

from all_kinds import CHOICES, face_of_kinds

from facegen.assets.head.eyes import EYEBALL_SCALE
from facegen.assets.head.head_model import head_model
from facegen.datasets.conventions.native_labels import Native
from facegen.render.geometry import assemble as assembly
from facegen.render.geometry.assemble import assemble
from facegen.render.geometry.fitting import PreviewDetail, RenderDetail
from facegen.render.geometry.part import MeshGeometry, StrandGeometry, skin_of
from facegen.render.geometry.pose import pose_heads
from facegen.render.spec import face_spec as s

FACES, SEED = 51, 5
# Few strands and small pictures: what is worn does not depend on them.
RENDER = RenderDetail(hair_count=300, hair_points=7, subdivision=1, texture_width=32)
IN_FRONT = {"hand", "sleeve", "thing"}  # masks are drawn through them
LEFT_OUT_OF_PREVIEWS = {
    "cornea.l", "cornea.r", "teeth", "brow.l", "brow.r", "lashes", "beard", "moustache",
    "hat.fur",
} | IN_FRONT  # fmt: skip


@pytest.fixture(scope="module")
def faces():
    """Of each face its spec, the parts that the renderer takes and those that a preview takes."""
    specs = [face_of_kinds(SEED, i) for i in range(FACES)]
    heads = pose_heads(head_model(), specs)
    return [
        (spec, assemble(spec, head, RENDER), assemble(spec, head, PreviewDetail()), head)
        for spec, head in zip(specs, heads, strict=True)
    ]


def test_every_kind_occurs(faces):
    for path, choices in CHOICES.items():
        group, name = path.split(".")
        assert {getattr(getattr(spec, group), name) for spec, *_ in faces} == set(choices), path


def is_covered(spec):
    """Whether a cloth hides nearly all hair: less than a hundredth of the strands is left."""
    if spec.headwear.kind == "none" or spec.hair.style == "bald":
        return False
    head = pose_heads(head_model(), [spec])[0]
    hair = [part for part in assemble(spec, head, RENDER) if part.name == "hair"]
    return not hair or len(hair[0].geometry.points) < RENDER.hair_count / 100


def test_previews_and_pictures_have_the_same_parts_with_the_same_labels(faces):
    left_out = set()
    for spec, rendered, previewed, _ in faces:
        shared = [part for part in rendered if part.name not in LEFT_OUT_OF_PREVIEWS]
        left_out |= {part.name for part in rendered if part.name in LEFT_OUT_OF_PREVIEWS}
        if is_covered(spec):  # the last lock under a cloth is among few strands by chance
            shared = [part for part in shared if part.name != "hair"]
            previewed = [part for part in previewed if part.name != "hair"]
        assert [part.name for part in shared] == [part.name for part in previewed], spec.index
        for one, other in zip(shared, previewed, strict=True):
            # The ball of an eye in a preview has no iris.
            labels = one.labels[:1] if one.name.startswith("eye.") else one.labels
            assert labels == other.labels, (spec.index, one.name)
            assert one.see_through == other.see_through and one.painted == other.painted
    assert left_out - IN_FRONT == LEFT_OUT_OF_PREVIEWS - IN_FRONT


def test_what_is_worn_has_the_same_geometry_in_previews_and_pictures(faces):
    compared = set()
    for spec, rendered, previewed, _ in faces:
        by_name = {part.name: part for part in rendered}
        for other in previewed:
            one = by_name[other.name]
            if isinstance(one.geometry, StrandGeometry) or one.name.startswith("eye."):
                continue
            assert isinstance(one.geometry, MeshGeometry) and isinstance(other.geometry, MeshGeometry)
            for name in ("vertices", "faces", "uv", "slot"):
                mine, theirs = getattr(one.geometry, name), getattr(other.geometry, name)
                assert (mine is None) == (theirs is None)
                if mine is not None:
                    np.testing.assert_array_equal(mine, theirs, err_msg=f"{spec.index} {one.name} {name}")
            compared.add(one.name.split(".")[0])
    assert compared == {"skin", "frame", "lens", "cloth", "hat", "earring", "necklace"}


def test_eyes_of_previews_are_balls_of_the_same_place_and_size(faces):
    for _, rendered, previewed, head in faces:
        for index, name in enumerate(("eye.l", "eye.r")):
            for part in (*rendered, *previewed):
                if part.name != name:
                    continue
                away = np.linalg.norm(part.geometry.vertices - head.eye_centres[index], axis=1)
                assert away.max() == pytest.approx(head.eye_radius * EYEBALL_SCALE, rel=1e-3)


def test_parts_are_whole(faces):
    """Names occur once, every slot has a label and a material, and fields have a value for each vertex."""
    for _, rendered, previewed, _ in faces:
        for parts in (rendered, previewed):
            assert skin_of(parts)[0] is parts[0].geometry
            assert len({part.name for part in parts}) == len(parts)
            for part in parts:
                check_part(part, has_materials=parts is rendered)


def check_part(part, has_materials):
    shape = part.geometry
    slots = 1
    if isinstance(shape, MeshGeometry):
        assert shape.faces.min() >= 0 and shape.faces.max() < len(shape.vertices), part.name
        assert np.isfinite(shape.vertices).all()
        slots = 1 if shape.slot is None else int(shape.slot.max()) + 1
        assert shape.slot is None or len(shape.slot) == len(shape.faces)
        count = len(shape.vertices)
    else:
        assert shape.radii.shape == shape.points.shape[:2] and np.isfinite(shape.points).all()
        assert (shape.radii >= 0).all()
        count = len(shape.points)
    assert all(len(values) == count for values in part.fields.values()), part.name
    assert len(part.labels) in (0, 1) or len(part.labels) >= slots, part.name
    if has_materials:
        assert len(part.materials) >= slots, part.name


def test_a_new_thing_to_wear_is_one_builder(monkeypatch):
    """It then stands both in pictures and in previews."""
    from facegen.render.geometry.part import Part

    def clown_nose(face):
        tip = face.head.landmarks[30]
        triangle = MeshGeometry(tip + 0.01 * np.eye(3), np.array([[0, 1, 2]]))
        return [Part("clown_nose", triangle, (Native.FACEWEAR,))]

    monkeypatch.setattr(assembly, "BUILDERS", (*assembly.BUILDERS, clown_nose))
    spec = s.FaceSpec()
    head = pose_heads(head_model(), [spec])[0]
    for detail in (RENDER, PreviewDetail()):
        assert assemble(spec, head, detail)[-1].name == "clown_nose"


def test_make_up_changes_no_shape_and_no_label():
    bare = face_of_kinds(SEED, 0)
    full = bare
    for name in ("liner", "mascara", "foundation", "contour", "rouge", "eye_shadow", "lipstick_amount"):
        full = s.replace(full, f"skin.{name}", 1.0)
    head = pose_heads(head_model(), [bare])[0]
    pairs = zip(assemble(bare, head, RENDER), assemble(full, head, RENDER), strict=True)
    for one, other in pairs:
        assert (one.name, one.labels, one.painted) == (other.name, other.labels, other.painted)
        for field in vars(one.geometry):
            np.testing.assert_array_equal(getattr(one.geometry, field), getattr(other.geometry, field))
