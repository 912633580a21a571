"""Do the intervals of tax, score and relative tax reach their confidence? Simulated on stacked cluster sums.

Items and clusters are drawn again in every replication. Cluster sizes are log-normal; the cells of a cluster are
Dirichlet distributed around the truth, independently of its size.
"""

from __future__ import annotations

import functools
import zlib
from dataclasses import dataclass

import numpy as np
import pytest

from tasks.stats.mean import mean_intervals
from tasks.stats.paired import paired_intervals
from tasks.stats.ratio import RatioSums, ratio_intervals
from tests.support.clustered_counts import cluster_sums, clustered_counts, equal_sizes, paired_sums, share_covered
from tests.support.sizes import at_every_size, bounds, replications

FULL = 20_000
CHUNK = 1_000  # replications whose counts are in memory together

# Joint outcomes of reference and candidate on one item. A graded item may be half right.
BINARY = np.array([(1, 1), (1, 0), (0, 1), (0, 0)], dtype=float)
GRADED = np.array([(1, 1), (1, 0.5), (1, 0), (0.5, 0.5), (0.5, 0), (0, 0.5), (0, 1), (0, 0)], dtype=float)


@dataclass(frozen=True)
class Scenario:
    """One setting. Without clusters items are independent; ``cells`` are the probabilities of the joint outcomes."""

    name: str
    count_items: int
    count_clusters: int | None
    size_variation: float
    cells: tuple[float, ...]
    icc: float = 0.1

    @property
    def outcomes(self):
        return BINARY if len(self.cells) == len(BINARY) else GRADED

    @property
    def means(self):
        return np.array(self.cells) @ self.outcomes


def binary(base, tax, discordance):
    lost, gained = (discordance + tax) / 2, (discordance - tax) / 2
    return (base - lost, lost, gained, 1 - base - gained)


HALF_GRADED = (0.35, 0.1, 0.1, 0.05, 0.1, 0.05, 0.05, 0.2)  # tax +10 points

DENSE = [
    Scenario("alone-50", 50, None, 0, binary(0.7, 0.1, 0.35)),
    Scenario("alone-50-graded", 50, None, 0, HALF_GRADED),
    Scenario("alone-500", 500, None, 0, binary(0.7, 0.1, 0.25)),
    Scenario("alone-500-at-chance", 500, None, 0, binary(0.25, -0.2, 0.3)),
    Scenario("10-even-50", 50, 10, 0.4, binary(0.6, 0.0, 0.5), 0.05),
    Scenario("10-even-50-graded", 50, 10, 0.4, HALF_GRADED, 0.05),
    Scenario("10-even-500", 500, 10, 0.4, binary(0.7, 0.1, 0.3)),
    Scenario("10-uneven-500", 500, 10, 1.0, binary(0.6, -0.2, 0.4)),
    Scenario("10-uneven-500-graded", 500, 10, 1.0, HALF_GRADED),
    Scenario("30-even-500-large-tax", 500, 30, 0.4, binary(0.8, 0.4, 0.5)),
    Scenario("30-uneven-500", 500, 30, 1.0, binary(0.7, 0.0, 0.3)),
    Scenario("100-even-500-graded", 500, 100, 0.4, HALF_GRADED),
    Scenario("100-uneven-500", 500, 100, 1.0, binary(0.7, 0.1, 0.25)),
]

# The base score is near 1 and few items differ. Ten clusters of 200 items are left out: no interval reaches 93% there.
SPARSE = [
    Scenario("sparse-alone-30", 30, None, 0, binary(0.98, 0.02, 0.03)),
    Scenario("sparse-alone-100", 100, None, 0, binary(0.98, 0.02, 0.03)),
    Scenario("sparse-alone-100-graded", 100, None, 0, (0.95, 0.02, 0.01, 0, 0, 0, 0, 0.02)),
    Scenario("sparse-5-even-30", 30, 5, 0.4, binary(0.98, 0.02, 0.03)),
    Scenario("sparse-10-even-500", 500, 10, 0.4, binary(0.98, 0.02, 0.03)),
    Scenario("sparse-10-uneven-500", 500, 10, 1.0, binary(0.97, 0.02, 0.04), 0.3),
    Scenario("sparse-30-uneven-500", 500, 30, 1.0, binary(0.97, 0.02, 0.04), 0.3),
    Scenario("sparse-100-even-500", 500, 100, 0.4, binary(0.995, 0.005, 0.01)),
]

