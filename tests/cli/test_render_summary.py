"""What a render prints about the distribution that it followed."""

from rich.console import Console

from facegen.audit.profiles.profile_files import load_profile
from facegen.cli.support.render_summary import (
    NAMED,
    print_distribution,
    print_joint,
    say_not_followed,
)
from facegen.cli.support.training_progress import event_bars
from facegen.datasets.io.progress import ProgressEvent, say


def test_fractions_stand_under_their_names_where_one_is_missing():
    """No man is requested but one is drawn: his numbers must not stand in the column of what is requested."""
    console = Console(record=True, width=100)
    shares = {
        "men": {"in_spec": 0.5, "in_mask": 0.25},
        "women": {"requested": 0.1, "in_spec": 0.2, "in_mask": 0.3},
    }
    correlations = {"pairs": 3, "rms_difference": 0.12, "rms_by_chance": 0.05}
    print_joint(console, {"correlations": correlations, "by_gender": {"glasses": shares}})
    text = console.export_text()
    assert "– / 50.0 / 25.0" in text and "10.0 / 20.0 / 30.0" in text
    assert "0.120" in text and "0.050 by chance" in text


def test_nothing_is_printed_of_nothing():
    console = Console(record=True)
    print_joint(console, {"correlations": {"pairs": 0}})
    assert not console.export_text().strip()


def test_a_face_that_failed_is_named_while_the_run_continues():
    console = Console(record=True, width=100)
    with event_bars(console) as progress:
        progress(ProgressEvent("render", "faces", 1, 3, "2.0 s a face"))
        say(progress, "sample 000007: ValueError: no chin")
        progress(ProgressEvent("render", "faces", 3, 3))
    text = console.export_text()
    assert "sample 000007: ValueError: no chin" in text
    assert text.count("rendering faces") == 1 and "3/3" in text


def test_lines_of_a_profile_that_change_nothing_are_named_before_rendering(tmp_path):
    (tmp_path / "l.toml").write_text("male = 0.5\nwearing_necktie = 0.3\n")
    law = load_profile(tmp_path / "l.toml")
    console = Console(record=True, width=300)
    say_not_followed(console, load_profile("celebamaskhq"), "celebamaskhq")
    assert not console.export_text()
    say_not_followed(console, law, "lapa")
    first, second = console.export_text().splitlines()
    assert "no face follows wearing_necktie: these lines of the profile change nothing" in first
    assert "not the one of these lapa masks" in second


def test_what_is_out_of_reach_is_named_and_the_rest_counted():
    reach = {f"measure_{k}": 0.5 - 0.01 * k for k in range(NAMED + 3)}
    block = {"rows": 2, "stages": {key: {"mean_w1": 0.1} for key in ("proposed", "refined")}}
    target = {"profile": "p", "matched": {"a": {}}, "blocks": [block], "out_of_reach": reach}
    console = Console(record=True, width=400)
    print_distribution(console, {"target": target})
    said = console.export_text()
    assert f"measure_{NAMED - 1} (43 %) and 3 more (dataset.json)" in said and f"measure_{NAMED} " not in said
