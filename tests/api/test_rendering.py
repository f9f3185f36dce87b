"""facegen.render, draw_spec and render_face. Rendering itself is replaced, but for the marked tests."""

import numpy as np
import pytest
from small_set import face

import facegen
from facegen.api.rendering import overrides_of
from facegen.cli.render import command as render_command
from facegen.datasets.io.dataset_file import read_dataset_json
from facegen.datasets.io.sample import write_sample
from facegen.render.production import dataset_run
from facegen.render.production.done_samples import Done
from facegen.render.production.worker_pool import Outcome
from facegen.render.spec.overrides import WITHOUT


@pytest.fixture
def drawn(monkeypatch):
    """Stands for the workers: keeps what they would get and writes drawn faces; index 1 fails where told."""

    class Workers:
        jobs, specs, fails = [], [], False

        def __call__(self, job, pairs, progress=lambda answer: None, proven=False):
            outcome = Outcome(device="cpu")
            self.jobs.append(job)
            for index, spec in pairs:
                self.specs.append(spec)
                if self.fails and index == 1:
                    outcome.failures[index] = "no chin"
                    continue
                sample = face(index)
                sample.meta |= {"attributes": {"age": 30.0}, "spec": spec.to_dict()}
                write_sample(job.out, index, sample)
                outcome.done[index] = Done(index, 1.0, 1, {"build": 1.0})
                progress(outcome.done[index])
            return outcome

    made = Workers()
    monkeypatch.setattr(dataset_run, "render_specs", made)
    return made


def test_a_set_is_rendered_and_opened(drawn, tmp_path):
    events = []
    faces = facegen.render(
        tmp_path / "faces", num=3, size=64, quality="fast", seed=4,
        set={"pose.yaw": (-5, 5), "glasses.kind": ["round", "oval"], "hair.style": "afro",
             "garment.colour": (0.5, 0.25, 0.125), "pose.pitch": 3},
        without=["camera"], progress=events.append,
    )  # fmt: skip
    assert isinstance(faces, facegen.Dataset) and len(faces) == 3 and not faces.failures
    (job,) = drawn.jobs
    assert (job.size, job.quality, job.convention) == (64, "fast", "celebamaskhq")
    for spec in drawn.specs:
        assert abs(spec.pose.yaw) <= 5 and spec.pose.pitch == 3 and spec.hair.style == "afro"
        assert spec.glasses.kind in ("round", "oval") and spec.garment.colour == (0.5, 0.25, 0.125)
        assert spec.camera.noise == 0
    assert [(one.stage, one.done, one.total) for one in events] == [("render", k, 3) for k in range(4)]
    assert isinstance(events[0], facegen.ProgressEvent)
    again = facegen.render(
        tmp_path / "faces", num=3, size=64, quality="fast", seed=4, set=faces.summary["config"]["set"]
    )
    assert len(drawn.jobs) == 1 and again.ids == faces.ids  # nothing was left to do


def test_a_face_that_failed_is_named(drawn, tmp_path):
    drawn.fails = True
    faces = facegen.render(tmp_path / "faces", num=3, size=32)
    assert len(faces) == 2 and faces.failures == {"000001": "no chin"}


def test_the_faces_of_a_set_again(drawn, tmp_path):
    first = facegen.render(tmp_path / "first", num=2, size=64, quality="fast", convention="lapa")
    plain = facegen.render(tmp_path / "plain", faces_of=first, without=["subsurface"])
    config = read_dataset_json(plain.path)["config"]
    assert (config["size"], config["quality"], config["convention"]) == (64, "fast", "lapa")
    for one, other in zip(drawn.specs[:2], drawn.specs[2:], strict=True):
        assert one.skin.subsurface > 0 and other == one.with_("skin.subsurface", 0)
    with pytest.raises(facegen.FacegenError, match="match_dist: the faces of another set"):
        facegen.render(tmp_path / "x", faces_of=first, match_dist="celebamaskhq")


@pytest.mark.parametrize(
    "arguments, line",
    [
        ({"num": 0}, "num 0 is out of range"),
        ({"size": 16}, "size 16 is out of range: it goes from 32 to 2048"),
        ({"match_dist": "nobody"}, "no profile 'nobody'"),
        ({"set": {"pose.yaw": 200}}, "-90 to 90"),
        ({"set": {"pose.yow": 2}}, "unknown attribute"),
        ({"without": ["hair"]}, "without 'hair'"),
        ({"convention": "mine"}, "mine"),
        ({"resume": "always"}, "no dataset to resume"),
    ],
)
def test_mistakes_are_one_line_and_write_nothing(drawn, tmp_path, arguments, line):
    with pytest.raises(facegen.FacegenError, match=line) as caught:
        facegen.render(tmp_path / "faces", **arguments)
    assert "\n" not in str(caught.value) and not (tmp_path / "faces").exists()


def test_a_drawn_spec_is_the_face_of_the_set(drawn, tmp_path):
    faces = facegen.render(tmp_path / "faces", num=3, size=32, seed=5)
    spec = facegen.draw_spec(seed=5, index=2)
    assert drawn.specs[2] == spec == facegen.FaceSpec.from_dict(faces[2].meta["spec"])


def test_one_face_as_arrays(drawn):
    spec = facegen.draw_spec(seed=5, index=2).with_("pose.yaw", 12)
    sample = facegen.render_face(spec, size=64, quality="fast")
    assert drawn.specs == [spec] and sample.image.shape == (64, 64, 3) and sample.depth is not None
    np.testing.assert_array_equal(sample.image, face(0).rgb)
    with pytest.raises(facegen.FacegenError, match="out of range"):
        facegen.render_face(spec, size=8)


def test_parts_that_share_a_setting_are_left_out_together():
    overrides = overrides_of({}, ("rare-hair", "occluders"))
    assert len({one.path for one in overrides}) == len(overrides)


def test_the_command_offers_every_part_that_can_be_left_out():
    (option,) = [one for one in render_command.params if one.name == "without"]
    assert list(option.type.choices) == list(WITHOUT)
