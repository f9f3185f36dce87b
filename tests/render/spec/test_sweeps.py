"""Sweeps of one attribute change that attribute and what it needs, and nothing else."""

import dataclasses

import pytest

from facegen.datasets.errors import FacegenError
from facegen.render.prior import default_prior
from facegen.render.spec import face_spec as s
from facegen.render.spec.attribute_ranges import families, find, rules, sweep
from facegen.render.spec.sweeps import attributes, put, variations, with_needs

BASE = default_prior.draw_spec(0, 3)


def flat(node, prefix=""):
    if not isinstance(node, dict):
        return {prefix[:-1]: node}
    return {k: v for name, child in node.items() for k, v in flat(child, f"{prefix}{name}.").items()}


@pytest.mark.parametrize("path", [p for p in attributes("all") if p not in families()])
def test_every_attribute_moves_alone(path):
    tiles = variations(BASE, path, 3)
    assert len(tiles) == len(sweep(find(path), 3))
    prepared = flat(with_needs(BASE, path).to_dict())
    for tile in tiles:
        changed = {k for k, v in flat(tile.spec.to_dict()).items() if prepared.get(k) != v}
        shares = {f"identity.{n}" for n in ("african", "asian", "caucasian")}
        assert changed <= (shares if path in shares else {path})
    assert len({str(flat(t.spec.to_dict())[path]) for t in tiles}) == len(tiles)
    allowed = {need.setting for need in rules()[path].needs}
    before = flat(BASE.to_dict())
    assert {
        k for k, v in prepared.items() if before.get(k) != v and not k.startswith("hair.colour.dye")
    } <= allowed


def test_a_family_goes_one_by_one_from_rest():
    tiles = variations(dataclasses.replace(BASE, expression={"jawOpen": 0.3}), "expression", 7)
    assert len(tiles) == 53 and not any(tiles[0].spec.expression.values())
    for tile in tiles[1:]:
        assert {k for k, v in tile.spec.expression.items() if v} == {tile.caption}
    assert attributes("sliders") == attributes("sliders.*") == ["identity.sliders"]
    assert [
        t.spec.identity.sliders["nose-hump-incr"] for t in variations(BASE, "sliders.nose-hump-incr", 2)
    ] == [-1, 1]


def test_what_an_attribute_needs_is_put_on():
    bare = s.FaceSpec()
    assert with_needs(bare, "glasses.tint").glasses.kind != "none"
    assert with_needs(s.replace(bare, "glasses.kind", "round"), "glasses.tint").glasses.kind == "round"
    assert with_needs(s.replace(bare, "hair.style", "bald"), "hair.curl").hair.style != "bald"
    assert with_needs(s.replace(bare, "hair.style", "bald"), "hair.recession").hair.style == "bald"
    assert with_needs(bare, "pose.yaw") == bare
    dyed = s.replace(bare, "hair.colour.dye", (0.5, 0.1, 0.1))
    assert with_needs(dyed, "hair.colour.melanin").hair.colour.dye is None


def test_ancestry_sums_to_one_and_nonsense_is_refused():
    i = put(BASE, "identity.asian", 0.9).identity
    assert i.african + i.asian + i.caucasian == pytest.approx(1)
    with pytest.raises(FacegenError, match="unknown attribute"):
        attributes("pose.yow")
    with pytest.raises(FacegenError, match="--steps"):
        variations(BASE, "pose.yaw", 1)
