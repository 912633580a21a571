"""What alignment costs beside capability: paired ratios of tokens, money and time, candidate over reference.

Unknown usage is NaN, never 0, and its pair is left out. Sums are compared by Fieller's theorem, quantiles of latency by
a paired cluster bootstrap, and money per right answer on a logarithmic scale.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from tasks.stats.bootstrap import COUNT_RESAMPLES, cluster_weights
from tasks.stats.clustered import (
    ROUNDING_VARIANCE,
    ClusterSums,
    FloatArray,
    IntArray,
    cluster_codes,
    cr2_covariance,
    satterthwaite_df,
    sum_by_cluster,
)
from tasks.stats.levels import ALPHA, CONFIDENCE, t_critical
from tasks.stats.ratio import RatioEstimate, fieller, within_limits, without_limits

# Fewer pairs say little about the error of a median and nothing about that of a 95th percentile.
_FEWEST_FOR_QUANTILES = 100
# With fewer right answers on a side the logarithm of the cost per right answer is not close enough to normal.
_FEWEST_RIGHT = 10


def sum_ratio(
    reference: npt.ArrayLike, candidate: npt.ArrayLike, cluster: npt.ArrayLike | None, *, confidence: float = CONFIDENCE
) -> RatioEstimate:
    """Total of the candidate over total of the reference, on the pairs of which both amounts are known.

    Fieller's set with CR2 covariances and Bell-McCaffrey degrees of freedom. No ratio of amounts is below 0, so a lower
    limit below 0 is stated as 0; that leaves the coverage as it is.

    Args:
        reference: [n] amounts of at least 0, NaN where unknown.
        candidate: [n] amounts of the same requests.
        cluster: [n] labels, or None where pairs are independent.
        confidence: of the set.

    Returns:
        Reasons: "usage_unknown", "one_item", "one_cluster", "reference_costs_nothing", "all_ratios_equal" (equal
        prompts have equal tokens, so that the ratio is known and not estimated),
        "reference_not_distinguishable_from_zero".

    >>> result = sum_ratio([100, 120, 80, 100, float("nan")], [150, 190, 130, 140, 90], None)
    >>> round(result.estimate, 3), round(result.low, 2), round(result.high, 2)
    (1.525, 1.37, 1.68)
    """
    before, after, codes = known_pairs(reference, candidate, cluster)
    if before.size == 0:
        return without_limits("usage_unknown")
    if before.sum() == 0:
        return without_limits("reference_costs_nothing")
    estimate = float(after.sum() / before.sum())
    sizes, total_after, total_before = sum_by_cluster(codes, after / before.mean(), before / before.mean())
    if sizes.size == 1:
        return without_limits("one_item" if cluster is None else "one_cluster", estimate)
    a, b = ClusterSums(sizes, total_after, np.zeros(1)), ClusterSums(sizes, total_before, np.zeros(1))
    v_aa, v_ab, v_bb = (float(cr2_covariance(x, y)[0]) for x, y in ((a, a), (a, b), (b, b)))
    if v_aa - 2 * estimate * v_ab + estimate**2 * v_bb <= ROUNDING_VARIANCE * max(estimate**2, 1.0):
        return without_limits("all_ratios_equal", estimate)
    critical = t_critical(float(satterthwaite_df(sizes)[0]), confidence)
    means = float(total_after.sum() / sizes.sum()), float(total_before.sum() / sizes.sum())
    found = fieller(*means, v_aa, v_ab, v_bb, critical, unless="reference_not_distinguishable_from_zero")
    return found if found.low is None else replace(found, low=max(found.low, 0.0))


def quantile_ratio(
    reference: npt.ArrayLike,
    candidate: npt.ArrayLike,
    cluster: npt.ArrayLike | None,
    *,
    quantile: float,
    rng: np.random.Generator,
    count_resamples: int = COUNT_RESAMPLES,
) -> RatioEstimate:
    """Ratio of a quantile of the candidate's amounts to the reference's, with 95% percentile limits.

    Whole clusters of pairs are resampled. The limits for a 95th percentile are rough, and their coverage is not known.

    Args:
        reference: [n] amounts of at least 0, NaN where unknown.
        candidate: [n] amounts of the same requests.
        cluster: [n] labels, or None where pairs are independent.
        quantile: 0.5 for the median.
        rng: source of the resamples.
        count_resamples: how many.

    Returns:
        Reasons: those of ``sum_ratio``, and "fewer_than_100_pairs" (an estimate without limits).

    >>> rng = np.random.default_rng(1)
    >>> latency = rng.lognormal(7, 0.5, 300)
    >>> slower = latency * rng.lognormal(0.2, 0.3, 300)
    >>> result = quantile_ratio(latency, slower, None, quantile=0.5, rng=rng)
    >>> round(result.estimate, 2), result.low < 1.22 < result.high
    (1.21, True)
    """
    before, after, codes = known_pairs(reference, candidate, cluster)
    if before.size == 0:
        return without_limits("usage_unknown")
    denominator = float(np.quantile(before, quantile))
    if denominator == 0:
        return without_limits("reference_costs_nothing")
    estimate = float(np.quantile(after, quantile)) / denominator
    if before.size < _FEWEST_FOR_QUANTILES:
        return without_limits("fewer_than_100_pairs", estimate)
    if codes.max() == 0:
        return without_limits("one_cluster", estimate)
    draws = _quantile_ratios(before, after, codes, quantile, rng, count_resamples)
    low, high = (float(limit) for limit in np.quantile(draws[np.isfinite(draws)], [ALPHA / 2, 1 - ALPHA / 2]))
    return within_limits(estimate, low, high) if low < high else without_limits("all_ratios_equal", estimate)


def _quantile_ratios(
    before: FloatArray,
    after: FloatArray,
    codes: IntArray,
    quantile: float,
    rng: np.random.Generator,
    count_resamples: int,
) -> FloatArray:
    """The ratio of quantiles in each resample of clusters [count_resamples]."""
    chunk = max(1, min(count_resamples, 2_000_000 // before.size))  # 16 MB of weights at a time
    ratios = []
    for start in range(0, count_resamples, chunk):
        weights = cluster_weights(int(codes.max()) + 1, min(chunk, count_resamples - start), rng)[:, codes]
        ratios.append(_weighted_quantiles(after, weights, quantile) / _weighted_quantiles(before, weights, quantile))
    return np.concatenate(ratios)


def cost_per_right_ratio(
    reference: tuple[npt.ArrayLike, npt.ArrayLike],
    candidate: tuple[npt.ArrayLike, npt.ArrayLike],
    cluster: npt.ArrayLike | None,
) -> RatioEstimate:
    """Ratio of what a right answer costs: (cost / value of the candidate) over (cost / value of the reference).

    The interval is a 95% t interval of the logarithm, which is linearised: the influence of a pair is the difference of
    its relative shares in the four sums. Variance and degrees of freedom are those of CR2 and Bell-McCaffrey.

    Args:
        reference: amounts [n] and values [n] in [0, 1]; NaN where unknown.
        candidate: the same for the candidate.
        cluster: [n] labels, or None where pairs are independent.

    Returns:
        Reasons: those of ``sum_ratio``, and "too_few_right_answers" (fewer than ten on a side).

    Twice the price, and three quarters of the right answers:

    >>> value = np.array([1.0, 1.0, 0.0, 1.0, 1.0] * 20)
    >>> kept = value * np.array([1.0, 1.0, 1.0, 0.0, 1.0] * 20)
    >>> result = cost_per_right_ratio((np.full(100, 0.01), value), (np.full(100, 0.02), kept), None)
    >>> round(result.estimate, 3), result.low > 2
    (2.667, True)
    """
    columns = [np.asarray(part, dtype=np.float64) for part in (*reference, *candidate)]
    codes = cluster_codes(cluster, columns[0].size)
    is_known = ~np.isnan(np.stack(columns)).any(axis=0)
    if not is_known.any():
        return without_limits("usage_unknown")
    cost_before, value_before, cost_after, value_after = (part[is_known] for part in columns)
    if cost_before.sum() == 0 or cost_after.sum() == 0:
        return without_limits("reference_costs_nothing" if cost_before.sum() == 0 else "candidate_costs_nothing")
    if value_before.sum() == 0 or value_after.sum() == 0:
        return without_limits("too_few_right_answers")
    sums = [float(np.sort(part).sum()) for part in (cost_before, value_before, cost_after, value_after)]
    estimate = sums[2] / sums[3] / (sums[0] / sums[1])
    if min(value_before.sum(), value_after.sum()) < _FEWEST_RIGHT:
        return without_limits("too_few_right_answers", estimate)
    influence = cost_after / sums[2] - value_after / sums[3] - cost_before / sums[0] + value_before / sums[1]
    return _log_interval(estimate, influence * influence.size, np.unique(codes[is_known], return_inverse=True)[1])


def _log_interval(estimate: float, influence: FloatArray, codes: IntArray) -> RatioEstimate:
    """The t interval of the logarithm of an estimate whose influence [n] is given, on the estimate's own scale."""
    sizes, totals = sum_by_cluster(codes, influence)
    if sizes.size == 1:
        return without_limits("one_cluster", estimate)
    sums = ClusterSums(sizes, totals, np.zeros(1))
    variance = float(cr2_covariance(sums, sums)[0])
    if variance <= ROUNDING_VARIANCE:
        return without_limits("all_ratios_equal", estimate)
    margin = t_critical(float(satterthwaite_df(sizes)[0])) * variance**0.5
    low, high = estimate * np.exp(-margin), estimate * np.exp(margin)
    if not np.isfinite(high):
        return without_limits("reference_not_distinguishable_from_zero", estimate)
    return within_limits(estimate, float(low), float(high))


