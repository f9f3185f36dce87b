"""The report: whole, escaped, self-contained, without a pixel that was not handed over."""

import base64
import csv
import json
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from drawn_heads import head, paint

from facegen.audit.distances.difficulty import PictureHardness, compare_difficulty
from facegen.audit.distances.sides import Sides
from facegen.audit.measures.face_view import CLASSES
from facegen.audit.profiles.profile_card import card_of
from facegen.audit.profiles.profile_parts import Separated
from facegen.audit.report import figures, report_page
from facegen.audit.report.report_page import render_html, report_data, thumbnail, write_report
from facegen.audit.report.thresholds import Check
from facegen.datasets.errors import FacegenError

DEMO_SUMMARY = Path(__file__).resolve().parents[3] / "tools" / "demo_summary.py"
HOSTILE = "</title><script>alert('x')</script>\"><img src=x onerror=alert(1)>"


@pytest.fixture(scope="module")
def audited(tilted_audit, tilted):
    named = replace(tilted_audit, reference=replace(tilted_audit.reference, name=HOSTILE), synthetic=HOSTILE)
    return named, tilted


@pytest.fixture(scope="module")
def page(audited):
    audit, synthetic = audited
    small = thumbnail(paint(head()), HOSTILE)
    return render_html(audit, synthetic, [Check("content_auc", float("nan"), 0.6)], [small])


def test_hostile_names_are_escaped(page):
    assert "<script" not in page and "<img src=x" not in page
    assert page.count("&lt;script&gt;") >= 4  # title, heading twice, caption


def test_the_page_needs_nothing_else(page):
    assert not re.search(r"(src|href)=[\"'](?!data:)", page)
    assert "http://" not in page.replace("http://www.w3.org", "") and "default-src 'none'" in page
    assert 'name="viewport"' in page


def test_verdicts_come_first_and_name_the_fault(page):
    assert (
        page.index("<h2>Verdict") < page.index("<h2>What to change first") < page.index("<h2>All attributes")
    )
    first = page[page.index('<ol class="worst">') : page.index("</ol>")]
    assert first.index("<b>roll</b>") < 30 and "synthetic 10" in first
    assert first.count("data:image/svg+xml") == 3
    assert "not measured" in page and page.count("data:image/svg+xml") > 50


def test_files_are_written_and_hold_the_same_figures(audited, tmp_path):
    audit, synthetic = audited
    paths = write_report(audit, synthetic, [], [], tmp_path / "new" / "folder")
    assert [p.name for p in paths] == ["index.html", "report.json", "attributes.csv"]
    data = json.loads(paths[1].read_text())
    assert data["format"] == "facegen-audit" and data["format_version"] == 6
    roll = next(row for row in data["attributes"] if row["name"] == "roll")
    assert roll["verdict"] == "differs" and roll["distance"] == pytest.approx(
        audit.row("roll").gap.distance, abs=1e-5
    )
    assert data["change_first"][0] == "roll" and sum(data["counts"].values()) == len(audit.rows)
    rows = list(csv.DictReader(paths[2].read_text().splitlines()))
    assert len(rows) == len(audit.rows) + len(audit.labels)
    assert float(next(row for row in rows if row["name"] == "roll")["distance"]) == roll["distance"]


def test_difficulty_is_shown_with_real_pictures_named_nowhere(audited):
    audit, synthetic = audited
    page = render_html(audit, synthetic, [], [])
    assert "Not measured: no parser was given (--parser), which is no pass." in page
    assert report_data(audit, [])["difficulty"]["gaps"] is None
    confusions = np.zeros((50, 19, 19), np.int64)
    confusions[:, 0, 13], confusions[:, 0, 0] = 10, 90

    def side(name, values):
        return PictureHardness(tuple(f"{name}{i}" for i in range(50)), values, values, values, confusions)

    spread = np.linspace(0.1, 0.2, 50)
    found = compare_difficulty(Sides(side("person", spread), side("drawn", 0.5 * spread)), CLASSES)
    measured = replace(audit, difficulty=found)
    small = [thumbnail(paint(head()), "drawn49")]
    page = " ".join(render_html(measured, synthetic, [], [], hardest=Sides((), small)).split())
    assert "Synthetic faces are easier than the real ones: error 0.075 against 0.150 on average" in page
    assert "<td>background<td>hair<td>10.00" in page and 'alt="Hard synthetic picture drawn49"' in page
    assert "Hard real picture" not in page and "person49" not in page
    data = report_data(measured, [])["difficulty"]
    assert data["hardest"][0] == "drawn49" and "person" not in json.dumps(data)
    assert data["gaps"][0]["relative"] == pytest.approx(0.5) and data["gaps"][0]["verdict"] == "easier"
    json.dumps(data, allow_nan=False)
    page = render_html(measured, synthetic, [], [], hardest=Sides(small, ()))
    assert "pictures of real people" in page and page.count("Hard real picture") == 1


