"""The audit of drawn sets: one law passes, injected faults are named, missing things are said to be."""

from dataclasses import replace

import numpy as np
import pytest
from drawn_heads import random_heads

from facegen.audit.distances import held_out
from facegen.audit.measure_dataset import Measurement
from facegen.audit.profiles.profile_fit import fit_profile
from facegen.audit.report import compare as comparing
from facegen.audit.report.compare import compare
from facegen.audit.report.findings import DIFFERS, UNMEASURED
from facegen.audit.report.reference import Reference


@pytest.fixture(scope="module")
def real():
    return random_heads(110, seed=1)[0]


@pytest.fixture(scope="module")
def reference(real):
    return Reference.of_set(real, "drawn real")


def differing(audit):
    return {row.measure.name for row in (*audit.rows, *audit.labels) if row.verdict == DIFFERS}


def test_a_set_of_the_same_law_passes(reference):
    audit = compare(reference, random_heads(100, seed=2)[0])
    assert differing(audit) == set() and audit.ranked == () and audit.warnings == []
    assert audit.content.verdict != DIFFERS and abs(audit.content.auc - 0.5) < 0.12
    assert audit.mean_excess(content_only=True) < 0.02
    assert audit.nothing_stands_out == "Nothing stands out of the noise of 100 and 110 pictures."


def test_a_set_against_itself_passes(real, reference):
    audit = compare(reference, real)
    assert differing(audit) == set() and max(row.gap.distance for row in audit.rows if row.gap) < 1e-6
    assert audit.content.auc == pytest.approx(0.5, abs=0.02)


def test_a_tilted_set_is_caught_and_named(reference):
    audit = compare(reference, random_heads(50, seed=2, roll=10)[0])
    assert audit.ranked[0] == "roll" and audit.row("roll").gap.synthetic == pytest.approx(10, abs=0.5)
    assert audit.content.verdict == DIFFERS and audit.content.auc > 0.99


def test_more_glasses_are_caught_and_named(reference):
    audit = compare(reference, random_heads(48, seed=4, glasses=0.5)[0])
    assert "glasses" in audit.ranked and "eye_g.presence" in differing(audit)
    assert "roll" not in audit.ranked


def test_exchanged_sides_are_caught_and_named(reference):
    audit = compare(reference, random_heads(48, seed=5, swapped=True)[0])
    assert "Left and right are exchanged in 100 %" in audit.warnings[0]
    assert audit.ranked == () and {"l_eye.u", "r_eye.u", "sides_swapped"} <= differing(audit)


def test_the_same_audit_twice(reference):
    synthetic = random_heads(50, seed=2, roll=10)[0]
    one, other = compare(reference, synthetic), compare(reference, synthetic)
    assert [(r.verdict, r.gap and r.gap.distance) for r in one.rows] == [
        (r.verdict, r.gap and r.gap.distance) for r in other.rows
    ]
    assert one.content == other.content and one.telltale == other.telltale


def test_against_a_profile(real):
    profile = fit_profile(real.attributes, name="drawn")
    reference = Reference.of_profile(profile)
    assert reference.n == 110 and reference.labels is None
    good, bad = (
        compare(reference, random_heads(100, seed=2)[0]),
        compare(reference, random_heads(50, seed=2, roll=10)[0]),
    )
    assert good.labels == () and len(differing(good)) <= 2
    assert bad.ranked[0] == "roll" and bad.content.verdict == DIFFERS
    assert good.content.floor == profile.fidelity["content"]


def test_a_fitted_profile_is_compared_by_as_many_rows_as_it_has_pictures(real, monkeypatch):
    """Its own draws say neither how far its pictures lie apart nor how likely a distance is."""
    profile = fit_profile(real.attributes, name="drawn", fidelity=False)
    sizes = []
    for module, name in (
        (held_out, "two_sample"),
        (held_out, "joint_distances"),
        (comparing, "joint_distances"),
    ):
        whole = getattr(module, name)
        told = lambda a, b, *c, whole=whole, **d: sizes.append(len(a)) or whole(a, b, *c, **d)  # noqa: E731
        monkeypatch.setattr(module, name, told)
    synthetic = random_heads(100, seed=2)[0]
    audit = compare(Reference.of_profile(profile), synthetic)
    assert max(sizes) == 110
    groups = {one.name: one for one in audit.held_out}
    for joint in (*audit.joint.values(), groups["descriptors"].joint, groups["realism"].joint):
        assert joint.mmd == joint.mmd and np.isnan(joint.mmd_p) and joint.floor is None
    assert groups["realism"].auc > 0 and np.isnan(groups["realism"].floor)
    law = replace(profile, written=("roll",))
    by_hand = compare(Reference.of_profile(law), synthetic).joint["content"]
    assert by_hand.mmd_p > 0 and by_hand.floor is not None


def test_sets_without_masks_say_so(reference):
    heads = random_heads(60, seed=8)[0]
    seen = ("exposure", "contrast", "saturation", "warmth", "clipped_dark", "clipped_light")
    keep = np.isin(heads.attributes.names, seen)
    bare = Measurement(
        replace(heads.attributes, values=np.where(keep, heads.attributes.values, np.nan)),
        replace(heads.labels, values=np.full_like(heads.labels.values, np.nan)),
    )
    audit = compare(reference, bare)
    assert "No masks" in audit.warnings[-1]
    assert audit.row("roll").verdict == UNMEASURED and "too few" in audit.row("roll").why
    assert audit.row("exposure").verdict != UNMEASURED
    assert audit.content.verdict == UNMEASURED and 0.3 < audit.everything.auc < 0.7
    assert audit.content.attributes == 0 and audit.everything.attributes == len(seen)


def test_few_pictures_are_not_measured_rather_than_passed(reference):
    audit = compare(reference, random_heads(5, seed=9)[0])
    assert all(row.verdict == UNMEASURED for row in audit.rows)
    assert audit.content.verdict == UNMEASURED and np.isnan(audit.mean_excess(True))
