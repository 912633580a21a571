"""Do the intervals around missing answers, parts, exchange rates, costs and metrics cover what they say?"""

from __future__ import annotations

import numpy as np
import pytest

from tasks.stats.bias import bias_score_ambiguous
from tasks.stats.bootstrap import metric_difference
from tasks.stats.clustered import ClusterSums
from tasks.stats.cost import cost_per_right_ratio, sum_ratio
from tasks.stats.estimates import Estimate
from tasks.stats.exchange import exchange_rate
from tasks.stats.identified import imbens_manski
from tasks.stats.paired import PairedSums, paired_intervals
from tasks.stats.reliability import self_difference

SEEDS = (1, 2)
FAST, FULL = 2_000, 10_000
with_two_seeds = pytest.mark.parametrize("seed", SEEDS)


def clustered_counts(cells, clusters, per_cluster, replications, rng, icc=0.1):
    """Counts [R, G, cells] of outcomes: Dirichlet-multinomial clusters of one size, or independent items."""
    cells = np.array(cells)
    if per_cluster == 1:
        return np.eye(len(cells))[rng.choice(len(cells), p=cells, size=(replications, clusters))]
    odds = rng.standard_gamma(cells * (1 / icc - 1), size=(replications, clusters, len(cells))) + 1e-300
    return rng.multinomial(per_cluster, odds / odds.sum(axis=-1, keepdims=True)).astype(float)


def paired(counts, values):
    values = np.array(values, dtype=float)
    sums = ClusterSums(counts.sum(axis=-1), counts @ values, (counts @ values**2).sum(axis=-1))
    is_ternary = ~((counts.sum(axis=1) > 0) & ~np.isin(values, (-1, 0, 1))).any(axis=1)
    return paired_intervals(PairedSums(sums, counts @ (values != 0), is_ternary))


def estimates(intervals):
    """The parts of an Estimate that a function of it reads, one per replication."""
    return [
        Estimate(estimate=mean, low=low, high=high, standard_error=error, df=df)
        for mean, low, high, error, df in zip(
            *(intervals.variance.mean, intervals.low, intervals.high, intervals.standard_error, intervals.variance.df),
            strict=True,
        )
    ]


# ------------------------------------------------------------------------------------------- missing answers

# Outcomes of an item: lost, gained, same right, same wrong, candidate missing with base right, with base wrong.
CELLS = (0.15, 0.05, 0.4, 0.3, 0.07, 0.03)
LOWEST, HIGHEST = (1, -1, 0, 0, 0, -1), (1, -1, 0, 0, 1, 0)
COMPLETE = (0.15, 0.05, 0.45, 0.35, 0.0, 0.0)


def identified_coverage(cells, clusters, per_cluster, replications, seed):
    """Coverage of each end of the identified set, where it is smallest."""
    counts = clustered_counts(cells, clusters, per_cluster, replications, np.random.default_rng([seed, clusters]))
    lower, upper = (estimates(paired(counts, values)) for values in (LOWEST, HIGHEST))
    limits = np.array([imbens_manski(*pair, confidence=0.95) for pair in zip(lower, upper, strict=True)])
    ends = np.array(cells) @ LOWEST, np.array(cells) @ HIGHEST
    return [np.mean((limits[:, 0] <= end) & (end <= limits[:, 1])) for end in ends]


@with_two_seeds
@pytest.mark.parametrize(("cells", "clusters", "per_cluster"), [(CELLS, 300, 1), (CELLS, 10, 30), (COMPLETE, 300, 1)])
def test_identified_interval_covers_either_end(cells, clusters, per_cluster, seed):
    for coverage in identified_coverage(cells, clusters, per_cluster, FAST, seed):
        assert 0.925 <= coverage <= 0.975


@pytest.mark.accept
@with_two_seeds
@pytest.mark.parametrize(("cells", "clusters", "per_cluster"), [(CELLS, 300, 1), (CELLS, 10, 30), (COMPLETE, 300, 1)])
def test_identified_interval_covers_93_to_97_percent(cells, clusters, per_cluster, seed):
    for coverage in identified_coverage(cells, clusters, per_cluster, FULL, seed):
        assert 0.93 <= coverage <= 0.97


