"""Handwritten profiles: draws follow what is written, all else stays as in the base."""

import numpy as np
import pytest

from facegen.audit.profiles.handwritten_profile import latent_of
from facegen.audit.profiles.profile_files import load_profile, profile_names
from facegen.audit.report.reference import Reference
from facegen.datasets.errors import FacegenError
from facegen.datasets.layouts.annotations import PITCH_ZERO

N = 20000


def handwritten(tmp_path, text):
    path = tmp_path / "mine.toml"
    path.write_text(text)
    return load_profile(path)


def test_frequencies_normals_and_conditions(tmp_path):
    profile = handwritten(
        tmp_path,
        'male = 0.4\nglasses = 0.8\nyaw = "normal(5, 20)"\n"hat | male" = 0.3\n"hat | not male" = 0.05\n',
    )
    rows = profile.sample(N, 0)
    assert rows["glasses"].mean() == pytest.approx(0.8, abs=0.01)
    assert rows["yaw"].mean() == pytest.approx(-5, abs=0.5)  # the profile's yaw is the picture's
    assert rows["yaw"].std() == pytest.approx(20, rel=0.02)
    men = rows["male"]
    assert rows["hat"][men].mean() == pytest.approx(0.3, abs=0.015)
    assert rows["hat"][~men].mean() == pytest.approx(0.05, abs=0.01)
    assert abs(np.corrcoef(rows["glasses"], men)[0, 1]) < 0.03


def test_one_condition_and_the_frequency_give_the_other(tmp_path):
    rows = handwritten(tmp_path, 'male = 0.5\nhat = 0.2\n"hat | male" = 0.3\n').sample(N, 1)
    assert rows["hat"].mean() == pytest.approx(0.2, abs=0.01)
    assert rows["hat"][~rows["male"]].mean() == pytest.approx(0.1, abs=0.01)


def test_levels_fixed_numbers_and_angles(tmp_path):
    rows = handwritten(
        tmp_path, 'face_scale = 1.1\npitch = "uniform(-10, 30)"\nhair_form = { straight = 1, wavy = 3 }\n'
    ).sample(N, 0)
    assert set(rows["face_scale"]) == {1.1}
    assert rows["pitch"].min() > -10 + PITCH_ZERO - 0.1 and rows["pitch"].mean() == pytest.approx(
        10 + PITCH_ZERO, abs=0.3
    )
    assert (rows["hair_form"] == "wavy").mean() == pytest.approx(0.75, abs=0.01)


def test_a_base_keeps_what_is_not_written(tmp_path):
    base = load_profile("celebamaskhq")
    profile = handwritten(tmp_path, 'base = "celebamaskhq"\nglasses = 0.8\nyaw = "normal(0, 40)"\n')
    rows, before = profile.sample(N, 0), base.sample(N, 0)
    assert rows["glasses"].mean() == pytest.approx(0.8, abs=0.01)
    assert rows["yaw"].std() == pytest.approx(40, rel=0.03)
    np.testing.assert_array_equal(rows["male"], before["male"])
    np.testing.assert_array_equal(rows["hair_low"], before["hair_low"])
    # Glasses stay a man's thing: dependence is kept where only the frequency was changed.
    assert rows["glasses"][rows["male"]].mean() > rows["glasses"][~rows["male"]].mean() + 0.1
    # What follows from a yaw written by hand no longer has to hold.
    assert base.attribute("yaw_nose").matched and not profile.attribute("yaw_nose").matched
    assert profile.attribute("brow_height").matched


def test_a_condition_overrides_the_base(tmp_path):
    profile = handwritten(
        tmp_path, 'base = "celebamaskhq"\n"wearing_hat | male" = 0.3\n"wearing_hat | not male" = 0.01\n'
    )
    rows = profile.sample(N, 0)
    assert rows["wearing_hat"][rows["male"]].mean() == pytest.approx(0.3, abs=0.035)
    assert rows["wearing_hat"][~rows["male"]].mean() == pytest.approx(0.01, abs=0.02)


def test_one_condition_over_a_base_leaves_the_others_as_they_were(tmp_path):
    base = load_profile("celebamaskhq").sample(N, 0)
    for name in ("hat", "wearing_hat"):  # the README's line, by both names
        women = base[name][~base["male"]].mean()
        rows = handwritten(tmp_path, f'base = "celebamaskhq"\n"{name} | male" = 0.3\n').sample(N, 0)
        men = rows["male"]
        for seen in ("hat", "wearing_hat"):
            assert rows[seen][men].mean() == pytest.approx(0.3, abs=0.03)
            assert rows[seen][~men].mean() == pytest.approx(women, abs=0.01)


