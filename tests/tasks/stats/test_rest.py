"""Small promises of the statistics beside the tax: agreement with scipy, symmetry, order, reasons."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from tasks.stats.bootstrap import metric_difference
from tasks.stats.cost import cost_per_right_ratio, quantile_ratio, sum_ratio
from tasks.stats.exchange import exchange_rate
from tasks.stats.identified import identified_interval, missing_asymmetry
from tasks.stats.paired import paired_difference
from tasks.stats.reliability import measured_reliability, self_difference
from tasks.stats.unpaired import Published, unpaired_difference

maybe = st.sampled_from([0.0, 1.0, 0.5, None])
RNG = np.random.default_rng(11)


def test_unpaired_difference_is_welchs():
    first, second = RNG.normal(0.6, 0.2, 80), RNG.normal(0.5, 0.4, 50)
    sides = [Published(x.mean(), x.std(ddof=1) / x.size**0.5, x.size) for x in (first, second)]
    ours, theirs = unpaired_difference(*sides), stats.ttest_ind(first, second, equal_var=False)
    interval = theirs.confidence_interval()
    assert ours.df == pytest.approx(theirs.df)
    assert [ours.p_value, ours.low, ours.high] == pytest.approx([theirs.pvalue, interval.low, interval.high])


def test_a_bootstrap_of_the_mean_has_scipys_standard_error():
    before, after = RNG.random((300, 1)), RNG.random((300, 1))
    pairs = [np.column_stack([part, np.ones(300)]) for part in (before, after)]
    ours = metric_difference(*pairs, None, lambda s: s[..., 0] / s[..., 1], rng=np.random.default_rng(1))
    theirs = stats.bootstrap(((before - after).ravel(),), np.mean, rng=np.random.default_rng(2), n_resamples=2000)
    assert ours.standard_error == pytest.approx(theirs.standard_error, rel=0.06)
    exact = paired_difference((before - after).ravel(), None)
    assert ours.estimate == pytest.approx(exact.estimate)
    assert [ours.low, ours.high] == pytest.approx([exact.low, exact.high], abs=0.006)


def test_a_ratio_of_sums_is_fiellers_textbook_interval():
    # With independent pairs: the t test of a - R b = 0 is not rejected exactly within the limits.
    before = RNG.lognormal(3, 0.4, 60)
    after = before * RNG.lognormal(0.2, 0.3, 60)
    result = sum_ratio(before, after, None)
    for limit in (result.low, result.high):
        assert stats.ttest_1samp(after - limit * before, 0).pvalue == pytest.approx(0.05, rel=1e-6)


def test_variance_components_are_those_of_the_analysis_of_variance():
    chance = RNG.random(40)
    answers = (RNG.random((40, 5)) < chance[:, None]).astype(float)
    result = measured_reliability(answers.ravel(), np.repeat(np.arange(40), 5), None)
    within = answers.var(axis=1, ddof=1).mean()
    assert result.within.estimate == pytest.approx(within)
    assert result.between == pytest.approx(answers.mean(axis=1).var(ddof=1) - within / 5)
    assert result.noise_sd == pytest.approx((2 * within / 5 / 40) ** 0.5)


@given(st.lists(st.tuples(maybe, maybe), min_size=2, max_size=40))
def test_swapping_mirrors_the_identified_interval_and_the_asymmetry(pairs):
    before, after = zip(*pairs, strict=True)
    ours, theirs = identified_interval(before, after, None), identified_interval(after, before, None)
    assert (ours.low is None) == (theirs.low is None) == (ours.reason is not None)
    if ours.low is not None:
        assert [theirs.low, theirs.high] == pytest.approx([-ours.high, -ours.low], abs=1e-9)
        assert -1 <= ours.low < ours.high <= 1
    assert missing_asymmetry(after, before, None).estimate == pytest.approx(
        -missing_asymmetry(before, after, None).estimate
    )


@given(st.lists(st.tuples(st.sampled_from([0.0, 1.0]), st.sampled_from([0.0, 1.0])), min_size=2, max_size=40))
def test_without_missing_answers_the_identified_interval_is_the_tax_interval(pairs):
    before, after = (np.array(side) for side in zip(*pairs, strict=True))
    identified, tax = identified_interval(before, after, None), paired_difference(before - after, None)
    assert [identified.low, identified.high] == pytest.approx([tax.low, tax.high], abs=1e-9)


def drawn(seed):
    rng = np.random.default_rng(seed)
    before, after = rng.lognormal(5, 1, 150), rng.lognormal(5.2, 1, 150)
    return before, after, rng.integers(0, 30, 150), (rng.random(150) < 0.6).astype(float)


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_rows_and_a_second_run_change_no_bit(seed):
    before, after, cluster, value = drawn(seed)
    order = np.random.default_rng(seed + 9).permutation(150)

    def all_of(*, order):
        a, b, c, v = (part[order] for part in (before, after, cluster, value))
        pairs = [np.column_stack([v, x]) for x in (a, b)]
        item = np.arange(150)[order] // 3
        return (
            sum_ratio(a, b, c),
            quantile_ratio(a, b, c, quantile=0.5, rng=np.random.default_rng(1), count_resamples=200),
            cost_per_right_ratio((a, v), (b, v), c),
            metric_difference(*pairs, c, lambda s: s[..., 0] / s[..., 1], rng=np.random.default_rng(1)),
            measured_reliability(v, item, None),
            self_difference(v, item, None, rng=np.random.default_rng(1)),
        )

    assert all_of(order=order) == all_of(order=np.arange(150))


def test_swapping_the_models_inverts_a_ratio_of_sums():
    before, after, cluster, _ = drawn(1)
    ours, theirs = sum_ratio(before, after, cluster), sum_ratio(after, before, cluster)
    assert [theirs.low, theirs.estimate, theirs.high] == pytest.approx([1 / ours.high, 1 / ours.estimate, 1 / ours.low])


def test_a_gain_that_may_be_nothing_has_no_exchange_rate_and_a_loss_of_safety_says_so():
    tax = paired_difference([1.0] * 20 + [0.0] * 80, None)
    gain, loss, nothing = (paired_difference(d, None) for d in ([1.0] * 50 + [0.0] * 50, [-1.0] * 50, [1.0, -1.0] * 50))
    assert exchange_rate(tax, gain).reason is None
    assert exchange_rate(tax, nothing).reason == "nothing_demonstrably_bought"
    assert exchange_rate(tax, loss).reason == "safety_fell"
    assert exchange_rate(paired_difference([], None), gain).reason == "no_capability_tax"


@pytest.mark.parametrize(
    ("result", "reason"),
    [
        (sum_ratio([np.nan], [1.0], None), "usage_unknown"),
        (sum_ratio([0.0, 0.0], [1.0, 1.0], None), "reference_costs_nothing"),
        (sum_ratio([1.0], [2.0], None), "one_item"),
        (sum_ratio([1.0, 2.0], [2.0, 4.0], None), "all_ratios_equal"),
        (sum_ratio([1.0, 2.0], [2.0, 1.0], ["a", "a"]), "one_cluster"),
        (cost_per_right_ratio(([1.0] * 20, [0.0] * 20), ([1.0] * 20, [1.0] * 20), None), "too_few_right_answers"),
        (quantile_ratio([1.0] * 99, [2.0] * 99, None, quantile=0.5, rng=RNG), "fewer_than_100_pairs"),
        (quantile_ratio([1.0] * 100, [2.0] * 100, None, quantile=0.5, rng=RNG), "all_ratios_equal"),
    ],
)
def test_a_ratio_without_limits_has_a_reason(result, reason):
    assert (result.low, result.high, result.reason) == (None, None, reason)


def test_an_added_item_that_both_answer_alike_shrinks_the_parts_as_it_shrinks_the_tax():
    part = [1.0, 1.0, -1.0, 0.0, 0.0, 1.0] * 10
    before, after = paired_difference(part, None), paired_difference([*part, 0.0], None)
    assert after.estimate == pytest.approx(before.estimate * 60 / 61)
    assert after.p_value >= before.p_value - 1e-12 or after.p_value == pytest.approx(before.p_value, rel=0.02)
