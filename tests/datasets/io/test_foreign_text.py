"""JSON and TOML that somebody else wrote: deep, huge, or not what a file can hold."""

import pytest

from facegen.audit.profiles.profile_files import load_profile
from facegen.audit.report.thresholds import read_thresholds
from facegen.datasets.errors import FacegenError
from facegen.datasets.io.files import read_json
from facegen.datasets.io.foreign_text import MAX_BYTES, parse_json, parse_toml, read_bounded
from facegen.datasets.layouts.class_table import read_class_table
from facegen.datasets.layouts.open_set import open_set

DEEP = 100_000


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("[" * DEEP, "nested too deep"),
        ('{"a":' * DEEP, "nested too deep"),
        ("[NaN]", "NaN is no number"),
        ("[-Infinity]", "-Infinity is no number"),
        ("[1e999]", "beyond every number"),
        ("[" + "9" * 5000 + "]", "4300 digits"),
        ('["\\ud800"]', "surrogates not allowed"),
        (b'["\xff"]', "can't decode"),
        ("{\n", "Expecting"),
    ],
)
def test_json_that_is_refused(text, why):
    with pytest.raises(ValueError, match=why) as error:
        parse_json(text)
    assert "\n" not in str(error.value)


def test_json_that_is_taken():
    assert parse_json(b'\xef\xbb\xbf{"a": "\\ud83d\\ude00", "b": [1.5, -2, null]}') == {
        "a": "😀",
        "b": [1.5, -2, None],
    }
    assert parse_json("[1e999]", finite=False) == [float("inf")]


@pytest.mark.parametrize(
    "text",
    [f"a = {'[' * DEEP}", f"{'a.' * DEEP}a = 1", f"a = {'9' * 5000}", "a = \n", "[" + '"=".' * 200 + "a]"],
)
@pytest.mark.timeout(60)
def test_toml_that_is_refused(text):
    with pytest.raises(ValueError) as error:
        parse_toml(text)
    assert "\n" not in str(error.value)


def test_toml_that_is_taken():
    dots = ", ".join(["0.5"] * 90)
    assert parse_toml(f"# {'.' * 300}\na.b = [{dots}]\n") == {"a": {"b": [0.5] * 90}}


@pytest.fixture
def deep(tmp_path):
    """The same nesting as a file of every kind."""
    for name in ("dataset.json", "p.json", "classes.json"):
        (tmp_path / name).write_text('{"a":' * DEEP)
    for name in ("p.toml", "t.toml"):
        (tmp_path / name).write_text(f"glasses = {'[' * DEEP}")
    return tmp_path


def test_every_reader_refuses_depth_in_one_line(deep):
    for read, name in (
        (open_set, "."), (load_profile, "p.json"), (load_profile, "p.toml"), (read_thresholds, "t.toml"),
        (read_class_table, "classes.json"),
    ):  # fmt: skip
        with pytest.raises(FacegenError):
            read(deep / name)


def test_every_reader_refuses_size_before_it_reads_all(tmp_path):
    for read, name in ((read_json, "d.json"), (load_profile, "p.json"), (load_profile, "p.toml"),
                       (read_thresholds, "t.toml"), (read_class_table, "c.txt")):  # fmt: skip
        with (tmp_path / name).open("wb") as file:
            file.truncate(1 << 40)  # a terabyte that takes no room on the disk
        with pytest.raises(FacegenError, match=rf"{name}: has more than [\d,]+ bytes"):
            read(tmp_path / name)


def test_the_limit_is_the_last_size_that_is_read(tmp_path):
    (tmp_path / "a").write_bytes(b"12345")
    assert read_bounded(tmp_path / "a", 5) == b"12345" and MAX_BYTES > 1 << 20
    with pytest.raises(FacegenError, match="more than 4 bytes"):
        read_bounded(tmp_path / "a", 4)