def test_a_frequency_written_by_its_other_name_holds_beside_a_condition(tmp_path):
    text = 'base = "celebamaskhq"\nhat = 0.2\n"wearing_hat | male" = 0.3\n'
    rows = handwritten(tmp_path, text).sample(N, 0)
    for name in ("hat", "wearing_hat"):
        assert rows[name].mean() == pytest.approx(0.2, abs=0.01)
        assert rows[name][rows["male"]].mean() == pytest.approx(0.3, abs=0.03)


def test_a_condition_that_the_base_forbids_is_refused(tmp_path):
    """Nearly all women of the base wear lipstick."""
    with pytest.raises(FacegenError, match="cannot be had over this base") as error:
        handwritten(tmp_path, 'base = "celebamaskhq"\nwearing_hat = 0.3\n"wearing_hat | male" = 0.8\n')
    assert "\n" not in str(error.value)


def test_two_conditions_on_one_attribute_hold_together(tmp_path):
    text = 'base = "celebamaskhq"\n"wearing_hat | male" = 0.1\n"wearing_hat | young" = 0.02\n'
    rows = handwritten(tmp_path, text).sample(N, 0)
    assert rows["wearing_hat"][rows["male"]].mean() == pytest.approx(0.1, abs=0.015)
    assert rows["wearing_hat"][rows["young"]].mean() == pytest.approx(0.02, abs=0.01)


def test_what_is_worn_is_what_is_seen(tmp_path):
    profile = handwritten(tmp_path, 'base = "celebamaskhq"\nwearing_hat = 0.5\nbald = 0.2\n')
    rows = profile.sample(N, 0)
    for name, share in (("wearing_hat", 0.5), ("hat", 0.5), ("bald", 0.2), ("hair", 0.8)):
        assert rows[name].mean() == pytest.approx(share, abs=0.01), name
    table = profile.table(4000, 0)
    assert np.nanmean(table.column("hat")) == pytest.approx(0.5, abs=0.02)
    both = handwritten(tmp_path, 'base = "celebamaskhq"\nnecklace = 0.1\nwearing_necklace = 0.4\n').sample(
        N, 0
    )
    assert both["necklace"].mean() == pytest.approx(0.1, abs=0.01)
    assert both["wearing_necklace"].mean() == pytest.approx(0.4, abs=0.01)


def test_a_condition_on_what_is_worn_holds_for_what_is_seen(tmp_path):
    base = 'base = "celebamaskhq"\n'
    text = '"wearing_hat | eyeglasses" = 0.5\n"wearing_hat | not eyeglasses" = 0.01\n'
    profile = handwritten(tmp_path, base + text)
    names = profile.measured.names
    seen = profile.measured.mixture.correlation[names.index("hat"), names.index("glasses")]
    names = profile.annotated.names
    worn = profile.annotated.mixture.correlation[names.index("wearing_hat"), names.index("eyeglasses")]
    assert seen == pytest.approx(worn, abs=0.05) and seen > 0.5


def test_an_audit_ignores_what_followed_another_yaw(tmp_path):
    profile = handwritten(tmp_path, 'base = "celebamaskhq"\nyaw = "normal(0, 40)"\n')
    assert {"yaw_nose", "ear_left"}.isdisjoint(profile.table(50, 0).names)
    assert "pitch_nose" in profile.table(50, 0).names
    reference = Reference.of_profile(profile)
    assert reference.handwritten and "handwritten" in reference.description
    assert not Reference.of_profile(load_profile("celebamaskhq")).handwritten


