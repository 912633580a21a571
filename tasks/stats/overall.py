"""One tax over several benchmarks: a weighted mean of their mean differences, with shared items counted once.

The benchmarks are those that were chosen and not a sample of benchmarks; their items, or clusters of items, are a
sample. With sizes n_gb and sums S_gb of d for cluster g and benchmark b, and weights w_b that add up to 1,

    theta = sum_b w_b dbar_b
    T_g   = sum_b (w_b / n_b) (S_gb - n_gb dbar_b) / sqrt(1 - n_gb / n_b)
    CR2   = sum_g T_g^2

which is Bell and McCaffrey's variance of a linear combination of benchmark means (dummy variables in a regression),
with their degrees of freedom. A cluster may extend over benchmarks: an item that is in two of them is one draw. Where
one of the benchmarks is sparse, the limits are those of ``tasks.stats.mover``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Literal, Self, TypeAlias

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from tasks.stats.clustered import (
    PRIOR_ICC,
    ROUNDING_VARIANCE,
    BoolArray,
    ClusterSums,
    FloatArray,
    IntArray,
    cluster_codes,
    cluster_variance,
)
from tasks.stats.estimates import Estimate, few_clusters, known
from tasks.stats.identified import imbens_manski, not_below_score_limit
from tasks.stats.level_variance import AddedVariance, widened
from tasks.stats.levels import CONFIDENCE, ONE_SIDED, two_sided_critical, two_sided_p_value
from tasks.stats.mover import Parts, inverted_p_value, mover_limits
from tasks.stats.paired import Moments, PairedSums, checked_scores

Weighting: TypeAlias = Literal["macro", "weighted"]


@dataclass(frozen=True)
class OverallSums:
    """Sums of R samples by cluster and benchmark: sizes, totals and discordant [R, G, B]; squares [R, B].

    ``is_ternary`` [R, B] says that every difference of a benchmark is -1, 0 or 1.
    """

    sizes: FloatArray
    totals: FloatArray
    discordant: FloatArray
    squares: FloatArray
    is_ternary: BoolArray

    @cached_property
    def benchmarks(self) -> list[Moments]:
        """What the limits of each benchmark rest on, whatever the weights and the confidence are."""
        return [self._of_benchmark(place) for place in range(self.sizes.shape[-1])]

    def _of_benchmark(self, place: int) -> Moments:
        sums = ClusterSums(self.sizes[:, :, place], self.totals[:, :, place], self.squares[:, place])
        paired = PairedSums(sums, self.discordant[:, :, place], self.is_ternary[:, place])
        return Moments.of(paired, cluster_variance(sums), PRIOR_ICC)


@dataclass(frozen=True, slots=True)
class OverallIntervals:
    """Stacked results [R]. They are undefined (NaN) where all items of a benchmark lie in one cluster."""

    estimate: FloatArray
    low: FloatArray
    high: FloatArray
    standard_error: FloatArray
    df: FloatArray
    p_value: FloatArray
    deff: FloatArray
    is_sparse: BoolArray


@dataclass(frozen=True, slots=True)
class OverallSample:
    """The differences of one sample and their sums, R = 1, from which each interval of an overall tax is made.

    Attributes:
        values: [n] differences.
        sums: None of an empty sample.
    """

    values: FloatArray
    sums: OverallSums | None

    @classmethod
    def of(
        cls, difference: npt.ArrayLike, benchmark: npt.ArrayLike, cluster: npt.ArrayLike, item: npt.ArrayLike
    ) -> Self:
        """Sum the differences by cluster and benchmark.

        Args:
            difference: [n] reference minus candidate of every item of every benchmark; a loss is positive.
            benchmark: [n] labels.
            cluster: [n] labels within the benchmark.
            item: [n] item ids; equal ids are the same item in several benchmarks.
        """
        values = checked_scores(difference, -1.0, "differences")
        if values.size == 0:
            return cls(values, None)
        codes, *places = (cluster_codes(labels, values.size) for labels in (benchmark, cluster, item))
        return cls(values, overall_sums(values, codes, joined_clusters(codes, *places)))

    def tax(self, *, weighting: Weighting, confidence: float = CONFIDENCE, has_p_value: bool = True) -> Estimate:
        """Weighted mean over benchmarks of the mean difference.

        Args:
            weighting: "macro" gives every benchmark the same weight, "weighted" every item.
            confidence: of the two-sided interval.
            has_p_value: False leaves the p-value out, which costs many intervals where the method is "mover".

        Returns:
            An estimate of method "cr2_bm". Where fewer than ten items of a benchmark differ, divided by its design
            effect, the method is "mover": the limits are made of each benchmark's own. Reasons: "no_paired_items",
            "one_cluster" (a benchmark has a single cluster, so its error is unknown), "all_differences_equal" (graded
            differences of a benchmark all equal the same number other than 0).

        A benchmark of four items that lost half and one of eight that lost nothing:

        >>> sample = OverallSample.of([1, 1] + [0] * 10, ["a"] * 4 + ["b"] * 8, range(12), range(12))
        >>> [sample.tax(weighting=weighting).estimate for weighting in ("macro", "weighted")]
        [0.25, 0.16666666666666666]
        """
        if self.sums is None:
            return Estimate(count_discordant=0, reason="no_paired_items")
        result = overall_intervals(self.sums, weighting=weighting, confidence=confidence, has_p_value=has_p_value)
        return _only_overall(result, self.values, self.sums.sizes.shape[1])


@dataclass(frozen=True, slots=True)
class OverallBounds:
    """What is known of a weighted mean of taxes whatever the missing answers were; None where it is undefined.

    ``low`` and ``high`` are Imbens and Manski's limits, ``at_most`` is the one-sided upper limit; of one
    benchmark it is that of ``loss_at_most``.
    """

    low: float | None
    high: float | None
    at_most: float | None


def overall_bounds(
    lowest: OverallSample, highest: OverallSample, *, weighting: Weighting, added: AddedVariance | None = None
) -> OverallBounds:
    """Limits of a tax over several benchmarks of which answers are missing.

    Args:
        lowest: the smallest possible difference of every planned item, as of ``missing_differences``.
        highest: the largest possible ones; the same object where no answer is missing.
        weighting: "macro" or "weighted".
        added: what a sample of wordings adds to the variance; see ``widened``.

    Of ten items each of two benchmarks, one answer is missing:

    >>> places = [0] * 10 + [1] * 10, range(20), range(20)
    >>> lowest, highest = (OverallSample.of([0] * 19 + [last], *places) for last in (-1, 1))
    >>> found = overall_bounds(lowest, highest, weighting="macro")
    >>> -1 < found.low < -0.05 and 0.05 < found.at_most < found.high < 1
    True
    """
    upper_at, lower_at = (partial(bound.tax, weighting=weighting, has_p_value=False) for bound in (highest, lowest))
    upper = widened(upper_at, added, has_p_value=False)
    lower = upper if lowest is highest else widened(lower_at, added, has_p_value=False)
    low, high = imbens_manski(lower, upper, confidence=CONFIDENCE)
    one_sided = widened(upper_at, added, confidence=ONE_SIDED, has_p_value=False)
    is_plain = added is None and highest.sums is not None and highest.sums.sizes.shape[2] == 1
    return OverallBounds(low, high, not_below_score_limit(one_sided, highest.values) if is_plain else one_sided.high)


def _only_overall(result: OverallIntervals, values: FloatArray, count_clusters: int) -> Estimate:
    """The single row of stacked results."""
    is_unknown = bool(np.isnan(result.low[0]))
    return Estimate(
        estimate=known(result.estimate[0]),
        low=known(result.low[0]),
        high=known(result.high[0]),
        standard_error=known(result.standard_error[0]),
        df=known(result.df[0]),
        p_value=known(result.p_value[0]),
        method=None if is_unknown else "mover" if result.is_sparse[0] else "cr2_bm",
        deff=None if is_unknown else known(result.deff[0]),
        count_items=values.size,
        count_clusters=count_clusters,
        count_discordant=int(np.count_nonzero(values)),
        flags=few_clusters(count_clusters),
        reason=None if not is_unknown else "all_differences_equal" if result.is_sparse[0] else "one_cluster",
    )


def joined_clusters(benchmark: IntArray, cluster: IntArray, item: IntArray) -> IntArray:
    """Cluster codes [n] over all benchmarks. Clusters that contain the same item become one.

    >>> joined_clusters(np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1]), np.array([7, 8, 8, 9])).tolist()
    [0, 1, 1, 2]
    """
    groups = np.unique(benchmark * (int(cluster.max()) + 1) + cluster, return_inverse=True)[1]
    items = np.unique(item, return_inverse=True)[1]
    count_groups, count_nodes = int(groups.max()) + 1, int(groups.max() + items.max()) + 2
    edges = coo_array((np.ones(groups.size), (groups, items + count_groups)), shape=(count_nodes, count_nodes))
    labels = connected_components(edges, directed=False)[1][groups]
    return np.asarray(np.unique(labels, return_inverse=True)[1])


def overall_sums(difference: FloatArray, benchmark: IntArray, cluster: IntArray) -> OverallSums:
    """Sums of one sample, R = 1. Rows and clusters are sorted first, so that their order does not change a bit."""
    order = np.lexsort((difference, cluster, benchmark))
    d, rows, columns = difference[order], cluster[order], benchmark[order]
    shape = int(cluster.max()) + 1, int(benchmark.max()) + 1
    cell = rows * shape[1] + columns

    def summed(values: FloatArray) -> FloatArray:
        return np.bincount(cell, weights=values, minlength=shape[0] * shape[1]).astype(np.float64).reshape(shape)

    sizes, totals, discordant = summed(np.ones_like(d)), summed(d), summed((d != 0).astype(np.float64))
    by_content = np.lexsort((*totals.T, *sizes.T))
    squares = np.bincount(columns, weights=d**2, minlength=shape[1])
    sizes, totals, discordant = (part[by_content][np.newaxis] for part in (sizes, totals, discordant))
    is_graded = np.bincount(columns, weights=~np.isin(d, (-1.0, 0.0, 1.0)), minlength=shape[1]) > 0
    return OverallSums(sizes, totals, discordant, squares[np.newaxis].astype(np.float64), ~is_graded[np.newaxis])


def overall_intervals(
    sums: OverallSums,
    *,
    weighting: Weighting,
    confidence: float = CONFIDENCE,
    has_p_value: bool = True,
) -> OverallIntervals:
    """Intervals of R stacked samples, every benchmark with at least one item in each."""
    count = sums.sizes.sum(axis=1)
    share = benchmark_weights(count, weighting)
    mean = sums.totals.sum(axis=1) / count
    estimate = (share * mean).sum(axis=-1)
    variance, df = _cr2(sums, count, share)
    with np.errstate(divide="ignore", invalid="ignore"):
        critical, p_value = two_sided_critical(df, confidence), two_sided_p_value(estimate / np.sqrt(variance), df)
    low, high = estimate - critical * np.sqrt(variance), estimate + critical * np.sqrt(variance)
    standard_error = np.sqrt(variance)
    is_sparse = np.any([moments.is_sparse for moments in sums.benchmarks], axis=0) & ~np.isnan(variance)
    if is_sparse.any():
        parts = [moments.of_samples(is_sparse) for moments in sums.benchmarks]
        correlation = _correlations(sums)[is_sparse]
        sparse = _sparse_intervals(parts, share[is_sparse], correlation, confidence, has_p_value=has_p_value)
        low[is_sparse], high[is_sparse], df[is_sparse], p_value[is_sparse] = sparse
        standard_error[is_sparse] = ((high - low) / 2 / two_sided_critical(df, confidence))[is_sparse]
    return OverallIntervals(
        estimate=estimate,
        low=np.maximum(low, -1.0),
        high=np.minimum(high, 1.0),
        standard_error=standard_error,
        df=df,
        p_value=p_value,
        deff=_design_effect(sums, share, variance),
        is_sparse=is_sparse,
    )


def _sparse_intervals(
    benchmarks: Sequence[Moments], share: FloatArray, correlation: FloatArray, confidence: float, *, has_p_value: bool
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """Limits, degrees of freedom and p-values [R] where a benchmark is too sparse for a common error."""

    def limits(confidence: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Limits and degrees of freedom [R, K] at confidences [R, K]."""
        sample = np.repeat(np.arange(len(confidence)), confidence.shape[1])
        level = confidence.ravel()
        parts = _parts([moments.of_samples(sample) for moments in benchmarks], level)
        low, high, df = mover_limits(parts, share[sample], correlation[sample], level)
        return low.reshape(confidence.shape), high.reshape(confidence.shape), df.reshape(confidence.shape)

    low, high, df = (column[:, 0] for column in limits(np.full((len(share), 1), confidence)))
    p_value = (
        inverted_p_value(lambda level: limits(level)[:2], len(share)) if has_p_value else np.full_like(low, np.nan)
    )
    return low, high, df, p_value


