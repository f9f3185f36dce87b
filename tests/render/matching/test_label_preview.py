"""Previews against what is known of the posed head, and of many heads at once against one."""

import numpy as np
import pytest

pytest.importorskip("open3d")
pytest.importorskip("anny")

from facegen.assets.head.head_model import head_model
from facegen.audit.measures.face_view import ID
from facegen.audit.measures.measure_table import CONTENT_NAMES, measure_labels
from facegen.render.geometry.assemble import assemble
from facegen.render.geometry.camera_framing import solve_view
from facegen.render.geometry.part import skin_of
from facegen.render.geometry.pose import pose_head, pose_heads
from facegen.render.matching import label_preview
from facegen.render.prior import default_prior
from facegen.render.spec import face_spec as s
from facegen.render.spec.overrides import parse


@pytest.fixture(scope="module")
def model():
    return head_model()


def plain(**changes):
    """A face without hair or eyewear, looking at the camera."""
    spec = s.FaceSpec(expression={"eyeWideLeft": 0.5, "eyeWideRight": 0.5})
    for path, value in {"hair.style": "bald", **changes}.items():
        spec = s.replace(spec, path, value)
    return spec


def shown(model, spec):
    mask = label_preview.preview(spec, pose_head(model, spec))
    return mask, dict(zip(CONTENT_NAMES, measure_labels(mask), strict=True))


def test_many_heads_at_once_are_the_heads_alone(model):
    specs = [default_prior.draw_spec(0, i) for i in range(3)]
    for spec, together in zip(specs, pose_heads(model, specs), strict=True):
        alone = pose_head(model, spec)
        for name in ("vertices", "landmarks", "eye_centres", "head_rotation", "normals"):
            np.testing.assert_allclose(getattr(together, name), getattr(alone, name), atol=5e-4)


def test_parts_lie_where_the_landmarks_say(model):
    spec = plain()
    mask, _ = shown(model, spec)
    head = pose_head(model, spec)
    pixel, _ = solve_view(head.landmarks, spec.camera).project(head.landmarks, label_preview.SIZE)
    x, y = np.floor(pixel).astype(int).T
    assert mask[y[30], x[30]] == ID["nose"]  # tip of the nose
    assert mask[y[68], x[68]] == ID["l_eye"] and mask[y[69], x[69]] == ID["r_eye"]
    assert mask[y[51] + 1, x[51]] in (ID["u_lip"], ID["mouth"])
    assert x[68] > x[69]  # the subject's left is the picture's right


def test_bald_heads_have_no_hair_and_glasses_show(model):
    mask, values = shown(model, plain())
    assert not np.any(mask == ID["hair"]) and values["hair"] == 0 and values["glasses"] == 0
    mask, values = shown(model, plain(**{"glasses.kind": "round", "hair.style": "long_straight"}))
    assert values["glasses"] == 1 and values["hair"] == 1 and values["hair_low"] > 0.1
    assert np.any(mask == ID["l_eye"])  # clear lenses hide no eyes


@pytest.mark.parametrize(
    "lens,seen",
    [
        ({"glasses.tint": 1.0}, False),
        ({"glasses.tint": 0.8}, True),
        ({"glasses.tint": 1.0, "glasses.gradient": 0.6}, True),
        ({"glasses.tint": 1.0, "glasses.lens": "0.2,0.2,0.2"}, True),
    ],
)
def test_only_lenses_that_pass_hardly_any_light_hide_the_eyes(model, lens, seen):
    spec = plain(**{"glasses.kind": "round"})
    for path, value in lens.items():
        spec = parse(f"{path}={value}").apply(spec)
    mask, values = shown(model, spec)
    assert values["glasses"] == 1 and np.any(mask == ID["l_eye"]) == seen


def test_a_shut_eye_has_no_corner(model):
    shut = plain(**{"expression.eyeWideLeft": 0.0, "expression.eyeBlinkLeft": 1.0})
    mask, _ = shown(model, shut)
    assert not np.any(mask == ID["l_eye"]) and np.any(mask == ID["r_eye"])


def test_turning_the_head_moves_the_pose_measures(model):
    left, right = (shown(model, plain(**{"pose.yaw": yaw}))[1] for yaw in (25, -25))
    assert left["yaw_nose"] > 0.05 and right["yaw_nose"] < -0.05
    assert left["yaw_nose"] == pytest.approx(-right["yaw_nose"], abs=0.06)
    up, down = (shown(model, plain(**{"pose.pitch": pitch}))[1] for pitch in (15, -15))
    assert down["pitch_nose"] > up["pitch_nose"] + 0.05


def test_processes_change_nothing():
    specs = [default_prior.draw_spec(1, i) for i in range(label_preview.BATCH + 2)]
    with label_preview.preview_processes(2) as pool:
        np.testing.assert_array_equal(
            label_preview.measure_specs(specs), label_preview.measure_specs(specs, pool)
        )


def test_leaving_out_what_the_camera_cannot_see_changes_no_pixel(model):
    spec = plain(**{"pose.yaw": 25, "glasses.kind": "round"})
    head = pose_head(model, spec)
    view = solve_view(head.landmarks, spec.camera)
    origin, rays = label_preview._rays(view, 64)
    parts = assemble(spec, head, label_preview.DETAIL)
    _, painted = skin_of(parts)
    whole = [label_preview._mesh_of(part, origin) for part in parts]
    seen = [mesh.framed(view) for mesh in (whole[0].facing(origin), *whole[1:])]
    assert sum(len(m.triangles) for m in seen) < 0.7 * sum(len(m.triangles) for m in whole)
    np.testing.assert_array_equal(
        label_preview._labels(whole, painted, {}, rays), label_preview._labels(seen, painted, {}, rays)
    )


def test_a_net_is_looked_through(model):
    bare, veiled = (shown(model, plain(**{"headwear.kind": kind}))[0] for kind in ("none", "net_veil"))
    np.testing.assert_array_equal(bare, veiled)
