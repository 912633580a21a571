from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.stats.estimates import Estimate
from tasks.stats.identified import identified_interval, imbens_manski, missing_asymmetry
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
