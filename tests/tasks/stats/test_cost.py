from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from tasks.stats.cost import cost_per_right_ratio, quantile_ratio, sum_ratio
from tests.support.sizes import at_every_size, bounds, replications

RNG = np.random.default_rng(11)
FULL = 4_000


def drawn(seed):
    rng = np.random.default_rng(seed)
    before, after = rng.lognormal(5, 1, 150), rng.lognormal(5.2, 1, 150)
    return before, after, rng.integers(0, 30, 150), (rng.random(150) < 0.6).astype(float)


def test_the_limits_of_a_ratio_of_sums_are_where_the_t_test_is_at_its_level():
    before = RNG.lognormal(3, 0.4, 60)
    after = before * RNG.lognormal(0.2, 0.3, 60)
    result = sum_ratio(before, after, None)
    for limit in (result.low, result.high):
        assert stats.ttest_1samp(after - limit * before, 0).pvalue == pytest.approx(0.05, rel=1e-6)


def test_no_ratio_of_amounts_is_below_zero():
    result = sum_ratio([100.0, 101.0, 99.0], [10.0, 600.0, 20.0], None)
    assert result.low == 0
    assert result.high > result.estimate > 0


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_rows_does_not_change_a_bit(seed):
    columns = drawn(seed)

    def ratios(order):
        before, after, cluster, value = (column[order] for column in columns)
        rng = np.random.default_rng(1)
        return (
            sum_ratio(before, after, cluster),
            quantile_ratio(before, after, cluster, quantile=0.5, rng=rng, count_resamples=200),
            cost_per_right_ratio((before, value), (after, value), cluster),
        )

    assert ratios(np.random.default_rng(seed + 9).permutation(150)) == ratios(np.arange(150))


def test_swapping_the_models_inverts_a_ratio_of_sums():
    before, after, cluster, _ = drawn(1)
    ours, theirs = sum_ratio(before, after, cluster), sum_ratio(after, before, cluster)
    assert [theirs.low, theirs.estimate, theirs.high] == pytest.approx([1 / ours.high, 1 / ours.estimate, 1 / ours.low])


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


def costs(rng, clusters, per_cluster):
    """Log-normal amounts, correlated within clusters and between the models; the candidate's are 1.5 times as large."""
    labels = np.repeat(np.arange(clusters), per_cluster)
    shared = rng.normal(0, 0.3, clusters)[labels] + rng.normal(0, 0.3, labels.size)
    before = np.exp(shared + rng.normal(0, 0.3, labels.size))
    drift = rng.normal(0, 0.1, clusters)[labels]
    after = 1.5 * np.exp(shared + drift - 0.1**2 / 2 + rng.normal(0, 0.3, labels.size))
    return labels, before, after


@at_every_size
@pytest.mark.parametrize("statistic", ["sum", "per right answer"])
@pytest.mark.parametrize(("clusters", "per_cluster"), [(200, 1), (15, 20)])
def test_the_set_of_a_cost_ratio_covers_93_to_98_percent(statistic, clusters, per_cluster):
    rng = np.random.default_rng([1, clusters])
    count_held = 0
    for _ in range(replications(FULL)):
        labels, before, after = costs(rng, clusters, per_cluster)
        if statistic == "sum":
            result, truth = sum_ratio(before, after, labels), 1.5
        else:
            right = rng.random((2, labels.size)) < np.array([[0.8], [0.6]])
            result = cost_per_right_ratio((before, right[0]), (after, right[1]), labels)
            truth = 1.5 * 0.8 / 0.6
        count_held += result.low <= truth <= result.high
    least, most = bounds(0.93, 0.98, full=FULL)
    assert least <= count_held / replications(FULL) <= most
