import numpy as np
import pytest

from tasks.stats.bootstrap import bootstrap_standard_error
from tasks.stats.paired import paired_difference


def sample(groups, seed):
    rng = np.random.default_rng([seed, groups])
    clusters = np.repeat(np.arange(groups), 500 // groups)
    shift = rng.normal(0.1, 0.15, groups)[clusters]
    uniform = rng.random(clusters.size)
    return np.where(uniform < 0.2 + shift / 2, 1.0, np.where(uniform > 0.8 + shift / 2, -1.0, 0.0)), clusters


@pytest.mark.parametrize(("groups", "low", "high"), [(5, 0.85, 0.93), (10, 0.92, 0.97), (50, 0.96, 1.02)])
def test_bootstrap_agrees_with_cr2_but_for_the_missing_cluster(groups, low, high):
    shares = []
    for seed in range(9):
        difference, clusters = sample(groups, seed)
        error = bootstrap_standard_error(difference, clusters, rng=np.random.default_rng(seed), count_resamples=1000)
        shares.append(error / paired_difference(difference, clusters).standard_error)
    assert low <= np.median(shares) <= high


def test_same_seed_gives_the_same_number_in_any_order_of_rows():
    difference, clusters = sample(10, 1)
    order = np.random.default_rng(2).permutation(difference.size)
    first, shuffled, other = (
        bootstrap_standard_error(difference[rows], clusters[rows], rng=np.random.default_rng(seed))
        for rows, seed in ((slice(None), 3), (order, 3), (slice(None), 4))
    )
    assert first == shuffled
    assert first != other


@pytest.mark.parametrize(("difference", "clusters"), [([], None), ([1], None), ([1, 0], ["a", "a"]), ([0] * 9, None)])
def test_what_does_not_vary_has_no_standard_error(difference, clusters):
    assert bootstrap_standard_error(difference, clusters, rng=np.random.default_rng(0)) is None
