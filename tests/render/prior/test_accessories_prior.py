"""The default prior of what is worn: what the entries of the registries say, and nothing else."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from facegen.assets.wear.garment_registry import GARMENT_CUTS
from facegen.assets.wear.glasses_registry import GLASSES_FRAMES
from facegen.assets.wear.hat_registry import HATS
from facegen.assets.wear.jewellery_registry import EARRINGS, NECKLACES
from facegen.datasets.keyed_random import Draw
from facegen.render.prior.accessories_prior import draw_glasses, draw_headwear, draw_jewellery
from facegen.render.prior.default_prior import draw_spec
from facegen.render.prior.garment_prior import (
    LIKE_BACKDROP,
    draw_dye,
    draw_garment,
    like_backdrop,
    under_headwear,
)
from facegen.render.spec import face_spec as s
from facegen.render.spec.overrides import apply_all, parse

COUNT = 1200


def hats(gender):
    return [draw_headwear(Draw(3, i), s.Identity(gender=gender), 1.0) for i in range(COUNT)]


def jewels(gender):
    return [draw_jewellery(Draw(3, i), s.Identity(gender=gender), True, True) for i in range(COUNT)]


def cuts(gender):
    return [draw_garment(Draw(3, i), s.Identity(gender=gender)).cut for i in range(COUNT)]


def agrees(drawn, weights):
    """Frequencies within 4 standard errors of the weights."""
    total, count = sum(weights.values()), Counter(drawn)
    for name, weight in weights.items():
        p = weight / total
        assert abs(count[name] / len(drawn) - p) < 4 * (p * (1 - p) / len(drawn)) ** 0.5 + 1e-9, name
    assert set(count) <= set(weights)


@pytest.mark.parametrize("gender", [0.0, 1.0])
def test_kinds_are_as_frequent_as_their_weights(gender):
    agrees([hat.kind for hat in hats(gender)], {k: e.weight(gender) for k, e in HATS.items() if e.is_hat})
    agrees(cuts(gender), {k: e.weight(gender) for k, e in GARMENT_CUTS.items()})
    worn = jewels(gender)
    agrees([jewel.earrings for jewel in worn], {k: e.weight(gender) for k, e in EARRINGS.items()})
    agrees([jewel.necklace for jewel in worn], {k: e.weight(gender) for k, e in NECKLACES.items()})


def test_a_hat_has_what_its_entry_says():
    worn = hats(0.5)
    for hat in worn:
        entry = HATS[hat.kind]
        assert entry.front_mm[0] <= hat.front_mm <= entry.front_mm[1]
        assert entry.back_mm[0] <= hat.back_mm <= entry.back_mm[1]
        assert hat.pattern == "plain" or entry.patterned > 0
        assert (hat.turned == 0 or entry.turned > 0) and (hat.emblem == "none" or entry.emblem > 0)
    caps = [hat for hat in worn if hat.kind == "cap"]
    assert 0.15 < sum(hat.turned != 0 for hat in caps) / len(caps) < 0.35
    backwards = [hat for hat in caps if abs(hat.turned) > 0.5]
    assert 0.08 < len(backwards) / len(caps) < 0.26 and {hat.turned > 0 for hat in backwards} == {True, False}
    assert 0.6 < sum(hat.emblem != "none" for hat in caps) / len(caps) < 0.8


def test_ornaments_are_worn_where_no_hat_is_and_are_none():
    bare = [draw_headwear(Draw(3, i), s.Identity(gender=0.0), 0.0) for i in range(4000)]
    worn = [hat.kind for hat in bare if hat.kind != "none"]
    assert 0.012 < len(worn) / len(bare) < 0.03
    assert not any(HATS[kind].is_hat for kind in worn)
    agrees(worn, {k: e.weight(0.0) for k, e in HATS.items() if not e.is_hat})


@pytest.mark.parametrize("gender", [0.5, 0.9, 0.99, 1.0])
def test_ornaments_have_a_weight_wherever_they_are_drawn(gender):
    drawn = [draw_headwear(Draw(3, i), s.Identity(gender=gender), 0.0).kind for i in range(4000)]
    share = sum(kind != "none" for kind in drawn) / len(drawn)
    assert share == pytest.approx(0.021 * (1 - gender), abs=0.004)
    assert gender < 1 or set(drawn) == {"none"}


def test_a_man_may_be_given_an_ornament():
    given = [parse("identity.gender=1"), parse("headwear.kind=tiara")]
    assert apply_all(draw_spec(3, 0), given).headwear.kind == "tiara"


def test_a_hood_is_a_part_of_the_garment():
    worn = [replace(hat, kind="hood") for hat in hats(0.0)[:40]]
    cuts = {under_headwear(Draw(3, i), hat, s.Garment(cut="suit")).cut for i, hat in enumerate(worn)}
    assert cuts == set(HATS["hood"].garment_cuts)
    assert under_headwear(Draw(3, 0), s.Headwear(), s.Garment(cut="suit")).cut == "suit"


def test_jewels_have_the_sizes_of_their_entries():
    for worn in jewels(0.0):
        for size, (low, high) in (
            (worn.earring_mm, EARRINGS[worn.earrings].size_mm),
            (worn.necklace_mm, NECKLACES[worn.necklace].size_mm),
        ):
            assert low <= size <= high


@pytest.mark.parametrize(("eyes", "darkest", "lightest"), [(True, 0.86, 0.0), (False, 1.0, 0.93)])
def test_glasses_show_or_hide_the_eyes_as_requested(eyes, darkest, lightest):
    worn = [draw_glasses(Draw(5, i), 1.0, eyes) for i in range(400)]
    assert all(lightest <= glasses.tint <= darkest for glasses in worn)
    assert all(glasses.metal == 1 for glasses in worn if GLASSES_FRAMES[glasses.kind].always_metal)
    assert {glasses.kind for glasses in worn} <= set(GLASSES_FRAMES)


def test_what_is_not_worn_still_has_a_look():
    """`--set headwear.kind=cap` on a bare head: two faces get different caps."""
    bare = [draw_headwear(Draw(1, i), s.Identity(), 0.0) for i in range(20)]
    assert {hat.kind for hat in bare} == {"none"} and len({hat.colour for hat in bare}) == 20


def test_the_same_draw_gives_the_same_dye():
    assert draw_dye(Draw(1, 2), "x") == draw_dye(Draw(1, 2), "x") != draw_dye(Draw(1, 2), "y")
    assert all(0 <= channel <= 1 for i in range(50) for channel in draw_dye(Draw(1, i), "x"))


def test_clothes_now_and_then_have_the_colour_of_the_backdrop():
    """As often as the prior says, scaled in lightness alone, and otherwise the drawn colour stays."""
    worn, behind = (
        s.Garment(colour=(0.2, 0.3, 0.4)),
        s.Background(first=(0.3, 0.15, 0.05), second=(0.05, 0.15, 0.3)),
    )
    drawn = [like_backdrop(Draw(5, i), worn, behind).colour for i in range(4000)]
    other = np.array([colour for colour in drawn if colour != worn.colour])
    assert len(other) / len(drawn) == pytest.approx(LIKE_BACKDROP, abs=0.01)
    ratio = np.sort(other[:, [0, 2]], 1)
    np.testing.assert_allclose(ratio[:, 1] / ratio[:, 0], 6.0)


def test_lace_is_thin_and_only_cuts_made_of_it_are_drawn_so():
    for i in range(300):
        worn = draw_garment(Draw(3, i), s.Identity(gender=i % 2))
        assert (worn.pattern == "lace") == (worn.cut == "lace_top")
        if worn.cut == "lace_top":
            assert worn.fabric == "woven"