def _parts(benchmarks: Sequence[Moments], confidence: FloatArray) -> Parts:
    """Each benchmark's own intervals."""
    critical = [two_sided_critical(moments.df, confidence) for moments in benchmarks]
    limits = [moments.limits(quantile)[:2] for moments, quantile in zip(benchmarks, critical, strict=True)]
    return Parts(
        estimate=np.stack([moments.mean for moments in benchmarks], axis=-1),
        low=np.stack([low for low, _ in limits], axis=-1),
        high=np.stack([high for _, high in limits], axis=-1),
        critical=np.stack(critical, axis=-1),
        df=np.stack([moments.df for moments in benchmarks], axis=-1),
    )


def _correlations(sums: OverallSums) -> FloatArray:
    """Correlations [R, B, B] of the benchmarks' means, by the clusters that they share.

    They are those of CR2. Where a benchmark has no variance, the shared part of the clusters stands in.
    """
    count = sums.sizes.sum(axis=1, keepdims=True)
    residual = sums.totals - sums.sizes * sums.totals.sum(axis=1, keepdims=True) / count
    observed, overlap = (_cosines(part) for part in (residual, sums.sizes))
    return np.where(np.isnan(observed), overlap, observed)


def _cosines(columns: FloatArray) -> FloatArray:
    """Cosines [R, B, B] of columns [R, G, B]; NaN for a column of zeros, 1 on the diagonal."""
    products = np.einsum("rgb,rgc->rbc", columns, columns)
    squares = np.einsum("rbb->rb", products)
    squares = np.where(squares > ROUNDING_VARIANCE, squares, np.nan)
    found = products / np.sqrt(squares[:, :, np.newaxis] * squares[:, np.newaxis, :])
    return np.where(np.eye(columns.shape[-1], dtype=bool), 1.0, found)


