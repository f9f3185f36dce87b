"""Profiles: fitted, written, read, refused, drawn from; and the one that ships."""

import json
from dataclasses import replace

import numpy as np
import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from facegen.audit.measures.measure_table import BY_NAME, NAMES
from facegen.audit.measures.schema import gate_open
from facegen.audit.profiles import attribute_profile
from facegen.audit.profiles.fusion import fuse
from facegen.audit.profiles.marginals import Continuous, Levels
from facegen.audit.profiles.mixture import Mixture, draw_latents
from facegen.audit.profiles.profile_files import load_profile, profile_names, save_profile
from facegen.audit.profiles.profile_fit import fit_profile
from facegen.audit.profiles.profile_parts import Link, Part, ProfileAttribute
from facegen.audit.report.compare import compare_rows
from facegen.audit.report.reference import Reference
from facegen.datasets.errors import FacegenError


@pytest.fixture(scope="module")
def table(real):
    return real.attributes


@pytest.fixture(scope="module")
def fitted(drawn_profile):
    return drawn_profile


@pytest.fixture(scope="module")
def shipped():
    return load_profile("celebamaskhq")


def test_marginals_and_gates_survive_the_fit(table, fitted):
    drawn = fitted.table(4000, seed=2)
    for name in ("roll", "face_scale", "skin_lightness", "exposure"):
        real = table.column(name)
        assert np.nanmean(drawn.column(name)) == pytest.approx(
            np.nanmean(real), abs=0.1 * np.nanstd(real) + 1e-6
        )
        assert np.nanstd(drawn.column(name)) == pytest.approx(np.nanstd(real), rel=0.1)
    for name in ("glasses", "mouth_open", "cloth", "ear_left"):
        assert drawn.column(name).mean() == pytest.approx(table.column(name).mean(), abs=0.03)
    columns = {name: drawn.column(name) for name in drawn.names}
    for name in ("glasses_area", "mouth_opening", "ear_area"):
        is_open = gate_open(BY_NAME[name].gate, columns)
        assert np.isnan(columns[name][~is_open]).all() and not np.isnan(columns[name][is_open]).all()


def test_round_trip(tmp_path, fitted):
    save_profile(fitted, tmp_path / "p.json")
    again = load_profile(tmp_path / "p.json")
    assert again.names == fitted.names and again.measured.n == 110
    one, other = fitted.sample(200, 7), again.sample(200, 7)
    for name in fitted.names:
        if one[name].dtype == bool:
            assert np.mean(one[name] != other[name]) <= 0.02, name
        else:  # quantiles are kept to five digits
            sd = np.nanstd(one[name]) + 1e-9
            assert np.nanmedian(np.abs(one[name] - other[name])) < 0.01 * sd + 1e-4, name
    save_profile(again, tmp_path / "q.json")
    assert load_profile(tmp_path / "q.json").sample(5, 0).keys() == one.keys()


def as_format_1(path, correlation):
    """Rewrite a profile file in format 1: a copula, "measured" for "measured_fraction", "written" for
    "handwritten", "fidelity" for "separated", and no list of measures."""
    data = json.loads(path.read_text()) | {"format_version": 1, "fidelity": {"all": 0.7}}
    data["written"] = data.pop("handwritten", [])
    del data["measures"], data["separated"], data["measured"]["gaps"], data["measured"]["mixture"]
    for one in data["measured"]["attributes"]:
        one["measured"] = one.pop("measured_fraction")
    rows = [[round(float(x), 6) for x in row[: i + 1]] for i, row in enumerate(correlation)]
    data["measured"]["correlation"] = rows
    path.write_text(json.dumps(data))


