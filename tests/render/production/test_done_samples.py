"""Answers in columns are the answers, and take little memory."""

import tracemalloc

import pytest

from facegen.render.production.done_samples import Done, DoneSamples
from facegen.render.production.set_summary import timing

ANSWERS = [
    Done(7, 2.5, 1800, {"build": 0.5, "beauty": 1.25}),
    Done(3, 1.5, 1900, {"build": 0.25, "beauty": 1.0, "hands": 0.125}),
    Done(4, 0.5, 1700, {}, {"wrong": 3}),
]


def test_what_went_in_comes_out_in_its_order():
    done = DoneSamples()
    for one in ANSWERS:
        done[one.index] = one
    assert list(done.values()) == ANSWERS and list(done) == [7, 3, 4] and sorted(done) == [3, 4, 7]
    done[4] = again = Done(4, 0.75, 1750, {"build": 0.5})
    assert done[4] == again and len(done) == 3
    del done[7]
    assert dict(done) == {3: ANSWERS[1], 4: again} and 7 not in done
    with pytest.raises(KeyError):
        done[7]
    assert not DoneSamples()


def test_the_summary_has_every_stage_that_any_sample_had():
    assert timing([]) is None
    assert timing(ANSWERS) == {
        "samples": 3,
        "median_s": 1.5,
        "p90_s": pytest.approx(2.3),
        "stages_median_s": {"build": 0.375, "beauty": 1.125, "hands": 0.125},
        "peak_rss_mb": 1900,
    }


def test_a_hundred_thousand_answers_take_twenty_megabytes():
    done = DoneSamples()
    tracemalloc.start()
    try:
        for index in range(100_000):
            done[index] = Done(index, index / 7, 1800, {name: index / 9 for name in "abcde"})
        used = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    assert used < 20e6  # 95 MB as objects
