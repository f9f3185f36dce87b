"""Heads as glTF: read by trimesh and by a small reader of the file's own description."""

import io
import json
import struct

import numpy as np
import pytest
from PIL import Image
from posed_meta import frontal, meta_of

from facegen.assets.head.head_model import head_model
from facegen.assets.wear.emblems import EMBLEMS
from facegen.datasets.conventions.native_labels import Native
from facegen.render.geometry.assemble import assemble
from facegen.render.geometry.fitting import RenderDetail
from facegen.render.geometry.part import MeshGeometry
from facegen.render.geometry.pose import pose_head
from facegen.render.mesh_export.face_mesh import corner_normals, head_glb, volume_of
from facegen.render.spec.face_spec import replace


@pytest.fixture(scope="module")
def spec():
    worn = replace(frontal(), "glasses.kind", "round")
    return replace(worn, "jewellery.earrings", "stud")


@pytest.fixture(scope="module")
def glb(spec):
    return head_glb(meta_of(spec))


def described(content):
    """(JSON chunk, function from an accessor's number to its array), as section 4.4 of glTF 2.0 says."""
    magic, version, length, size, kind = struct.unpack_from("<IIIII", content)
    assert (magic, version, length, kind) == (0x46546C67, 2, len(content), 0x4E4F534A)
    data = json.loads(content[20 : 20 + size])
    binary = content[28 + size :]
    assert struct.unpack_from("<II", content, 20 + size) == (len(binary), 0x004E4942)

    def array(number):
        row = data["accessors"][number]
        view = data["bufferViews"][row["bufferView"]]
        width = {"SCALAR": 1, "VEC2": 2, "VEC3": 3}[row["type"]]
        kind = {5126: "<f4", 5125: "<u4"}[row["componentType"]]
        assert view["byteOffset"] % 4 == 0
        return np.frombuffer(binary, kind, row["count"] * width, view["byteOffset"]).reshape(-1, width)

    return data, array


def primitives(content):
    data, array = described(content)
    for mesh in data["meshes"]:
        for one in mesh["primitives"]:
            yield mesh["name"], one, array


def test_every_face_has_a_native_label(glb):
    found = {}
    for name, one, array in primitives(glb):
        assert one["extras"]["label"] == Native(one["extras"]["native"]).name
        count = len(array(one["indices"])) // 3
        found.setdefault(name, {})[one["extras"]["label"]] = count
    assert sum(found["skin"].values()) == 2 * len(head_model().faces)
    assert {"FACE_SKIN", "NOSE", "UPPER_LIP", "LOWER_LIP", "EAR_L", "EAR_R", "NECK", "BROW_L"} <= set(
        found["skin"]
    )
    assert set(found["eye.l"]) == {"SCLERA_L", "IRIS_L"} and set(found["eye.r"]) == {"SCLERA_R", "IRIS_R"}
    assert set(found["frame"]) == {"GLASSES_FRAME"} and set(found["lens"]) == {"GLASSES_LENS"}
    assert set(found["earring.l"]) == {"EARRING_L"} and {"TEETH"} <= set(found["teeth"])


def test_labels_lie_on_the_right_places_and_sides(glb):
    """glTF: x to the subject's left, y up, z towards the viewer."""
    middles = {}
    for _, one, array in primitives(glb):
        corners = array(one["attributes"]["POSITION"])[array(one["indices"]).reshape(-1, 3)]
        middles.setdefault(one["extras"]["label"], []).append(corners.mean((0, 1)))
    place = {name: np.mean(rows, 0) for name, rows in middles.items()}
    for part in ("BROW", "SCLERA", "IRIS", "EAR", "EARRING"):
        assert place[f"{part}_L"][0] > place["NOSE"][0] + 0.01 > place[f"{part}_R"][0] + 0.02
    heights = [place[name][1] for name in ("BROW_L", "IRIS_L", "NOSE", "UPPER_LIP", "LOWER_LIP", "NECK")]
    assert heights == sorted(heights, reverse=True)
    assert place["NOSE"][2] > place["IRIS_L"][2] > place["EAR_L"][2]


def test_the_camera_of_the_file_sees_the_pupils_where_the_picture_has_them(glb, spec):
    data, _ = described(glb)
    camera = data["scenes"][0]["extras"]
    head = pose_head(head_model(), spec)
    irises = {}
    for _, one, array in primitives(glb):
        if one["extras"]["label"].startswith("IRIS"):
            x, y, z = array(one["attributes"]["POSITION"]).T
            world = np.stack([x, -z, y], 1).mean(0)
            seen = np.array(camera["extrinsics"])[:3] @ [*world, 1]
            pixel = np.array(camera["intrinsics"]) @ seen
            irises.setdefault(one["extras"]["label"][-1], []).append(pixel[:2] / pixel[2])
    for side, pupil in zip("LR", head.landmarks[68:], strict=True):
        seen = np.array(camera["extrinsics"])[:3] @ [*pupil, 1]
        expected = np.array(camera["intrinsics"]) @ seen
        assert np.linalg.norm(np.mean(irises[side], 0) - expected[:2] / expected[2]) < 0.5  # of 64 pixels


