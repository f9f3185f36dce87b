"""Charts are the same for the same figures."""

import copy
from xml.etree import ElementTree

import numpy as np

from facegen.parse.experiment import charts


def test_charts_are_pictures_without_dates():
    figure = {"value": 0.7, "low": 0.65, "high": 0.75}
    missing = dict.fromkeys(figure)
    parts = {"distribution": figure, "label": figure, "rest": missing | {"value": -0.1}}
    pictures = [
        charts.waterfall(figure, figure, parts, "F1"),
        charts.class_bars({"R": {"skin": figure}, "X1": {"skin": missing}}, ["skin"]),
        charts.confusion(np.diag([3, 0, 2]), ["a", "b", "c"]),
    ]
    points = [{"n": n, "S": {"m": figure}} for n in (100, 300, 1000)]
    law = {"S": {"m": {"limit": 0.8, "drop": 1.0, "rate": 0.5}}}
    pictures.append(charts.curve(points, law, "m", ("n", "F1"), {"R": 0.8, "R_L": None}))
    again = charts.curve(copy.deepcopy(points), law, "m", ("n", "F1"), {"R": 0.8, "R_L": None})
    assert pictures[-1] == again and len(set(pictures)) == 4
    assert all(ElementTree.fromstring(one).tag.endswith("svg") for one in pictures)
