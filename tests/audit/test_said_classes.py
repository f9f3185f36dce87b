"""Measures that are kept of another convention's masks say what they say of celebamaskhq's."""

import numpy as np
import pytest
from drawn_heads import random_heads
from native_heads import NATIVE

from facegen.audit.measures.face_view import CLASSES, make_view
from facegen.audit.measures.label_drawing import NAMES as LABEL_NAMES
from facegen.audit.measures.label_drawing import label_row
from facegen.audit.measures.measure_table import NAMES, measure_view
from facegen.audit.said_classes import ABOUT, drawn_alike, ids_of, left_out, said
from facegen.datasets.conventions.convention_registry import CONVENTIONS
from facegen.datasets.conventions.label_conventions import NEAREST

FOREIGN = [name for name in CONVENTIONS if name != "celebamaskhq"]
HEADS = 12


def in_convention(convention, mask):
    """A drawn head's mask as the convention names its parts."""
    ids = convention.table[NATIVE]
    assert NEAREST not in ids[np.unique(mask)]
    return ids[mask]


@pytest.fixture(scope="module")
def heads():
    return random_heads(HEADS, seed=4, glasses=0.0)[1]


@pytest.mark.parametrize("name", FOREIGN)
def test_what_is_kept_keeps_its_value(name, heads):
    """And of what is left out, something does not: nothing is given up for all of a convention's measures."""
    convention = CONVENTIONS[name]
    lost = left_out(convention, alike=False)
    changed = set()
    for image, mask in heads:
        views = make_view(image, mask), make_view(image, ids_of(convention)[in_convention(convention, mask)])
        for names, take in ((NAMES, measure_view), (LABEL_NAMES, label_row)):
            before, after = (take(view) for view in views)
            same = np.isclose(before, after, rtol=1e-9, atol=1e-9, equal_nan=True)
            changed |= {one for one, kept in zip(names, same, strict=True) if not kept}
    assert changed <= lost, sorted(changed - lost)
    assert changed or name == "facesynthetics"  # the heads wear no glasses, earrings or necklaces


def test_celebamaskhq_loses_nothing_and_others_what_they_cannot_say():
    own = CONVENTIONS["celebamaskhq"]
    assert not left_out(own, True) and not left_out(own, False)
    assert (ids_of(own)[:19] == np.arange(19)).all() and ids_of(own)[255] == 255
    for name in FOREIGN:
        alike, apart = (left_out(CONVENTIONS[name], one) for one in (True, False))
        assert alike < apart or (name == "facesynthetics" and alike <= apart)
        assert drawn_alike(CONVENTIONS[name]) <= said(CONVENTIONS[name]) < set(CLASSES)
    lapa = left_out(CONVENTIONS["lapa"], True)
    assert {"glasses", "hat_area", "ear_left", "cloth_lightness", "pose_yaw", "neck.area"} <= lapa
    assert not {"roll", "hair_volume", "skin_ita", "lip_balance", "hair.area", "background_area"} & lapa
    assert {"skin_ita", "face_area", "background_area", "skin.area"} <= left_out(CONVENTIONS["lapa"], False)


def test_every_measure_has_said_what_it_is_about():
    assert set(ABOUT) == set(NAMES)


def test_classes_of_several_parts_take_one_place_or_none():
    ids = ids_of(CONVENTIONS["easyportrait"])
    names = CONVENTIONS["easyportrait"].classes
    assert [CLASSES[ids[names.index(one)]] for one in ("lips", "teeth")] == ["u_lip", "mouth"]
    assert ids[names.index("person")] == 255  # hair, neck or clothes
    assert ids[200] == 254  # an id of no class is named, not ignored
    beard = CONVENTIONS["facesynthetics"].classes.index("beard")
    assert CLASSES[ids_of(CONVENTIONS["facesynthetics"])[beard]] == "skin"
