"""Real renders at 64 pixels: geometry, determinism, resume, killed workers. Needs the render extra."""

import importlib.util
import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import psutil
import pytest
from scipy import ndimage

if importlib.util.find_spec("bpy") is None or importlib.util.find_spec("open3d") is None:
    pytest.skip("needs the render extra", allow_module_level=True)

from facegen.datasets.conventions.native_labels import Native
from facegen.datasets.errors import FacegenError
from facegen.datasets.io.sample import FOLDERS, read_sample, sample_file, sample_name
from facegen.render.matching.matcher import draw_specs
from facegen.render.prior import default_prior
from facegen.render.production.dataset_run import plan, produce
from facegen.render.production.order import Order
from facegen.render.production.stored_faces import faces_of
from facegen.render.production.worker_pool import Failed, Job, Worker, render_specs
from facegen.render.spec import face_spec as s
from facegen.render.spec.overrides import parse

pytestmark = [pytest.mark.render, pytest.mark.timeout(600)]
SIZE, SEED = 64, 7


def bald(index, **changes):
    """A face without strands or glass before the skin, so that meshes alone decide its labels."""
    spec = default_prior.draw_spec(SEED, index)
    for path, value in {
        "hair.style": "bald",
        "glasses.kind": "none",
        "facial_hair.kind": "none",
        "headwear.kind": "none",
        "jewellery.earrings": "none",
        "jewellery.necklace": "none",
        **changes,
    }.items():
        spec = s.replace(spec, path, value)
    return spec


@pytest.fixture(scope="module")
def rendered(tmp_path_factory):
    """Two faces of the prior (0, and 1 with dyed hair), a bald one (2) and one with glasses (3)."""
    out = tmp_path_factory.mktemp("rendered")
    specs = [*draw_specs(None, SEED, range(2), 4), bald(2), s.replace(bald(3), "glasses.kind", "round")]
    specs[1] = s.replace(s.replace(specs[1], "hair.style", "short"), "hair.colour.dye", (0.1, 0.16, 0.45))
    for path, value in {"glasses.tint": 0.0, "pose.yaw": 10.0, "pose.pitch": 0.0}.items():
        specs[3] = s.replace(specs[3], path, value)
    outcome = render_specs(Job(out, SIZE, "fast", workers=1), enumerate(specs))
    assert not outcome.failures and outcome.device == "cpu" and sorted(outcome.done) == [0, 1, 2, 3]
    return out, specs


def content(root, index, folders=FOLDERS):
    return {f: sample_file(Path(root), f, sample_name(index)).read_bytes() for f in folders}


def test_samples_hold_what_the_schema_says(rendered):
    out, specs = rendered
    for index, spec in enumerate(specs):
        sample = read_sample(out, index)
        assert sample.rgb.shape == (SIZE, SIZE, 3) and sample.rgb.std() > 10
        assert s.FaceSpec.from_dict(sample.meta["spec"]) == spec
        for label in (Native.FACE_SKIN, Native.NOSE, Native.UPPER_LIP, Native.LOWER_LIP):
            assert (sample.native == label).sum() > 5, label.name


def test_true_pose_follows_the_spec(rendered):
    """The skull makes the turn of the spec, seen by a camera that stands level and rolls with the crop."""
    from facegen.assets.head.rotations import angles_of, rotation_of

    level = np.array([[1.0, 0, 0], [0, 0, -1], [0, 1, 0]])
    out, specs = rendered
    for index, spec in enumerate(specs):
        meta = read_sample(out, index).meta
        turn = rotation_of(spec.pose.yaw, spec.pose.pitch, spec.pose.roll)
        expected = angles_of(level.T @ np.array(meta["extrinsics"])[:3, :3] @ turn)
        found = [meta["head_pose"][name] for name in ("yaw", "pitch", "roll")]
        assert found == pytest.approx(expected, abs=0.1)


def test_landmarks_lie_on_their_classes(rendered):
    sample = read_sample(rendered[0], 2)
    x, y = np.floor(sample.landmarks).astype(int).T
    seen = sample.visible & (x >= 0) & (y >= 0) & (x < SIZE) & (y < SIZE)
    assert seen[27:60].mean() > 0.6
    nose = [sample.native[y[i], x[i]] for i in (28, 29, 30) if seen[i]]
    assert nose and all(label == Native.NOSE for label in nose)