# The denominator is small, near chance, or large.
RATIO = [
    Scenario("ratio-alone-100", 100, None, 0, binary(0.7, 0.1, 0.3)),
    Scenario("ratio-alone-500-base-5", 500, None, 0, binary(0.05, 0.02, 0.04)),
    Scenario("ratio-10-even-500", 500, 10, 0.4, binary(0.7, 0.1, 0.3)),
    Scenario("ratio-10-uneven-500-base-25", 500, 10, 1.0, binary(0.25, -0.1, 0.3), 0.05),
    Scenario("ratio-30-uneven-500-graded", 500, 30, 1.0, HALF_GRADED),
    Scenario("ratio-100-even-500-base-30", 500, 100, 0.4, binary(0.3, 0.05, 0.25)),
]

# The candidate lost nearly all of its score.
LOST = [
    Scenario("lost-alone-100", 100, None, 0, (0.02, 0.68, 0, 0.3)),
    Scenario("lost-alone-500", 500, None, 0, (0.01, 0.69, 0, 0.3)),
    Scenario("lost-30-even-500", 500, 30, 0.4, (0.01, 0.69, 0, 0.3)),
]


def drawn_sizes(scenario, count, rng):
    """Cluster sizes [count, G], log-normal and at least 1."""
    if scenario.count_clusters is None:
        return np.ones((count, scenario.count_items))
    groups = scenario.count_clusters
    sigma = np.sqrt(np.log1p(scenario.size_variation**2))
    weights = rng.lognormal(0.0, sigma, size=(count, groups))
    weights /= weights.sum(axis=1, keepdims=True)
    return rng.multinomial(scenario.count_items - groups, weights) + 1


def chunks(scenario):
    """Counts of all replications, some at a time, so that they fit into memory."""
    rng, left = np.random.default_rng([1, zlib.crc32(scenario.name.encode())]), replications(FULL)
    while left > 0:
        count = min(left, CHUNK)
        yield clustered_counts(scenario.cells, drawn_sizes(scenario, count, rng), rng, scenario.icc)
        left -= count


def covered(scenario, truth, intervals_of):
    """Share of intervals that contain the truth, and the smallest width; no limit may be undefined."""
    count_covered, narrowest = 0, np.inf
    for counts in chunks(scenario):
        intervals = intervals_of(counts)
        # A limit that is NaN does not count as covering.
        count_covered += np.count_nonzero((intervals.low <= truth) & (truth <= intervals.high))
        narrowest = min(narrowest, (intervals.high - intervals.low).min())
    return count_covered / replications(FULL), narrowest


@functools.cache
def tax_coverage(scenario):
    difference = scenario.outcomes[:, 0] - scenario.outcomes[:, 1]
    truth = scenario.means[0] - scenario.means[1]
    return covered(scenario, truth, lambda counts: paired_intervals(paired_sums(counts, difference)))


def score_coverage(scenario):
    reference = scenario.outcomes[:, 0]
    return covered(scenario, scenario.means[0], lambda counts: mean_intervals(cluster_sums(counts, reference)))


def ratio_coverage(scenario, chance=0.0):
    """Share of Fieller sets, bounded or not, that contain the true ratio."""
    truth = (scenario.means[0] - scenario.means[1]) / (scenario.means[0] - chance)
    reference, candidate = scenario.outcomes.T
    count_held = 0
    for counts in chunks(scenario):
        ratio = RatioSums(
            paired_sums(counts, reference - candidate),
            cluster_sums(counts, reference - chance),
            cluster_sums(counts, candidate),
        )
        sets = ratio_intervals(ratio, is_raw=chance == 0).sets
        inside = (sets.low <= truth) & (truth <= sets.high)
        outside = (truth <= sets.excluded_low) | (truth >= sets.excluded_high)
        is_held = np.select([sets.kind == "interval", sets.kind == "complement"], [inside, outside], True)
        count_held += np.count_nonzero(is_held)
    return count_held / replications(FULL)


