"""A tax over several benchmarks, compared with matrix formulas and with one benchmark, and simulated."""

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st

from tasks.stats.levels import ONE_SIDED
from tasks.stats.overall import OverallSample, overall_intervals, overall_sums
from tasks.stats.paired import paired_difference
from tests.support.clustered_counts import clustered_counts, equal_sizes, share_covered, stacked_sums
from tests.support.sizes import at_every_size, bounds, replications

FULL = 20_000
UPPER = 10_000


@pytest.fixture
def sample():
    rng = np.random.default_rng(5)
    count = 90
    benchmark, cluster = rng.integers(0, 3, count), rng.integers(0, 12, count)
    return rng.choice([-1.0, -0.5, 0.0, 0.5, 1.0], count), benchmark, cluster


def test_the_standard_error_is_that_of_a_regression_on_benchmarks(sample):
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


def test_the_macro_estimate_and_its_error_are_close_to_those_of_statsmodels(sample):
    d, benchmark, cluster = sample
    fit = sm.OLS(d, np.eye(3)[benchmark]).fit(
        cov_type="cluster", cov_kwds={"groups": cluster, "use_correction": False, "df_correction": False}
    )
    contrast = fit.t_test(np.full((1, 3), 1 / 3))
    result = overall_intervals(overall_sums(d, benchmark, cluster), weighting="macro")
    assert result.estimate[0] == pytest.approx(contrast.effect[0], abs=1e-14)
    # Theirs is CR0, ours CR2, which is larger by about G / (G - 1) with twelve clusters.
    assert 1.0 < result.standard_error[0] / contrast.sd[0, 0] < 1.15


@st.composite
def cells(draw):
    count = draw(st.integers(1, 40))
    lists = [draw(st.lists(st.integers(0, most), min_size=count, max_size=count)) for most in (0, 5)]
    return draw(st.lists(st.sampled_from([-1.0, 0.0, 0.5, 1.0]), min_size=count, max_size=count)), *lists


@given(cells(), st.sampled_from(["macro", "weighted"]))
def test_over_one_benchmark_the_result_is_the_paired_difference(sample, weighting):
    d, benchmark, cluster = sample
    ours = OverallSample.of(d, benchmark, cluster, range(len(d))).tax(weighting=weighting)
    theirs = paired_difference(d, cluster)
    assert ours.estimate == pytest.approx(theirs.estimate, abs=1e-12)
    if ours.method == theirs.method == "cr2_bm":
        assert [ours.low, ours.high, ours.df] == pytest.approx([theirs.low, theirs.high, theirs.df], abs=1e-9)


@given(cells(), st.sampled_from(["macro", "weighted"]), st.randoms(use_true_random=False))
def test_swapping_the_models_negates_the_result_and_the_order_of_rows_does_not_change_a_bit(sample, weighting, random):
    d, _, cluster = sample
    benchmark = [index % 2 for index in range(len(d))]
    ours = OverallSample.of(d, benchmark, cluster, range(len(d))).tax(weighting=weighting)
    swapped = OverallSample.of([-x for x in d], benchmark, cluster, range(len(d))).tax(weighting=weighting)
    order = list(range(len(d)))
    random.shuffle(order)
    shuffled = OverallSample.of(*([part[row] for row in order] for part in (d, benchmark, cluster)), order).tax(
        weighting=weighting
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
    apart = OverallSample.of(twice, names, range(200), range(200)).tax(weighting="macro")
    shared = OverallSample.of(twice, names, range(200), list(range(100)) * 2).tax(weighting="macro")
    alone = paired_difference(d, None)
    assert shared.standard_error == pytest.approx(alone.standard_error, rel=1e-9)
    assert apart.standard_error == pytest.approx(alone.standard_error / 2**0.5, rel=1e-9)


def test_with_a_benchmark_of_one_cluster_the_error_is_unknown():
    result = OverallSample.of([1, 0, 1, 0], [0, 0, 1, 1], [0, 1, 0, 0], range(4)).tax(weighting="macro")
    assert (result.estimate, result.low, result.reason) == (0.5, None, "one_cluster")


# For each benchmark: number of clusters, items per cluster, tax, discordance.
DENSE = {
    "equal": [(20, 10, 0.1, 0.3)] * 3,
    "unequal": [(10, 6, 0.0, 0.3), (12, 40, 0.2, 0.4), (30, 10, -0.1, 0.3)],
    "many-small": [(15, 3, 0.1, 0.3)] * 8,
}
SPARSE = {
    "base-near-1": [(30, 1, 0.01, 0.015)] * 4,
    "one-sparse": [(100, 1, 0.01, 0.012)] * 3,
    "dense-and-tiny": [(1000, 1, 0.05, 0.25), (20, 1, 0.05, 0.05)],
    "dense-and-small": [(300, 1, 0.05, 0.25), (30, 1, 0.05, 0.05)],
    "dense-and-fifty": [(1000, 1, 0.05, 0.25), (50, 1, 0.05, 0.05)],
    "clustered-and-tiny": [(20, 10, 0.1, 0.3), (20, 10, 0.0, 0.3), (20, 1, 0.02, 0.02)],
}


def simulated(shape, count, rng):
    """Stacked sums of ``count`` samples."""
    parts = []
    for clusters, per_cluster, tax, discordance in shape:
        cells = ((discordance + tax) / 2, (discordance - tax) / 2, 1 - discordance)
        parts.append(clustered_counts(cells, equal_sizes(count, clusters, per_cluster), rng))
    return stacked_sums(parts)


def coverage(shape, weighting):
    rng = np.random.default_rng([1, len(shape), shape[0][0]])
    count = np.array([clusters * per for clusters, per, *_ in shape], dtype=float)
    share = np.full(len(shape), 1 / len(shape)) if weighting == "macro" else count / count.sum()
    truth = float(share @ np.array([tax for *_, tax, _ in shape]))
    result = overall_intervals(simulated(shape, replications(FULL), rng), weighting=weighting)
    assert (result.high - result.low).min() > 0
    return share_covered(result.low, result.high, truth)


@at_every_size
@pytest.mark.parametrize("weighting", ["macro", "weighted"])
@pytest.mark.parametrize("name", DENSE)
def test_interval_over_benchmarks_covers_93_to_97_percent(name, weighting):
    least, most = bounds(0.93, 0.97, full=FULL)
    assert least <= coverage(DENSE[name], weighting) <= most


@at_every_size
@pytest.mark.parametrize("name", SPARSE)
def test_interval_over_benchmarks_covers_at_least_94_percent_where_few_items_differ(name):
    least, _ = bounds(0.94, 1.0, full=FULL)
    assert coverage(SPARSE[name], "macro") >= least


@at_every_size
@pytest.mark.parametrize("name", [*DENSE, *SPARSE])
def test_the_one_sided_upper_limit_over_benchmarks_covers_at_least_94_percent(name):
    shape = (DENSE | SPARSE)[name]
    rng = np.random.default_rng([2, len(shape), shape[0][0]])
    truth = np.mean([tax for *_, tax, _ in shape])
    sums = simulated(shape, replications(UPPER), rng)
    found = overall_intervals(sums, weighting="macro", confidence=ONE_SIDED, has_p_value=False)
    least, _ = bounds(0.94, 1.0, full=UPPER)
    assert (found.high >= truth).mean() >= least
