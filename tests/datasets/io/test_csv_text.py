"""No cell of a table is run by a spreadsheet, and numbers stay numbers."""

import csv

import pytest

from facegen.datasets.io.csv_text import csv_bytes, plain_cell


@pytest.mark.parametrize(
    "cell", ["=1+1", "-1+1|cmd", "+a", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "=cmd|' /C calc'!A0"]
)
def test_formulas_are_led_by_an_apostrophe(cell):
    assert plain_cell(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["a=1", "", "-0.25", "+3", "-1e-5", -0.25, 3, None])
def test_numbers_and_plain_texts_stay(cell):
    assert plain_cell(cell) == cell


def test_rows_come_back():
    rows = [("name", "f1"), ('=a,"b"\nc', -0.5), ("\udcff.png", None)]
    head, one, other = csv.reader(csv_bytes(rows).decode().splitlines(keepends=True))
    assert head == ["name", "f1"] and one == ['\'=a,"b"\nc', "-0.5"] and other == ["?.png", ""]
