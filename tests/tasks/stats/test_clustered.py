"""The closed forms compared with the matrix formulas that they stand for, and with statsmodels."""

import numpy as np
import pytest
import statsmodels.api as sm

from tasks.stats.clustered import ClusterSums, cluster_codes, cluster_variance, cr2_covariance, sum_by_cluster

SHAPES = {
    "even": [6, 6, 6, 6],
    "uneven": [1, 2, 3, 9, 25],
    "lopsided": [40, 1, 1],
    "two": [3, 7],
    "singletons": [1] * 12,
}


def sample(sizes, seed=0):
    rng = np.random.default_rng([seed, len(sizes)])
    codes = np.repeat(np.arange(len(sizes)), sizes)
    effect = rng.normal(0, 0.2, len(sizes))[codes]
    return np.clip(np.round(rng.normal(0.1, 0.5, codes.size) + effect, 2), -1, 1), codes


def sums_of(values, codes):
    sizes, totals, squares = sum_by_cluster(codes, values, values**2)
    return ClusterSums(sizes, totals, squares.sum(axis=-1))


def adjusted_blocks(codes):
    """(rows of the cluster, its (I - H)^(-1/2)) per cluster for a regression on a constant."""
    for code in np.unique(codes):
        rows = np.flatnonzero(codes == code)
        eigenvalues, vectors = np.linalg.eigh(np.eye(rows.size) - np.full((rows.size, rows.size), 1 / codes.size))
        yield rows, vectors @ np.diag(eigenvalues**-0.5) @ vectors.T


def brute_force(first, second, codes):
    """CR2 covariance and Bell-McCaffrey degrees of freedom from n x n matrices."""
    count = codes.size
    residuals = [values - values.mean() for values in (first, second)]
    annihilator = np.eye(count) - np.full((count, count), 1 / count)
    covariance, columns = 0.0, []
    for rows, root in adjusted_blocks(codes):
        left, right = (np.sum(root @ residual[rows]) for residual in residuals)
        covariance += left * right / count**2
        columns.append(annihilator[:, rows] @ root @ np.ones(rows.size) / count)
    gram = np.stack(columns, axis=1).T @ np.stack(columns, axis=1)
    return covariance, np.trace(gram) ** 2 / np.sum(gram**2)


@pytest.mark.parametrize("sizes", SHAPES.values(), ids=SHAPES)
def test_cr2_and_its_degrees_of_freedom_are_those_of_the_matrix_formulas(sizes):
    values, codes = sample(sizes)
    covariance, df = brute_force(values, values, codes)
    result = cluster_variance(sums_of(values, codes))
    assert result.cr2.item() == pytest.approx(covariance, rel=1e-11, abs=1e-14)
    assert result.df.item() == pytest.approx(df, rel=1e-11)


@pytest.mark.parametrize("sizes", SHAPES.values(), ids=SHAPES)
def test_the_cr2_covariance_is_that_of_the_matrix_formula(sizes):
    first, codes = sample(sizes)
    second, _ = sample(sizes, seed=1)
    size_of, total, other, square = sum_by_cluster(codes, first, second, first**2)
    both = [ClusterSums(size_of, part, square.sum(axis=-1)) for part in (total, other)]
    assert cr2_covariance(*both).item() == pytest.approx(brute_force(first, second, codes)[0], rel=1e-11, abs=1e-14)


@pytest.mark.parametrize("sizes", SHAPES.values(), ids=SHAPES)
def test_cr0_and_cr1_are_those_of_statsmodels(sizes):
    values, codes = sample(sizes)
    model = sm.OLS(values, np.ones_like(values))
    result = cluster_variance(sums_of(values, codes))
    for ours, is_corrected in ((result.cr0, False), (result.cr1, True)):
        options = {"groups": codes, "use_correction": is_corrected}
        theirs = model.fit(cov_type="cluster", cov_kwds=options).bse.item() ** 2
        assert ours.item() == pytest.approx(theirs, rel=1e-12)


def test_without_clusters_all_variances_equal_the_naive_one():
    values, codes = sample([1] * 30)
    result = cluster_variance(sums_of(values, codes))
    expected = values.var(ddof=1) / 30
    assert [result.naive.item(), result.cr1.item(), result.cr2.item()] == pytest.approx([expected] * 3, rel=1e-12)
    assert result.df.item() == pytest.approx(29, rel=1e-12)


def test_equal_clusters_have_one_degree_of_freedom_fewer_than_clusters():
    values, codes = sample([5] * 8)
    assert cluster_variance(sums_of(values, codes)).df.item() == pytest.approx(7, rel=1e-12)


def test_stacked_samples_give_the_results_of_single_ones_and_empty_clusters_do_not_count():
    small, large = (sums_of(*sample(sizes)) for sizes in ([2, 5, 4], [3, 1, 6, 7]))
    pad = ((0, 0), (0, 1))
    stacked = ClusterSums(
        np.concatenate([np.pad(small.sizes, pad), large.sizes]),
        np.concatenate([np.pad(small.totals, pad), large.totals]),
        np.concatenate([small.squares, large.squares]),
    )
    result = cluster_variance(stacked)
    for row, single in enumerate(map(cluster_variance, (small, large))):
        for name in ("mean", "naive", "cr0", "cr1", "cr2", "df", "count_clusters"):
            assert getattr(result, name)[row] == pytest.approx(getattr(single, name)[0], rel=1e-14)


@pytest.mark.parametrize(
    "labels", [[1, 2, 1], ["b", "a", "b"], [None, "a", None], [(1, 2), (1, 3), (1, 2)], np.array([2.5, 1.0, 2.5])]
)
def test_cluster_labels_may_be_anything_hashable(labels):
    array = np.empty(3, dtype=object) if isinstance(labels, list) else labels
    array[:] = labels
    first, second, third = cluster_codes(array, 3).tolist()
    assert (first == third, {first, second}) == (True, {0, 1})


def test_a_wrong_number_of_labels_is_refused():
    with pytest.raises(ValueError, match=r"one cluster label per item, shape \(2,\), found \(3,\)"):
        cluster_codes([1, 2, 3], 2)
