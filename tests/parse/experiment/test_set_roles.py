"""The role of each synthetic set."""

import pytest
from parse_runs import own_set

from facegen.datasets.errors import FacegenError
from facegen.datasets.layouts.open_set import open_set
from facegen.parse.experiment.set_roles import Roles, assign, cautions


def test_both_parts_of_the_split_differ_in_nothing_but_their_distribution(sets, tmp_path):
    def rendered(name, profile, **config):
        return open_set(own_set(tmp_path / name, sets / "drawn", profile, **config))

    default = rendered("default", None, quality="fast", facegen="1", rounds=0, set=[])
    law = {"seed": 5, "rounds": 1, "distribution": "01", "set": []}
    alike = rendered("alike", "celebamaskhq", quality="fast", facegen="1", **law)
    assert assign([default, alike]) == Roles((default,), (alike,))
    finer = rendered("finer", "celebamaskhq", quality="high", facegen="2", photographs="ab", **law)
    with pytest.raises(FacegenError, match=r"distribution \(facegen, photographs, quality\): .* --also"):
        assign([default, finer])
    assert assign([default, alike], also=[finer]).also == (finer,)
    bald = rendered("bald", "celebamaskhq", quality="fast", facegen="1", **law | {"set": ["hair.style=bald"]})
    with pytest.raises(FacegenError, match=r"\(set\)"):
        assign([default], matched=[bald])
    foreign = open_set(sets / "drawn")
    assert assign([foreign, finer]) == Roles((foreign,), (finer,))
    (told,) = cautions(assign([foreign, finer]))
    assert told.startswith("drawn was not rendered by facegen") and str(sets) not in told
    assert cautions(assign([foreign])) == cautions(assign([default, alike])) == []


def test_the_part_of_a_set_comes_from_its_dataset_file(sets, tmp_path):
    one = open_set(own_set(tmp_path / "one", sets / "drawn", None))
    same = open_set(own_set(tmp_path / "same", sets / "drawn", None))
    finer = open_set(own_set(tmp_path / "finer", sets / "drawn2", None, seed=1, quality="high"))
    matched = open_set(own_set(tmp_path / "matched", sets / "drawn3", "celebamaskhq"))
    foreign = open_set(sets / "drawn")
    roles = assign([matched, one])
    assert roles.default == (one,) and roles.matched == (matched,)
    assert assign([one, foreign]).default == (one, foreign)
    assert assign([], default=[matched]).default == (matched,)
    written = open_set(own_set(tmp_path / "written", sets / "drawn", "law.toml", by_hand=True))
    again = open_set(own_set(tmp_path / "again", sets / "drawn", None, faces="0123"))
    assert assign([written, again, matched]).also == (written, again)
    assert assign([], matched=[written]).matched == (written,)  # who names it decides
    changed = open_set(own_set(tmp_path / "changed", sets / "drawn", None, set=["pose.yaw=0"]))
    bald = open_set(own_set(tmp_path / "bald", sets / "drawn", "celebamaskhq", set=["hair.style=bald"]))
    assert assign([changed, bald]).also == (changed, bald)
    assert assign([bald], default=[changed]) == Roles(default=(changed,), also=(bald,))
    with pytest.raises(FacegenError, match="given twice"):
        assign([one, one])
    with pytest.raises(FacegenError, match="same faces"):
        assign([one, same])
    with pytest.raises(FacegenError, match="differ in quality"):
        assign([one, finer])
    assert [key for key, _, _ in assign([one], also=[finer, foreign]).parts()] == ["S", "X1", "X2"]
