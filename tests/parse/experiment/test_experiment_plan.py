"""The trainings of a run."""

import numpy as np
import pytest
from drawn_faces import drawn_set

from facegen.datasets.errors import FacegenError
from facegen.parse.data.loaded_set import join
from facegen.parse.experiment.experiment_plan import Ingredients, make_plan, nested


def test_a_plan_trains_each_thing_once_and_stays_equal_in_number():
    fit, synthetic = drawn_set(12, 32), drawn_set(20, 32, seed=1)
    sets = Ingredients(fit, {"S": [synthetic, drawn_set(20, 32, seed=2)]}, {"S": "default prior"})
    plan = make_plan(sets, 10, 2, numbers=(5, 20), mix=(0, 4), halves=True, weights=np.eye(12)[3])
    assert {len(one.data) for rows in plan.arms.values() for row in rows for one in row} == {10}
    assert list(plan.curves["S"]) == [5, 10, 20] and plan.mix_of == "S"
    assert plan.mix[0] is not plan.mix[4] and len(plan.mix[4].data) == 14
    names = [one.name for one in plan.trainings()]
    assert len(names) == len(set(names)) == 6 + 2 + 1 + 4
    assert names[:3] == ["R-n10-seed0", "S-set1-n10-seed0", "S-set2-n10-seed0"]
    halves = [set(one.data.ids) for one in plan.halves]
    assert [len(one) for one in halves] == [5, 5] and not halves[0] & halves[1]
    repeated, by_law = plan.reweighted
    assert set(by_law.data.ids) == {fit.ids[3]} and len(by_law.data) == 10
    assert len(set(repeated.data.ids)) == 1 and len(repeated.data) == 10
    assert set(nested(fit, 3).ids) < set(nested(fit, 7).ids)
    with pytest.raises(FacegenError, match="offers 12"):
        nested(fit, 13)
    assert join("both", [nested(fit, 2), nested(synthetic, 3)]).masks.shape == (5, 32, 32)