def test_files_of_format_1_are_read(tmp_path, fitted):
    path = tmp_path / "old.json"
    save_profile(replace(fitted, handwritten=("roll",)), path)
    count = len(fitted.measured.names)
    correlation = fitted.measured.mixture.correlation[:count, :count]
    as_format_1(path, correlation)
    old = load_profile(path)
    assert old.handwritten == ("roll",) and old.measures == old.measured.names == fitted.measured.names
    assert old.fidelity == {"all": 0.7} and np.isnan(old.separated["all"].low)
    fractions = {a.name: a.measured_fraction for a in old.measured.attributes}
    assert fractions == {a.name: round(a.measured_fraction, 5) for a in fitted.measured.attributes}
    assert {gap.names for gap in old.measured.gaps} == {
        (name,) for name, part in fractions.items() if part < 1
    }
    found = old.measured.mixture.covariances[0]
    assert found[:count, :count] == pytest.approx(correlation, abs=1e-3)
    assert found[count:, count:] == pytest.approx(np.eye(len(old.measured.gaps)), abs=1e-3)
    rows = old.table(3000, 0)
    for name, part in fractions.items():
        assert np.isnan(rows.column(name)).mean() >= 1 - part - 0.03
    assert np.nanmean(rows.column("roll")) == pytest.approx(
        np.nanmean(fitted.table(3000, 0).column("roll")), abs=1
    )


def without(data, name):
    """The data of a profile's file without one attribute."""
    part = data["measured"]
    place = [one["name"] for one in part["attributes"]].index(name)
    del part["attributes"][place]
    for gap in part["gaps"]:
        assert gap["attributes"] != [name]
        gap["attributes"] = [one for one in gap["attributes"] if one != name]
    for means in part["mixture"]["means"]:
        del means[place]
    for rows in part["mixture"]["covariances"]:
        del rows[place]
        for row in rows[place:]:
            del row[place]
    data["measures"].remove(name)


def test_a_profile_of_before_a_measure_existed_is_read_and_compared(tmp_path, fitted, similar):
    save_profile(fitted, tmp_path / "p.json")
    data = json.loads((tmp_path / "p.json").read_text())
    without(data, "lip_balance")
    (tmp_path / "p.json").write_text(json.dumps(data))
    profile = load_profile(tmp_path / "p.json")
    assert "lip_balance" not in (*profile.measures, *profile.names)
    rows = {row.measure.name: row for row in compare_rows(Reference.of_profile(profile), similar).attributes}
    assert rows["lip_balance"].reason == "the reference does not hold it" and rows["roll"].gap is not None


@pytest.mark.parametrize(
    "change,message",
    [
        (lambda one: one.update(weights=[0.5]), "weights of the mixture sum to 0.5"),
        (
            lambda one: one["means"][0].__setitem__(3, None),
            "a mean of the mixture is no finite number",
        ),
        (
            lambda one: one["covariances"][0][5].__setitem__(5, None),
            "covariance of the mixture is no",
        ),
        (
            lambda one: one["covariances"][0][5].__setitem__(5, -2),
            "covariance 0 of the mixture is not positive",
        ),
        (lambda one: one["covariances"][0].pop(), "covariance that does not fit"),
        (lambda one: one["means"][0].pop(), "mixture that does not fit"),
    ],
)
def test_impossible_mixtures_are_refused_in_one_line(tmp_path, fitted, change, message):
    save_profile(fitted, tmp_path / "p.json")
    data = json.loads((tmp_path / "p.json").read_text())
    change(data["measured"]["mixture"])
    (tmp_path / "p.json").write_text(json.dumps(data))
    with pytest.raises(FacegenError, match=message) as error:
        load_profile(tmp_path / "p.json")
    assert "\n" not in str(error.value) and "damaged profile" in str(error.value)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_numbers_that_are_not_finite_are_refused(tmp_path, fitted, value):
    save_profile(fitted, tmp_path / "p.json")
    data = json.loads((tmp_path / "p.json").read_text())
    data["measured"]["mixture"]["covariances"][0][5][5] = value
    (tmp_path / "p.json").write_text(json.dumps(data))
    with pytest.raises(FacegenError, match="is no number of JSON"):
        load_profile(tmp_path / "p.json")


def test_frequencies_of_levels_that_are_no_numbers_are_refused(tmp_path, shipped):
    save_profile(shipped, tmp_path / "p.json")
    data = json.loads((tmp_path / "p.json").read_text())
    levels = next(one["levels"] for one in data["annotated"]["attributes"] if one["kind"] == "ordinal")
    levels[next(iter(levels))] = None
    (tmp_path / "p.json").write_text(json.dumps(data))
    with pytest.raises(FacegenError, match="do not sum to 1"):
        load_profile(tmp_path / "p.json")


