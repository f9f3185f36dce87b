"""Make-up is worn at the rates of the annotations, by sex and age, in colours that suit the skin."""

import numpy as np
import pytest

from facegen.colour_science import LUMINANCE
from facegen.datasets.keyed_random import Draw
from facegen.render.prior import make_up_prior
from facegen.render.spec import face_spec as s

N = 3000
# Heavy_Makeup, Wearing_Lipstick, Rosy_Cheeks of CelebAMask-HQ by (Male, Young), counted in its 30,000 rows.
COUNTED = {
    (0.0, 25.0): (0.7414, 0.8934, 0.1651),
    (0.0, 60.0): (0.5828, 0.8331, 0.2490),
    (1.0, 25.0): (0.0021, 0.0096, 0.0039),
    (1.0, 60.0): (0.0007, 0.0011, 0.0086),
}


@pytest.mark.parametrize("person", COUNTED)
def test_rates_by_sex_and_age_are_those_of_the_annotations(person):
    identity = s.Identity(gender=person[0], age=person[1])
    worn = np.array([make_up_prior.draw_worn(Draw(5, i), identity) for i in range(N)])
    for found, expected in zip(worn.mean(0), COUNTED[person], strict=True):
        assert found == pytest.approx(expected, abs=4 * np.sqrt(expected * (1 - expected) / N) + 0.002)


def test_bare_faces_wear_nothing_and_heavy_make_up_shows():
    amounts = ("eye_shadow", "liner", "mascara", "foundation", "contour", "rouge", "lipstick_amount")
    bare, full = make_up_prior.Worn(False, False, False), make_up_prior.Worn(True, True, True)
    for i in range(50):
        assert not any(make_up_prior.draw_make_up(Draw(0, i), bare, 0.05)[name] for name in amounts)
        made_up = make_up_prior.draw_make_up(Draw(0, i), full, 0.05)
        assert all(made_up[name] > 0 for name in amounts if name != "contour") and made_up["rouge"] >= 0.6


def test_all_draws_lie_in_the_range_of_their_fields():
    rules = {name: field.metadata["rule"] for name, field in s.Skin.__dataclass_fields__.items()}
    for i in range(1000):
        heavy, lipstick, rosy = (i % 2 == 0, i % 3 > 0, i % 5 == 0)
        worn = make_up_prior.Worn(heavy, lipstick, rosy)
        for name, value in make_up_prior.draw_make_up(Draw(1, i), worn, 0.01 + 0.44 * i / 1000).items():
            assert rules[name].low <= np.min(value) and np.max(value) <= rules[name].high, name


def test_lipstick_is_darker_on_dark_skin():
    light, dark = (
        np.mean([make_up_prior.draw_lipstick(Draw(2, i), True, m)["lipstick"] for i in range(200)], 0)
        for m in (0.04, 0.35)
    )
    ratio = (dark @ LUMINANCE) / (light @ LUMINANCE)
    assert ratio == pytest.approx(make_up_prior.LIPSTICK_ON_DARK, rel=1e-6)
