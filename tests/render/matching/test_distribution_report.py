"""The account of a set's distribution, on rows, specs and masks whose answer is known."""

import dataclasses

import numpy as np
import pytest
from scipy.stats import spearmanr

from facegen.audit.measures.face_view import ID
from facegen.audit.profiles.profile_files import load_profile
from facegen.render.matching import distribution_report
from facegen.render.spec.face_spec import FaceSpec, Glasses, Identity


def test_means_and_fractions_are_those_of_the_masks():
    mask = np.zeros((64, 64), np.uint8)
    mask[:32] = ID["hair"]
    target = {"matched": {"hair": {}, "brow_height": {}}}
    rows = {"hair": np.array([1.0, 1.0]), "brow_height": np.array([0.2, np.nan])}
    distribution_report.add_rendered(
        target, rows, [FaceSpec(), FaceSpec()], [mask, np.zeros((64, 64), np.uint8)]
    )
    assert target["matched"]["hair"]["rendered"] == {"mean": 0.5, "sd": 0.5, "fraction_present": 1.0}
    assert target["matched"]["brow_height"]["rendered"] == {"fraction_present": 0.0}
    assert target["correlations"] == {"pairs": 0} and "by_gender" not in target


def test_lines_that_no_face_follows_are_named(tmp_path):
    (tmp_path / "l.toml").write_text(
        "male = 0.5\nwearing_necktie = 0.3\nchubby = 0.2\nexposure = 30\nwearing_hat = 0.4\n"
        '"glasses | chubby" = 0.5\n"glasses | not chubby" = 0.1\n'
    )
    profile = load_profile(tmp_path / "l.toml")
    assert distribution_report.not_followed(profile) == ["wearing_necktie", "exposure", "wearing_hat"]
    assert distribution_report.describe_target(profile)["not_followed"] == distribution_report.not_followed(
        profile
    )
    # The base knows hats under both names.
    (tmp_path / "l.toml").write_text(
        'base = "celebamaskhq"\nwearing_hat = 0.4\nroll = 3\nwearing_necktie = 0.5\n'
    )
    assert distribution_report.not_followed(load_profile(tmp_path / "l.toml")) == ["wearing_necktie"]
    assert distribution_report.not_followed(load_profile("celebamaskhq")) == []


def test_correlations_are_spearmans_and_the_largest_difference_is_named():
    rng = np.random.default_rng(1)
    x = rng.normal(size=(400, 3))
    requested = np.stack([x[:, 0], x[:, 0] + 0.5 * x[:, 1], x[:, 2]], 1)
    requested[:40, 1] = np.nan
    shown = rng.normal(size=(300, 3))
    found = distribution_report.compare_correlations(("a", "b", "c"), requested, shown)
    expected = spearmanr(requested[40:, 0], requested[40:, 1]).statistic
    assert found["pairs"] == 3 and found["largest_differences"][0]["attributes"] == ["a", "b"]
    assert found["largest_differences"][0]["target"] == pytest.approx(expected, abs=1e-3)
    assert found["rms_difference"] > 5 * found["rms_by_chance"]


def test_samples_of_one_distribution_differ_by_chance_alone():
    rng = np.random.default_rng(2)
    mix = np.eye(12) + 0.1 * rng.normal(size=(12, 12))
    one, other = (rng.normal(size=(500, 12)) @ mix for _ in range(2))
    found = distribution_report.compare_correlations([str(i) for i in range(12)], one, other)
    assert found["rms_difference"] == pytest.approx(found["rms_by_chance"], rel=0.25)


def test_fractions_by_gender():
    """Two men of four rows have glasses; a man and a woman get them, and the woman's are hidden."""
    rows = {
        "male": np.array([True, True, False, False]),
        "glasses": np.array([True, True, False, False]),
        "no_beard": np.array([False, True, True, True]),
    }
    worn = Glasses(kind="round")
    man, woman = (FaceSpec(identity=Identity(gender=g)) for g in (1.0, 0.0))
    specs = [dataclasses.replace(man, glasses=worn), man, dataclasses.replace(woman, glasses=worn), woman]
    bare, glazed = np.zeros((64, 64), np.uint8), np.zeros((64, 64), np.uint8)
    glazed[20:30, 10:50] = ID["eye_g"]
    target: dict = {"matched": {}}
    distribution_report.add_rendered(target, rows, specs, [glazed, bare, bare, bare])
    table = target["by_gender"]
    assert table["glasses"]["men"] == {"requested": 1.0, "in_spec": 0.5, "in_mask": 0.5}
    assert table["glasses"]["women"] == {"requested": 0.0, "in_spec": 0.5, "in_mask": 0.0}
    assert table["beard"]["men"]["requested"] == 0.5 and "in_mask" not in table["beard"]["men"]
    assert table["fraction_of_faces"]["men"] == {"requested": 0.5, "in_spec": 0.5} and "hat" not in table
