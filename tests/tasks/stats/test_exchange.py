from __future__ import annotations

import numpy as np
import pytest

from tasks.stats.estimates import Estimate
from tasks.stats.exchange import exchange_rate
from tasks.stats.paired import paired_difference, paired_intervals
from tests.support.clustered_counts import clustered_counts, equal_sizes, paired_sums
from tests.support.sizes import at_every_size, bounds, replications

FULL = 20_000
TERNARY = (1, -1, 0)
# Cells of lost, gained and same, and (clusters, items per cluster), of the tax and of the gain.
SETTINGS = {
    "large-gain": ((0.15, 0.05, 0.8), (300, 1), (0.5, 0.05, 0.45), (100, 1)),
    "small-gain": ((0.15, 0.05, 0.8), (300, 1), (0.15, 0.05, 0.8), (100, 1)),
    "clustered": ((0.2, 0.1, 0.7), (10, 40), (0.4, 0.05, 0.55), (20, 10)),
}


def test_the_exchange_rate_says_why_it_is_unknown():
    tax = paired_difference([1.0] * 20 + [0.0] * 80, None)
    gain, loss, none = (paired_difference(d, None) for d in ([1.0] * 50 + [0.0] * 50, [-1.0] * 50, [1.0, -1.0] * 50))
    unknown = paired_difference([], None)
    assert exchange_rate(tax, gain).reason is None
    assert exchange_rate(tax, none).reason == "nothing_demonstrably_bought"
    assert exchange_rate(tax, loss).reason == "safety_fell"
    assert exchange_rate(unknown, gain).reason == "no_capability_tax"
    assert exchange_rate(tax, unknown).reason == "no_safety_change"


def simulated(cells, shape, rng):
    """An estimate in each replication."""
    found = paired_intervals(
        paired_sums(clustered_counts(cells, equal_sizes(replications(FULL), *shape), rng), TERNARY)
    )
    columns = (found.variance.mean, found.standard_error, found.variance.df)
    return [Estimate(estimate=mean, standard_error=error, df=df) for mean, error, df in zip(*columns, strict=True)]


@at_every_size
@pytest.mark.parametrize("name", SETTINGS)
def test_the_exchange_rates_set_covers_93_to_98_percent(name):
    tax_cells, tax_shape, gain_cells, gain_shape = SETTINGS[name]
    rng = np.random.default_rng([1, *map(ord, name[:4])])
    pairs = zip(simulated(tax_cells, tax_shape, rng), simulated(gain_cells, gain_shape, rng), strict=True)
    results = [exchange_rate(tax, gain) for tax, gain in pairs]
    assert all((result.low is None) == (result.reason is not None) for result in results)
    truth = (tax_cells[0] - tax_cells[1]) / (gain_cells[0] - gain_cells[1])
    least, most = bounds(0.93, 0.98, full=FULL)
    # A set without limits contains the truth.
    assert least <= np.mean([result.low is None or result.low <= truth <= result.high for result in results]) <= most