def test_depth_and_normals_agree(rendered):
    sample = read_sample(rendered[0], 2)
    k = np.array(sample.meta["intrinsics"])
    hit = sample.depth > 0
    assert (hit == (sample.native != Native.BACKGROUND))[4:-4, 4:-4].mean() > 0.98
    v, u = np.mgrid[:SIZE, :SIZE] + 0.5
    points = (
        np.stack([(u - k[0, 2]) / k[0, 0], (v - k[1, 2]) / k[1, 1], np.ones_like(u)], -1)
        * sample.depth[..., None]
    )
    across, down = points[1:-1, 2:] - points[1:-1, :-2], points[2:, 1:-1] - points[:-2, 1:-1]
    normal = np.cross(down, across)
    normal /= np.maximum(np.linalg.norm(normal, axis=-1, keepdims=True), 1e-12)
    smooth = (sample.native == Native.FACE_SKIN)[1:-1, 1:-1] & (
        np.abs(across[..., 2]) + np.abs(down[..., 2]) < 0.01
    )
    cosine = (normal * sample.normals[1:-1, 1:-1].astype(float)).sum(-1)[smooth]
    assert smooth.sum() > 100 and np.median(cosine) > 0.95


def test_labels_agree_with_ray_casting(rendered):
    """Open3D casts its own rays at the posed skin and eyes: an independent look at the same geometry."""
    import open3d as o3d

    from facegen.assets.hair.hair_plan import brow_of
    from facegen.assets.head import head_model as h
    from facegen.assets.head.eyes import eyeball
    from facegen.render.geometry.camera_framing import solve_view
    from facegen.render.geometry.pose import pose_head
    from facegen.render.labels.label_pass import reduce_labels, skin_labels

    out, specs = rendered
    spec, sample, model = specs[2], read_sample(out, 2), h.head_model()
    head = pose_head(model, spec)
    view = solve_view(head.landmarks, spec.camera)
    fine = 4 * SIZE
    k, e = view.intrinsics(fine), view.extrinsics()
    v, u = np.mgrid[:fine, :fine] + 0.5
    rays = np.stack([(u - k[0, 2]) / k[0, 0], (v - k[1, 2]) / k[1, 1], np.ones_like(u)], -1) @ e[:3, :3]
    rays = np.concatenate([np.broadcast_to(view.position, rays.shape), rays], -1).astype(np.float32)
    scene = o3d.t.geometry.RaycastingScene()
    triangles = h.triangles(model.faces)
    scene.add_triangles(o3d.core.Tensor(head.vertices), o3d.core.Tensor(triangles.astype(np.uint32)))
    ball, faces, _, _ = eyeball(head.eye_radius * 0.985, spec.eyes.iris_mm / 1000, 0.002)
    for centre, frame in zip(head.eye_centres, head.eye_frames, strict=True):
        scene.add_triangles(
            o3d.core.Tensor((ball @ frame.T + centre).astype(np.float32)),
            o3d.core.Tensor(np.concatenate([faces[:, :3], faces[:, [0, 2, 3]]]).astype(np.uint32)),
        )
    hit = scene.cast_rays(o3d.core.Tensor(rays))
    body = hit["geometry_ids"].numpy()
    cast = np.zeros((fine, fine), np.uint8)
    cast[body == 1], cast[body == 2] = Native.SCLERA_L, Native.SCLERA_R
    on_skin = body == 0
    primitive, uv = hit["primitive_ids"].numpy()[on_skin], hit["primitive_uvs"].numpy()[on_skin]
    corner = triangles[primitive]
    weight = np.stack([1 - uv.sum(1), uv[:, 0], uv[:, 1]], 1)[..., None]
    chart = model.chart[corner].astype(float)
    chart[..., 0] -= 628.32 * np.round((chart[..., 0] - chart[:, :1, 0]) / 628.32)
    s_t = (weight * chart).sum(1)
    cast[on_skin] = skin_labels(
        s_t[:, 0],
        s_t[:, 1],
        (weight[..., 0] * model.ear[corner]).sum(1),
        brow_of(spec.brows),
        {},
    )
    part = model.face_part[primitive % len(model.faces)]
    cast[np.nonzero(on_skin)[0][part > 0], np.nonzero(on_skin)[1][part > 0]] = Native.INNER_MOUTH
    coarse = reduce_labels(cast)
    for label in (Native.FACE_SKIN, Native.NOSE, Native.UPPER_LIP, Native.LOWER_LIP, Native.NECK):
        mine, theirs = sample.native == label, coarse == label
        assert (mine & theirs).sum() / (mine | theirs).sum() > 0.85, label.name
    for white, iris in ((Native.SCLERA_L, Native.IRIS_L), (Native.SCLERA_R, Native.IRIS_R)):
        # An opening is three pixels high here and lashes hide part of it: compare to within a pixel.
        mine, theirs = np.isin(sample.native, (white, iris)), coarse == white
        assert mine.any() and not (mine & ~ndimage.binary_dilation(theirs, np.ones((3, 3)))).any()


