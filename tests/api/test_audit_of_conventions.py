"""Sets of two conventions are compared on what both of them say."""

import numpy as np
import pytest
from drawn_heads import random_heads
from native_heads import write_rendered
from published_sets import save

import facegen
from facegen.api.measuring import measured
from facegen.api.shared_labels import one_convention, shared_labels
from facegen.audit.report import compare
from facegen.datasets.conventions.convention_registry import CONVENTIONS
from facegen.datasets.layouts.facegen_folder import redrawn
from facegen.datasets.layouts.open_set import open_set

COUNT = 40
FOREIGN = [name for name in CONVENTIONS if name != "celebamaskhq"]


@pytest.fixture(scope="module")
def rendered(tmp_path_factory):
    root = tmp_path_factory.mktemp("rendered")
    heads = random_heads(110, seed=1)[1][:COUNT]
    tilted = random_heads(60, seed=2, roll=10)[1][:COUNT]
    return open_set(write_rendered(root / "faces", heads)), open_set(write_rendered(root / "tilted", tilted))


def as_foreign(faces, name, root, layout="index"):
    """The same faces as a set that facegen did not render."""
    drawn = redrawn(faces, CONVENTIONS[name])
    for i in range(len(faces)):
        save(root / "images" / f"{i:06d}.png", drawn.image(i))
        save(root / ("labels" if layout == "lapa" else "masks") / f"{i:06d}.png", drawn.mask(i))
        if layout == "lapa":
            (root / "landmarks").mkdir(exist_ok=True)
            (root / "landmarks" / f"{i:06d}.txt").write_text("106\n" + "1 2\n" * 106)
    return open_set(root, convention=None if layout == "lapa" else name)


@pytest.fixture(autouse=True)
def quick(monkeypatch, tmp_path):
    monkeypatch.setenv("FACEGEN_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(compare, "FLOOR_REPEATS", 1)


@pytest.mark.parametrize("name", FOREIGN)
def test_the_same_faces_do_not_differ_in_any_convention(name, rendered, tmp_path):
    """Every measure that is taken has the same value on both sides; glasses nobody can name have none."""
    real = as_foreign(rendered[0], name, tmp_path / "real")
    one, other = one_convention(rendered[0], real)
    said = []
    shared = shared_labels(one, other, lambda event: said.append(event.text))
    assert one.convention.name == name and shared.maps and len(said) == 1 and said[0].startswith(name)
    ours, theirs = (measured(part, 1, shared=shared) for part in (one, other))
    np.testing.assert_array_equal(ours.attributes.values, theirs.attributes.values)
    np.testing.assert_array_equal(ours.labels.values, theirs.labels.values)
    np.testing.assert_array_equal(ours.maps, theirs.maps)
    assert np.isnan(ours.attributes.column("earring")).all()
    assert np.isfinite(ours.attributes.column("roll")).all()


def test_an_audit_against_lapa_finds_what_differs_and_names_what_is_not_measured(rendered, tmp_path):
    as_foreign(rendered[0], "lapa", tmp_path / "real", layout="lapa")
    said = []
    audit = facegen.audit(
        rendered[1].path, against=tmp_path / "real", progress=lambda event: said.append(event.text)
    )
    frame = audit.to_frame()
    assert frame.loc["roll", "verdict"] == "differs"
    assert frame.loc[["glasses", "ear_left", "hat", "neck_area"], "verdict"].eq("not measured").all()
    assert frame.loc[["hair_volume", "skin_ita", "nose_width"], "distance"].notna().all()
    assert not any("l_ear" in one.what for one in (*audit.findings.faults, *audit.findings.real_faults))
    assert any("masks are drawn as lapa" in one for one in said)
    assert any("lapa has no eye_g" in one for one in said)


def test_two_foreign_conventions_share_what_both_draw_alike(rendered, tmp_path):
    one = as_foreign(rendered[0], "lapa", tmp_path / "lapa")
    other = as_foreign(rendered[0], "celebamaskhq", tmp_path / "celebamaskhq")
    assert one_convention(one, other) == (one, other)
    shared = shared_labels(one, other)
    assert not shared.maps and {"face_area", "skin_ita", "glasses"} <= shared.lost
    ours, theirs = (measured(part, 1, shared=shared) for part in (one, other))
    both = ours.attributes.values, theirs.attributes.values
    assert ours.maps is None and (np.isnan(both[0]) == np.isnan(both[1])).mean() > 0.99
    # Ears are skin in LaPa and glasses have no class: what reads neither is the same.
    names = ("roll", "face_scale", "mouth_width", "lip_balance", "exposure")
    np.testing.assert_allclose(ours.attributes.columns(names), theirs.attributes.columns(names), atol=1e-9)


def test_a_profile_of_lapa_holds_what_means_the_same_in_celebamaskhq(rendered, tmp_path, monkeypatch):
    from facegen.audit.profiles import profile_fit

    monkeypatch.setattr(profile_fit, "separated_of", lambda table, size: {})
    real = as_foreign(rendered[0], "lapa", tmp_path / "real", layout="lapa")
    profile = facegen.fit_profile(real.path, name="lapa")
    names = profile.measured.names
    assert "roll" in names and "nose_width" in names
    assert not {"skin_ita", "face_area", "glasses", "neck"} & set(names)
    audit = facegen.audit(rendered[0].path, against=profile)
    assert audit.to_frame().loc["hat", "verdict"] == "not measured"