def known_pairs(
    reference: npt.ArrayLike, candidate: npt.ArrayLike, cluster: npt.ArrayLike | None
) -> tuple[FloatArray, FloatArray, IntArray]:
    """The pairs of which both amounts are known, and their clusters numbered from 0.

    Raises:
        ValueError: for amounts that are negative or infinite, or lengths that differ.
    """
    before, after = (np.asarray(part, dtype=np.float64) for part in (reference, candidate))
    if before.ndim != 1 or before.shape != after.shape:
        raise ValueError(f"expected two amounts per pair, found {before.shape} of the reference, {after.shape}")
    if any(np.any((part < 0) | np.isinf(part)) for part in (before, after)):
        raise ValueError("expected amounts of at least 0, NaN where unknown")
    codes = cluster_codes(cluster, before.size)
    is_known = ~(np.isnan(before) | np.isnan(after))
    before, after, codes = before[is_known], after[is_known], np.unique(codes[is_known], return_inverse=True)[1]
    # Sorted, so that the order of rows does not change a bit.
    order = np.lexsort((after, before, codes))
    return before[order], after[order], codes[order]


def _weighted_quantiles(values: FloatArray, weights: FloatArray, quantile: float) -> FloatArray:
    """For each row of weights [B, n] the smallest value up to which at least the share ``quantile`` of weight lies."""
    order = np.argsort(values, kind="stable")
    cumulated = np.cumsum(weights[:, order], axis=1)
    reached = cumulated >= quantile * cumulated[:, -1:] - 1e-9
    return np.asarray(values[order][reached.argmax(axis=1)])