def test_bare_map_shows_what_lies_behind_the_glasses(rendered):
    sample = read_sample(rendered[0], 3)
    eyewear = np.isin(sample.native, (Native.GLASSES_FRAME, Native.GLASSES_LENS))
    assert eyewear.sum() > 40
    assert not np.isin(sample.bare, (Native.GLASSES_FRAME, Native.GLASSES_LENS)).any()
    untouched = sample.coverage[..., 4:].sum(-1) == 0  # no sub-pixel of frame or lens
    np.testing.assert_array_equal(sample.native[untouched], sample.bare[untouched])
    assert np.isin(
        sample.bare[eyewear], (Native.SCLERA_L, Native.SCLERA_R, Native.IRIS_L, Native.IRIS_R)
    ).any()


def test_same_spec_same_bytes_alone_and_other_seed_other_face(rendered, tmp_path):
    out, specs = rendered
    # Sample 1 was second in a worker; here a new worker renders it first, and its seed's neighbour after it.
    other = default_prior.draw_spec(SEED + 1, 0)
    render_specs(Job(tmp_path, SIZE, "fast"), [(1, specs[1]), (0, other)])
    assert content(tmp_path, 1) == content(out, 1)
    assert not np.array_equal(read_sample(tmp_path, 0).rgb, read_sample(out, 0).rgb)


def test_two_workers_give_the_bytes_of_one(rendered, tmp_path):
    """Each of two is pinned to its processors: arrays must not be summed in as many parts as there are."""
    out, specs = rendered
    render_specs(Job(tmp_path, SIZE, "fast", workers=2), enumerate(specs[:2]))
    for index in range(2):
        assert content(tmp_path, index) == content(out, index)


def test_a_killed_worker_costs_a_retry_not_the_run(tmp_path):
    killed = threading.Event()

    def kill_once(answer):
        if not killed.is_set():
            killed.set()
            for child in psutil.Process().children(recursive=True):
                if "facegen.render.blender.worker" in " ".join(child.cmdline()):
                    os.kill(child.pid, signal.SIGKILL)

    specs = [(i, bald(i)) for i in range(3)]
    outcome = render_specs(Job(tmp_path, SIZE, "fast", workers=1), specs, kill_once)
    assert killed.is_set() and sorted(outcome.done) == [0, 1, 2] and not outcome.failures
    for i in range(3):
        read_sample(tmp_path, i)


FULL_FOLDER = """
import os, sys
from contextlib import contextmanager
from pathlib import Path
from facegen.render.blender import render_passes, worker

render, scratch = render_passes._render, Path(sys.argv[1])

@contextmanager
def full(prefix):
    (scratch / "beauty.exr").symlink_to("/dev/full")  # every write: no space left on device
    yield str(scratch)

def cut(scene, path):
    render(scene, path)
    if not path.is_symlink():
        os.truncate(path, path.stat().st_size // 2)

worker.tempfile.TemporaryDirectory, render_passes._render = full, cut
worker.main()
"""


