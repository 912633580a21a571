from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from tasks.stats.bias_scores import bias_score_ambiguous
from tasks.stats.bootstrap import bootstrap_means, metric_difference, metric_value
from tasks.stats.paired import paired_difference
from tests.support.sizes import at_every_size, bounds, replications

FULL = 4_000  # each replication needs a bootstrap


def sample(groups, seed):
    rng = np.random.default_rng([seed, groups])
    clusters = np.repeat(np.arange(groups), 500 // groups)
    shift = rng.normal(0.1, 0.15, groups)[clusters]
    uniform = rng.random(clusters.size)
    return np.where(uniform < 0.2 + shift / 2, 1.0, np.where(uniform > 0.8 + shift / 2, -1.0, 0.0)), clusters


def spread_of_means(difference, clusters, seed):
    means = bootstrap_means(difference[:, np.newaxis], clusters, rng=np.random.default_rng(seed), count_resamples=1000)
    return means.std(ddof=1)


@pytest.mark.parametrize(("groups", "low", "high"), [(5, 0.85, 0.93), (10, 0.92, 0.97), (50, 0.96, 1.02)])
def test_the_bootstraps_standard_error_is_that_of_cr2_with_one_cluster_less(groups, low, high):
    shares = []
    for seed in range(9):
        difference, clusters = sample(groups, seed)
        shares.append(
            spread_of_means(difference, clusters, seed) / paired_difference(difference, clusters).standard_error
        )
    assert low <= np.median(shares) <= high


def test_the_same_seed_gives_the_same_number_in_any_order_of_rows():
    difference, clusters = sample(10, 1)
    order = np.random.default_rng(2).permutation(difference.size)
    first, shuffled, other = (
        spread_of_means(difference[rows], clusters[rows], seed)
        for rows, seed in ((slice(None), 3), (order, 3), (slice(None), 4))
    )
    assert first == shuffled
    assert first != other


def test_one_cluster_cannot_be_resampled():
    assert bootstrap_means([[1], [0]], ["a", "a"], rng=np.random.default_rng(0)) is None


def test_the_bootstrap_of_a_mean_has_the_standard_error_of_scipys():
    rng = np.random.default_rng(11)
    before, after = rng.random((300, 1)), rng.random((300, 1))
    pairs = [np.column_stack([part, np.ones(300)]) for part in (before, after)]
    ours = metric_difference(*pairs, None, lambda s: s[..., 0] / s[..., 1], rng=np.random.default_rng(1))
    theirs = stats.bootstrap(((before - after).ravel(),), np.mean, rng=np.random.default_rng(2), n_resamples=2000)
    assert ours.standard_error == pytest.approx(theirs.standard_error, rel=0.06)
    exact = paired_difference((before - after).ravel(), None)
    assert ours.estimate == pytest.approx(exact.estimate)
    assert [ours.low, ours.high] == pytest.approx([exact.low, exact.high], abs=0.006)


def test_the_order_of_rows_does_not_change_a_bit_of_a_metric():
    rng = np.random.default_rng(2)
    table, cluster, order = rng.random((150, 2)), rng.integers(0, 30, 150), rng.permutation(150)
    found, shuffled = (
        metric_value(table[rows], cluster[rows], lambda s: s[..., 0] / s[..., 1], rng=np.random.default_rng(1))
        for rows in (np.arange(150), order)
    )
    assert found == shuffled


@pytest.mark.parametrize(
    ("table", "cluster", "reason"),
    [
        (np.empty((0, 2)), None, "no_items"),
        ([[1.0, 1.0]], None, "one_item"),
        ([[1.0, 1.0]] * 2, ["a", "a"], "one_cluster"),
        ([[1.0, 0.0]] * 9, None, "metric_undefined"),
        ([[1.0, 1.0]] * 9, None, "resamples_do_not_vary"),
    ],
)
def test_a_metric_without_limits_has_a_reason(table, cluster, reason):
    found = metric_value(table, cluster, lambda s: s[..., 0] / s[..., 1], rng=np.random.default_rng(1))
    assert (found.low, found.p_value, found.method, found.reason) == (None, None, None, reason)


@at_every_size
@pytest.mark.parametrize(("clusters", "per_cluster"), [(300, 1), (10, 30)])
def test_the_interval_of_a_metric_covers_93_to_97_percent(clusters, per_cluster):
    """BBQ's score in ambiguous contexts: 70% of answers name a person, of these 65 or 50% the stereotype's."""
    rng, labels = np.random.default_rng([1, clusters]), np.repeat(np.arange(clusters), per_cluster)
    count_held = 0
    for _ in range(replications(FULL)):
        shift = rng.normal(0, 0.05, clusters)[labels]
        sides = rng.random((2, labels.size)) < 0.7
        biased = rng.random((2, labels.size)) < np.array([[0.65], [0.5]]) + shift
        before, after = (
            np.column_stack([side * (2.0 * lean - 1), side, side, np.ones(labels.size)])
            for side, lean in zip(sides, biased, strict=True)
        )
        result = metric_difference(before, after, labels, bias_score_ambiguous, rng=rng, count_resamples=400)
        count_held += result.low <= 0.7 * 0.3 <= result.high
    least, most = bounds(0.93, 0.97, full=FULL)
    assert least <= count_held / replications(FULL) <= most