@pytest.mark.parametrize(
    "text,why",
    [
        ("", "holds no attribute"),
        ("glasses = ", "not a handwritten profile"),
        ("hat | male = 0.3", "quotation marks"),
        ("glases = 0.5", "unknown attribute 'glases'"),
        ("glasses = 1.5", "frequency from 0 to 1"),
        ("glasses = true", "frequency from 0 to 1"),
        ('yaw = "gamma(1, 2)"', "normal"),
        ('yaw = "normal(0, -2)"', "standard deviation"),
        ('yaw = "uniform(4, 2)"', "backwards"),
        ('face_area = "uniform(3, 4)"', "lies from 0 to 1"),
        ("hair_form = { curly = 1 }", "straight"),
        ('"hat | male" = 0.3', "write male"),
        ('male = 0.5\n"hat | male" = 0.3', "write hat"),
        ('male = 0.5\nhat = 0.05\n"hat | male" = 0.3', "contradicts"),
        ('male = 0.5\n"yaw | male" = 0.3', "not a yes/no"),
        ('"hat male |" = 0.3', "hat | male"),
        ('base = "nowhere"\nglasses = 0.5', "nowhere"),
        ('base = "mine.toml"\nglasses = 0.5', "leads back"),
        ('base = "other.toml"\nglasses = 0.5', "leads back"),
        ("yaw = nan", "numbers up to"),
        ("yaw = inf", "numbers up to"),
        ("yaw = 1e300", "numbers up to"),
        ('yaw = "normal(0, 1e308)"', "numbers up to"),
        ("yaw = 400", "lies from -180 to 180"),
        ("pitch = -91", "lies from -90 to 90"),
        ("exposure = nan", "numbers up to"),
        ("glasses = nan", "frequency from 0 to 1"),
        ('hair_form = { straight = "a" }', "weights must be numbers"),
        ("hair_form = { straight = { a = 1 } }", "weights must be numbers"),
        ("hair_form = { straight = nan }", "weights must be numbers"),
        ("hair_form = { straight = 0 }", "weights must be numbers"),
        ('male = 0.5\n"hat | male" = "often"\n"hat | not male" = 0.1', "frequency from 0 to 1"),
    ],
)
def test_mistakes_are_one_line(tmp_path, monkeypatch, text, why):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "other.toml").write_text('base = "mine.toml"\nglasses = 0.2')
    with pytest.raises(FacegenError) as error:
        handwritten(tmp_path, text)
    assert why in str(error.value) and "\n" not in str(error.value)


def test_the_uniform_profile_ships():
    assert set(profile_names()) >= {"celebamaskhq", "uniform"}
    assert load_profile("uniform").name == "uniform"
    rows = load_profile("uniform").sample(N, 0)
    assert rows["male"].mean() == pytest.approx(0.5, abs=0.02)
    shares = np.histogram(rows["yaw"], 10, (-70, 70))[0] / N
    assert shares.min() > 0.09 and shares.max() < 0.11
    assert len({*rows["hair_shade"]}) == 4


def test_the_order_of_the_lines_decides_nothing(tmp_path):
    lines = ["glasses = 0.5", "glasses_area = 0.05", 'hat_area = "uniform(0.01, 0.1)"', "male = 0.5"]
    lines += ['"hat | male" = 0.3', '"hat | not male" = 0.1', "cloth_lightness = 40"]
    found = [handwritten(tmp_path, "\n".join(order)) for order in (lines, lines[::-1])]
    for profile in found:
        gates = {name: profile.attribute(name).gate for name in ("glasses_area", "hat_area")}
        assert gates == {"glasses_area": ("glasses",), "hat_area": ("hat",)}
        assert profile.attribute("cloth_lightness").gate == ()  # of cloth nothing is said: it is there
        rows = profile.sample(N, 0)
        np.testing.assert_array_equal(np.isnan(rows["hat_area"]), ~rows["hat"])


def test_bases_upon_bases_are_read(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "under.toml").write_text('name = "under"\nbase = "celebamaskhq"\nglasses = 0.9')
    profile = handwritten(tmp_path, 'name = "over"\nbase = "under.toml"\nhat = 0.4')
    rows = profile.sample(N, 0)
    assert profile.name == "over" and "all else from under" in profile.method
    assert rows["glasses"].mean() == pytest.approx(0.9, abs=0.01)
    assert rows["hat"].mean() == pytest.approx(0.4, abs=0.01)


def test_an_audit_against_a_handwritten_profile_needs_something_to_measure(tmp_path):
    with pytest.raises(FacegenError, match="describes nothing that pictures"):
        Reference.of_profile(handwritten(tmp_path, "male = 0.5"))
    assert Reference.of_profile(load_profile("uniform")).n > 0


def test_latent_correlation_of_a_table():
    # A fourfold table of a bivariate normal: for p = q = 1/2, P(both) = 1/4 + asin(rho) / (2 pi).
    rho = latent_of(0.5, 0.5, 0.25 + np.arcsin(0.6) / (2 * np.pi))
    assert rho == pytest.approx(0.6, abs=1e-6)