def test_a_full_temporary_folder_is_a_full_disk_and_no_picture(tmp_path):
    """Blender itself reports both pictures as saved: one for which there is no room, and half a one."""
    (tmp_path / "scratch").mkdir()
    start = {
        "out": str(tmp_path / "out"), "size": SIZE, "quality": "fast", "samples": 1, "device": "cpu",
        "convention": "celebamaskhq", "task": "render", "backgrounds": None, "cpus": [],
    }  # fmt: skip
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    command = [sys.executable, "-P", "-c", FULL_FOLDER, tmp_path / "scratch"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        env=environment, bufsize=1,
    ) as child:  # fmt: skip
        print(json.dumps(start), file=child.stdin)
        assert json.loads(child.stdout.readline())["ready"]
        for index in range(2):
            print(json.dumps({"index": index, "spec": bald(index).to_dict()}), file=child.stdin)
            answer = json.loads(child.stdout.readline())
            assert (answer["ok"], answer["kind"]) == (False, "disk")
            assert answer["error"].startswith(f"temporary folder {tmp_path}: a picture was not written whole")
            (tmp_path / "scratch" / "beauty.exr").unlink()
        child.stdin.close()
    assert not (tmp_path / "out").exists()


def test_a_run_resumes_and_refuses_another_order(tmp_path):
    out = tmp_path / "set"
    order = Order(Job(out, SIZE, "fast"), num=1, seed=SEED)
    assert sorted(produce(order).done) == [0]
    before = content(out, 0)
    more = produce(Order(Job(out, SIZE, "fast"), num=2, seed=SEED))
    assert sorted(more.done) == [1] and content(out, 0) == before
    summary = json.loads((out / "dataset.json").read_text())
    assert (
        summary["complete"]
        and summary["num"] == 2
        and summary["ledger"]
        and summary["timing"]["peak_rss_mb"] > 0
    )
    with pytest.raises(FacegenError, match="seed"):
        produce(Order(Job(out, SIZE, "fast"), num=2, seed=SEED + 1))
    with pytest.raises(FacegenError, match=r"never|another --out"):
        produce(Order(Job(out, SIZE, "fast"), num=2, seed=SEED, resume="never"))


def test_the_same_faces_again_with_one_thing_changed(tmp_path):
    first, again, plain = (tmp_path / name for name in ("first", "again", "plain"))
    produce(Order(Job(first, SIZE, "fast"), num=2, seed=SEED))
    faces = faces_of(first)
    produce(Order(Job(again, SIZE, "fast"), num=2, seed=SEED, faces=faces))
    assert content(again, 1) == content(first, 1)
    changed = Order(
        Job(plain, SIZE, "fast"), num=2, seed=SEED, faces=faces, overrides=(parse("skin.subsurface=0"),)
    )
    produce(changed)
    one, other = read_sample(first, 1), read_sample(plain, 1)
    np.testing.assert_array_equal(one.native, other.native)
    assert not np.array_equal(one.rgb, other.rgb)
    with pytest.raises(FacegenError, match="another order"):
        plan(Order(Job(again, SIZE, "fast"), num=2, seed=SEED, faces=faces[:1]))
    (first / "meta" / "000001.json").unlink()
    with pytest.raises(FacegenError, match=r"1 of 2 faces are missing \(000001"):
        faces_of(first)


