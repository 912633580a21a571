"""Pooled taxes, compared with published figures, closed formulas and matrices, and simulated."""

import numpy as np
import pytest
from scipy import optimize, special

from tasks.stats.clustered import ClusterSums
from tasks.stats.paired import PairedSums, is_discordant, paired_intervals
from tasks.stats.partial_pooling import partial_pooling, shared_correlation, steady_errors
from tests.support.sizes import at_every_size, bounds, replications

FULL = 10_000
# Log odds ratios of 13 trials of the BCG vaccine and their variances, from their tables of two by two counts.
# Source: van Houwelingen, Arends and Stijnen 2002, Statistics in Medicine 21:589, table I.
VACCINATED = np.array([(4, 119), (6, 300), (3, 228), (62, 13536), (33, 5036), (180, 1361), (8, 2537), (505, 87886)])
VACCINATED = np.vstack([VACCINATED, [(29, 7470), (17, 1699), (186, 50448), (5, 2493), (27, 16886)]])
OTHERS = np.array([(11, 128), (29, 274), (11, 209), (248, 12619), (47, 5761), (372, 1079), (10, 619), (499, 87892)])
OTHERS = np.vstack([OTHERS, [(45, 7232), (65, 1600), (141, 27197), (3, 2338), (29, 17825)]])


def alone(tax, standard_error):
    """Every tax on a benchmark of its own."""
    tax = np.asarray(tax, dtype=float)
    error = np.broadcast_to(standard_error, tax.shape)
    return partial_pooling(tax, error, error, np.arange(tax.size), np.zeros(tax.size))


@pytest.fixture
def trials():
    # The scale is shrunk so that no limit meets the ends of a proportion.
    counts = np.hstack([VACCINATED, OTHERS])
    ratios = np.log(counts[:, 0] * counts[:, 3] / (counts[:, 1] * counts[:, 2]))
    return ratios / 10, np.sqrt((1 / counts).sum(axis=1)) / 10


def test_the_interval_of_tau_is_the_published_one(trials):
    # metafor prints 0.1302 to 1.1812 for tau squared: metafor-project.org, analyses:vanhouwelingen2002.
    pooled = alone(*trials)
    assert [(10 * limit) ** 2 for limit in (pooled.tau.low, pooled.tau.high)] == pytest.approx(
        [0.1302, 1.1812], abs=1e-4
    )


def test_tau_and_the_mean_solve_the_equation_of_paule_and_mandel(trials):
    tax, error = trials

    def weighted(between):
        weights = 1 / (error**2 + between)
        mean = np.average(tax, weights=weights)
        return mean, weights.sum(), np.sum(weights * (tax - mean) ** 2)

    between = optimize.brentq(lambda between: weighted(between)[2] - 12, 0, 1)
    mean, total, _ = weighted(between)
    pooled = alone(tax, error)
    assert pooled.tau.estimate == pytest.approx(between**0.5, rel=1e-9)
    half = special.stdtrit(12, 0.975) / total**0.5
    found = [pooled.mean.low, pooled.mean.estimate, pooled.mean.high]
    assert found == pytest.approx([mean - half, mean, mean + half], rel=1e-9)
    half = special.stdtrit(11, 0.975) * (1 / total + between) ** 0.5
    found = [pooled.new_benchmark.low, pooled.new_benchmark.high]
    assert found == pytest.approx([mean - half, mean + half], rel=1e-9)


def test_with_equal_errors_the_estimate_is_that_of_james_and_stein_and_the_interval_that_of_morris():
    tax, error, count = np.array([0.09, 0.05, 0.02, 0.01, 0.0, -0.02, -0.03]), 0.02, 7
    spread = np.sum((tax - tax.mean()) ** 2)
    towards = (count - 3) * error**2 / spread
    pooled = alone(tax, error)
    assert pooled.tax == pytest.approx(tax.mean() + (1 - towards) * (tax - tax.mean()), rel=1e-9)
    variance = error**2 * (1 - (count - 1) / count * towards) + 2 / (count - 3) * (towards * (tax - tax.mean())) ** 2
    assert pooled.high - pooled.low == pytest.approx(2 * 1.959964 * np.sqrt(variance), rel=1e-9)


