"""Taxes that are surely above a threshold, and the items that decide; and what claims against a margin promise."""

import numpy as np
import pytest

from tasks.stats.levels import ONE_SIDED, t_critical, two_sided_p_value
from tasks.stats.multiplicity import holm
from tasks.stats.overall import OverallSample
from tasks.stats.paired import paired_difference, paired_intervals
from tasks.stats.thresholds import Limits, items_to_decide, surely_above
from tests.support.clustered_counts import clustered_counts, equal_sizes, paired_sums
from tests.support.sizes import at_every_size, bounds, replications

FULL = 20_000
DISCORDANCE = 0.2
MARGIN = 0.03


def limits(estimate, error, df=1e6):
    return Limits(estimate, estimate - t_critical(df) * error, estimate + t_critical(df) * error, df)


def test_one_tax_is_surely_above_where_its_interval_is():
    assert surely_above([limits(0.05, 0.01)], 0.0303) == [True]
    assert surely_above([limits(0.05, 0.01)], 0.0305) == [False]
    assert surely_above([limits(-0.05, 0.01)], 0.0) == [False]


def test_several_taxes_are_adjusted_together_and_an_unknown_one_is_no_test():
    taxes = [limits(0.05, 0.01), limits(0.0, 0.01), Limits(None, None, None, None)]
    assert surely_above(taxes, 0.0303) == [False, False, False]
    assert surely_above(taxes, 0.027) == [True, False, False]


def test_a_score_interval_decides_alone_as_it_stands():
    found = paired_difference([1.0] * 6 + [0.0] * 94, None)
    tax = Limits(found.estimate, found.low, found.high, found.df)
    assert surely_above([tax], found.low - 1e-9) == [True]
    assert surely_above([tax], found.low + 1e-9) == [False]


def test_more_items_decide_where_the_tax_lies_away_from_the_limit_that_matters():
    tax = limits(0.0, 0.02)
    wanted = {"margin": 0.03, "warn": 0.01}
    assert items_to_decide(tax, 500, **wanted) == pytest.approx(500 * (2.4865 * 0.02 / 0.03) ** 2, abs=2)
    assert items_to_decide(limits(0.04, 0.02), 500, **wanted) == pytest.approx(500 * (2.8016 * 0.02 / 0.03) ** 2, abs=2)
    assert items_to_decide(limits(0.02, 0.02), 500, margin=0.03, warn=0.02) > 12_000
    assert items_to_decide(limits(0.02, 0.02), 500, margin=0.01, warn=0.03) is None
    assert items_to_decide(Limits(None, None, None, None), 500, **wanted) is None


def test_answers_that_are_missing_can_make_any_number_of_items_too_few():
    tax = Limits(0.0, -0.04, 0.04, 1e6, missing=0.04)
    assert items_to_decide(tax, 500, margin=0.03, warn=0.01) is None


@pytest.fixture(scope="module")
def rng():
    return np.random.default_rng(12)


def sampled(taxes, items, rng, shape=()):
    """Means and standard errors [*shape, B] of the differences of independent items, one or more benchmarks a tax."""
    chances = [((DISCORDANCE + tax) / 2, (DISCORDANCE - tax) / 2, 1 - DISCORDANCE) for tax in taxes]
    counts = np.stack([rng.multinomial(items, chance, shape) for chance in chances], axis=-2).astype(float)
    mean, discordant = (counts[..., 0] - counts[..., 1]) / items, (counts[..., 0] + counts[..., 1]) / items
    return mean, np.sqrt((discordant - mean**2) / (items - 1))


def macro(mean, error):
    """Mean and standard error of the mean over benchmarks of equal size."""
    return mean.mean(axis=-1), np.sqrt((error**2).sum(axis=-1)) / mean.shape[-1]


def at_most(mean, error, df):
    return mean + t_critical(df, ONE_SIDED) * error


