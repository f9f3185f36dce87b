"""The table of attributes is made in parts, whose seams cannot be seen."""

import pytest

from facegen.datasets.io import dataset_file
from facegen.datasets.io.dataset_file import ATTRIBUTES_FILE, read_attributes_table, write_attributes

ROWS = [{"a": 1, "b": "x"}, {"a": 2.5}, {"b": None, "c": True}, {}, {"a": 3}]


@pytest.mark.parametrize("size", [1, 2, 3, 5])
def test_parts_of_any_size_give_the_same_file(tmp_path, monkeypatch, size):
    names = [f"{i:06d}" for i in range(len(ROWS))]
    (tmp_path / "whole").mkdir()
    write_attributes(tmp_path / "whole", names, ROWS)
    monkeypatch.setattr(dataset_file, "ROWS_AT_ONCE", size)
    write_attributes(tmp_path, names, iter(ROWS))
    assert (tmp_path / ATTRIBUTES_FILE).read_bytes() == (tmp_path / "whole" / ATTRIBUTES_FILE).read_bytes()
    assert read_attributes_table(tmp_path)["a"] == [1.0, 2.5, None, None, 3.0]


def test_types_that_mix_across_parts_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(dataset_file, "ROWS_AT_ONCE", 1)
    with pytest.raises(ValueError, match="mixes types"):
        write_attributes(tmp_path, ["0", "1"], [{"a": 1}, {"a": "x"}])
    with pytest.raises(ValueError, match="names for"):
        write_attributes(tmp_path, ["0"], [{"a": 1}, {"a": 2}])
