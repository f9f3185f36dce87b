"""Figures from scored trainings."""

from collections import Counter

import numpy as np
import pytest
from drawn_faces import drawn_set

from facegen.datasets.conventions.public.celebamaskhq_labels import CELEBAMASKHQ
from facegen.parse.experiment.experiment_plan import Ingredients, make_plan
from facegen.parse.experiment.gap import control_figures
from facegen.parse.experiment.run_plan import ScoredTraining
from facegen.parse.metrics.evaluate import compare


def test_reweighted_faces_are_compared_with_faces_that_are_repeated_as_often():
    fit = drawn_set(40, 32)
    law = np.arange(40) / np.arange(40).sum()
    plan = make_plan(Ingredients(fit, {}, {}), 40, 1, weights=law)
    repeated, by_law = (Counter(one.data.ids) for one in plan.reweighted)
    assert sorted(repeated.values()) == sorted(by_law.values()) and repeated != by_law
    assert max(by_law.values()) > 1 and fit.ids[0] not in by_law
    assert [one.name for one in plan.trainings()] == [
        "R-n40-seed0",
        "R-repeats-n40-seed0",
        "R-reweighted-n40-seed0",
    ]
    result = {
        one.name: compare(one.data.masks[:8], fit.masks[:8], fit.ids[:8], CELEBAMASKHQ, borders=False)
        for one in plan.trainings()
    }
    figures = control_figures(plan, {name: ScoredTraining(None, one, None) for name, one in result.items()})
    law_figure = figures["repeated_real_minus_reweighted_real"]["mean_f1"]["value"]
    first, second = (result[one.name].scores.mean_f1 for one in plan.reweighted)
    assert law_figure == pytest.approx(first - second) and law_figure != 0
    assert figures["reweighted_distinct_faces"] == len(by_law)
