"""The distribution of head shapes: what a file may hold, means and factors, and the figures that ship."""

import copy
import importlib.util
import json
from importlib import resources
from pathlib import Path

import numpy as np
import pytest

from facegen.assets.head import shape_distribution as d
from facegen.assets.head.sliders import SLIDERS
from facegen.datasets.errors import FacegenError
from facegen.render.spec.face_spec import ANCESTRY, Identity


def content():
    return json.loads((resources.files("facegen.assets.head") / d.FILE).read_text("utf-8"))


def set_at(data, path, value):
    *above, last = path
    for key in above:
        data = data[key]
    data[last] = value


@pytest.mark.parametrize(
    "path,value,message",
    [
        (("format_version",), 2, "not a shape distribution of version 1"),
        (("sliders",), [], "not a table of sliders"),
        (("sliders", "nose-job-incr"), {}, "there is no slider 'nose-job-incr'"),
        (("factors",), 12, "factors: 12 is not 30"),
        (("asymmetry_factors",), -1, "asymmetry_factors: -1 is not a number of factors"),
        (
            ("sliders", "chin-width-incr", "loadings"),
            [0.1] * 29,
            "chin-width-incr.loadings: not a list of 30",
        ),
        (("sliders", "chin-width-incr", "loadings", 3), float("nan"), "chin-width-incr.loadings: holds"),
        (("sliders", "chin-width-incr", "loadings", 3), True, "chin-width-incr.loadings: holds"),
        (("sliders", "eye-scale-incr", "asymmetry_loadings"), [], "asymmetry_loadings: not a list of 10"),
        (("sliders", "chin-width-incr", "residual_sd"), -0.1, "chin-width-incr.residual_sd: -0.1 is below 0"),
        (
            ("sliders", "chin-width-incr", "mean", "men", "asian"),
            None,
            "chin-width-incr.mean.men.asian: None",
        ),
        (("sliders", "chin-width-incr", "mean"), 0.1, "chin-width-incr.mean.women.african: None"),
        (("sliders", "chin-width-incr", "per_decade_over_40"), float("inf"), "per_decade_over_40: inf"),
        (("gender_of_means", "women"), 0.95, "women must lie below men"),
    ],
)
def test_a_file_that_is_wrong_is_refused_in_one_line(tmp_path, path, value, message):
    data = content()
    set_at(data, path, value)
    file = tmp_path / "shape.json"
    file.write_text(json.dumps(data))
    with pytest.raises(FacegenError, match=r"shape\.json: ") as error:
        d.read_shape_distribution(file)
    assert message in str(error.value) and "\n" not in str(error.value)


def test_a_missing_slider_and_a_file_that_is_no_json_are_refused(tmp_path):
    data = content()
    del data["sliders"]["nose-hump-incr"]
    with pytest.raises(FacegenError, match="'nose-hump-incr' is missing"):
        d.ShapeDistribution.from_dict(data)
    for text in ("{", "[]"):
        (tmp_path / "shape.json").write_text(text)
        with pytest.raises(FacegenError, match="shape distribution"):
            d.read_shape_distribution(tmp_path / "shape.json")
    with pytest.raises(FacegenError, match="not readable"):
        d.read_shape_distribution(tmp_path / "none.json")


def test_means_are_those_of_the_file_and_linear_between_its_people():
    data, shapes = content(), d.shipped_distribution()
    ends = [data["gender_of_means"][sex] for sex in d.SEXES]

    def mean(gender, age=30.0, **shares):
        return shapes.mean(Identity(gender=gender, age=age, **{name: 0.0 for name in ANCESTRY} | shares))

    for sex, gender in zip(d.SEXES, ends, strict=True):
        for ancestry in ANCESTRY:
            written = [data["sliders"][name]["mean"][sex][ancestry] for name in d.NAMES]
            np.testing.assert_allclose(mean(gender, **{ancestry: 1.0}), written, atol=1e-12)
    half = mean(np.mean(ends), african=0.25, caucasian=0.75)
    parts = [mean(g, **{a: 1.0}) for g in ends for a in ("african", "caucasian")]
    np.testing.assert_allclose(half, np.average(parts, axis=0, weights=[0.25, 0.75] * 2), atol=1e-12)
    older = mean(ends[0], age=65.0, asian=1.0) - mean(ends[0], age=40.0, asian=1.0)
    np.testing.assert_allclose(older, 2.5 * shapes.per_decade, atol=1e-12)
    np.testing.assert_array_equal(mean(0.5, age=16.0, asian=1.0), mean(0.5, age=40.0, asian=1.0))


def test_sides_are_named_in_full():
    full = d.both_sides(np.arange(len(d.NAMES), dtype=float))
    assert set(full) == set(SLIDERS)
    assert full["l-eye-scale-incr"] == full["r-eye-scale-incr"] == d.NAMES.index("eye-scale-incr")


def test_every_figure_of_the_file_is_used():
    data = content()
    assert set(data["sources"]) == {"ict", "tdfn", "ansur", "niosh", "icd"}
    assert all(source["licence"] and source["used_for"] for source in data["sources"].values())
    known = {"mean", "per_decade_over_40", "loadings", "residual_sd", "asymmetry_loadings"}
    for row in data["sliders"].values():
        assert set(row) <= known | {"asymmetry_residual_sd"}
    copied = copy.deepcopy(data)
    copied["sliders"]["chin-width-incr"]["loadings"][4] += 0.25
    other, shapes = d.ShapeDistribution.from_dict(copied), d.shipped_distribution()
    moved = other.deviation({"f05": 2.0}) - shapes.deviation({"f05": 2.0})
    assert moved[d.NAMES.index("chin-width-incr")] == pytest.approx(0.5)
    assert np.count_nonzero(moved) == 1


SOURCE = Path(__file__).parents[3] / "tools" / "shape_distribution_source.json"


@pytest.mark.skipif(not SOURCE.exists(), reason="tools/ is not installed with the package")
def test_the_shipped_file_is_what_the_tool_makes_of_its_source():
    """What needs no head: text, means, residuals; and factors move much what they moved before."""
    spec = importlib.util.spec_from_file_location("shape_tool", SOURCE.with_name("shape_distribution.py"))
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    text = (resources.files("facegen.assets.head") / d.FILE).read_text(encoding="utf-8")
    shipped, source = json.loads(text), json.loads(SOURCE.read_text(encoding="utf-8"))
    assert tool.as_text(shipped) == text
    one, other = d.ShapeDistribution.from_dict(shipped), d.ShapeDistribution.from_dict(source)
    shifts = np.array([tool.MEAN_SHIFTS.get(name, (0.0, 0.0)) for name in d.NAMES]).T
    np.testing.assert_allclose(one.means, other.means + shifts[:, None], atol=1e-3)
    np.testing.assert_array_equal(one.asymmetry_loadings, other.asymmetry_loadings)
    assert (one.residual_sd <= other.residual_sd + 1e-4).all()
    learned = np.linalg.norm(other.loadings, axis=1) > 0.02
    cosine = (
        (one.loadings * other.loadings).sum(1)[learned]
        / np.linalg.norm(one.loadings[learned], axis=1)
        / np.linalg.norm(other.loadings[learned], axis=1)
    )
    assert cosine.min() > 0.85
