"""train-eval as a call and from the command line, on drawn faces."""

import csv
import dataclasses
import io
import json
import shutil
from types import SimpleNamespace
from unittest.mock import Mock

import numpy as np
import pytest
import torch
from parse_runs import TINY, own_set, quick, run
from pictures import size_of
from PIL import Image
from rich.console import Console

from facegen.cli.support.gap_tables import print_results
from facegen.cli.train_eval import command as train_eval_command
from facegen.datasets.conventions.convention_registry import convention
from facegen.datasets.conventions.public.celebamaskhq_labels import CELEBAMASKHQ
from facegen.datasets.errors import FacegenError
from facegen.datasets.layouts.open_set import open_set
from facegen.parse.experiment import run_experiment as run_module
from facegen.parse.experiment.experiment_config import ExperimentConfig
from facegen.parse.experiment.results import Results
from facegen.parse.experiment.run_experiment import run_experiment
from facegen.parse.experiment.run_folder import ARGUMENTS_FILE


def stamps(folder, pattern="*/checkpoint.pt"):
    return {path: path.stat().st_mtime_ns for path in folder.glob(pattern)}


@pytest.fixture(scope="module")
def six_arms(sets, tmp_path_factory):
    """A run with everything, interrupted after its first training and then continued."""
    root = tmp_path_factory.mktemp("six")
    config = ExperimentConfig(
        real=sets / "real",
        sets=[
            own_set(root / "s1", sets / "drawn", None),
            str(own_set(root / "d1", sets / "drawn3", "celebamaskhq")),
            open_set(own_set(root / "s2", sets / "drawn2", None, seed=1)),
        ],
        size=32,
        steps=3,
        batch=4,
        device="cpu",
        network="small",
        seeds=2,
        out=root / "run",
        curve_numbers=(5, 10),
        mix_numbers=(0, 4),
        adapter_numbers=(2, 4),
        controls=True,
    )
    events = []

    def interrupt(event):
        if event.stage == "train" and not event.text.startswith("real"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_experiment(config, interrupt)
    kept = stamps(root / "run")
    results = run_experiment(config, events.append)
    arms = {arm["key"]: arm for arm in results.content["arms"]}
    return SimpleNamespace(
        folder=root / "run", config=config, kept=kept, events=events, results=results, arms=arms,
        content=results.content, root=root,
    )  # fmt: skip


def test_an_interrupted_run_continues(six_arms):
    assert [path.parent.name for path in six_arms.kept] == ["R-n14-seed0"]
    now = stamps(six_arms.folder)
    assert len(now) == 8 + 2 * 2 + 1 + 4 and now.items() >= six_arms.kept.items()
    lines = [str(event) for event in six_arms.events if event.stage == "message"]
    assert any("17 trainings, 1 of them there already" in line for line in lines), lines


def test_progress_is_reported_as_events(six_arms):
    lines = "\n".join(map(str, six_arms.events))
    for words in ("N = 14 images", "default: ", "matched: ", "load s1: 14/14", "train default prior, set 2"):
        assert words in lines, words
    loads = [event.done for event in six_arms.events if event.stage == "load" and event.text == "s1"]
    assert loads[:14] == list(range(1, 15))


def test_six_arms_and_the_split_of_their_gap(six_arms, sets):
    arms, content = six_arms.arms, six_arms.content
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
    assert content["training_differences"] == {} and arms["S"]["runs"][0]["made_with"]["device"] == "cpu"
    assert content["slices"]["R"][0]["faces"] <= 4 and content["slices"]["R"][0]["mean_f1"] is None


def test_controls_curves_and_adapters(six_arms):
    controls = six_arms.content["controls"]
    assert controls["rendered_set_minus_other_set"].keys() == {"S"}
    assert controls["reweighted_effective_faces"] <= 14 and 1 <= controls["reweighted_distinct_faces"] <= 14
    assert controls["repeated_real_minus_reweighted_real"]["mean_f1"]["low"] is not None
    assert controls["real_half_minus_other_half"]["mean_f1"]["low"] is not None
    curves, mix = six_arms.content["curves"], six_arms.content["mix"]
    curve = curves["S_D"]["points"]
    assert [point["n"] for point in curve] == [5, 10, 14]
    assert curves["S"]["fits"]["S_L"]["mean_f1"]["points"] == 3
    assert mix["of"] == "S_D" and [point["n"] for point in mix["points"]] == [0, 4]
    assert {**mix["points"][0], "n": 14} == curve[-1]  # one training, not two
    study = six_arms.content["adapters"][0]
    assert set(study["scores"]) == {"network", "rules", "network-2", "network-4", "rules-2", "rules-4"}


def test_files_of_a_run(six_arms, sets):
    folder, test = six_arms.folder, open_set(sets / "real" / "test")
    assert json.loads((folder / "results.json").read_text()) == json.loads(json.dumps(six_arms.content))
    public = (folder / "gap.json").read_text()
    assert json.loads(public)["gap"] == json.loads(json.dumps(six_arms.content["gap"]))
    assert str(six_arms.root) not in public and str(sets) not in public
    assert not any(name in public for name in test.ids)
    with (folder / "per_class.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 16 * 19 and rows[1]["class"] == "skin"
    with (folder / "per_image.csv").open() as file:
        assert [row["id"] for row in csv.DictReader(file)] == sorted(test.ids)
    looks = (folder / "R-n14-seed0" / "validation.csv").read_text().splitlines()
    assert [row.split(",")[0] for row in looks] == ["step", "1", "2", "3"]
    page = six_arms.results.page.read_text()
    assert page.count("data:image/png") == 2 and page.count("data:image/svg") == 6
    assert "distribution" in (folder / "waterfall.svg").read_text()
    assert "not for publication" not in page


def test_results_as_figures_table_and_plot(six_arms, tmp_path):
    pytest.importorskip("pandas")
    results = six_arms.results
    assert results.arms == tuple(six_arms.arms) and results.page.is_file()
    assert results.score("S", "skin") == six_arms.arms["S"]["figures"]["skin"]
    frame = results.to_frame()
    assert len(frame) == 6 * (19 + 3) and list(frame.columns)[-3:] == ["value", "low", "high"]
    chosen = frame[(frame.arm == "S_DL") & (frame.measure == "mean_iou")]
    assert chosen.value.item() == results.score("S_DL", "mean_iou")["value"] and chosen.label_adapter.item()
    figure = results.plot(tmp_path / "gap.svg")
    assert "distribution" in (tmp_path / "gap.svg").read_text() and len(figure.axes) == 1
    results.plot()
    assert size_of(six_arms.folder / "results.png")[0] > 500
    again = Results.load(six_arms.folder)
    assert again.score("R") == pytest.approx(results.score("R"))
    for wrong in (lambda: results.score("X9"), lambda: results.score("R", "beauty")):
        with pytest.raises(FacegenError, match=r"no (arm|measure) '"):
            wrong()
    with pytest.raises(FacegenError, match="cannot be written"):
        results.plot(tmp_path / "none" / "gap.png")


def test_slices_that_lose_most_are_plotted(six_arms):
    loss = {"value": 0.1, "low": 0.05, "high": 0.15}
    rows = [{"slice": "turned", "faces": 30, "loss": loss}, {"slice": "hat", "faces": 12, "loss": loss}]
    losses = {"real": "R_L", "synthetic": "S_DL", "rows": rows}
    results = dataclasses.replace(six_arms.results, content=six_arms.content | {"slice_losses": losses})
    right = results.plot().axes[1]
    assert [text.get_text() for text in right.get_yticklabels()] == ["hat (12)", "turned (30)"]


def test_the_terminal_shows_the_split(six_arms):
    console = Console(file=io.StringIO(), width=100)
    print_results(console, six_arms.content)
    for words in ("left out of the means", "gap R − S", "distribution first"):
        assert words in console.file.getvalue(), words


def test_other_steps_are_refused_in_the_same_folder(six_arms, sets):
    other = run(
        "train-eval", six_arms.root / "s1", "--real", sets / "real", *TINY, "--steps", 5, "--out",
        six_arms.folder,
    )  # fmt: skip
    assert other.exit_code == 2 and "other steps" in other.output and "--out" in other.output
    assert json.loads((six_arms.folder / ARGUMENTS_FILE).read_text())["steps"] == 3


def test_every_option_is_a_setting():
    options = {one.name for one in train_eval_command.params}
    options -= {"help", "classes"}  # --classes is another way to give the convention
    assert options == {field.name for field in dataclasses.fields(ExperimentConfig)}


def test_a_second_call_finds_everything_done_and_says_the_same(run_folder, sets):
    before = stamps(run_folder, "*/*.pt") | stamps(run_folder, "*/*.npz")
    gap = json.loads((run_folder / "results.json").read_text())["gap"]
    page = (run_folder / "index.html").read_text()
    again = run(*quick(sets / "drawn", sets / "real", run_folder))
    assert again.exit_code == 0 and "all 2 trainings are there already" in again.output
    assert stamps(run_folder, "*/*.pt") | stamps(run_folder, "*/*.npz") == before
    assert json.loads((run_folder / "results.json").read_text())["gap"] == gap
    assert (run_folder / "index.html").read_text() == page


def test_a_training_of_an_earlier_name_is_kept(run_folder, sets):
    """R-law is R-reweighted today."""
    shutil.copytree(run_folder / "R-n14-seed0", run_folder / "R-law-n14-seed0")
    result = run(*quick(sets / "drawn", sets / "real", run_folder))
    assert result.exit_code == 0 and (run_folder / "R-reweighted-n14-seed0" / "checkpoint.pt").is_file()
    assert not (run_folder / "R-law-n14-seed0").exists()


def test_a_run_grows_and_real_pictures_are_shown_only_on_request(sets, run_folder, monkeypatch):
    content = json.loads((run_folder / "results.json").read_text())
    assert [arm["key"] for arm in content["arms"]] == ["R", "R_L", "S", "S_L"]
    assert content["gap"]["mean_f1"]["split"] is None and content["mix"] is None
    assert not (run_folder / "waterfall.svg").exists()
    assert content["controls"]["real_half_minus_other_half"] is None
    assert len(Results.load(run_folder).plot().axes) == 1  # a bar for each arm
    old, exported = stamps(run_folder), []
    monkeypatch.setattr(run_module, "export_onnx", exported.append)  # tests/parse/inference does it
    odd = shutil.copytree(sets / "drawn2", run_folder.parent / "<i>x")
    command = ("train-eval", sets / "drawn", "--real", sets / "real", *TINY, "--out", run_folder)
    more = run(*command, "--seeds", 2, "--also", odd, "--show-real", "--adapt-probabilities", "--onnx")
    assert more.exit_code == 0 and "6 trainings, 2 of them there already" in more.output, more.output
    assert stamps(run_folder).items() >= old.items()
    content = json.loads((run_folder / "results.json").read_text())
    assert [arm["key"] for arm in content["arms"]][-2:] == ["X1", "X1_L"]
    assert content["comparisons"]["reference"] == "S" and list(content["comparisons"]["above_reference"]) == [
        "X1"
    ]
    assert all("probabilities" in one["scores"] for one in content["adapters"])
    assert [path.name for path in exported] == ["R-n14-seed0", "S-set1-n14-seed0", "X1-set1-n14-seed0"]
    assert content["intervals"]["covers"] == ["test pictures", "seeds"]
    page = (run_folder / "index.html").read_text()
    assert (
        "Further sets compared with S" in page
        and "not for publication" in page
        and page.count("data:image/png") == 3
    )
    assert "&lt;i&gt;x" in page and "<i>x" not in page
    taken = run(*command[:-1], sets / "drawn")
    assert taken.exit_code == 2 and "something else" in taken.output


def test_a_damaged_checkpoint_is_named_and_nothing_else_is_lost(sets, run_folder):
    command = quick(sets / "drawn", sets / "real", run_folder)
    broken = run_folder / "S-set1-n14-seed0" / "checkpoint.pt"
    broken.write_bytes(broken.read_bytes()[:1000])
    kept = run_folder / "R-n14-seed0" / "checkpoint.pt"
    stamp = kept.stat().st_mtime_ns
    result = run(*command)
    assert result.exit_code == 2 and str(broken) in result.output.replace("\n", ""), result.output
    assert "remove it to train again" in result.output and "Traceback" not in result.output
    broken.unlink()
    assert run(*command).exit_code == 0 and kept.stat().st_mtime_ns == stamp


@pytest.mark.parametrize(
    "part", ["scoring_cache.predict", "scoring_cache.fit_adapter", "results_page.predict"]
)
def test_memory_that_runs_out_while_scoring_is_reported_and_trainings_stay(
    sets, run_folder, monkeypatch, part
):
    command = quick(sets / "drawn", sets / "real", run_folder)
    for path in run_folder.glob("*/*.npz"):
        path.unlink()
    kept = stamps(run_folder)
    with monkeypatch.context() as patch:
        full = Mock(side_effect=torch.cuda.OutOfMemoryError("full"))
        patch.setattr(f"facegen.parse.experiment.{part}", full)
        result = run(*command)
    assert result.exit_code == 2 and "out of GPU memory while scoring" in result.output, result.output
    assert "Traceback" not in result.output
    assert run(*command).exit_code == 0 and stamps(run_folder) == kept


def test_a_refused_run_leaves_the_folder_as_it_was(sets, run_folder):
    before = (run_folder / ARGUMENTS_FILE).read_bytes()
    other = run(*quick(sets / "drawn2", sets / "real", run_folder))
    assert other.exit_code == 2 and "of other data or settings" in other.output.replace("\n", " ")
    assert (run_folder / ARGUMENTS_FILE).read_bytes() == before


def test_ids_of_a_foreign_set_mean_what_convention_says(sets, tmp_path):
    lapa = convention("lapa").classes
    table = np.array([lapa.index(one) if one in lapa else 0 for one in CELEBAMASKHQ.classes], np.uint8)
    for name in ("real", "drawn"):
        for path in shutil.copytree(sets / name, tmp_path / name).rglob("masks/*.png"):
            Image.fromarray(table[np.asarray(Image.open(path))]).save(path)
    command = quick(tmp_path / "drawn", tmp_path / "real", tmp_path / "run")
    result = run(*command, "--convention", "lapa")
    assert result.exit_code == 0 and "labels lapa" in result.output, result.output


def test_sets_of_two_conventions_are_refused(sets, tmp_path):
    other = own_set(tmp_path / "lapa", sets / "drawn", None, convention="lapa")
    result = run("train-eval", other, "--real", sets / "real", *TINY, "--out", tmp_path / "run")
    assert result.exit_code == 2 and "render with --convention celebamaskhq" in result.output
    assert not (tmp_path / "run").exists()


def test_reasons_to_distrust_the_split_stand_in_results_and_page(sets, run_folder):
    matched = own_set(run_folder.parent / "d", sets / "drawn3", "celebamaskhq")
    result = run(*quick(sets / "drawn", sets / "real", run_folder), "--matched", matched)
    reason = "drawn was not rendered by facegen"
    assert result.exit_code == 0 and reason in result.output, result.output
    content = json.loads((run_folder / "results.json").read_text())
    assert content["cautions"][0].startswith(reason)
    assert reason in (run_folder / "index.html").read_text()
    assert content["slice_losses"]["rows"] == []  # 4 test faces: too few for a slice


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


def test_cuda_without_cuda_is_an_error(sets, monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    for command in (("train-eval", sets / "drawn"), ("bench", "reverse", sets / "drawn")):
        result = run(*command, "--real", sets / "real", "--device", "cuda")
        assert result.exit_code == 2 and "CUDA is not available" in result.output
