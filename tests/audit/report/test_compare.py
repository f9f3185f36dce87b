"""The audit of drawn sets: one distribution passes, faults are named, what is missing is reported."""

from dataclasses import replace

import numpy as np
import pytest
from drawn_heads import random_heads

from facegen.audit.distances import held_out
from facegen.audit.measure_dataset import Measurement
from facegen.audit.profiles.profile_fit import separated_of
from facegen.audit.report import compare as comparing
from facegen.audit.report.compare import compare
from facegen.audit.report.findings import DIFFERS, UNMEASURED
from facegen.audit.report.reference import Reference


def differing(audit):
    return {row.measure.name for row in (*audit.rows, *audit.labels) if row.verdict == DIFFERS}


def test_a_set_of_the_same_distribution_passes(similar_audit):
    audit = similar_audit
    assert differing(audit) == set() and audit.change_first == () and audit.warnings == []
    assert audit.content.verdict != DIFFERS and abs(audit.content.auc - 0.5) < 0.12
    assert audit.mean_excess(content_only=True) < 0.02
    assert audit.nothing_stands_out == "Nothing stands out of the noise of 100 and 110 pictures."


def test_what_differs_but_matching_does_not_follow_is_named(similar_audit):
    (index,) = (i for i, row in enumerate(similar_audit.rows) if row.measure.name == "jpeg_blocks")
    rows = list(similar_audit.rows)
    assert not rows[index].measure.matchable
    rows[index] = replace(rows[index], verdict=DIFFERS)
    audit = replace(similar_audit, rows=tuple(rows))
    assert audit.nothing_stands_out.endswith("It does not follow what differs: jpeg_blocks.")


def test_a_set_against_itself_passes(real, reference):
    audit = compare(reference, real)
    assert differing(audit) == set() and max(row.gap.distance for row in audit.rows if row.gap) < 1e-6
    assert audit.content.auc == pytest.approx(0.5, abs=0.02)


def test_a_tilted_set_is_caught_and_named(tilted_audit):
    audit = tilted_audit
    assert audit.change_first[0] == "roll" and audit.row("roll").gap.synthetic == pytest.approx(10, abs=0.5)
    assert audit.content.verdict == DIFFERS and audit.content.auc > 0.99


def test_more_glasses_are_caught_and_named(reference):
    audit = compare(reference, random_heads(48, seed=4, glasses=0.5)[0])
    assert "glasses" in audit.change_first and "eye_g.presence" in differing(audit)
    assert "roll" not in audit.change_first


def test_exchanged_sides_are_caught_and_named(reference):
    audit = compare(reference, random_heads(48, seed=5, swapped=True)[0])
    assert "Left and right are exchanged in 100 %" in audit.warnings[0]
    assert audit.change_first == () and {"l_eye.u", "r_eye.u", "sides_swapped"} <= differing(audit)


def test_the_same_audit_twice(reference, tilted, tilted_audit):
    one, other = compare(reference, tilted), tilted_audit
    assert [(r.verdict, r.gap and r.gap.distance) for r in one.rows] == [
        (r.verdict, r.gap and r.gap.distance) for r in other.rows
    ]
    assert one.content == other.content and one.least_similar == other.least_similar


def test_against_a_profile(drawn_profile, real, similar, tilted, few_profile_rows):
    profile = replace(drawn_profile, separated=separated_of(real.attributes, 1))
    reference = Reference.of_profile(profile)
    assert reference.n == 110 and reference.labels is None
    good, bad = compare(reference, similar), compare(reference, tilted)
    assert good.labels == () and len(differing(good)) <= 2
    assert bad.change_first[0] == "roll" and bad.content.verdict == DIFFERS
    assert good.content.floor == profile.fidelity["content"]


def test_a_fitted_profile_is_compared_by_as_many_rows_as_it_has_pictures(
    drawn_profile, similar, few_profile_rows, monkeypatch
):
    """Its own draws give neither a floor of its pictures nor the p value of a distance."""
    profile, synthetic = drawn_profile, similar
    sizes = []
    for module, name in (
        (held_out, "two_sample"),
        (held_out, "joint_distances"),
        (comparing, "joint_distances"),
    ):
        whole = getattr(module, name)
        counted = lambda a, b, *c, whole=whole, **d: sizes.append(len(a)) or whole(a, b, *c, **d)  # noqa: E731
        monkeypatch.setattr(module, name, counted)
    audit = compare(Reference.of_profile(profile), synthetic)
    assert max(sizes) == 110
    groups = {one.name: one for one in audit.held_out}
    for joint in (*audit.joint.values(), groups["descriptors"].joint, groups["realism"].joint):
        assert joint.mmd == joint.mmd and np.isnan(joint.mmd_p) and joint.floor is None
    assert groups["realism"].auc > 0 and np.isnan(groups["realism"].floor)
    handwritten = replace(profile, handwritten=("roll",))
    joint = compare(Reference.of_profile(handwritten), synthetic).joint["content"]
    assert joint.mmd_p > 0 and joint.floor is not None


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
    assert audit.row("roll").verdict == UNMEASURED and "too few" in audit.row("roll").reason
    assert audit.row("exposure").verdict != UNMEASURED
    assert audit.content.verdict == UNMEASURED and 0.3 < audit.all_attributes.auc < 0.7
    assert audit.content.attributes == 0 and audit.all_attributes.attributes == len(seen)


def test_few_pictures_are_not_measured_rather_than_passed(reference):
    audit = compare(reference, random_heads(5, seed=9)[0])
    assert all(row.verdict == UNMEASURED for row in audit.rows)
    assert audit.content.verdict == UNMEASURED and np.isnan(audit.mean_excess(True))
