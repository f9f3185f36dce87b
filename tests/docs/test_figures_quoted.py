"""Figures that the README and the results page quote are those of the files in docs/results."""

import json
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.skipif(not (ROOT / "docs" / "results").is_dir(), reason="not run from a clone")


def results(name):
    return json.loads((ROOT / "docs" / "results" / f"{name}.json").read_text())


def f1_of(measure):
    """F1 of the arms R, S and S_D: the mean over seeds."""
    arms = {arm["key"]: arm["figures"] for arm in results("gap")["result"]["arms"]}
    return [arms[key][measure]["value"] for key in ("R", "S", "S_D")]


def test_the_readme_quotes_the_scores_of_the_gap():
    text = (ROOT / "README.md").read_text()
    mean, hair, cloth = (f1_of(name) for name in ("mean_f1_core", "hair", "cloth"))
    assert "| mean of 14 classes | {:.3f} | {:.3f} | **{:.3f}** (".format(*mean) in text
    assert "| hair | {:.2f} | {:.2f} | {:.2f} |".format(*hair) in text
    assert "| clothing | {:.2f} | {:.2f} | {:.2f} |".format(*cloth) in text
    ratio = results("gap")["result"]["gap"]["mean_f1_core"]["over_real"]["S_DL / R_L"]["value"]
    assert f"({100 * ratio:.1f} % of real)" in text


def test_the_split_of_the_gap_is_the_measured_one():
    parts = results("gap")["result"]["gap"]["mean_f1_core"]["split"]["shares"]
    distribution = round(100 * parts["distribution"]["value"])
    for page in ("README.md", "docs/results.md"):
        assert f"{distribution} %" in (ROOT / page).read_text()


def test_the_table_of_head_shapes_quotes_its_file():
    text = (ROOT / "docs" / "results.md").read_text()
    groups = results("anthropometry")["result"]["groups"]
    for group, label in (("europeans", "European {}, 18–45"), ("everybody", "all {}")):
        for sex, one in groups[group]["summary"].items():
            values = zip(
                (one["mean_abs_d"], one["median_sd_ratio"], one["rms_correlation"]), (2, 2, 3), strict=True
            )
            cells = ["not measured" if value is None else f"{value:.{digits}f}" for value, digits in values]
            row = f"| {label.format(sex)} ({groups[group]['people'][sex]}) | {' | '.join(cells)} |"
            assert row in text


def test_the_page_of_scale_quotes_memory_and_time_of_a_run():
    text = " ".join((ROOT / "docs" / "scale.md").read_text().split())
    found = results("scale")["result"]["planned"]
    memory, last = dict(found["rss_mb"]), found["samples"]
    assert f"held {memory[768]:.0f} MB after 768 samples and {memory[last]:.0f} MB after {last:,}" in text
    assert f"{found['peak_mb']:.0f} MB while it wrote" in text
    assert f"took {1000 * found['own_cpu_s'] / last:.1f} ms of one core a sample" in text


def test_the_guide_quotes_what_lint_found():
    text = (ROOT / "docs" / "guides" / "check.md").read_text()
    result = results("lint")["result"]
    found, looked = result["findings"], result["looked_at"]
    for kind, title in (
        ("exchanged", "left and right exchanged"),
        ("out_of_place", "a part in an unusual place"),
        ("speck", "specks that move a class"),
        ("crumb", "other specks (notes)"),
    ):
        seen = f"{looked[kind]['findings']} | {looked[kind]['real']}"
        assert f"| {title} | {found['train'][kind]} | {found['test'][kind]} | {seen} |" in text
    assert f"{result['time']['cpu_s']:.0f} s of one processor" in text
    for kind, one in result["injected"]["kinds"].items():
        with_parser = one.get("found_with_parser")
        more = "" if with_parser is None else f"; {with_parser} with `--parser`"
        assert f"| {kind} | {one['found']} of {one['injected']}{more} |" in text


def test_each_result_says_how_it_was_measured():
    for path in (ROOT / "docs" / "results").glob("*.json"):
        content = json.loads(path.read_text())
        assert {"command", "commit", "machine", "date"} <= set(content), path.name


def test_the_results_page_names_every_file_it_quotes():
    text = (ROOT / "docs" / "results.md").read_text()
    for name in (
        "gap",
        "ablations",
        "audit",
        "faults",
        "lint",
        "measures",
        "pose",
        "anthropometry",
        "labels",
        "panel",
        "render",
        "speed",
    ):
        assert f"{name}.json" in text
