import dataclasses
import math

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from tasks.stats.mean import mean_score
from tasks.stats.paired import paired_difference
from tasks.stats.ratio import fieller, relative_tax

binary = st.sampled_from([(1.0, 1.0)] * 4 + [(1.0, 0.0)] * 2 + [(0.0, 1.0), (0.0, 0.0)])
close = st.sampled_from([(1.0, 1.0)] * 20 + [(1.0, 0.0), (0.0, 1.0), (0.0, 0.0)])
lost = st.sampled_from([(1.0, 0.0)] * 12 + [(0.0, 0.0)] * 4 + [(1.0, 1.0)])
graded = st.tuples(st.sampled_from([0.0, 0.25, 0.6, 1.0]), st.floats(0, 1))


@st.composite
def pairs(draw):
    values = draw(st.lists(draw(st.sampled_from([binary, close, lost, graded])), min_size=1, max_size=80))
    reference, candidate = np.array(values).T
    codes = st.lists(st.integers(0, draw(st.integers(1, 12))), min_size=len(values), max_size=len(values))
    return reference, candidate, draw(st.none() | codes)


@given(pairs(), st.sampled_from([0.0, 0.25]))
def test_the_relative_interval_excludes_0_exactly_where_the_absolute_one_does(pair, chance):
    reference, candidate, clusters = pair
    absolute, relative = paired_difference(reference - candidate, clusters), relative_tax(*pair, chance=chance)
    assume(relative.low is not None)
    assume(min(abs(absolute.low), abs(absolute.high)) > 1e-7)
    assert (relative.low > 0, relative.high < 0) == (absolute.low > 0, absolute.high < 0)


# Two clusters that happen to lose the same share, and a candidate with few successes.
LUCKY = (
    np.array([0.6] + [0.0] * 7 + [0.6, 1, 1, 1, 1, 0, 1, 1, 1]),
    np.array([0, 0, 0.5, 0.125, 0, 0.5, 0, 0.5, 0.5, 0, 0, 0, 0.5, 0, 1, 0.5, 0.5]),
    [1, 0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1],
)


@given(pairs(), st.sampled_from([0.0, 0.25]))
@example(LUCKY, 0.0)
def test_only_sets_that_are_intervals_have_limits_and_they_contain_the_estimate(pair, chance):
    result = relative_tax(*pair, chance=chance)
    assert (result.low is not None) == (result.high is not None) == (result.kind == "interval")
    assert (result.reason is None) == (result.kind == "interval")
    assert (result.excluded_low is not None) == (result.kind == "complement")
    assert all(math.isfinite(value) for value in dataclasses.astuple(result) if isinstance(value, float))
    if result.low is not None:
        assert result.low <= result.estimate + 1e-9
        assert result.estimate <= result.high + 1e-9
        assert result.high - result.low > 1e-9
        assert result.high <= 1 or chance > 0