def test_correlated_errors_give_what_the_matrices_give():
    rng = np.random.default_rng(3)
    tax, error, benchmark = rng.normal(0.02, 0.05, 7), rng.uniform(0.01, 0.05, 7), np.array([0, 0, 0, 1, 1, 2, 2])
    shared = np.array([0.5, 0.2, 0.8])
    same = benchmark[:, np.newaxis] == benchmark
    errors = np.outer(error, error) * np.where(np.eye(7) > 0, 1, same * shared[benchmark])
    pooled = partial_pooling(tax, error, error, benchmark, shared)
    between, one = pooled.tau.estimate**2, np.ones(7)
    inverse = np.linalg.inv(errors + between * np.eye(7))
    mean_variance = 1 / (one @ inverse @ one)
    distance = tax - mean_variance * (one @ inverse @ tax)
    assert distance @ inverse @ distance == pytest.approx(6, rel=1e-9)
    factor, hat = 4 / 6, errors @ inverse
    assert pooled.tax == pytest.approx(tax - factor * hat @ distance, rel=1e-9)
    variance = errors - factor * hat @ errors + factor * mean_variance * np.outer(hat @ one, hat @ one)
    slope = factor * hat @ inverse @ distance
    variance += np.outer(slope, slope) * 2 / 4 * (7 / np.trace(inverse)) ** 2
    assert pooled.high - pooled.low == pytest.approx(2 * 1.959964 * np.sqrt(np.diag(variance)), rel=1e-9)


def test_taxes_that_lie_closer_than_chance_have_no_spread_and_no_interval_of_it():
    pooled = alone([0.02, 0.02, 0.02, 0.021], 0.03)
    assert (pooled.tau.estimate, pooled.tau.low, pooled.tau.high) == (0.0, None, None)
    assert np.ptp(pooled.tax) < 0.001


def test_three_taxes_stay_where_they_are():
    tax = [0.09, 0.02, 0.01]
    pooled = alone(tax, 0.03)
    assert pooled.tax.tolist() == tax
    assert (pooled.high - pooled.low) / 2 == pytest.approx([0.03 * 1.959964] * 3)


def test_limits_stay_proportions():
    pooled = alone([0.98, -0.98, 0.9, -0.9, 0.0], 0.2)
    limits = [pooled.low.min(), pooled.high.max(), pooled.mean.low, pooled.new_benchmark.low, pooled.new_benchmark.high]
    assert [limits[0], limits[1], *limits[3:]] == [-1.0, 1.0, -1.0, 1.0]


def test_a_precise_tax_moves_less_than_an_uncertain_one():
    pooled = alone([0.1, 0.1, 0.0, 0.0, 0.02, 0.03], [0.01, 0.06, 0.03, 0.03, 0.03, 0.03])
    assert 0.1 > pooled.tax[0] > pooled.tax[1] > 0


@pytest.mark.parametrize(("tax", "error"), [([0.1, 0.2], 0.1), ([0.1, 0.2, 0.3], 0.0)])
def test_too_few_taxes_or_no_error_are_refused(tax, error):
    with pytest.raises(ValueError, match="at least 3 taxes with positive standard errors"):
        alone(tax, error)


def test_the_correlation_is_the_mean_over_pairs_of_taxes():
    rng = np.random.default_rng(1)
    base, aligned = rng.random(60), rng.random((4, 60))
    found = shared_correlation((base - aligned).ravel(), np.tile(np.arange(60), 4), np.repeat(np.arange(4), 60))
    right = np.corrcoef(base - aligned)[np.triu_indices(4, 1)].mean()
    assert found == pytest.approx(right, abs=1e-11)
    assert found > 0.3


@pytest.mark.parametrize(
    ("differences", "right"),
    [([[1, 0, 1, 0]], 0.0), ([[0, 0, 0, 0], [1, 0, 0, 0]], 0.0), ([[1, 0], [0, 1]], 0.0), ([[1, 0], [1, 0]], 0.99)],
)
def test_the_correlation_of_one_tax_of_equal_ones_and_of_opposite_ones_has_an_end(differences, right):
    values = np.array(differences, dtype=float)
    count, items = values.shape
    assert (
        shared_correlation(values.ravel(), np.tile(np.arange(items), count), np.repeat(np.arange(count), items))
        == right
    )


