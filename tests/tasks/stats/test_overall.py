"""A tax over several benchmarks: against matrices, against one benchmark, and simulated."""

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st

from tasks.stats.overall import OverallSums, overall_intervals, overall_sums, overall_tax
from tasks.stats.paired import paired_difference

SEEDS = (1, 2)
FAST, FULL = 2_000, 10_000


@pytest.fixture
def sample():
    rng = np.random.default_rng(5)
    count = 90
    benchmark, cluster = rng.integers(0, 3, count), rng.integers(0, 12, count)
    return rng.choice([-1.0, -0.5, 0.0, 0.5, 1.0], count), benchmark, cluster


def test_equals_the_matrices_of_a_regression_on_benchmarks(sample):
    d, benchmark, cluster = sample
    design, weights = np.eye(3)[benchmark], np.full(3, 1 / 3)
    inverse = np.linalg.inv(design.T @ design)
    hat = design @ inverse @ design.T
    residual = d - hat @ d
    variance, columns = 0.0, []
    for group in range(12):
        rows = np.flatnonzero(cluster == group)
        values, vectors = np.linalg.eigh(np.eye(rows.size) - hat[np.ix_(rows, rows)])
        adjusted = vectors @ np.diag(values**-0.5) @ vectors.T @ design[rows] @ inverse @ weights
        variance += (adjusted @ residual[rows]) ** 2
        weight = np.zeros(d.size)
        weight[rows] = adjusted
        columns.append((np.eye(d.size) - hat) @ weight)
    products = np.array(columns) @ np.array(columns).T
    df = np.trace(products) ** 2 / np.trace(products @ products)
    result = overall_intervals(overall_sums(d, benchmark, cluster), weighting="macro")
    assert result.standard_error[0] == pytest.approx(variance**0.5, rel=1e-12)
    assert result.df[0] == pytest.approx(df, rel=1e-10)


def test_macro_estimate_and_cluster_covariance_are_near_those_of_statsmodels(sample):
    d, benchmark, cluster = sample
    fit = sm.OLS(d, np.eye(3)[benchmark]).fit(
        cov_type="cluster", cov_kwds={"groups": cluster, "use_correction": False, "df_correction": False}
    )
    contrast = fit.t_test(np.full((1, 3), 1 / 3))
    result = overall_intervals(overall_sums(d, benchmark, cluster), weighting="macro")
    assert result.estimate[0] == pytest.approx(contrast.effect[0], abs=1e-14)
    # CR0 there, CR2 here: larger by about G / (G - 1), twelve clusters.
    assert 1.0 < result.standard_error[0] / contrast.sd[0, 0] < 1.15


@st.composite
def cells(draw):
    count = draw(st.integers(1, 40))
    lists = [draw(st.lists(st.integers(0, most), min_size=count, max_size=count)) for most in (0, 5)]
    return draw(st.lists(st.sampled_from([-1.0, 0.0, 0.5, 1.0]), min_size=count, max_size=count)), *lists


@given(cells(), st.sampled_from(["macro", "weighted"]))
def test_over_one_benchmark_is_the_paired_difference(sample, weighting):
    d, benchmark, cluster = sample
    ours = overall_tax(d, benchmark, cluster, range(len(d)), weighting=weighting)
    theirs = paired_difference(d, cluster)
    assert ours.estimate == pytest.approx(theirs.estimate, abs=1e-12)
    if ours.method == theirs.method == "cr2_bm":
        assert [ours.low, ours.high, ours.df] == pytest.approx([theirs.low, theirs.high, theirs.df], abs=1e-9)


@given(cells(), st.sampled_from(["macro", "weighted"]), st.randoms(use_true_random=False))
def test_swapping_negates_and_the_order_of_rows_changes_no_bit(sample, weighting, random):
    d, _, cluster = sample
    benchmark = [index % 2 for index in range(len(d))]
    ours = overall_tax(d, benchmark, cluster, range(len(d)), weighting=weighting)
    swapped = overall_tax([-x for x in d], benchmark, cluster, range(len(d)), weighting=weighting)
    order = list(range(len(d)))
    random.shuffle(order)
    shuffled = overall_tax(
        *([part[row] for row in order] for part in (d, benchmark, cluster)), order, weighting=weighting
    )
    assert shuffled == ours
    assert swapped.estimate == pytest.approx(-ours.estimate, abs=1e-12)
    assert (ours.low is None) == (ours.reason is not None)
    if ours.low is not None:
        assert [swapped.low, swapped.high] == pytest.approx([-ours.high, -ours.low], abs=1e-9)
        assert ours.high - ours.low > 1e-9