def test_all_that_is_rendered_but_strands_is_in_the_file(spec):
    worn = replace(spec, "hand.kind", "cheek")
    worn = replace(replace(worn, "hand.sleeve", 0.9), "thing.kind", "face_mask")
    worn = replace(worn, "headwear.kind", "beanie")
    rendered = [
        part
        for part in assemble(worn, pose_head(head_model(), worn), RenderDetail(60, 5, 0, 64))
        if part.labels and isinstance(part.geometry, MeshGeometry)
    ]
    names = {part.name for part in rendered}
    assert {"hand", "sleeve", "hat", "thing"} <= names
    assert {name for name, *_ in primitives(head_glb(meta_of(worn)))} == names


def test_one_looks_through_emblems_and_lace(spec):
    worn = replace(replace(spec, "headwear.kind", "cap"), "headwear.emblem", next(iter(EMBLEMS)))
    worn = replace(replace(worn, "garment.cut", "crew"), "garment.pattern", "lace")
    content = head_glb(meta_of(worn))
    data, _ = described(content)
    looks = {row["name"]: row for row in data["materials"]}
    pictures = {}
    for name, row in looks.items():
        texture = row["pbrMetallicRoughness"].get("baseColorTexture")
        if texture is None:
            continue
        view = data["bufferViews"][data["images"][data["textures"][texture["index"]]["source"]]["bufferView"]]
        start = 28 + struct.unpack_from("<I", content, 12)[0] + view["byteOffset"]
        pictures[name] = Image.open(io.BytesIO(content[start : start + view["byteLength"]]))
    through = {name for name, picture in pictures.items() if picture.mode == "RGBA"}
    assert {"hat_emblem"} < through and all(n == "hat_emblem" or n.startswith("cloth.") for n in through)
    for name, picture in pictures.items():
        assert (looks[name].get("alphaMode") == "BLEND") == (name in through)
        if name in through:
            alpha = np.asarray(picture)[..., 3]
            assert alpha.min() < 30 and alpha.max() > 200


def test_trimesh_reads_surfaces_textures_and_materials(glb):
    trimesh = pytest.importorskip("trimesh")
    scene = trimesh.load(io.BytesIO(glb), file_type="glb")
    data, _ = described(glb)
    assert len(scene.geometry) == sum(len(one["primitives"]) for one in data["meshes"])
    size = scene.extents
    assert 0.2 < size[0] < 0.8 and 0.2 < size[1] < 0.8
    skin = scene.geometry["skin"]
    picture = skin.visual.material.baseColorTexture
    assert picture.size == (1024, 614) and skin.visual.uv.shape == (len(skin.vertices), 2)
    # Under the middle of the face the albedo is skin: redder than blue, neither black nor white.
    mean = np.asarray(picture.convert("RGB"))[250:350, 480:540].mean((0, 1))
    assert 240 > mean[0] > mean[1] > mean[2] > 20
    np.testing.assert_allclose(np.linalg.norm(skin.vertex_normals, axis=1), 1, atol=1e-5)


def test_normals_point_out_of_the_head(glb):
    for name, one, array in primitives(glb):
        at, normal = (array(one["attributes"][key]).astype(float) for key in ("POSITION", "NORMAL"))
        np.testing.assert_allclose(np.linalg.norm(normal, axis=1), 1, atol=1e-5)
        label = one["extras"]["label"]
        if name.startswith("eye") and label.startswith("SCLERA"):
            assert ((at - at.mean(0)) * normal).sum(1).mean() > 0
        if label in ("NOSE", "IRIS_L", "IRIS_R"):
            assert normal[:, 2].mean() > 0.3, label  # towards the viewer
        # The order of a triangle's corners says the same as its normals.
        a, b, c = (at[array(one["indices"]).reshape(-1, 3)[:, k]] for k in range(3))
        face = np.cross(b - a, c - a)
        corner = normal[array(one["indices"]).reshape(-1, 3)].mean(1)
        assert ((face * corner).sum(1) >= 0)[np.linalg.norm(face, axis=1) > 1e-12].mean() > 0.98, label


def test_the_volume_of_a_cube():
    corners = np.array([[x, y, z] for x in (0, 1) for y in (0, 1) for z in (0, 1)], float) + 5
    cube = np.array([[0, 1, 3, 2], [4, 6, 7, 5], [0, 4, 5, 1], [2, 3, 7, 6], [0, 2, 6, 4], [1, 5, 7, 3]])
    assert volume_of(corners, cube) == pytest.approx(1)
    assert volume_of(corners, cube[:, ::-1]) == pytest.approx(-1)


def test_the_same_sample_gives_the_same_bytes(glb, spec):
    assert head_glb(meta_of(spec)) == glb


def test_normals_of_a_flat_square():
    corners = np.array([[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0], [5, 5, 5]], float)
    np.testing.assert_allclose(corner_normals(corners, np.array([[0, 1, 2, 3]])), [[0, 0, 1]] * 5)
    np.testing.assert_allclose(corner_normals(corners, np.array([[0, 2, 1]]))[:3], [[0, 0, -1]] * 3)