def _design_effect(sums: OverallSums, share: FloatArray, variance: FloatArray) -> FloatArray:
    """Design effect [R] of the weighted mean, at least 1."""
    count = sums.sizes.sum(axis=1)
    spread = sums.squares / count - (sums.totals.sum(axis=1) / count) ** 2
    with np.errstate(divide="ignore", invalid="ignore"):
        naive = (share**2 * spread / np.where(count > 1, count - 1, np.nan)).sum(axis=-1)
        return np.maximum(np.where(naive > ROUNDING_VARIANCE, variance / naive, 1.0), 1.0)


def benchmark_weights(count: FloatArray, weighting: Weighting) -> FloatArray:
    """The weights of the benchmarks [R, B] from their numbers of items [R, B]; they add up to 1."""
    if weighting == "macro":
        return np.full_like(count, 1 / count.shape[-1])
    return np.asarray(count / count.sum(axis=-1, keepdims=True))


def cluster_influences(sizes: FloatArray, totals: FloatArray, share: FloatArray) -> FloatArray:
    """What each cluster adds to the error of the weighted mean: T_g of the module, [R, G].

    Args:
        sizes: [R, G, B] items by cluster and benchmark; every benchmark has one at least.
        totals: [R, G, B] sums of their differences.
        share: [R, B] weights that add up to 1.
    """
    mean = totals.sum(axis=1) / sizes.sum(axis=1)
    residual = totals - sizes * mean[:, np.newaxis, :]
    return np.asarray((_cluster_weights(sizes, share) * residual).sum(axis=-1))


