import numpy as np
import pytest

from tasks.stats.bootstrap import bootstrap_means
from tasks.stats.paired import paired_difference


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
