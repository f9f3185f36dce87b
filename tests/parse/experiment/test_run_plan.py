"""train-eval, the reverse test, parse-image and bench train from the command line, on drawn faces."""

import csv
import json
import os
import shutil
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import Mock

import numpy as np
import pytest
import torch
from click.testing import CliRunner
from drawn_faces import NAMES, write_index_set
from PIL import Image

from facegen.cli.main import cli
from facegen.cli.support.omp import wait_without_spinning
from facegen.datasets.errors import FacegenError
from facegen.datasets.io.dataset_file import REQUIRED, write_dataset_json
from facegen.datasets.io.files import write_json
from facegen.datasets.io.progress import ignore_progress
from facegen.datasets.layouts.open_set import open_set
from facegen.parse.adaptation.network_adapter import AdapterRecipe, load_adapter, save_adapter
from facegen.parse.data.device import OutOfGpuMemory
from facegen.parse.experiment import attributes, estimate, recipes, reverse_test
from facegen.parse.experiment.real_sets import choose, open_real
from facegen.parse.experiment.run_folder import ARGUMENTS_FILE, LOG_FILE, check_run_folder
from facegen.parse.experiment.set_roles import Roles, assign, cautions
from facegen.parse.models.checkpoints import load_parser
from facegen.parse.training.recipe import Recipe
from facegen.parse.training.step_log import StepLog
from facegen.parse.training.throughput import Rate


@pytest.fixture(scope="module")
def sets(tmp_path_factory):
    root = tmp_path_factory.mktemp("sets")
    write_index_set(root / "real" / "train", 20, 64)
    write_index_set(root / "real" / "test", 4, 64, seed=1)
    write_index_set(root / "drawn", 16, 64, seed=2)
    write_index_set(root / "drawn2", 16, 64, seed=3)
    write_index_set(root / "drawn3", 16, 64, seed=4)
    return root


def run(*arguments):
    return CliRunner().invoke(cli, [str(one) for one in arguments])


TINY = ("--size", 32, "--steps", 3, "--batch", 4, "--device", "cpu", "--network", "small")


def quick(synth, real, folder):
    """The shortest run of one set."""
    return "train-eval", synth, "--real", real, *TINY, "--quick", "--out", folder


@pytest.fixture
def short_adapters(monkeypatch):
    monkeypatch.setattr(recipes, "ADAPTER", AdapterRecipe(width=8, steps=4, batch=2))


def own_set(folder, source, profile, seed=0, convention="celebamaskhq", by_hand=False, **config):
    """A drawn set under the name of a rendered one, as far as opening it goes."""
    shutil.copytree(source, folder)
    content = dict.fromkeys(REQUIRED) | {"convention": convention, "profile": profile, "seed": seed}
    content["law_by_hand"] = by_hand
    content["config"] = {"seed": seed, "match_dist": profile, "size": 64, **config}
    write_dataset_json(folder, content)
    for k, image in enumerate(sorted((folder / "images").iterdir())):
        for part in ("images", "masks"):
            (folder / part / image.name).rename(folder / part / f"{k:06d}.png")
        (folder / "meta").mkdir(exist_ok=True)
        (folder / "meta" / f"{k:06d}.json").write_text("{}")
    return folder


