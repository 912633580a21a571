from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from tasks.stats.estimates import Estimate
from tasks.stats.identified import identified_interval, imbens_manski, loss_at_most, missing_asymmetry
from tasks.stats.paired import paired_difference, paired_intervals
from tests.support.clustered_counts import clustered_counts, equal_sizes, paired_sums, share_covered
from tests.support.sizes import at_every_size, bounds, replications

FULL = 20_000
# Outcomes of an item: lost, gained, both right, both wrong, candidate missing with base right, with base wrong.
CELLS = (0.15, 0.05, 0.4, 0.3, 0.07, 0.03)
LOWEST, HIGHEST = (1, -1, 0, 0, 0, -1), (1, -1, 0, 0, 1, 0)
COMPLETE = (0.15, 0.05, 0.45, 0.35, 0.0, 0.0)

maybe = st.sampled_from([0.0, 1.0, 0.5, None])


@given(st.lists(st.tuples(maybe, maybe), min_size=2, max_size=40))
def test_swapping_the_models_mirrors_the_identified_interval_and_the_asymmetry(pairs):
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


def bound_estimates(counts, values):
    """The estimate of one bound in each replication."""
    found = paired_intervals(paired_sums(counts, values))
    columns = (found.variance.mean, found.low, found.high, found.standard_error, found.variance.df)
    return [
        Estimate(estimate=mean, low=low, high=high, standard_error=error, df=df)
        for mean, low, high, error, df in zip(*columns, strict=True)
    ]


@at_every_size
@pytest.mark.parametrize(("cells", "clusters", "per_cluster"), [(CELLS, 300, 1), (CELLS, 10, 30), (COMPLETE, 300, 1)])
def test_the_identified_interval_covers_either_end_in_93_to_97_percent(cells, clusters, per_cluster):
    rng = np.random.default_rng([1, clusters])
    counts = clustered_counts(cells, equal_sizes(replications(FULL), clusters, per_cluster), rng)
    pairs = zip(bound_estimates(counts, LOWEST), bound_estimates(counts, HIGHEST), strict=True)
    low, high = np.array([imbens_manski(*pair, confidence=0.95) for pair in pairs]).T
    least, most = bounds(0.93, 0.97, full=FULL)
    for values in (LOWEST, HIGHEST):
        assert least <= share_covered(low, high, np.dot(cells, values)) <= most


def at_most(lost, gained, count):
    """The upper limit where so many of ``count`` items are lost and gained."""
    values = np.repeat([1.0, -1.0, 0.0], [lost, gained, count - lost - gained])
    return loss_at_most(np.maximum(values, 0.0), np.maximum(-values, 0.0), None)


@pytest.mark.parametrize(("count", "tax"), [(1000, 0.03), (300, 0.1), (1000, 0.05)])
def test_the_upper_limit_covers_95_percent_where_items_are_only_lost(count, tax):
    """Exact: the number of lost items is binomial. The t limit covers 92.5 to 94%."""
    lost = np.arange(1, int(3 * count * tax))
    is_above = [at_most(number, 0, count) >= tax for number in lost]
    assert 0.945 <= float(stats.binom.pmf(lost, count, tax) @ is_above) <= 0.965


@at_every_size
def test_the_upper_limit_covers_where_items_are_only_lost_in_clusters():
    full, rng = 4_000, np.random.default_rng(8)
    counts = clustered_counts((0.03, 0.0, 0.97), equal_sizes(replications(full), 100, 10), rng).astype(int)
    cluster = np.repeat(np.arange(100), 10)
    limits = []
    for sample in counts:
        lost = np.concatenate([np.repeat([1.0, 0.0], [row[0], 10 - row[0]]) for row in sample])
        limits.append(loss_at_most(lost, np.zeros(1000), cluster))
    least, _ = bounds(0.93, 1.0, full=full)
    assert float(np.mean(np.array(limits) >= 0.03)) >= least


def test_with_gains_in_the_other_direction_the_limit_is_that_of_the_t_interval():
    values = np.repeat([1.0, -1.0, 0.0], [30, 10, 260])
    found = paired_difference(values, None, confidence=0.9)
    assert at_most(30, 10, 300) == found.high
    assert at_most(30, 2, 300) > paired_difference(np.repeat([1.0, -1.0, 0.0], [30, 2, 268]), None, confidence=0.9).high