def _cluster_weights(sizes: FloatArray, share: FloatArray) -> FloatArray:
    """The weight of a residual by cluster and benchmark [R, G, B]; NaN where one cluster holds every item."""
    count = sizes.sum(axis=1)
    complement = 1 - sizes / count[:, np.newaxis, :]
    complement = np.where(complement > 0, complement, np.nan)
    return np.asarray((share / count)[:, np.newaxis, :] / np.sqrt(complement))


def _cr2(sums: OverallSums, count: FloatArray, share: FloatArray) -> tuple[FloatArray, FloatArray]:
    """CR2 variance and degrees of freedom [R]; NaN where all items of a benchmark lie in one cluster.

    The degrees of freedom are (tr M)^2 / tr M^2 with M_gh = c_g' (I - H) c_h, where c_g are the weights of the items of
    cluster g. M is a diagonal minus one product of vectors for each benchmark, so no matrix of clusters is built.
    """
    weight = _cluster_weights(sums.sizes, share)
    variance = (cluster_influences(sums.sizes, sums.totals, share) ** 2).sum(axis=-1)
    diagonal = (sums.sizes * weight**2).sum(axis=-1)
    scaled = sums.sizes * weight / np.sqrt(count)[:, np.newaxis, :]
    trace = (share**2 / count).sum(axis=-1)
    products = np.einsum("rgb,rgc->rbc", scaled, scaled)
    crossed = (diagonal[:, :, np.newaxis] * scaled**2).sum(axis=(1, 2))
    trace_of_square = (diagonal**2).sum(axis=-1) - 2 * crossed + (products**2).sum(axis=(1, 2))
    return variance, trace**2 / trace_of_square
