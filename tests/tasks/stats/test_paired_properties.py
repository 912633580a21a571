import dataclasses
import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tasks.stats.mean import mean_score
from tasks.stats.paired import paired_difference

ternary = st.sampled_from([-1.0, 0.0, 1.0])
sparse = st.sampled_from([0.0] * 12 + [1.0, -1.0])
graded = st.one_of(st.sampled_from([-0.75, -0.5, 0.0, 0.25, 1.0]), st.floats(-1, 1))


@st.composite
def samples(draw):
    values = draw(st.sampled_from([ternary, sparse, graded]))
    d = draw(st.lists(values, min_size=1, max_size=60))
    groups = draw(st.integers(1, 8))
    clusters = draw(st.none() | st.lists(st.integers(0, groups), min_size=len(d), max_size=len(d)))
    return np.array(d), clusters


def numbers(result):
    return [value for value in dataclasses.astuple(result) if isinstance(value, float)]


@given(samples(), st.sampled_from([0.5, 0.8, 0.95, 0.99]))
def test_the_interval_contains_the_estimate_and_has_a_width(sample, confidence):
    result = paired_difference(*sample, confidence=confidence)
    assert (result.low is None) == (result.high is None) == (result.reason is not None)
    if result.low is not None:
        assert -1 <= result.low <= result.estimate <= result.high <= 1
        assert result.high - result.low > 1e-9


@given(samples())
def test_unknown_numbers_are_none_and_no_standard_error_is_0(sample):
    result = paired_difference(*sample)
    assert all(math.isfinite(value) for value in numbers(result))
    errors = (
        result.standard_error,
        result.standard_error_naive,
        result.standard_error_cr0,
        result.standard_error_cr1,
    )
    assert all(error is None or error > 0 for error in errors)
    assert result.p_value is None or 0 <= result.p_value <= 1


@given(samples())
def test_swapping_the_models_negates_the_estimate_and_mirrors_the_interval(sample):
    d, clusters = sample
    ours, theirs = paired_difference(d, clusters), paired_difference(-d, clusters)
    assert (theirs.reason, theirs.method, theirs.flags) == (ours.reason, ours.method, ours.flags)
    assert theirs.estimate == pytest.approx(-ours.estimate, abs=1e-12)
    if ours.low is not None:
        assert [theirs.low, theirs.high] == pytest.approx([-ours.high, -ours.low], abs=1e-9)
        assert theirs.p_value == pytest.approx(ours.p_value, rel=1e-6, abs=1e-12)


@given(samples(), st.randoms(use_true_random=False))
def test_the_order_of_rows_and_the_names_of_clusters_do_not_change_a_bit(sample, random):
    d, clusters = sample
    order = list(range(len(d)))
    random.shuffle(order)
    names = clusters and [f"cluster {(7 * code) % 10}" for code in clusters]
    shuffled = paired_difference(d[order], names and [names[row] for row in order])
    assert shuffled == paired_difference(d, clusters)


@given(samples(), st.sampled_from([0.5, 0.8, 0.9, 0.95, 0.99]))
def test_the_p_value_is_below_its_level_exactly_where_the_interval_excludes_0(sample, confidence):
    result = paired_difference(*sample, confidence=confidence)
    assume(result.low is not None)
    assume(min(abs(result.low), abs(result.high)) > 1e-9)
    assume(abs(result.p_value - (1 - confidence)) > 1e-9)
    assert (result.p_value < 1 - confidence) == (not result.low <= 0 <= result.high)


@given(samples())
def test_an_interval_of_higher_confidence_is_wider(sample):
    narrow, wide = (paired_difference(*sample, confidence=confidence) for confidence in (0.9, 0.99))
    assume(narrow.low is not None)
    assert wide.low <= narrow.low + 1e-12
    assert wide.high >= narrow.high - 1e-12


@given(samples())
def test_clusters_of_one_item_each_are_like_no_clusters(sample):
    d, _ = sample
    assume(d.size > 5)
    alone, named = paired_difference(d, None), paired_difference(d, np.arange(d.size))
    assert dataclasses.replace(named, flags=()) == alone


@given(samples())
def test_the_score_interval_stays_in_range_and_has_a_width(sample):
    d, clusters = sample
    result = mean_score(np.abs(d), clusters)
    assert all(math.isfinite(value) for value in numbers(result))
    assert (result.low is None) == (result.reason is not None)
    if result.low is not None:
        assert 0 <= result.low <= result.estimate + 1e-12
        assert result.estimate - 1e-12 <= result.high <= 1
        assert result.high - result.low > 1e-9


@given(st.lists(st.one_of(ternary, sparse), min_size=2, max_size=60))
def test_adding_an_item_without_a_difference_shrinks_the_estimate_and_makes_nothing_significant(d):
    before, after = paired_difference(d, None), paired_difference([*d, 0.0], None)
    assert after.estimate == pytest.approx(before.estimate * len(d) / (len(d) + 1), abs=1e-12)
    assert after.count_discordant == before.count_discordant
    assume(before.p_value is not None)
    assert not after.p_value < 0.05 <= before.p_value
