"""Hair styles: every entry is complete and agrees with itself; weights in a fixed order."""

import dataclasses

import pytest

from facegen.assets.hair.style_registry import (
    HAIR_STYLES,
    OBSERVED_LENGTHS,
    Observed,
    Style,
    candidate_weights,
    style_weights,
)
from facegen.assets.hair.tied import TIES
from facegen.render.spec.face_spec import Hair, Identity

FIELDS = {field.name for field in dataclasses.fields(Hair)}


@pytest.mark.parametrize("style", HAIR_STYLES.values(), ids=lambda style: style.name)
def test_an_entry_agrees_with_itself(style: Style):
    assert set(style.shows) <= FIELDS - {"style", "colour"}
    assert ("sides" in style.shows) == style.sides_set
    assert not (style.hangs and style.bares_ears)
    assert style.tousle >= 0 and style.covers_ears > 0
    assert {one.length for one in style.candidates or ()} <= set(OBSERVED_LENGTHS)
    if style.groom is None:
        assert not style.traits and not style.shows and style.candidates == ()
    else:
        assert style.groom.tie is None or style.groom.tie in TIES
        assert style.groom.fringe == 0 or style.takes_fringe
        assert not style.parted or style.groom.part is not None


def test_orders_are_those_of_the_list():
    """A draw walks through the styles in this order: two of one place would depend on their names."""
    orders = [style.order for style in HAIR_STYLES.values()]
    assert orders == sorted(set(orders))


@pytest.mark.parametrize("gender", [0.0, 0.5, 1.0])
def test_weights_are_between_womens_and_mens(gender):
    even = {"african": 1 / 3, "asian": 1 / 3, "caucasian": 1 / 3}
    weights = style_weights(Identity(gender=gender, age=40, **even))
    assert list(weights) == list(HAIR_STYLES) and all(weight >= 0 for weight in weights.values())
    for name, weight in weights.items():
        wearers = HAIR_STYLES[name].wearers
        if wearers.factor is None:
            assert min(wearers.women, wearers.men) <= weight <= max(wearers.women, wearers.men)


@pytest.mark.parametrize("man", [False, True])
@pytest.mark.parametrize("length", OBSERVED_LENGTHS)
def test_candidates_fit_the_observed_length(length, man):
    weights = candidate_weights(length, Observed(man, 0.3, "wavy", receding=True))
    assert sum(weights.values()) > 0 and "bald" not in weights
    hanging = {name for name in weights if HAIR_STYLES[name].hangs}
    if length == "long":
        assert hanging >= {"long_straight", "long_wavy", "long_curly"}
    if length == "short":
        assert not hanging and ("wreath" in weights) and (weights["wreath"] > 0) == man


def test_a_style_without_candidates_of_its_own_is_chosen_by_its_weight():
    assert HAIR_STYLES["quiff"].candidates is None
    assert candidate_weights("short", Observed(man=True))["quiff"] == HAIR_STYLES["quiff"].wearers.men