def test_no_row_or_name_is_written(tmp_path, fitted, table):
    save_profile(fitted, tmp_path / "p.json")
    text = (tmp_path / "p.json").read_text()
    assert table.ids[7] not in text and list(tmp_path.iterdir()) == [tmp_path / "p.json"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"format_version": 3}, "profile format 3"),
        ({"format": "something"}, "not a profile"),
        ({"measures_version": 99}, "version 99"),
        ({"measured": None}, "damaged"),
    ],
)
def test_other_files_are_refused_in_one_line(tmp_path, fitted, change, message):
    save_profile(fitted, tmp_path / "p.json")
    data = json.loads((tmp_path / "p.json").read_text()) | change
    (tmp_path / "p.json").write_text(json.dumps(data))
    with pytest.raises(FacegenError, match=message) as error:
        load_profile(tmp_path / "p.json")
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("n", [0, -5])
def test_a_profile_of_no_pictures_is_refused(tmp_path, fitted, n):
    save_profile(fitted, tmp_path / "p.json")
    data = json.loads((tmp_path / "p.json").read_text())
    data["measured"]["n"] = n
    (tmp_path / "p.json").write_text(json.dumps(data))
    with pytest.raises(FacegenError, match=f"a part of {n} rows"):
        load_profile(tmp_path / "p.json")


@pytest.mark.parametrize(
    ("place", "value", "message"),
    [("name", "third_eye", "unknown attribute 'third_eye'"), ("kind", "colour", "unknown kind")],
)
def test_unknown_attributes_are_refused(tmp_path, fitted, place, value, message):
    save_profile(fitted, tmp_path / "p.json")
    data = json.loads((tmp_path / "p.json").read_text())
    data["measured"]["attributes"][0][place] = value
    (tmp_path / "p.json").write_text(json.dumps(data))
    with pytest.raises(FacegenError, match=message):
        load_profile(tmp_path / "p.json")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"name": "third_eye"}, "unknown attribute 'third_eye'"),
        ({"kind": "ordinal", "levels": {"a": 1}}, "not binary"),
        ({"gate": ["wings"]}, "the gate 'wings'"),
        ({"measured": "wings"}, "one is missing"),
        ({"correlation": 7}, "correlation 7"),
        ({"correlation": "x"}, "damaged profile"),
        ({"gate": [3]}, "damaged profile"),
        ({"measured": "fringe"}, "exclude each other"),
    ],
)
def test_parts_that_do_not_fit_together_are_refused(tmp_path, change, message):
    save_profile(load_profile("celebamaskhq"), tmp_path / "p.json")
    data = json.loads((tmp_path / "p.json").read_text())
    if "gate" in change:
        data["measured"]["attributes"][0] |= change
    elif "name" in change or "kind" in change:
        data["annotated"]["attributes"][0] |= change
    else:
        data["links"][0] |= change
    (tmp_path / "p.json").write_text(json.dumps(data))
    with pytest.raises(FacegenError, match=message) as error:
        load_profile(tmp_path / "p.json")
    assert "\n" not in str(error.value)


def test_missing_and_damaged_files(tmp_path):
    with pytest.raises(FacegenError, match="celebamaskhq"):
        load_profile("no-such-profile")
    (tmp_path / "x.json").write_text("{")
    with pytest.raises(FacegenError, match="not even JSON"):
        load_profile(tmp_path / "x.json")


def test_rows_are_drawn_by_one_thread(fitted, monkeypatch):
    """Sums over several are rounded otherwise."""
    threads = set()

    def draw(*arguments):
        threads.update(one["num_threads"] for one in threadpool_info() if one["user_api"] == "blas")
        return draw_latents(*arguments)

    monkeypatch.setattr(attribute_profile, "draw_latents", draw)
    with threadpool_limits(2):
        fitted.table(5, 0)
        fitted.sample(5, 0)
    assert threads == {1}


def test_too_few_pictures(table):
    with pytest.raises(FacegenError, match="9 of 9 pictures can be measured, too few"):
        fit_profile(table.rows(np.arange(9)), name="x")