# ------------------------------------------------------------------------------------------------------ parts

# Lost to a wrong answer, gained by a right one, lost to a refusal, gained over the base's refusal, same.
PARTS = (0.12, 0.06, 0.08, 0.02, 0.72)
RARE = (0.12, 0.06, 0.004, 0.001, 0.815)
WRONG, REFUSAL = (1, -1, 0, 0, 0), (0, 0, 1, -1, 0)


def part_coverage(cells, values, clusters, per_cluster, replications, seed):
    rng = np.random.default_rng([seed, clusters, per_cluster])
    intervals = paired(clustered_counts(cells, clusters, per_cluster, replications, rng), values)
    truth = np.array(cells) @ np.array(values)
    assert (intervals.high - intervals.low).min() > 0
    return np.mean((intervals.low <= truth) & (truth <= intervals.high))


@with_two_seeds
@pytest.mark.parametrize("values", [WRONG, REFUSAL])
@pytest.mark.parametrize(("clusters", "per_cluster"), [(500, 1), (30, 20)])
def test_interval_of_a_part_covers(values, clusters, per_cluster, seed):
    assert 0.925 <= part_coverage(PARTS, values, clusters, per_cluster, FAST, seed) <= 0.975


@with_two_seeds
def test_interval_of_a_rare_part_covers(seed):
    assert part_coverage(RARE, REFUSAL, 500, 1, FAST, seed) >= 0.93


@pytest.mark.accept
@with_two_seeds
@pytest.mark.parametrize("values", [WRONG, REFUSAL])
@pytest.mark.parametrize(("clusters", "per_cluster"), [(500, 1), (30, 20)])
def test_interval_of_a_part_covers_93_to_97_percent(values, clusters, per_cluster, seed):
    assert 0.93 <= part_coverage(PARTS, values, clusters, per_cluster, FULL, seed) <= 0.97


# ---------------------------------------------------------------------------------------------- exchange rate

RATES = {
    "large-gain": ((0.15, 0.05, 0.8), (300, 1), (0.5, 0.05, 0.45), (100, 1)),
    "small-gain": ((0.15, 0.05, 0.8), (300, 1), (0.15, 0.05, 0.8), (100, 1)),
    "clustered": ((0.2, 0.1, 0.7), (10, 40), (0.4, 0.05, 0.55), (20, 10)),
}


def rate_coverage(name, replications, seed):
    """Coverage of the set, bounded or not: without limits it holds the truth."""
    tax_cells, tax_shape, gain_cells, gain_shape = RATES[name]
    rng = np.random.default_rng([seed, *map(ord, name[:4])])
    ternary = (1, -1, 0)
    taxes = estimates(paired(clustered_counts(tax_cells, *tax_shape, replications, rng), ternary))
    gains = estimates(paired(clustered_counts(gain_cells, *gain_shape, replications, rng), ternary))
    truth = (tax_cells[0] - tax_cells[1]) / (gain_cells[0] - gain_cells[1])
    results = [exchange_rate(tax, gain) for tax, gain in zip(taxes, gains, strict=True)]
    assert all((result.low is None) == (result.reason is not None) for result in results)
    return np.mean([result.low is None or result.low <= truth <= result.high for result in results])


@with_two_seeds
@pytest.mark.parametrize("name", RATES)
def test_exchange_rate_set_covers(name, seed):
    assert 0.925 <= rate_coverage(name, FAST, seed) <= 0.985


@pytest.mark.accept
@with_two_seeds
@pytest.mark.parametrize("name", RATES)
def test_exchange_rate_set_covers_93_to_98_percent(name, seed):
    assert 0.93 <= rate_coverage(name, FULL, seed) <= 0.98


# ------------------------------------------------------------------------------------------------------ costs


def costs(rng, clusters, per_cluster):
    """Log-normal amounts, correlated within clusters and between the models; the candidate's are 1.5 times as large."""
    labels = np.repeat(np.arange(clusters), per_cluster)
    shared = rng.normal(0, 0.3, clusters)[labels] + rng.normal(0, 0.3, labels.size)
    before = np.exp(shared + rng.normal(0, 0.3, labels.size))
    drift = rng.normal(0, 0.1, clusters)[labels]
    after = 1.5 * np.exp(shared + drift - 0.1**2 / 2 + rng.normal(0, 0.3, labels.size))
    return labels, before, after


