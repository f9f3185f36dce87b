"""The card of a profile says what it was made from, what it cannot say, and how well its rows pass."""

from dataclasses import replace

import numpy as np

from facegen.audit.profiles.profile_card import card_of
from facegen.audit.profiles.profile_files import load_profile
from facegen.audit.profiles.profile_fit import fit_profile
from facegen.audit.profiles.profile_parts import Separated


def test_the_shipped_profile_has_a_whole_card():
    profile = load_profile("celebamaskhq")
    card = card_of(profile)
    assert (card.pictures, card.annotated_rows, card.attributes) == (1000, 30000, len(profile.measured.names))
    assert sum(card.components) == 1000 and min(card.components) >= 25
    assert all(one.low < one.auc < one.high for one in card.separated.values())
    assert ("brow_thickness",) in card.partly_missing
    lines = dict(card.lines)
    assert (
        "CelebAMask-HQ" in lines["made from"] and f"{len(card.components)} components" in lines["dependence"]
    )
    assert lines["rows"].endswith("annotations of 30000")
    assert f"content {card.separated['content'].auc:.2f} (" in lines["told from real rows"]


def test_what_no_picture_had_is_named(real):
    table = real.attributes
    values = table.values.copy()
    values[:, table.names.index("roll")] = np.nan
    profile = fit_profile(replace(table, values=values), name="x", fidelity=False)
    card = card_of(profile)
    assert "roll" in card.never_measured and "roll" in dict(card.lines)["never measured"]
    assert dict(card.lines)["told from real rows"] == "not measured"
    told = card_of(replace(profile, separated={"all": Separated(0.7, np.nan, np.nan)}))
    assert "AUC all 0.70 on pictures" in dict(told.lines)["told from real rows"]


def test_a_handwritten_profile_says_which_lines_are_written():
    assert "glasses" in dict(card_of(load_profile("uniform")).lines)["by hand"]