def test_shared_items_widen_the_interval():
    rng = np.random.default_rng(3)
    d = rng.choice([-1.0, 0.0, 1.0], 100, p=[0.1, 0.6, 0.3])
    twice, names = np.concatenate([d, d]), np.repeat([0, 1], 100)
    apart = overall_tax(twice, names, range(200), range(200), weighting="macro")
    shared = overall_tax(twice, names, range(200), list(range(100)) * 2, weighting="macro")
    alone = paired_difference(d, None)
    assert shared.standard_error == pytest.approx(alone.standard_error, rel=1e-9)
    assert apart.standard_error == pytest.approx(alone.standard_error / 2**0.5, rel=1e-9)


def test_a_benchmark_of_one_cluster_leaves_the_error_unknown():
    result = overall_tax([1, 0, 1, 0], [0, 0, 1, 1], [0, 1, 0, 0], range(4), weighting="macro")
    assert (result.estimate, result.low, result.reason) == (0.5, None, "one_cluster")


# name: (clusters per benchmark, items per cluster, tax, discordance), one per benchmark.
DENSE = {
    "equal": [(20, 10, 0.1, 0.3)] * 3,
    "unequal": [(10, 6, 0.0, 0.3), (12, 40, 0.2, 0.4), (30, 10, -0.1, 0.3)],
    "many-small": [(15, 3, 0.1, 0.3)] * 8,
}
SPARSE = {
    "base-near-1": [(30, 1, 0.01, 0.015)] * 4,
    "one-sparse": [(100, 1, 0.01, 0.012)] * 3,
}


def simulated(shape, replications, rng, icc=0.1):
    """Stacked sums; clusters are Dirichlet-multinomial over lost, gained and same."""
    groups = sum(clusters for clusters, *_ in shape)
    sizes, totals, discordant = (np.zeros((replications, groups, len(shape))) for _ in range(3))
    squares = np.zeros((replications, len(shape)))
    start = 0
    for column, (clusters, per_cluster, tax, discordance) in enumerate(shape):
        cells = np.array([(discordance + tax) / 2, (discordance - tax) / 2, 1 - discordance])
        odds = rng.standard_gamma(cells * (1 / icc - 1), size=(replications, clusters, 3)) + 1e-300
        odds /= odds.sum(axis=-1, keepdims=True)
        counts = (
            rng.multinomial(per_cluster, odds)
            if per_cluster > 1
            else rng.multinomial(1, np.broadcast_to(cells, odds.shape))
        )
        rows = slice(start, start + clusters)
        sizes[:, rows, column] = per_cluster
        totals[:, rows, column] = counts[..., 0] - counts[..., 1]
        discordant[:, rows, column] = counts[..., 0] + counts[..., 1]
        squares[:, column] = discordant[:, rows, column].sum(axis=1)
        start += clusters
    return OverallSums(sizes, totals, discordant, squares)


def coverage(shape, weighting, replications, seed):
    rng = np.random.default_rng([seed, len(shape), shape[0][0]])
    count = np.array([clusters * per for clusters, per, *_ in shape], dtype=float)
    share = np.full(len(shape), 1 / len(shape)) if weighting == "macro" else count / count.sum()
    truth = float(share @ np.array([tax for *_, tax, _ in shape]))
    result = overall_intervals(simulated(shape, replications, rng), weighting=weighting)
    assert (result.high - result.low).min() > 0
    return np.mean((result.low <= truth) & (truth <= result.high))


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("weighting", ["macro", "weighted"])
@pytest.mark.parametrize("name", DENSE)
def test_interval_over_benchmarks_covers(name, weighting, seed):
    assert 0.925 <= coverage(DENSE[name], weighting, FAST, seed) <= 0.975


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", SPARSE)
def test_interval_over_benchmarks_covers_where_few_items_differ(name, seed):
    assert coverage(SPARSE[name], "macro", FAST, seed) >= 0.93


@pytest.mark.accept
@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("weighting", ["macro", "weighted"])
@pytest.mark.parametrize("name", DENSE)
def test_interval_over_benchmarks_covers_93_to_97_percent(name, weighting, seed):
    assert 0.93 <= coverage(DENSE[name], weighting, FULL, seed) <= 0.97


@pytest.mark.accept
@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", SPARSE)
def test_sparse_interval_over_benchmarks_covers_at_least_93_percent(name, seed):
    assert coverage(SPARSE[name], "macro", FULL, seed) >= 0.93
