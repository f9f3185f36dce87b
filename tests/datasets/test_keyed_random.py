"""Keyed randomness: NumPy's Philox, one stream a key, digits that never change."""

import hashlib

import numpy as np
import pytest

from facegen.datasets.keyed_random import (
    Draw,
    build_generator,
    generator,
    keyed_generator,
    keyed_seed,
    keyed_uniform,
    philox,
)


def test_draws_depend_on_seed_index_and_name_only():
    def draw(*key):
        return generator(*key).random()

    assert draw(0, 0, "a") == draw(0, 0, "a")
    assert len({draw(0, 0, "a"), draw(1, 0, "a"), draw(0, 1, "a"), draw(0, 0, "b")}) == 4


def test_a_draw_is_numpys_philox_of_the_hash():
    key = int.from_bytes(hashlib.sha256(b"5/77/pose.yaw").digest()[:16], "little")
    expected = np.random.Generator(np.random.Philox(key=key)).random(5)
    np.testing.assert_array_equal(generator(5, 77, "pose.yaw").random(5), expected)


@pytest.mark.parametrize("index", range(20))
def test_a_choice_is_numpys(index):
    weights = {"a": 0.2, "b": 0.0, "c": 3.0, "d": 1.1}
    p = np.array(list(weights.values())) / sum(weights.values())
    assert Draw(3, index).choice("x", weights) == generator(3, index, "x").choice(list(weights), p=p)


@pytest.mark.parametrize("weights", [{"a": 0.0}, {"a": 1.0, "b": -0.5}, {"a": np.nan, "b": 1.0}])
def test_weights_that_are_no_distribution_are_refused(weights):
    with pytest.raises(ValueError, match="no distribution"):
        Draw(0, 0).choice("x", weights)


@pytest.mark.parametrize("key", [0, 1, 20, 2**63 + 5, 2**127 + 12345])
def test_a_plain_key_is_numpys(key):
    expected = np.random.Generator(np.random.Philox(key=key))
    np.testing.assert_array_equal(philox(key).normal(size=9), expected.normal(size=9))
    with pytest.raises(ValueError, match="no unsigned number"):
        philox(-1 - key)


def test_a_tuple_is_a_key_of_its_own():
    def draw(*key):
        return keyed_generator(*key).random()

    assert draw(0, "a", 1) == draw(0, "a", 1)
    assert len({draw(0, "a", 1), draw(1, "a", 1), draw(0, "a", 2), draw(0, "a", "1"), draw(0, "a")}) == 5
    assert 0 <= keyed_seed(7, "step") < 2**63


def test_a_face_is_built_with_draws_of_its_own():
    spec = Draw(5, 77)
    assert build_generator(spec, "hair").random() == generator(5, 77, "build.hair").random()


def test_the_digits_of_every_scheme_stay():
    """Faces, trainings and sampled rows that exist depend on these numbers."""
    assert keyed_generator(5, "a", 3).random(2).tolist() == [0.2965961663016644, 0.47217061300992724]
    assert keyed_seed(5, "a", 3) == 5831857852641799370
    assert keyed_uniform(5, "a", 3).tolist() == [0.9768299868985206, 0.8118082990964983, 0.8785981697664509]
    assert generator(5, 77, "pose.yaw").random(2).tolist() == [0.10931846225370423, 0.8351658759790278]
