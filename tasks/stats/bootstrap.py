"""Paired cluster bootstrap: the standard error of metrics that are no mean over items, and joint draws of means.

Percentile and BCa limits cover only 76 to 92% with 5 to 10 clusters, so no tax uses percentiles. The limits of a metric
are its estimate +- Student's t times the bootstrap's standard error. Frontiers and sweeps choose among models or forms
in every draw and have no other source of limits.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from tasks.stats.clustered import FloatArray, IntArray, cluster_codes, satterthwaite_df, sum_by_cluster
from tasks.stats.estimates import Estimate, few_clusters, known
from tasks.stats.levels import t_limits

# From sums [..., k] of what the items contribute, to the metric [...]; NaN where it is undefined.
Metric = Callable[[FloatArray], FloatArray]
# How many resamples a statistic takes unless its caller says otherwise.
COUNT_RESAMPLES = 2000
# If a larger share of the resamples leaves a metric undefined, its standard error is not reported.
_MOST_UNDEFINED = 0.05


def bootstrap_means(
    values: npt.ArrayLike,
    cluster: npt.ArrayLike | None,
    *,
    rng: np.random.Generator,
    count_resamples: int = COUNT_RESAMPLES,
) -> FloatArray | None:
    """Means [count_resamples, K] of K models on the same items. Each resample of clusters serves all models.

    Their standard deviation is low by about sqrt((G - 1) / G) with G clusters, like CR0: 0.92 of CR2's standard error
    with five clusters, 0.98 with thirty.

    Args:
        values: [n, K] a row for each item.
        cluster: [n] labels, or None where items are independent.
        rng: source of the resamples. The same state gives the same bytes, whatever the order of rows.
        count_resamples: how many.

    Returns:
        None for fewer than two clusters.

    >>> values = np.array([[1, 1], [0, 1], [0, 0], [1, 0]] * 50, dtype=float)
    >>> bootstrap_means(values, None, rng=np.random.default_rng(1)).std(axis=0).round(3).tolist()
    [0.036, 0.035]
    """
    table = np.asarray(values, dtype=np.float64)
    sizes, *totals = (part[0] for part in sum_by_cluster(cluster_codes(cluster, len(table)), *table.T))
    count = sizes.size
    if count < 2:
        return None
    weights = cluster_weights(count, count_resamples, rng)
    # Not a matrix product: the bytes of BLAS depend on its threads, and these slow each other down on busy cores.
    sums = np.einsum("bg,kg->bk", weights, np.stack([*totals, sizes]))
    return np.asarray(sums[:, :-1] / sums[:, -1:])


def metric_value(
    contributions: npt.ArrayLike,
    cluster: npt.ArrayLike | None,
    metric: Metric,
    *,
    rng: np.random.Generator,
    count_resamples: int = COUNT_RESAMPLES,
) -> Estimate:
    """A metric that is a function of sums over items: a bias score, BLEU, perplexity.

    The standard error is that of a cluster bootstrap (Efron and Tibshirani 1993, chapter 6), times sqrt(G / (G - 1))
    for G clusters. The limits are t limits with Bell-McCaffrey degrees of freedom.

    Args:
        contributions: [n, k] what each item contributes to each of the k sums of the metric.
        cluster: [n] labels, or None where items are independent.
        metric: from sums [..., k] to the metric [...], NaN where it is undefined.
        rng: source of the resamples. The same state gives the same numbers, whatever the order of rows.
        count_resamples: how many.

    Returns:
        An estimate of method "cluster_bootstrap_t". Reasons: "no_items", "one_item", "one_cluster",
        "metric_undefined" (in the sample, or in more than 5% of the resamples), "resamples_do_not_vary".

    Perplexity from log-likelihoods and token counts:

    >>> texts = np.column_stack([np.linspace(-30, -20, 50), np.full(50, 10.0)])
    >>> result = metric_value(texts, None, lambda s: np.exp(-s[..., 0] / s[..., 1]), rng=np.random.default_rng(1))
    >>> round(result.estimate, 2), round(result.low, 1), round(result.high, 1)
    (12.18, 11.1, 13.2)
    """
    table = np.asarray(contributions, dtype=np.float64)
    if table.ndim != 2 or not np.isfinite(table).all():
        raise ValueError(f"expected finite contributions [n, k], found {table.shape}")
    if len(table) == 0:
        return Estimate(reason="no_items")
    sizes, *totals = (part[0] for part in sum_by_cluster(cluster_codes(cluster, len(table)), *table.T))
    sums = np.stack(totals, axis=-1)
    estimate = known(float(_quiet(metric, sums.sum(axis=0))))
    point = Estimate(
        estimate=estimate,
        count_items=len(table),
        count_clusters=sizes.size,
        flags=few_clusters(sizes.size, is_declared=cluster is not None),
    )
    if estimate is None:
        return replace(point, reason="metric_undefined")
    if sizes.size < 2:
        return replace(point, reason="one_item" if cluster is None else "one_cluster")
    return _with_limits(point, _quiet(metric, cluster_weights(sizes.size, count_resamples, rng) @ sums), sizes)


def metric_difference(
    reference: npt.ArrayLike,
    candidate: npt.ArrayLike,
    cluster: npt.ArrayLike | None,
    metric: Metric,
    *,
    rng: np.random.Generator,
    count_resamples: int = COUNT_RESAMPLES,
) -> Estimate:
    """Reference minus candidate of a metric of sums on the same items. Each resample of clusters serves both models.

    Args:
        reference: [n, k] contributions of the reference, as for ``metric_value``.
        candidate: [n, k] contributions of the candidate on the same items.
        cluster: [n] labels, or None where items are independent.
        metric: from sums [..., k] to the metric [...], NaN where it is undefined.
        rng: source of the resamples.
        count_resamples: how many.

    Returns:
        As ``metric_value``, with the reason "no_paired_items" where there are none.

    >>> before = np.column_stack([np.linspace(-30, -20, 50), np.full(50, 10.0)])
    >>> after = before * [1.1, 1.0]
    >>> perplexity = lambda sums: np.exp(-sums[..., 0] / sums[..., 1])
    >>> result = metric_difference(before, after, None, perplexity, rng=np.random.default_rng(1))
    >>> round(result.estimate, 2), result.low < result.estimate < result.high < 0
    (-3.46, True)
    """
    before, after = (np.asarray(part, dtype=np.float64) for part in (reference, candidate))
    if before.shape != after.shape or before.ndim != 2:
        raise ValueError(f"expected contributions [n, k] of both models, found {before.shape}, {after.shape}")
    if len(before) == 0:
        return Estimate(reason="no_paired_items")
    width = before.shape[1]

    def difference(sums: FloatArray) -> FloatArray:
        return np.asarray(metric(sums[..., :width]) - metric(sums[..., width:]))

    both = np.hstack([before, after])
    result = metric_value(both, cluster, difference, rng=rng, count_resamples=count_resamples)
    return replace(result, count_discordant=int((before != after).any(axis=1).sum()))


def cluster_weights(count_clusters: int, count_resamples: int, rng: np.random.Generator) -> FloatArray:
    """How often each resample drew each cluster, [B, G].

    One bincount for all resamples is four times as fast as a multinomial for each.

    >>> cluster_weights(3, 2, np.random.default_rng(1)).sum(axis=1).tolist()
    [3.0, 3.0]
    """
    offsets: IntArray = np.arange(count_resamples)[:, np.newaxis] * count_clusters
    draws = rng.integers(0, count_clusters, size=(count_resamples, count_clusters)) + offsets
    counts = np.bincount(draws.ravel(), minlength=count_resamples * count_clusters)
    return counts.reshape(count_resamples, count_clusters).astype(np.float64)


def _quiet(metric: Metric, sums: FloatArray) -> FloatArray:
    with np.errstate(all="ignore"):  # an undefined metric is NaN, which the caller counts
        return metric(sums)


def _with_limits(point: Estimate, draws: FloatArray, sizes: FloatArray) -> Estimate:
    """The estimate with the standard error of its resamples [B] and its limits, or with the reason for having none."""
    finite = draws[np.isfinite(draws)]
    if point.estimate is None or finite.size < (1 - _MOST_UNDEFINED) * draws.size:
        return replace(point, reason="metric_undefined")
    error = float(np.std(finite, ddof=1)) * (sizes.size / (sizes.size - 1)) ** 0.5
    if error <= 1e-12:
        return replace(point, reason="resamples_do_not_vary")
    df = float(satterthwaite_df(sizes[np.newaxis])[0])
    low, high, p_value = t_limits(point.estimate, error, df)
    return replace(
        point, low=low, high=high, standard_error=error, df=df, p_value=p_value, method="cluster_bootstrap_t"
    )