def below(taxes, rng):
    """Shares of samples in which the tax of every benchmark, and the macro tax, is surely below the margin."""
    mean, error = sampled(taxes, 2000, rng, (replications(FULL),))
    df = len(taxes) * 1999
    return (at_most(mean, error, 1999) < MARGIN).all(axis=-1).mean(), (at_most(*macro(mean, error), df) < MARGIN).mean()


def test_the_simulated_limits_are_those_of_the_program():
    d = np.repeat([1.0, -1.0, 0.0], [60, 40, 400])
    error = np.sqrt((0.2 - 0.04**2) / 499)
    places = np.repeat([0, 1], 500), np.arange(1000), np.arange(1000)
    both = OverallSample.of(np.concatenate([d, -d]), *places).tax(weighting="macro", confidence=ONE_SIDED)
    assert paired_difference(d, None, confidence=ONE_SIDED).high == pytest.approx(at_most(0.04, error, 499))
    assert both.high == pytest.approx(at_most(*macro(np.array([0.04, -0.04]), np.array([error] * 2)), 998))


@at_every_size
@pytest.mark.parametrize(("taxes", "claim"), [((MARGIN, 0, 0, 0), 0), ((MARGIN,) * 4, 1)], ids=["one", "macro"])
def test_a_tax_at_the_margin_is_claimed_to_be_below_it_in_at_most_five_of_a_hundred_samples(taxes, claim, rng):
    # The macro claim is made in exactly 5% on average; two standard errors of the full simulation are allowed for.
    assert below(taxes, rng)[claim] <= bounds(0.0, 0.05 + 0.003 * claim, full=FULL)[1]


@at_every_size
def test_a_harmless_model_is_below_the_margin_on_every_benchmark_and_in_the_macro_tax(rng):
    every, overall = below((0, 0, 0, 0), rng)
    least, most = bounds(0.67, 0.71, full=FULL)
    assert least <= every <= most
    assert overall >= bounds(0.998, 1.0, full=FULL)[0]


def starred(taxes, rng):
    """Whether each tax [R, ...] of 500 items gets a star, with Holm's correction over all of a sample."""
    mean, error = sampled(taxes, 500, rng, (replications(FULL),))
    p_values = two_sided_p_value(mean / error, np.array(499.0))
    return np.array([holm(sample) < 0.05 for sample in p_values])


@at_every_size
def test_a_loss_on_one_benchmark_is_starred_where_gains_on_the_others_offset_it(rng):
    found = starred((0.08, -0.01, -0.01, -0.01), rng)
    assert found[:, 0].mean() >= bounds(0.92, 1.0, full=FULL)[0]


@at_every_size
def test_with_half_of_the_pairs_unchanged_at_most_one_family_in_twenty_has_a_false_star(rng):
    found = starred((0.08, -0.01, -0.01, -0.01) * 2 + (0.0,) * 8, rng)
    assert found[:, 8:].any(axis=1).mean() <= bounds(0.0, 0.055, full=FULL)[1]


@at_every_size
def test_the_proposed_number_of_items_decides_four_times_in_five(rng):
    needed = items_to_decide(limits(0.005, 0.02), 500, margin=MARGIN, warn=0.01)
    mean, error = sampled((0.005,), needed, rng, (replications(FULL),))
    least, most = bounds(0.76, 0.84, full=FULL)
    assert least <= (at_most(mean, error, needed - 1) < MARGIN).mean() <= most


@at_every_size
@pytest.mark.parametrize(
    ("items", "tax", "discordance"), [(50, 0.0, 0.04), (100, 0.01, 0.01), (200, 0.03, 0.03), (500, 0.01, 0.01)]
)
def test_the_one_sided_upper_limit_covers_at_least_94_percent_where_few_items_differ(items, tax, discordance, rng):
    cells = ((discordance + tax) / 2, (discordance - tax) / 2, 1 - discordance)
    counts = clustered_counts(cells, equal_sizes(replications(FULL), items, 1), rng)
    found = paired_intervals(paired_sums(counts, (1, -1, 0)), confidence=ONE_SIDED)
    assert (found.high >= tax - 1e-12).mean() >= bounds(0.94, 1.0, full=FULL)[0]
