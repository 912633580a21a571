from __future__ import annotations

from collections import Counter

import pytest

from infra.simulator.stream import Stream


def test_the_same_key_gives_the_same_uniforms_on_any_machine():
    stream = Stream(7, "oak-base", "prompt", 0)
    assert [round(stream.uniform(), 12) for _ in range(3)] == [0.485029733147, 0.733012487221, 0.262413642575]


def test_uniforms_are_evenly_spread_between_0_and_1():
    stream = Stream("even")
    values = [stream.uniform() for _ in range(20_000)]
    assert 0.0 < min(values) < max(values) < 1.0
    tenths = Counter(int(value * 10) for value in values)
    assert sum((tenths[t] - 2000) ** 2 / 2000 for t in range(10)) < 27.9  # chi-squared, 9 df, alpha 0.001


@pytest.mark.parametrize(
    ("first", "second"),
    [((1, "m", "p", 0), (2, "m", "p", 0)), (("m", "p"), ("mp",)), ((1, "m", "p", 0), (1, "m", "p", 1))],
)
def test_each_part_of_the_key_changes_the_uniforms(first, second):
    assert Stream(*first).uniform() != Stream(*second).uniform()