def test_six_arms_end_to_end_and_again(sets, tmp_path, short_adapters):
    first = own_set(tmp_path / "s1", sets / "drawn", None)
    second = own_set(tmp_path / "s2", sets / "drawn2", None, seed=1)
    matched = own_set(tmp_path / "d1", sets / "drawn3", "celebamaskhq")
    folder = tmp_path / "run"
    command = (
        "train-eval", first, matched, second, "--real", sets / "real", *TINY, "--seeds", 2, "--out", folder,
        "--n", "5,10", "--mix", "0,4", "--adapt-n", "2,4", "--controls",
    )  # fmt: skip
    result = run(*command)
    assert result.exit_code == 0, result.output
    for words in (
        "N = 14 images",
        "left out of the means",
        "gap R − S",
        "distribution",
        "default: ",
        "matched: ",
    ):
        assert words in result.output, words
    content = json.loads((folder / "results.json").read_text())
    arms = {arm["key"]: arm for arm in content["arms"]}
    assert list(arms) == ["R", "R_L", "S", "S_L", "S_D", "S_DL"]
    assert [len(arms[key]["runs"]) for key in arms] == [2, 2, 4, 4, 2, 2]
    assert content["num"] == 14 and content["test"]["images"] == 4 and content["scored_at_px"] == 32
    assert content["intervals"]["covers"] == ["test pictures", "seeds"]  # the matched set is there once
    value = {key: arm["figures"]["mean_f1_core"]["value"] for key, arm in arms.items()}
    for name in ("mean_f1_core", "mean_iou", "skin"):
        split = content["gap"][name]["split"]
        gap = arms["R"]["figures"][name]["value"] - arms["S"]["figures"][name]["value"]
        assert sum(part["value"] for part in split["parts"].values()) == pytest.approx(gap)
        assert split["gap"]["low"] <= gap <= split["gap"]["high"]
    assert split["parts"].keys() == {"distribution", "label", "rest"} and "hat" not in content["gap"]
    mean = np.mean([one["mean_f1_core"] for one in arms["S"]["runs"]])
    assert value["S"] == pytest.approx(mean)
    assert np.array(arms["R"]["confusion"]).sum() == 2 * 4 * 32 * 32
    controls = content["controls"]
    assert (
        controls["rendered_set_minus_other_set"].keys() == {"S"}
        and controls["reweighted_effective_faces"] <= 14
    )
    assert 1 <= controls["reweighted_distinct_faces"] <= 14
    assert controls["repeated_real_minus_reweighted_real"]["mean_f1"]["low"] is not None
    assert content["training_differences"] == {} and arms["S"]["runs"][0]["made_with"]["device"] == "cpu"
    assert controls["real_half_minus_other_half"]["mean_f1"]["low"] is not None
    curve = content["curves"]["S_D"]["points"]
    assert [point["n"] for point in curve] == [5, 10, 14] and content["curves"]["S"]["fits"]["S_L"][
        "mean_f1"
    ]["points"] == 3
    assert content["mix"]["of"] == "S_D" and [point["n"] for point in content["mix"]["points"]] == [0, 4]
    assert {**content["mix"]["points"][0], "n": 14} == curve[-1]  # one training, not two
    study = content["adapters"][0]
    assert set(study["scores"]) == {"network", "rules", "network-2", "network-4", "rules-2", "rules-4"}
    assert content["slices"]["R"][0]["faces"] <= 4 and content["slices"]["R"][0]["mean_f1"] is None
    public = (folder / "gap.json").read_text()
    assert json.loads(public)["gap"] == content["gap"] and str(tmp_path) not in public
    assert str(sets) not in public and not any(
        name in public for name in open_set(sets / "real" / "test").ids
    )
    with (folder / "per_class.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 16 * 19 and rows[1]["class"] == "skin"
    with (folder / "per_image.csv").open() as file:
        assert [row["id"] for row in csv.DictReader(file)] == sorted(open_set(sets / "real" / "test").ids)
    looks = (folder / "R-n14-seed0" / "validation.csv").read_text().splitlines()
    assert [row.split(",")[0] for row in looks] == ["step", "1", "2", "3"]
    page = (folder / "index.html").read_text()
    assert page.count("data:image/png") == 2 and page.count("data:image/svg") == 6
    assert "distribution" in (folder / "waterfall.svg").read_text()
    assert "not for publication" not in page
    # A second call in the same folder finds everything done and says the same.
    stamps = {p: p.stat().st_mtime_ns for p in folder.glob("*/*") if p.suffix in (".pt", ".npz")}
    assert len(list(folder.glob("*/checkpoint.pt"))) == 8 + 2 * 2 + 1 + 4
    again = run(*command)
    assert again.exit_code == 0 and "trainings are there already" in again.output
    assert {p: p.stat().st_mtime_ns for p in stamps} == stamps
    assert json.loads((folder / "results.json").read_text())["gap"] == content["gap"]
    assert (folder / "index.html").read_text() == page
    other = run(*command, "--steps", 5)
    assert other.exit_code == 2 and "other steps" in other.output and "--out" in other.output
    assert json.loads((folder / "args.json").read_text())["steps"] == 3


def test_a_run_grows_and_real_pictures_are_shown_only_on_request(sets, tmp_path, short_adapters):
    command = ("train-eval", sets / "drawn", "--real", sets / "real", *TINY, "--out", tmp_path / "run")
    first = run(*command, "--quick")
    assert first.exit_code == 0, first.output
    assert "1 seed(s)" in first.output and "measured but not split" in first.output
    content = json.loads((tmp_path / "run" / "results.json").read_text())
    assert [arm["key"] for arm in content["arms"]] == ["R", "R_L", "S", "S_L"]
    assert content["gap"]["mean_f1"]["split"] is None and content["mix"] is None
    assert not (tmp_path / "run" / "waterfall.svg").exists()
    assert content["controls"]["real_half_minus_other_half"] is None
    old = {p: p.stat().st_mtime_ns for p in (tmp_path / "run").glob("*/checkpoint.pt")}
    odd = shutil.copytree(sets / "drawn2", tmp_path / "<i>x")
    more = run(*command, "--seeds", 2, "--also", odd, "--show-real", "--adapt-probabilities", "--onnx")
    assert more.exit_code == 0 and "6 trainings, 2 of them there already" in more.output, more.output
    assert {p: p.stat().st_mtime_ns for p in old} == old
    content = json.loads((tmp_path / "run" / "results.json").read_text())
    assert [arm["key"] for arm in content["arms"]][-2:] == ["X1", "X1_L"]
    assert content["comparisons"]["reference"] == "S" and list(content["comparisons"]["above_reference"]) == [
        "X1"
    ]
    assert all("probabilities" in one["scores"] for one in content["adapters"])
    written = {path.parent.name for path in (tmp_path / "run").glob("*/parser.onnx")}
    assert written == {"R-n14-seed0", "S-set1-n14-seed0", "X1-set1-n14-seed0"}
    assert content["intervals"]["covers"] == ["test pictures", "seeds"]
    page = (tmp_path / "run" / "index.html").read_text()
    assert (
        "Further sets compared with S" in page
        and "not for publication" in page
        and page.count("data:image/png") == 3
    )
    assert "&lt;i&gt;x" in page and "<i>x" not in page
    taken = run(*command[:-1], sets / "drawn")
    assert taken.exit_code == 2 and "something else" in taken.output


def test_a_damaged_checkpoint_is_named_and_nothing_else_is_lost(sets, tmp_path, short_adapters):
    command = quick(sets / "drawn", sets / "real", tmp_path / "run")
    assert run(*command).exit_code == 0
    broken = tmp_path / "run" / "S-set1-n14-seed0" / "checkpoint.pt"
    broken.write_bytes(broken.read_bytes()[:1000])
    kept = tmp_path / "run" / "R-n14-seed0" / "checkpoint.pt"
    stamp = kept.stat().st_mtime_ns
    result = run(*command)
    assert result.exit_code == 2 and str(broken) in result.output.replace("\n", ""), result.output
    assert "remove it to train again" in result.output and "Traceback" not in result.output
    broken.unlink()
    assert run(*command).exit_code == 0 and kept.stat().st_mtime_ns == stamp


@pytest.mark.parametrize(
    "part", ["scoring_cache.predict", "scoring_cache.fit_adapter", "results_page.predict"]
)
def test_memory_that_runs_out_while_scoring_is_said_and_what_is_trained_stays(
    sets, tmp_path, short_adapters, monkeypatch, part
):
    command = quick(sets / "drawn", sets / "real", tmp_path / "run")
    with monkeypatch.context() as patch:
        patch.setattr(
            f"facegen.parse.experiment.{part}", Mock(side_effect=torch.cuda.OutOfMemoryError("full"))
        )
        result = run(*command)
    assert result.exit_code == 2 and "out of GPU memory while scoring" in result.output, result.output
    assert "Traceback" not in result.output
    kept = {p: p.stat().st_mtime_ns for p in (tmp_path / "run").glob("*/checkpoint.pt")}
    assert len(kept) >= 1
    assert run(*command).exit_code == 0 and {p: p.stat().st_mtime_ns for p in kept} == kept


def test_a_refused_run_leaves_the_folder_as_it_was(sets, tmp_path, short_adapters):
    assert run(*quick(sets / "drawn", sets / "real", tmp_path / "run")).exit_code == 0
    before = (tmp_path / "run" / ARGUMENTS_FILE).read_bytes()
    other = run(*quick(sets / "drawn2", sets / "real", tmp_path / "run"))
    assert other.exit_code == 2 and "of other data or settings" in other.output.replace("\n", " ")
    assert (tmp_path / "run" / ARGUMENTS_FILE).read_bytes() == before


def test_ids_of_a_foreign_set_mean_what_convention_says(sets, tmp_path, short_adapters):
    for name in ("real", "drawn"):
        for path in shutil.copytree(sets / name, tmp_path / name).rglob("masks/*.png"):
            Image.fromarray(np.asarray(Image.open(path)) % 11).save(path)
    command = quick(tmp_path / "drawn", tmp_path / "real", tmp_path / "run")
    result = run(*command, "--convention", "lapa")
    assert result.exit_code == 0 and "labels lapa" in result.output, result.output


def test_a_run_that_trained_nothing_may_change_its_settings(tmp_path):
    write_json(tmp_path / ARGUMENTS_FILE, {"batch": 32})
    check_run_folder(tmp_path, {"batch": 16})
    (tmp_path / "R-seed0").mkdir()
    with StepLog(tmp_path / "R-seed0" / LOG_FILE, 0) as log:
        check_run_folder(tmp_path, {"batch": 16})
        log.row(1, 0.5, 0.1, 1e-3, 60.0)
    with pytest.raises(FacegenError, match="other batch"):
        check_run_folder(tmp_path, {"batch": 16})


def test_sets_of_two_conventions_are_refused(sets, tmp_path):
    other = own_set(tmp_path / "lapa", sets / "drawn", None, convention="lapa")
    result = run("train-eval", other, "--real", sets / "real", *TINY, "--out", tmp_path / "run")
    assert result.exit_code == 2 and "render with --convention celebamaskhq" in result.output
    assert not (tmp_path / "run").exists()


def test_both_parts_of_the_split_differ_in_nothing_but_their_law(sets, tmp_path):
    def rendered(name, profile, **config):
        return open_set(own_set(tmp_path / name, sets / "drawn", profile, **config))

    default = rendered("default", None, quality="fast", facegen="1", rounds=0, set=[])
    law = {"seed": 5, "rounds": 1, "law": "01", "set": []}
    alike = rendered("alike", "celebamaskhq", quality="fast", facegen="1", **law)
    assert assign([default, alike]) == Roles((default,), (alike,))
    finer = rendered("finer", "celebamaskhq", quality="high", facegen="2", photographs="ab", **law)
    with pytest.raises(FacegenError, match=r"distribution \(facegen, photographs, quality\): .* --also"):
        assign([default, finer])
    assert assign([default, alike], also=[finer]).also == (finer,)
    bald = rendered("bald", "celebamaskhq", quality="fast", facegen="1", **law | {"set": ["hair.style=bald"]})
    with pytest.raises(FacegenError, match=r"\(set\)"):
        assign([default], matched=[bald])
    foreign = open_set(sets / "drawn")
    assert assign([foreign, finer]) == Roles((foreign,), (finer,))
    (told,) = cautions(assign([foreign, finer]))
    assert told.startswith("drawn was not rendered by facegen") and str(sets) not in told
    assert cautions(assign([foreign])) == cautions(assign([default, alike])) == []


def test_what_the_split_cannot_mean_stands_in_results_and_page(sets, tmp_path, short_adapters):
    matched = own_set(tmp_path / "d", sets / "drawn3", "celebamaskhq")
    command = quick(sets / "drawn", sets / "real", tmp_path / "run")
    result = run(*command, "--matched", matched)
    told = "drawn was not rendered by facegen"
    assert result.exit_code == 0 and told in result.output, result.output
    content = json.loads((tmp_path / "run" / "results.json").read_text())
    assert content["cautions"][0].startswith(told)
    assert told in (tmp_path / "run" / "index.html").read_text()
    assert [row["loss"] for row in content["slice_losses"]["rows"]] == []  # 4 test faces: too few for a slice


def test_the_part_of_a_set_comes_from_its_dataset_file(sets, tmp_path):
    one = open_set(own_set(tmp_path / "one", sets / "drawn", None))
    same = open_set(own_set(tmp_path / "same", sets / "drawn", None))
    finer = open_set(own_set(tmp_path / "finer", sets / "drawn2", None, seed=1, quality="high"))
    matched = open_set(own_set(tmp_path / "matched", sets / "drawn3", "celebamaskhq"))
    foreign = open_set(sets / "drawn")
    roles = assign([matched, one])
    assert roles.default == (one,) and roles.matched == (matched,)
    assert assign([one, foreign]).default == (one, foreign)
    assert assign([], default=[matched]).default == (matched,)
    written = open_set(own_set(tmp_path / "written", sets / "drawn", "law.toml", by_hand=True))
    again = open_set(own_set(tmp_path / "again", sets / "drawn", None, faces="0123"))
    assert assign([written, again, matched]).also == (written, again)
    assert assign([], matched=[written]).matched == (written,)  # who names it decides
    changed = open_set(own_set(tmp_path / "changed", sets / "drawn", None, set=["pose.yaw=0"]))
    bald = open_set(own_set(tmp_path / "bald", sets / "drawn", "celebamaskhq", set=["hair.style=bald"]))
    assert assign([changed, bald]).also == (changed, bald)
    assert assign([bald], default=[changed]) == Roles(default=(changed,), also=(bald,))
    with pytest.raises(FacegenError, match="given twice"):
        assign([one, one])
    with pytest.raises(FacegenError, match="same faces"):
        assign([one, same])
    with pytest.raises(FacegenError, match="differ in quality"):
        assign([one, finer])
    assert [key for key, _, _ in assign([one], also=[finer, foreign]).parts()] == ["S", "X1", "X2"]


@pytest.mark.parametrize(
    "arguments, message",
    [
        (("{drawn}",), "train-eval needs real faces"),
        (("{drawn}", "--real", "{none}"), "no such folder"),
        (("{none}", "--real", "{real}"), "no such folder"),
        (("{drawn}", "--real", "{real}", "--num", "15"), "offers 14 samples to fit"),
        (("{drawn}", "--real", "{real}", "--num", "0"), "at least 1"),
        (("{drawn}", "--real", "{real}", "--size", "50"), "multiple of 32"),
        (("{drawn}", "--real", "{real}", "--network", "large"), "small, unet-resnet18"),
        (("--real", "{real}"), "no rendered set"),
        (("{drawn}", "{drawn}", "--real", "{real}"), "given twice"),
        (("{drawn}", "--real", "{real}", "--n", "10,17"), "offers 16 samples"),
        (("{drawn}", "--real", "{real}", "--n", "ten"), "no list of whole numbers"),
        (("{drawn}", "--real", "{real}", "--mix", "0,15"), "offers 14 faces"),
        (("{drawn}", "--real", "{real}", "--adapt-n", "5"), "4 faces are kept"),
        (("--also", "{drawn}", "--real", "{real}", "--n", "5"), "--n: a curve needs a set"),
        (("--also", "{drawn}", "--real", "{real}", "--mix", "0,5"), "--mix: a curve needs a set"),
        (("{real}/test", "--real", "{real}"), "4 pictures of {real}/test are in {real}/test"),
        (("--also", "{real}/train", "--real", "{real}"), "4 pictures of {real}/train are in {real}/train"),
    ],
)
def test_train_eval_refuses_in_one_line(sets, tmp_path, monkeypatch, arguments, message):
    monkeypatch.chdir(tmp_path)
    paths = {"drawn": sets / "drawn", "real": sets / "real", "none": sets / "none"}
    result = run("train-eval", *(one.format(**paths) for one in arguments))
    assert result.exit_code == 2 and message.format(**paths) in result.output, result.output
    assert "Traceback" not in result.output and not list(tmp_path.iterdir())


def test_the_estimate_is_of_one_gpus_share_and_no_error(monkeypatch, tmp_path):
    measured = []

    def rate(data, recipe, device, seconds):
        measured.append(recipe.batch)
        return Rate(100.0, 100.0)

    def estimated(devices, device="cuda"):
        scorer = SimpleNamespace(device=torch.device(device))
        todo = [SimpleNamespace(data=None, adapter=False)]
        recipe = Recipe(steps=100, batch=16)
        return estimate.estimate(todo, todo, scorer, recipe, tmp_path, devices)

    monkeypatch.setattr(estimate, "measure_rate", rate)
    monkeypatch.setattr(estimate, "_adapter_seconds", lambda scorer: 5.0)
    assert "each about 16 s (100 images/s)" in estimated(1)
    assert "each about 4 s (400 images/s)" in estimated(4) and "1 without one: 4 s in all" in estimated(4)
    assert "each about 16 s" in estimated(4, "cpu") and measured == [16, 4, 4, 16]
    full = Mock(side_effect=torch.cuda.OutOfMemoryError("full"))
    monkeypatch.setattr(estimate, "_adapter_seconds", full)
    assert "1 trainings, 0 of them there already; no estimate" in estimated(1)
    monkeypatch.setattr(estimate, "measure_rate", Mock(side_effect=OutOfGpuMemory("full")))
    assert "1 trainings, 0 of them there already; no estimate" in estimated(1)


def test_attributes_are_those_of_the_files_as_they_are(sets, tmp_path):
    faces = open_set(shutil.copytree(sets / "real" / "test", tmp_path / "set")).subset([0, 1])
    before = attributes.attributes_of(faces, ignore_progress, "").values
    for folder in ("images", "masks"):
        paths = [tmp_path / "set" / folder / f"{name}.png" for name in faces.ids]
        contents = [path.read_bytes() for path in paths]
        for path, content in zip(paths, reversed(contents), strict=True):
            path.write_bytes(content)
    after = attributes.attributes_of(faces, ignore_progress, "").values
    np.testing.assert_array_equal(after, before[::-1])
    assert not np.array_equal(after, before, equal_nan=True)


def test_a_control_that_cannot_be_made_is_reported(sets):
    events = []
    assert attributes.real_weights(open_real(sets / "real"), Roles(), events.append) == (None, None)
    (event,) = events
    assert str(event) == (
        "no set of the default prior is given: no control with the default set's distribution"
    )


def test_cuda_without_cuda_is_an_error(sets, monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    for command in (("train-eval", sets / "drawn"), ("bench", "reverse", sets / "drawn")):
        result = run(*command, "--real", sets / "real", "--device", "cuda")
        assert result.exit_code == 2 and "CUDA is not available" in result.output


def test_real_sets_and_what_judges(sets):
    parent = open_real(sets / "real")
    assert (len(parent.fit), len(parent.validate), len(parent.adapter), len(parent.test)) == (14, 2, 4, 4)
    groups = [set(one.ids) for one in (parent.fit, parent.validate, parent.adapter)]
    assert len(set.union(*groups)) == 20
    alone = open_real(sets / "real" / "train")
    assert alone.test.ids == alone.validate.ids and "validation" in alone.test_is
    assert alone.fit.ids == parent.fit.ids
    named = open_real(sets / "real" / "train", sets / "drawn")
    assert len(named.test) == 16 and str(sets / "drawn") in named.test_is


def test_what_trains_may_not_judge(sets, tmp_path):
    real = sets / "real" / "train"
    with pytest.raises(FacegenError, match=r"20 pictures of .* are in .* too"):
        open_real(real, real)
    other = tmp_path / "other"
    shutil.copytree(sets / "drawn", other)
    names = sorted((real / "images").iterdir())[:2]
    for index, path in enumerate(names):  # under another name
        for folder in ("images", "masks"):
            source = next((real / folder).glob(f"{path.stem}.*"))
            shutil.copy(source, other / folder / f"zz{index}{source.suffix}")
    with pytest.raises(FacegenError, match="2 pictures of"):
        open_real(real, other)


def test_smaller_choices_lie_in_larger_ones(sets):
    faces = open_set(sets / "drawn")
    few, many = set(choose(faces, 5).ids), set(choose(faces, 11).ids)
    assert len(few) == 5 and few < many
    assert few != set(faces.ids[:5])
    with pytest.raises(FacegenError, match="lower --num"):
        choose(faces, 17)


def test_reverse_trains_once_and_lists_the_worst(sets, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    short = Recipe(size=32, steps=4, batch=4)
    monkeypatch.setattr(reverse_test, "recipe_for", lambda device, network, size: short)
    command = ("bench", "reverse", sets / "drawn", "--real", sets / "real", "--size", 32, "--device", "cpu")
    first = run(*command, "--out", tmp_path / "a")
    assert first.exit_code == 0, first.output
    assert "training the parser on 14 real faces, once" in first.output and "worst renders" in first.output
    second = run(*command, "--out", tmp_path / "b", "--real-test", sets / "real" / "test")
    assert second.exit_code == 0 and "training the parser" not in second.output
    one, two = (json.loads((tmp_path / k / "reverse.json").read_text()) for k in "ab")
    assert not one["parser"]["cached"] and two["parser"]["cached"]
    assert one["synthetic"] == two["synthetic"] and one["test"] is None and two["test"]["images"] == 4
    assert one["synthetic"]["images"] == 16 and one["validate"]["images"] == 2
    assert set(one["synthetic"]["offset_near_px"]) == set(one["loss_f1"])
    common = one["mean_f1_of_common_classes"]["all"]
    assert common["classes"] == 7  # of the drawn classes all occur in every set
    drawn = [v for name, v in one["synthetic"]["f1"].items() if v is not None and name != "background"]
    assert common["synthetic"] == pytest.approx(np.mean(drawn))
    scores = [w["mean_f1"] for w in one["worst"]]
    assert len(scores) == reverse_test.WORST and scores == sorted(scores)
    sheet = np.asarray(Image.open(tmp_path / "a" / "worst.png"))
    assert sheet.ndim == 3 and sheet.shape[0] > 3 * 32
    cached = [p for p in (tmp_path / "cache").rglob("*") if p.is_file()]
    assert sorted(p.name for p in cached) == ["checkpoint.pt", "log.csv"]


def test_parse_image_draws_over_a_photo(sets, tmp_path, monkeypatch, short_adapters):
    monkeypatch.chdir(tmp_path)
    photo = tmp_path / "photo.jpg"
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was turned
    Image.new("RGB", (90, 60), (120, 90, 70)).save(photo, exif=exif)
    missing = run("parse-image", photo)
    assert missing.exit_code == 2 and "no checkpoint" in missing.output
    assert run("train-eval", sets / "drawn", "--real", sets / "real", *TINY).exit_code == 0
    result = run("parse-image", photo, "-o", tmp_path / "overlay.png", "--device", "cpu")
    assert result.exit_code == 0, result.output
    assert "celebamaskhq, 32 px" in result.output and "device cpu" in result.output
    assert Image.open(tmp_path / "overlay.png").size == (60, 90)
    newest = max(Path("facegen-eval").glob("*/checkpoint.pt"), key=lambda p: (p.stat().st_mtime, str(p)))
    assert str(newest) in result.output
    plain = (tmp_path / "overlay.png").read_bytes()
    adapted = run("parse-image", photo, "-o", tmp_path / "overlay.png", "--device", "cpu", "--adapted")
    assert adapted.exit_code == 0 and Image.open(tmp_path / "overlay.png").size == (60, 90), adapted.output
    parser = load_parser(newest)
    other = next(one for one in Path("facegen-eval").glob("*/adapter.pt") if one.parent != newest.parent)
    with pytest.raises(FacegenError, match="fitted to another parser"):
        load_adapter(other, parser, torch.device("cpu"))
    # An adapter that calls everything hair.
    network = load_adapter(newest.with_name("adapter.pt"), parser, torch.device("cpu"))
    hair = NAMES["hair"]
    with torch.no_grad():
        network.correction[-2].bias[4 * hair : 4 * hair + 4] = 100.0
    save_adapter(newest.with_name("adapter.pt"), network, recipes.ADAPTER, parser)
    hairy = run("parse-image", photo, "-o", tmp_path / "hairy.png", "--device", "cpu", "--adapted")
    assert "hair         100.0%" in hairy.output and (tmp_path / "hairy.png").read_bytes() != plain
    newest.with_name("adapter.pt").unlink()
    lacking = run("parse-image", photo, "--device", "cpu", "--adapted")
    assert lacking.exit_code == 2 and "no label adapter there" in lacking.output
    bad = run("parse-image", tmp_path / "none.jpg", "--model", newest)
    assert bad.exit_code == 2 and "no such file" in bad.output


def test_waiting_threads_sleep_unless_told_otherwise(monkeypatch):
    monkeypatch.setenv("OMP_WAIT_POLICY", "ACTIVE")
    wait_without_spinning()
    assert os.environ["OMP_WAIT_POLICY"] == "ACTIVE"
    monkeypatch.delenv("OMP_WAIT_POLICY")
    wait_without_spinning()
    assert os.environ["OMP_WAIT_POLICY"] == "PASSIVE"


def test_bench_train_reports_both_rates(tmp_path):
    out = tmp_path / "rates.json"
    result = run(
        "bench", "train", "--size", 32, "--device", "cpu", "--batch", 2, "--seconds", 1, "--out", out
    )
    assert result.exit_code == 0, result.output
    rates = json.loads(out.read_text())["images_per_second"]
    assert rates["loop"] > 0 and rates["network"] > 0 and "device cpu" in result.output


@pytest.mark.skipif(
    not os.environ.get("FACEGEN_CELEBAMASKHQ"), reason="FACEGEN_CELEBAMASKHQ names no folder of real faces"
)
def test_the_real_set_splits_as_designed():
    sets = open_real(Path(os.environ["FACEGEN_CELEBAMASKHQ"]))
    assert [len(one) for one in (sets.fit, sets.validate, sets.adapter, sets.test)] == [700, 100, 200, 500]
    assert sets.fit.convention.name == "celebamaskhq"