def share_of_largest(tax, error, true, shared=None, sampled=None):
    """The share of samples [R, K] in which the interval of the largest pooled tax holds that tax's true value.

    ``shared`` is the correlation of benchmarks of equal size, one per benchmark; without it every tax has its own.
    """
    errors = np.broadcast_to(error, tax.shape)
    correlation = np.zeros(tax.shape[1]) if shared is None else np.asarray(shared)
    benchmark = np.repeat(np.arange(correlation.size), tax.shape[1] // correlation.size)
    covered = 0
    for values, used, seen, right in zip(tax, errors, errors if sampled is None else sampled, true, strict=True):
        pooled = partial_pooling(values, used, seen, benchmark, correlation)
        largest = pooled.tax.argmax()
        covered += pooled.low[largest] <= right[largest] <= pooled.high[largest]
    return covered / len(tax)


# Taxes, tau and standard errors in points. Where tau is small the interval is longer than need be.
EQUAL = {
    "36": (36, 3.0, 4.5, (0.93, 0.97)),
    "36-alike": (36, 0.0, 4.5, (0.93, 1.0)),
    "8": (8, 3.0, 3.0, (0.93, 0.97)),
    "8-alike": (8, 0.0, 3.0, (0.93, 1.0)),
    "36-unequal": (36, 3.0, np.geomspace(1.5, 7.5, 36), (0.93, 0.97)),
    "8-unequal": (8, 3.0, np.geomspace(1.5, 7.5, 8), (0.93, 0.98)),
    "8-unequal-alike": (8, 0.0, np.geomspace(1.5, 7.5, 8), (0.93, 1.0)),
    "one-precise": (8, 3.0, np.array([1.5, *[7.5] * 7]), (0.93, 0.98)),
    "one-uncertain": (8, 3.0, np.array([7.5, *[1.5] * 7]), (0.93, 0.97)),
}


@at_every_size
@pytest.mark.parametrize("world", EQUAL)
def test_the_largest_pooled_tax_is_covered(world):
    count, tau, error, bars = EQUAL[world]
    rng = np.random.default_rng(7)
    true = (2 + tau * rng.standard_normal((replications(FULL), count))) / 100
    tax = true + error / 100 * rng.standard_normal(true.shape)
    least, most = bounds(*bars, full=FULL)
    assert least <= share_of_largest(tax, error / 100, true) <= most


# Models of a family on each of some benchmarks, tau, and the correlation of their errors.
SHARED = {
    "4-by-9": (4, 9, 3.0, 0.5, (0.93, 0.97)),
    "12-by-3": (12, 3, 3.0, 0.5, (0.93, 0.97)),
    "36-by-1": (36, 1, 3.0, 0.5, (0.93, 0.97)),
    "36-by-1-alike": (36, 1, 0.0, 0.5, (0.93, 1.0)),
    "4-by-9-high": (4, 9, 3.0, 0.8, (0.93, 0.97)),
}


@at_every_size
@pytest.mark.parametrize("world", SHARED)
def test_taxes_that_share_the_bases_error_are_covered(world):
    models, benchmarks, tau, shared, bars = SHARED[world]
    rng = np.random.default_rng(8)
    shape = (replications(FULL), benchmarks, models)
    true = (2 + tau * rng.standard_normal(shape)) / 100
    of_base, own = rng.standard_normal((*shape[:2], 1)), rng.standard_normal(shape)
    tax = true + 0.045 * (shared**0.5 * of_base + (1 - shared) ** 0.5 * own)
    flat = (shape[0], benchmarks * models)
    found = share_of_largest(tax.reshape(flat), 0.045, true.reshape(flat), [shared] * benchmarks)
    least, most = bounds(*bars, full=FULL)
    assert least <= found <= most


def test_as_if_they_shared_nothing_the_largest_of_many_on_one_benchmark_would_not_be():
    rng = np.random.default_rng(9)
    true = 0.02 + 0.03 * rng.standard_normal((400, 36))
    errors = rng.standard_normal((400, 1)) + rng.standard_normal((400, 36))
    assert share_of_largest(true + 0.045 * errors / 2**0.5, 0.045, true) < 0.75


# Benchmarks as items, base score and the share of wrong answers that the aligned model mends; then mean and tau in
# points. With few items near the ceiling the score intervals themselves cover more than 95%.
TINY, DENSE = (40, 0.97, 0.3), (400, 0.7, 0.4)
SPARSE = {
    "24-tiny": ([TINY] * 24, 2.0, 3.0, (0.93, 1.0)),
    "24-tiny-large-taxes": ([TINY] * 24, 5.0, 3.0, (0.93, 1.0)),
    "12-tiny-24-dense": ([TINY] * 12 + [DENSE] * 24, 2.0, 3.0, (0.93, 0.97)),
    "one-tiny-of-8": ([DENSE] * 7 + [TINY], 2.0, 3.0, (0.93, 0.97)),
    "one-tiny-of-8-alike": ([DENSE] * 7 + [TINY], 2.0, 0.0, (0.93, 1.0)),
}


def answered(benchmark, true, rng):
    """Taxes of samples of one benchmark with their standard errors, used and sampled, each [R]."""
    count, base, mended = benchmark
    gained = np.clip(mended * (1 - base), np.maximum(-true, 0), 1 - base)
    cells = np.stack([true + gained, gained, 1 - true - 2 * gained], axis=-1)
    lost, won, _ = rng.multinomial(count, np.clip(cells, 0, 1)).T
    place = np.arange(count)
    difference = (place < lost[:, np.newaxis]).astype(float)
    difference -= (place >= lost[:, np.newaxis]) & (place < (lost + won)[:, np.newaxis])
    sums = ClusterSums(np.ones_like(difference), difference, (difference**2).sum(axis=1))
    found = paired_intervals(PairedSums(sums, is_discordant(difference), np.ones(len(true), dtype=bool)))
    sampled = np.where(found.is_sparse, np.sqrt(found.variance.cr1), found.standard_error)
    return found.variance.mean, found.standard_error, sampled


@at_every_size
@pytest.mark.parametrize("world", SPARSE)
def test_benchmarks_on_which_few_items_differ_are_covered(world):
    benchmarks, mean, tau, bars = SPARSE[world]
    rng = np.random.default_rng(10)
    full = 4_000
    true = (mean + tau * rng.standard_normal((replications(full), len(benchmarks)))) / 100
    # A model cannot gain more than the base lacks.
    true = np.maximum(true, [-0.98 * (1 - base) for _, base, _ in benchmarks])
    found = [answered(benchmark, column, rng) for benchmark, column in zip(benchmarks, true.T, strict=True)]
    tax, error, sampled = (np.stack(columns, axis=1) for columns in zip(*found, strict=True))
    least, most = bounds(*bars, full=full)
    assert least <= share_of_largest(tax, error, true, sampled=sampled) <= most


# Models on each of some benchmarks, clusters of each, and the design effect.
CLUSTERED = {
    "4-by-9-of-5": (4, 9, 5, 2.0, (0.93, 1.0)),
    "4-by-9-of-14": (4, 9, 14, 2.0, (0.93, 0.97)),
    "1-by-8-of-5": (1, 8, 5, 2.0, (0.93, 1.0)),
    "4-by-9-of-5-alike": (4, 9, 5, 1.0, (0.93, 1.0)),
}


@at_every_size
@pytest.mark.parametrize("world", CLUSTERED)
def test_taxes_from_few_clusters_are_covered(world):
    models, benchmarks, clusters, design_effect, bars = CLUSTERED[world]
    rng = np.random.default_rng(11)
    full = 4_000
    shape = (replications(full), benchmarks, models)
    true = 0.02 + 0.03 * rng.standard_normal(shape)
    of_base, own = rng.standard_normal((*shape[:2], 1, clusters)), rng.standard_normal((*shape, clusters))
    shocks = 0.045 * (clusters / 2) ** 0.5 * (of_base + own)
    count = benchmarks * models
    tax, error = (
        found.reshape(-1, count) for found in (true + shocks.mean(-1), shocks.std(-1, ddof=1) / clusters**0.5)
    )
    naive, df = np.full(count, 0.045 / design_effect**0.5), np.full(count, clusters - 1.0)
    benchmark = np.repeat(np.arange(benchmarks), models)
    used, sampled = zip(*(steady_errors(errors, naive, df, benchmark) for errors in error), strict=True)
    least, most = bounds(*bars, full=full)
    shared = [0.5 if models > 1 else 0.0] * benchmarks
    assert least <= share_of_largest(tax, np.array(used), true.reshape(-1, count), shared, np.array(sampled)) <= most


def test_without_clusters_an_error_only_becomes_that_of_students_interval():
    error, benchmark = np.array([0.01, 0.03, 0.02]), np.array([2, 2, 5])
    used, sampled = steady_errors(error, error, np.array([99.0, 99.0, 1e6]), benchmark)
    assert sampled == pytest.approx(error)
    assert used / error == pytest.approx([1.0124, 1.0124, 1.0], abs=1e-4)