def test_few_pictures_give_marginals_and_shrunken_dependence(table):
    few, all_of_them = (fit_profile(table.rows(np.arange(n)), name="x", fidelity=False) for n in (40, 110))
    assert "shrunken by 56 % towards independence, because only 40 pictures, fewer than 50" in few.method
    assert "shrunken" not in all_of_them.method and "mixture with 1 component" in all_of_them.method
    assert len(few.measured.mixture.weights) == 1 and fit_profile(table.rows(np.arange(40))).fidelity == {}
    one, other = (profile.measured.mixture.correlation for profile in (few, all_of_them))
    off = ~np.eye(len(one), dtype=bool)
    assert np.abs(one[off]).max() < 40 / 90 and np.abs(other[~np.eye(len(other), dtype=bool)]).max() > 0.7
    assert np.nanmean(few.table(2000, 0).column("exposure")) == pytest.approx(
        np.nanmean(table.column("exposure")[:40]), abs=0.5
    )


def test_samples_are_keyed(shipped):
    one, longer = shipped.sample(20, 5), shipped.sample(60, 5)
    for name in shipped.names:
        head = longer[name][:20]
        assert np.array_equal(one[name], head) or np.allclose(one[name], head, equal_nan=True), name
    assert not np.array_equal(shipped.sample(60, 6)["yaw"], longer["yaw"])


def test_fusion_is_conditional_independence_given_what_is_shared():
    def part(names, correlation):
        marginal = Continuous(np.linspace(-2, 2, 107))
        attributes = tuple(ProfileAttribute(n, "", "person", marginal, (), 1.0, 100, True) for n in names)
        return Part(100, attributes, Mixture.copula(np.array(correlation)))

    annotated = part(("a", "s"), [[1, 0.6], [0.6, 1]])
    measured = part(("t", "m"), [[1, 0.5], [0.5, 1]])
    fused = fuse(annotated, measured, (Link("s", "t", 1, ""),))
    assert fused.names == ("t", "m", "a") and fused.source["s"] == ("t", 1)
    assert fused.mixture.covariance == pytest.approx(np.array([[1, 0.5, 0.6], [0.5, 1, 0.3], [0.6, 0.3, 1]]))
    fused = fuse(annotated, measured, (Link("s", "t", -1, ""),))
    assert fused.source["s"] == ("t", -1) and fused.mixture.covariance[0, 2] == pytest.approx(-0.6)
    fused = fuse(annotated, measured, (Link("s", "t", -0.8, ""),))
    joint, at = fused.mixture.covariance, fused.names.index
    assert joint[at("s"), at("t")] == pytest.approx(-0.8, abs=1e-4)
    assert joint[at("a"), at("t")] == pytest.approx(-0.48, abs=1e-4)
    assert joint[at("t"), at("m")] == pytest.approx(0.5)
    assert joint[at("a"), at("m")] == pytest.approx(-0.48 * 0.5, abs=1e-4)


def test_fusion_keeps_what_both_sources_know(shipped):
    fused, measured, annotated = shipped.fused, shipped.measured, shipped.annotated
    size = measured.mixture.size
    np.testing.assert_array_equal(fused.mixture.means[:, :size], measured.mixture.means)
    np.testing.assert_array_equal(fused.mixture.covariances[:, :size, :size], measured.mixture.covariances)
    assert np.linalg.eigvalsh(fused.mixture.covariances).min() > 0

    own = fused.names[size:]
    at = [annotated.names.index(name) for name in own]
    kept = fused.mixture.correlation[size:, size:] - annotated.mixture.correlation[np.ix_(at, at)]
    assert np.sqrt(np.mean(kept**2)) < 0.05
    for link in shipped.links:
        (one, sign), (other, _) = fused.source[link.annotated], fused.source[link.measured]
        if link.same:
            assert (one, sign) == (other, link.correlation)
        else:
            found = fused.mixture.correlation[fused.names.index(one), fused.names.index(other)]
            # Links give way where the annotations contradict them; nine of ten hardly do.
            assert 0.7 <= found / link.correlation <= 1.01, link


def test_shipped_profile_is_small_and_whole(shipped):
    from importlib import resources

    import facegen.audit.profiles as folder

    assert "celebamaskhq" in profile_names()
    assert (resources.files(folder) / "celebamaskhq.json").stat().st_size < 300_000
    # Measures that were added later are not in it: it lists those that it was fitted with.
    matchable = {name for name in shipped.measures if BY_NAME[name].matchable}
    assert len(matchable) > 80 and matchable <= set(shipped.measured.names) <= set(shipped.measures)
    assert set(shipped.measures) <= set(NAMES)
    assert shipped.annotated.n == 30000 and shipped.measured.n == 1000
    assert not set(shipped.annotated.names) & set(shipped.measured.names)
    assert not shipped.attribute("roll_before_alignment").matched
    assert "independent given" in shipped.method
    assert set(shipped.fidelity) == {"content", "all"}
    assert len(shipped.measured.mixture.weights) > 1 and shipped.measured.gaps
    assert shipped.measured.mixture.weights.min() * shipped.measured.n >= 25