def named(scenarios):
    return pytest.mark.parametrize("scenario", scenarios, ids=lambda scenario: scenario.name)


@at_every_size
@named(DENSE)
def test_tax_interval_covers_93_to_97_percent_where_enough_items_differ(scenario):
    least, most = bounds(0.93, 0.97, full=FULL)
    coverage, narrowest = tax_coverage(scenario)
    assert least <= coverage <= most
    assert narrowest > 0


@at_every_size
def test_tax_intervals_cover_94_to_96_percent_on_average():
    least, most = bounds(0.94, 0.96, full=FULL * len(DENSE))
    assert least <= np.mean([tax_coverage(scenario)[0] for scenario in DENSE]) <= most


@at_every_size
@named(SPARSE)
def test_tax_interval_covers_at_least_93_percent_where_few_items_differ(scenario):
    least, _ = bounds(0.93, 1.0, full=FULL)
    coverage, narrowest = tax_coverage(scenario)
    assert coverage >= least
    assert narrowest > 0


@at_every_size
@named(DENSE + SPARSE)
def test_score_interval_covers_at_least_93_percent(scenario):
    # Without an upper bound where failures are few: Wilson's interval is discrete and uses at least the prior's design
    # effect.
    least, most = bounds(0.93, 0.98 if scenario in DENSE else 1.0, full=FULL)
    coverage, narrowest = score_coverage(scenario)
    assert least <= coverage <= most
    assert narrowest > 0


@at_every_size
@named(RATIO)
def test_relative_tax_set_covers_93_to_98_percent(scenario):
    least, most = bounds(0.93, 0.98, full=FULL)
    assert least <= ratio_coverage(scenario) <= most


@at_every_size
@pytest.mark.parametrize("index", [0, 2, 5])
def test_chance_adjusted_tax_set_covers_93_to_98_percent_even_near_chance(index):
    least, most = bounds(0.93, 0.98, full=FULL)
    assert least <= ratio_coverage(RATIO[index], chance=0.25) <= most


@at_every_size
@named(SPARSE + LOST)
def test_relative_tax_set_covers_at_least_93_percent_where_few_items_decide(scenario):
    least, _ = bounds(0.93, 1.0, full=FULL)
    assert ratio_coverage(scenario) >= least


def test_the_simulation_fails_for_an_interval_that_does_not_cover():
    # The t interval alone, where the base score is near 1.
    scenario = SPARSE[0]
    truth = scenario.means[0] - scenario.means[1]
    difference = scenario.outcomes[:, 0] - scenario.outcomes[:, 1]
    count_covered = 0
    for counts in chunks(scenario):
        variance = paired_intervals(paired_sums(counts, difference)).variance
        count_covered += np.count_nonzero(np.abs(variance.mean - truth) <= 2.045 * np.sqrt(variance.cr2))
    assert count_covered / replications(FULL) < 0.7


# Lost to a wrong answer, gained by a right one, lost to a refusal, gained over the base's refusal, same.
PARTS = (0.12, 0.06, 0.08, 0.02, 0.72)
RARE = (0.12, 0.06, 0.004, 0.001, 0.815)
WRONG, REFUSAL = (1, -1, 0, 0, 0), (0, 0, 1, -1, 0)


@at_every_size
@pytest.mark.parametrize(
    ("cells", "values", "clusters", "per_cluster", "highest"),
    [
        *((PARTS, values, *shape, 0.97) for values in (WRONG, REFUSAL) for shape in ((500, 1), (30, 20))),
        (RARE, REFUSAL, 500, 1, 1.0),
    ],
)
def test_interval_of_a_part_of_a_tax_covers_at_least_93_percent(cells, values, clusters, per_cluster, highest):
    rng = np.random.default_rng([1, clusters, per_cluster])
    left, shares = replications(FULL), []
    while left > 0:
        sizes = equal_sizes(min(left, CHUNK), clusters, per_cluster)
        found = paired_intervals(paired_sums(clustered_counts(cells, sizes, rng), values))
        assert (found.high - found.low).min() > 0
        shares.append(share_covered(found.low, found.high, np.dot(cells, values)) * len(sizes))
        left -= len(sizes)
    least, most = bounds(0.93, highest, full=FULL)
    assert least <= sum(shares) / replications(FULL) <= most