def test_a_python_without_blender_says_so(tmp_path, monkeypatch):
    (tmp_path / "sitecustomize.py").write_text(
        "import sys\nclass No:\n    def find_spec(self, name, *_):\n        if name == 'bpy':\n"
        "            raise ModuleNotFoundError(\"No module named 'bpy'\")\nsys.meta_path.insert(0, No())\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with pytest.raises(FacegenError, match=r"Python 3\.11 and `pip install"):
        Worker(Job(tmp_path / "out", SIZE, "fast"), [])


def test_a_device_that_is_not_there_is_an_error(tmp_path):
    with pytest.raises(FacegenError, match="no optix device"):
        Worker(Job(tmp_path, SIZE, "fast", device="optix"), [])


def test_a_damaged_photograph_costs_its_face_not_the_run(tmp_path):
    (tmp_path / "walls").mkdir()
    (tmp_path / "walls" / "a.jpg").write_bytes(b"no picture")
    worker = Worker(Job(tmp_path / "out", SIZE, "fast", backgrounds=tmp_path / "walls"), [])
    answer = worker.render(0, s.replace(bald(0), "background.photograph", "a.jpg"))
    worker.close()
    assert isinstance(answer, Failed) and "not a readable picture" in answer.error and not answer.disk


def test_small_pictures_are_sampled_as_densely_as_those_of_256():
    code = (
        "from facegen.render.blender import cycles_settings as settings\n"
        "for size in (64, 128, 256, 512):\n"
        "    scene = settings.new_scene(f's{size}', size)\n"
        "    settings.configure_beauty(scene, settings.QUALITIES['fast'])\n"
        "    print('samples', scene.cycles.samples)\n"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    counts = [int(line.split()[1]) for line in said.splitlines() if line.startswith("samples")]
    assert counts == [24, 24, 6, 6]


def test_the_caller_never_imports_blender():
    assert "bpy" not in sys.modules


def test_a_run_that_cannot_start_leaves_nothing(tmp_path):
    out = tmp_path / "set"
    with pytest.raises(FacegenError, match="no optix device"):
        produce(Order(Job(out, SIZE, "fast", device="optix"), num=1, seed=SEED))
    assert not out.exists()
    with pytest.raises(FacegenError, match="cannot make this folder"):
        (tmp_path / "file").write_text("in the way")
        produce(Order(Job(tmp_path / "file" / "set", SIZE, "fast"), num=1, seed=SEED))


def test_fabrics_change_cloth_and_shaded_lenses_are_darker_above(tmp_path):
    """One bald face in each fabric; then behind sunglasses whose tint fades downwards, as dark eyes are."""
    plain = bald(3, **{"garment.cut": "crew", "camera.crop": "loose", "garment.folds": 1.0})
    worn = s.replace(s.replace(plain, "glasses.kind", "wayfarer"), "glasses.tint", 1.0)
    worn = s.replace(worn, "glasses.glare", 0.0)
    specs = [s.replace(plain, "garment.fabric", fabric) for fabric in s.FABRICS]
    specs += [s.replace(plain, "index", 4), s.replace(plain, "garment.folds", 0.0)]
    specs += [worn, s.replace(worn, "glasses.gradient", 1.0)]
    outcome = render_specs(Job(tmp_path, SIZE, "fast", workers=1), enumerate(specs))
    assert not outcome.failures
    samples = [read_sample(tmp_path, index) for index in range(len(specs))]
    cloth = samples[0].native == Native.CLOTHING
    skin = samples[0].native == Native.FACE_SKIN
    pictures = [sample.rgb.astype(float) for sample in samples[: len(s.FABRICS)]]
    for one in range(len(pictures)):
        np.testing.assert_array_equal(samples[one].native, samples[0].native)
        for other in range(one):
            apart = np.abs(pictures[one] - pictures[other]).mean(-1)
            assert apart[cloth].mean() > 1.5 * apart[skin].mean()
    # Nobody's clothes fold like another's; smooth ones have less in them.
    other, smooth = (samples[i].rgb.astype(float).mean(-1) for i in (-4, -3))
    apart = np.abs(other - pictures[0].mean(-1))
    assert apart[cloth].mean() > 1.5 * apart[skin].mean()
    assert smooth[cloth].std() < pictures[0].mean(-1)[cloth].std()
    assert (samples[-2].bare == Native.GLASSES_LENS).any() and not (
        samples[-1].bare == Native.GLASSES_LENS
    ).any()
    lens = samples[-1].native == Native.GLASSES_LENS
    gained = (samples[-1].rgb.astype(float) - samples[-2].rgb).mean(-1)
    rows = np.flatnonzero(lens.any(1))
    upper, lower = (gained[r][lens[r]].mean() for r in (rows[: len(rows) // 2], rows[-(len(rows) // 2) :]))
    assert lower > upper + 5