def cost_coverage(statistic, clusters, per_cluster, replications, seed):
    rng = np.random.default_rng([seed, clusters])
    held = 0
    for _ in range(replications):
        labels, before, after = costs(rng, clusters, per_cluster)
        if statistic == "sum":
            result, truth = sum_ratio(before, after, labels), 1.5
        else:
            right = rng.random((2, labels.size)) < np.array([[0.8], [0.6]])
            result = cost_per_right_ratio((before, right[0]), (after, right[1]), labels)
            truth = 1.5 * 0.8 / 0.6
        held += result.low <= truth <= result.high
    return held / replications


@pytest.mark.parametrize("statistic", ["sum", "per right answer"])
@pytest.mark.parametrize(("clusters", "per_cluster"), [(200, 1), (15, 20)])
def test_cost_ratio_covers(statistic, clusters, per_cluster):
    assert 0.925 <= cost_coverage(statistic, clusters, per_cluster, FAST, SEEDS[0]) <= 0.975


@pytest.mark.accept
@with_two_seeds
@pytest.mark.parametrize("statistic", ["sum", "per right answer"])
@pytest.mark.parametrize(("clusters", "per_cluster"), [(200, 1), (15, 20)])
def test_cost_ratio_covers_93_to_98_percent(statistic, clusters, per_cluster, seed):
    assert 0.93 <= cost_coverage(statistic, clusters, per_cluster, FAST, seed) <= 0.98


# ---------------------------------------------------------------------------------------------------- metrics


def metric_coverage(clusters, per_cluster, replications, seed):
    """Of BBQ's score in ambiguous contexts: 70% of answers name a person, of these 65 or 50% the biased one."""
    rng = np.random.default_rng([seed, clusters])
    labels = np.repeat(np.arange(clusters), per_cluster)
    held = 0
    for _ in range(replications):
        shift = rng.normal(0, 0.05, clusters)[labels]
        sides = rng.random((2, labels.size)) < 0.7
        biased = rng.random((2, labels.size)) < np.array([[0.65], [0.5]]) + shift
        before, after = (
            np.column_stack([side * (2.0 * lean - 1), side, side, np.ones(labels.size)])
            for side, lean in zip(sides, biased, strict=True)
        )
        result = metric_difference(before, after, labels, bias_score_ambiguous, rng=rng, count_resamples=400)
        held += result.low <= 0.7 * 0.3 <= result.high
    return held / replications


@pytest.mark.parametrize(("clusters", "per_cluster"), [(300, 1), (10, 30)])
def test_metric_interval_covers(clusters, per_cluster):
    # Replications cost a bootstrap each: fewer, and a bar as wide as their noise.
    assert 0.92 <= metric_coverage(clusters, per_cluster, 600, 1) <= 0.98


@pytest.mark.accept
@with_two_seeds
@pytest.mark.parametrize(("clusters", "per_cluster"), [(300, 1), (10, 30)])
def test_metric_interval_covers_93_to_97_percent(clusters, per_cluster, seed):
    assert 0.93 <= metric_coverage(clusters, per_cluster, FAST, seed) <= 0.97


# ------------------------------------------------------------------------------------------------ noise floor


def self_coverage(replications, seed):
    rng = np.random.default_rng(seed)
    item = np.repeat(np.arange(100), 4)
    held = 0
    for _ in range(replications):
        chance = np.repeat(rng.beta(1, 1, 100), 4)
        result = self_difference(rng.random(400) < chance, item, None, rng=rng)
        held += result.low <= 0 <= result.high
    return held / replications


def test_a_model_differs_from_itself_as_seldom_as_the_level_says():
    assert 0.92 <= self_coverage(600, 1) <= 0.98


@pytest.mark.accept
def test_a_model_differs_from_itself_in_5_percent():
    assert 0.93 <= self_coverage(2_000, 1) <= 0.97
