"""What a render prints of the law it followed."""

from types import SimpleNamespace

from rich.console import Console

from facegen.audit.profiles.profile_files import load_profile
from facegen.cli.render import NAMED, _joint, _law, _say_unfollowed, _with_bar
from facegen.datasets.io.dataset_file import REQUIRED, write_dataset_json


def test_shares_stand_under_their_names_where_one_is_missing():
    """No man was asked for but one was drawn: what was drawn must not stand where it was asked for."""
    console = Console(record=True, width=100)
    shares = {"men": {"drawn": 0.5, "seen": 0.25}, "women": {"asked": 0.1, "drawn": 0.2, "seen": 0.3}}
    correlations = {"pairs": 3, "rms": 0.12, "chance": 0.05}
    _joint(console, {"correlations": correlations, "by_gender": {"glasses": shares}})
    text = console.export_text()
    assert "– / 50.0 / 25.0" in text and "10.0 / 20.0 / 30.0" in text
    assert "0.120" in text and "0.050 by chance" in text


def test_nothing_is_printed_of_nothing():
    console = Console(record=True)
    _joint(console, {"correlations": {"pairs": 0}})
    assert not console.export_text().strip()


def test_a_face_that_failed_is_told_and_the_run_goes_on():
    """What a worker answers of a failure holds no seconds."""

    def produce(order, step, match):
        step({"ok": False, "index": 7, "error": "Traceback\nValueError: no chin\n"})
        step({"ok": True, "index": 8, "seconds": 2.0})
        return "outcome"

    console = Console(record=True, width=100)
    assert _with_bar(console, SimpleNamespace(profile=None), produce, 2) == "outcome"
    assert "sample 000007: ValueError: no chin" in console.export_text()


def test_lines_of_a_law_that_change_nothing_are_told_before_rendering(tmp_path):
    (tmp_path / "l.toml").write_text("male = 0.5\nwearing_necktie = 0.3\n")
    law = load_profile(tmp_path / "l.toml")
    console = Console(record=True, width=300)
    _say_unfollowed(console, load_profile("celebamaskhq"), "celebamaskhq")
    assert not console.export_text()
    _say_unfollowed(console, law, "lapa")
    first, second = console.export_text().splitlines()
    assert "law of wearing_necktie: these lines change nothing" in first
    assert "not that of these lapa masks" in second


def test_what_is_out_of_reach_is_named_and_the_rest_counted(tmp_path):
    reach = {f"measure_{k}": 0.5 - 0.01 * k for k in range(NAMED + 3)}
    block = {"rows": 2, "stages": {key: {"mean_w1": 0.1} for key in ("followed", "refined")}}
    target = {"profile": "p", "matched": {"a": {}}, "blocks": [block], "out_of_reach": reach}
    write_dataset_json(tmp_path, dict.fromkeys(REQUIRED) | {"target": target})
    console = Console(record=True, width=400)
    _law(console, tmp_path)
    said = console.export_text()
    assert f"measure_{NAMED - 1} (43 %) and 3 more (dataset.json)" in said and f"measure_{NAMED} " not in said