@given(pairs(), st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_change_a_bit(pair, random):
    reference, candidate, clusters = pair
    order = list(range(reference.size))
    random.shuffle(order)
    codes = clusters and [clusters[row] for row in order]
    assert relative_tax(reference[order], candidate[order], codes) == relative_tax(*pair)


def test_a_dense_pair_has_fiellers_set_with_cr2_and_bell_mccaffrey():
    rng = np.random.default_rng(3)
    reference, candidate = (rng.random((2, 600)) < [[0.7], [0.5]]).astype(float)
    clusters = np.arange(600) // 20
    both = [paired_difference(values, clusters) for values in (reference - candidate, reference)]
    # Cov(a, b) from the variances of a, b and (a - b), the last being minus the candidate.
    third = mean_score(candidate, clusters).standard_error ** 2
    v_aa, v_bb = (result.standard_error**2 for result in both)
    t = (both[0].high - both[0].low) / (2 * both[0].standard_error)
    expected = fieller(both[0].estimate, both[1].estimate, v_aa, (v_aa + v_bb - third) / 2, v_bb, t)
    result = relative_tax(reference, candidate, clusters)
    assert [result.estimate, result.low, result.high] == pytest.approx(
        [expected.estimate, expected.low, expected.high], rel=1e-9
    )


def test_few_differing_items_use_the_score_interval():
    reference, candidate = np.ones(100), np.array([0.0] * 5 + [1.0] * 95)
    absolute, relative = paired_difference(reference - candidate, None), relative_tax(reference, candidate, None)
    # A base with only right answers does not vary, so the relative interval is the absolute one.
    assert [relative.low, relative.high] == pytest.approx([absolute.low, absolute.high])


def test_the_interval_has_a_width_where_no_item_differs():
    reference = np.array([1.0] * 70 + [0.0] * 30)
    result = relative_tax(reference, reference, None)
    assert result.estimate == 0
    assert result.low == pytest.approx(-result.high)
    assert result.high > 0.03


@pytest.mark.parametrize("right", [40, 95])
def test_a_candidate_that_lost_everything_has_an_interval_below_1(right):
    result = relative_tax([1.0] * right + [0.0] * (100 - right), np.zeros(100), None)
    assert (result.estimate, result.high) == (1.0, 1.0)
    assert 0.8 < result.low < 0.99


def test_the_raw_relative_tax_is_at_most_1_and_the_chance_adjusted_one_may_be_larger():
    reference, candidate = np.array([1.0] * 35 + [0.0] * 65), np.array([1.0] * 3 + [0.0] * 97)
    assert relative_tax(reference, candidate, None).high <= 1
    assert relative_tax(reference, candidate, None, chance=0.2).high > 1


def test_chance_may_differ_by_item():
    rng = np.random.default_rng(5)
    reference, candidate = (rng.random((2, 400)) < [[0.8], [0.6]]).astype(float)
    chance = np.tile([0.1, 0.25], 200)
    result = relative_tax(reference, candidate, None, chance=chance)
    assert result.estimate == pytest.approx((reference - candidate).mean() / (reference - chance).mean())
    assert relative_tax(reference, candidate, None, chance=0.25) == relative_tax(
        reference, candidate, None, chance=np.full(400, 0.25)
    )


def answers(right, wrong):
    return [1.0] * right + [0.0] * wrong


@pytest.mark.parametrize(
    ("reference", "candidate", "clusters", "chance", "reason"),
    [
        ([], [], None, 0, "no_paired_items"),
        ([1], [0], None, 0, "one_item"),
        ([1, 0, 1], [0, 0, 1], ["a"] * 3, 0, "one_cluster"),
        (answers(2, 98), answers(0, 100), None, 0, "base_not_distinguishable_from_zero"),
        (answers(0, 50), answers(25, 25), None, 0, "base_not_distinguishable_from_zero"),
        (answers(30, 70), answers(20, 80), None, 0.25, "base_not_distinguishable_from_chance"),
        (answers(10, 90), answers(20, 80), None, 0.25, "base_below_chance"),
    ],
)
def test_a_ratio_over_an_uncertain_base_has_no_estimate(reference, candidate, clusters, chance, reason):
    result = relative_tax(reference, candidate, clusters, chance=chance)
    assert (result.estimate, result.low, result.high, result.reason) == (None, None, None, reason)
    assert result.kind != "interval"


@pytest.mark.parametrize(
    ("reference", "candidate", "reason", "estimate"),
    [
        ([0.9, 0.8, 0.7] * 20, [0.6, 0.5, 0.4] * 20, "all_differences_equal", 0.375),
        ([0.8, 0.4, 0.6] * 20, [0.4, 0.2, 0.3] * 20, "all_ratios_equal", 0.5),
    ],
)
def test_equal_losses_have_an_estimate_without_limits(reference, candidate, reason, estimate):
    result = relative_tax(reference, candidate, None)
    assert (result.reason, result.low, result.high) == (reason, None, None)
    assert result.estimate == pytest.approx(estimate)


def test_a_candidate_that_lost_nearly_all_of_an_uncertain_base_has_no_limits():
    clusters = [0] * 10 + [1] * 3 + [0] * 2 + [1]
    result = relative_tax([*answers(13, 2), 1.0], [*answers(0, 15), 1.0], clusters)
    assert (result.kind, result.low, result.high) == ("complement", None, None)


def test_an_uncertain_base_still_excludes_some_ratios():
    # The base is hardly above 0 and the gain is large: ratios near 0 are excluded, all others are possible.
    result = relative_tax(answers(3, 97), answers(0, 40) + answers(60, 0), None)
    assert result.kind == "complement"
    assert result.excluded_low < 0 < result.excluded_high


@pytest.mark.parametrize(("reference", "candidate"), [([1, 0], [1]), ([1.2], [0]), ([np.nan], [0])])
def test_scores_that_are_no_pairs_or_out_of_range_are_refused(reference, candidate):
    with pytest.raises(ValueError, match="expected"):
        relative_tax(reference, candidate, None)
