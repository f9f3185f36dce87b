"""facegen.audit: a table, the worst attributes, the same files as the command writes."""

import json

import numpy as np
import pytest
from drawn_heads import random_heads
from index_folder import write_set

import facegen
from facegen.audit.report import compare
from facegen.audit.report.report_page import STRIP


@pytest.fixture(scope="module")
def sets(tmp_path_factory):
    base = tmp_path_factory.mktemp("sets")
    one = write_set(base / "one", random_heads(60, seed=1)[1][:50])
    return one, write_set(base / "tilted", random_heads(60, seed=2, roll=10)[1][:40])


@pytest.fixture(scope="module")
def found(sets, tmp_path_factory):
    events = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FACEGEN_CACHE", str(tmp_path_factory.mktemp("cache")))
        patch.setattr(compare, "FLOOR_REPEATS", 1)
        audit = facegen.audit(facegen.open(sets[1]), against=sets[0], progress=events.append)
    return audit, events


def test_the_table_names_what_differs(found):
    audit, events = found
    frame = audit.to_frame()
    assert isinstance(audit, facegen.Audit) and "tilted against one" in repr(audit)
    assert list(frame.index) == [row.measure.name for row in audit.findings.rows]
    roll = frame.loc["roll"]
    assert roll["verdict"] == "differs" and roll["rank"] == 1 and roll["distance"] > roll["floor"]
    assert abs(roll["real"]) < 3 < 7 < abs(roll["synthetic"])
    assert frame["rank"].isna().sum() == len(frame) - len(audit.findings.change_first)
    unmeasured = frame[frame["verdict"] == "not measured"]
    assert len(unmeasured) and unmeasured["distance"].isna().all()
    worst = audit.worst(2)
    assert worst.index[0] == "roll" and len(worst) == min(2, len(audit.findings.change_first))
    assert audit.sentences(1)[0].startswith("roll: real ")
    stages = [event.stage for event in events]
    assert stages.count("compare") >= 3 and ("measure", 50, 50) in [
        (e.stage, e.done, e.total) for e in events
    ]


def test_saved_files_are_those_of_the_command(found, tmp_path):
    audit, _ = found
    page = audit.save(tmp_path / "a", gallery=True)
    assert page == tmp_path / "a" / "index.html"
    assert page.read_text().count("data:image/jpeg") == STRIP + 24
    data = json.loads((tmp_path / "a" / "report.json").read_text())
    assert data["change_first"][0] == "roll" and data["synthetic"] == {"name": "tilted", "n": 40}
    audit.save(tmp_path / "b", show_real=True)
    assert "pictures of real people" in (tmp_path / "b" / "index.html").read_text()


def test_limits(found):
    (one,) = found[0].check({"distance.roll": 0.5})
    assert one.status == "fail" and one.value > 0.5


def test_a_profile_fitted_here_is_followed_and_compared_with(sets, tmp_path, monkeypatch):
    monkeypatch.setenv("FACEGEN_CACHE", str(tmp_path / "cache"))
    from facegen.audit.profiles import profile_fit

    monkeypatch.setattr(profile_fit, "separated_of", lambda table, size: {})
    profile = facegen.fit_profile(sets[0], name="mine")
    profile.save(tmp_path / "mine.json")
    again = facegen.load_profile(tmp_path / "mine.json")
    assert isinstance(again, facegen.Profile) and again.name == "mine" and again.measured.n == 50
    np.testing.assert_allclose(
        again.measured.mixture.covariances, profile.measured.mixture.covariances, atol=1e-3
    )
    assert str(sets[0]) not in (tmp_path / "mine.json").read_text()


def test_mistakes_are_one_line(sets, tmp_path):
    with pytest.raises(facegen.FacegenError, match="no profile 'nobody'"):
        facegen.audit(sets[0], against="nobody")
    with pytest.raises(facegen.FacegenError, match="no such folder"):
        facegen.audit(tmp_path / "nowhere")
    with pytest.raises(facegen.FacegenError, match="need a folder of real faces"):
        facegen.audit(sets[0], inception="weights.pth")