@pytest.mark.skipif(not DEMO_SUMMARY.is_file(), reason="not run from a clone")
def test_the_lines_that_end_the_demo_quote_the_report(audited, tmp_path):
    audit, synthetic = audited
    write_report(audit, synthetic, [], [], tmp_path / "audit")
    done = subprocess.run(
        [sys.executable, DEMO_SUMMARY, tmp_path], capture_output=True, text=True, check=True
    ).stdout
    assert f"AUC {audit.content.auc:.2f} [" in done and f": {audit.content.verdict}" in done
    assert f"{sum(row.verdict == 'differs' for row in audit.rows)} differs" in done
    assert f"  roll: real {audit.row('roll').gap.reference:.3g}, synthetic" in done


def test_the_card_of_the_profile_is_shown(audited, drawn_profile, monkeypatch):
    monkeypatch.setattr(report_page.figures, "overlaid_histogram", lambda *_, **__: "")
    audit, synthetic = audited
    assert report_data(audit, [])["reference"]["card"] is None
    for separated, shown, stored in (
        ({"content": Separated(0.61, 0.59, np.nan)}, "AUC content 0.61 on pictures", [0.61, 0.59, None]),
        ({"content": Separated(0.61, 0.59, 0.63)}, "AUC content 0.61 (0.59 to 0.63) on", [0.61, 0.59, 0.63]),
        ({"content": Separated(*[np.nan] * 3)}, "AUC content not measured", [None] * 3),
        ({}, "told from real rows<td>not measured", None),
    ):
        card = card_of(replace(drawn_profile, separated=separated))
        known = replace(audit, reference=replace(audit.reference, card=card))
        page = " ".join(render_html(known, synthetic, [], []).split())
        assert shown in page and "110 pictures" in page
        told = report_data(known, [])["reference"]["card"]["separated"]
        assert told == ({"content": dict(zip(("auc", "low", "high"), stored, strict=True))} if stored else {})


def test_what_was_not_measured_is_null_not_nan(audited):
    data = report_data(audited[0], [Check("distance.hat_area", float("nan"), 0.1)])
    assert data["checks"][0]["value"] is None and data["checks"][0]["status"] == "not measured"
    json.dumps(data, allow_nan=False)


def test_every_attribute_says_what_it_is_and_how_well_it_is_measured(audited, page):
    rows = {row["name"]: row for row in report_data(audited[0], [])["attributes"]}
    assert rows["glasses"]["accuracy"]["statistic"] == "AUC" and rows["roll"]["range"] == [-180, 180]
    assert all(row["description"] and row["missing_when"] for row in rows.values())
    line = r"<td>roll<td>deg<td>-180 to 180<td>[^<]+<td>[^<]+<td>(\w+): rank correlation 0\.\d\d"
    told = re.search(line, page)
    assert told and told[1] in ("good", "fair", "poor")


def test_an_unwritable_folder_is_one_line(audited, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(FacegenError, match="cannot make the folder"):
        write_report(*audited, [], [], tmp_path / "file" / "out")


def test_thumbnails_are_small():
    one = thumbnail(np.zeros((300, 200, 3), np.uint8), "x")
    assert one.uri.startswith("data:image/jpeg;base64,") and len(one.uri) < 5000


def test_a_binary_attribute_is_drawn_as_two_bars():
    uri = figures.frequency_bars(np.repeat([0.0, 1.0], [3, 1]), np.array([0.0, 1.0]), figures.LARGE)
    svg = base64.b64decode(uri.removeprefix("data:image/svg+xml;base64,")).decode()
    assert "25.0 %" in svg and "50.0 %" in svg and figures.REAL_COLOUR in svg


def test_the_first_screen_shows_faces_and_never_real_ones_unrequested(audited):
    audit, synthetic = audited
    small = [thumbnail(paint(head()), f"face {i}") for i in range(12)]
    page = render_html(audit, synthetic, [], small)
    top = page[: page.index("<h2>Verdict")]
    assert top.count("Synthetic picture ") == report_page.STRIP and "Real picture" not in page
    assert "Real picture face 0" in render_html(audit, synthetic, [], small, small)