def test_shipped_profile_keeps_the_strong_conditionals(shipped):
    """Against the annotation rows: frequencies, means and standard deviations of all 30,000."""
    drawn = shipped.sample(40000, 0)
    male = drawn["male"]
    assert male.mean() == pytest.approx(0.369, abs=0.01)
    assert drawn["young"].mean() == pytest.approx(0.779, abs=0.01)
    assert drawn["eyeglasses"][male].mean() == pytest.approx(0.111, abs=0.01)
    assert drawn["eyeglasses"][~male].mean() == pytest.approx(0.013, abs=0.006)
    assert drawn["wearing_hat"].mean() == pytest.approx(0.036, abs=0.005)
    assert drawn["goatee"][~male].mean() < 0.005 and drawn["no_beard"][~male].mean() > 0.98
    assert drawn["yaw"].mean() == pytest.approx(2.0, abs=0.4) and drawn["yaw"].std() == pytest.approx(
        15.6, abs=0.5
    )
    assert drawn["pitch"].mean() == pytest.approx(-7.1, abs=0.3)
    assert np.mean(np.abs(drawn["yaw"]) > 30) == pytest.approx(0.0675, abs=0.006)
    assert np.mean(drawn["hair_shade"] == "black") == pytest.approx(0.229, abs=0.015)


def test_visible_is_worn(shipped):
    drawn = shipped.sample(20000, 1)
    assert not np.any(drawn["necklace"] & ~drawn["wearing_necklace"])
    assert drawn["necklace"].mean() < 0.06 < 0.15 < drawn["wearing_necklace"].mean()
    seen, said = drawn["glasses"], drawn["eyeglasses"]
    assert np.all(seen[said]) or np.all(said[seen])
    assert np.array_equal(np.isnan(drawn["glasses_area"]), ~seen)


def test_pose_moves_the_proxies(shipped):
    left, right = (shipped.sample(2000, 2, given={"yaw": yaw}) for yaw in (30.0, -30.0))
    assert (left["yaw"] == 30.0).all() and (right["yaw"] == -30.0).all()
    assert np.nanmean(left["yaw_nose"]) < -0.05 and np.nanmean(right["yaw_nose"]) > 0.05


def test_given_values_hold_and_shift_the_others(shipped):
    given = {"male": True, "hair_shade": "blond", "exposure": 60.0, "glasses": True}
    drawn = shipped.sample(2000, 3, given=given)
    assert drawn["male"].all() and drawn["glasses"].all() and (drawn["hair_shade"] == "blond").all()
    assert (drawn["exposure"] == 60.0).all() and drawn["heavy_makeup"].mean() < 0.05
    assert not np.isnan(drawn["glasses_area"]).any()
    each = np.where(np.arange(100) % 2 == 0, 20.0, -20.0)
    assert np.array_equal(shipped.sample(100, 3, given={"yaw": each})["yaw"], each)
    assert shipped.sample(50, 1, given={"glasses_area": 0.05})["glasses"].all()


def test_wrong_conditions_are_refused(shipped):
    with pytest.raises(FacegenError, match="no attribute 'wings'"):
        shipped.sample(2, 0, given={"wings": True})
    with pytest.raises(FacegenError, match="unknown level 'green'"):
        shipped.sample(2, 0, given={"hair_shade": "green"})
    with pytest.raises(FacegenError, match="contradicts"):
        shipped.sample(2, 0, given={"wearing_necklace": False, "necklace": True})


def test_levels_are_what_the_renderer_reads(shipped):
    assert shipped.attribute("hair_shade").marginal.names == ("black", "brown", "other", "blond")
    assert isinstance(shipped.attribute("hair_form").marginal, Levels)
    drawn = shipped.sample(10, 0)
    assert (
        drawn["male"].dtype == bool
        and drawn["yaw"].dtype == np.float64
        and drawn["hair_form"].dtype.kind == "U"
    )
