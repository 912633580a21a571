"""Paired cluster bootstrap: a cross-check of standard errors, the error of metrics that are no mean, and joint draws.

Percentile and BCa limits cover 76 to 92% with 5 to 10 clusters, which is why no tax has a pair of percentiles: a
metric's limits are its estimate +- Student's t times the bootstrap's standard error. Only frontiers and sweeps, which
choose among models or forms in every draw, have nothing else.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import numpy.typing as npt
from scipy import special

from tasks.stats.clustered import (
    FEWEST_CLUSTERS,
    FloatArray,
    IntArray,
    cluster_codes,
    satterthwaite_df,
    sum_by_cluster,
    two_sided_critical,
)
from tasks.stats.estimates import Estimate, known, nothing
from tasks.stats.paired import checked_scores

# Sums [..., k] of what an item contributes, to the metric [...]; NaN where it is undefined.
Metric = Callable[[FloatArray], FloatArray]
# A metric that more resamples than this leave undefined has no standard error worth printing.
_MOST_UNDEFINED = 0.05


def bootstrap_standard_error(
    difference: npt.ArrayLike,
    cluster: npt.ArrayLike | None,
    *,
    rng: np.random.Generator,
    count_resamples: int = 2000,
) -> float | None:
    """Standard deviation of the mean over resamples of whole clusters.

    Like CR0 it is low by about sqrt((G - 1) / G) with G clusters: 0.92 of CR2 with five clusters, 0.98 with thirty.

    Args:
        difference: [n] paired differences in [-1, 1]; pairs stay together because only they are resampled.
        cluster: [n] labels, or None where items are independent.
        rng: source of the resamples; the same state gives the same number, whatever the order of rows.
        count_resamples: how many.

    Returns:
        None for fewer than two clusters, and where resamples do not vary.

    >>> difference = [1, 0, 0, -1, 0, 1, 0, 1] * 25
    >>> round(bootstrap_standard_error(difference, None, rng=np.random.default_rng(1)), 2)
    0.05
    """
    values = checked_scores(difference, -1.0, "differences")
    if values.size == 0:
        return None
    sizes, totals = (part[0] for part in sum_by_cluster(cluster_codes(cluster, values.size), values))
    if sizes.size < 2:
        return None
    weights = cluster_weights(sizes.size, count_resamples, rng)
    spread = float(np.std((weights @ totals) / (weights @ sizes), ddof=1))
    return spread if spread > 1e-12 else None


def bootstrap_means(
    values: npt.ArrayLike, cluster: npt.ArrayLike | None, *, rng: np.random.Generator, count_resamples: int = 2000
) -> FloatArray | None:
    """Means [count_resamples, K] of K models on the same items, whole clusters resampled for all models at once.

    Args:
        values: [n, K] a row per item.
        cluster: [n] labels, or None where items are independent.
        rng: source of the resamples; the same state gives the same bytes, whatever the order of rows.
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
    # Not a matrix product: the bytes of BLAS depend on its threads, which also fight over busy cores.
    sums = np.einsum("bg,kg->bk", weights, np.stack([*totals, sizes]))
    return np.asarray(sums[:, :-1] / sums[:, -1:])


def metric_value(
    contributions: npt.ArrayLike,
    cluster: npt.ArrayLike | None,
    metric: Metric,
    *,
    rng: np.random.Generator,
    count_resamples: int = 2000,
) -> Estimate:
    """A metric that is a function of sums over items: a bias score, BLEU, perplexity.

    The standard error is that of a cluster bootstrap (Efron and Tibshirani 1993, chapter 6), times sqrt(G / (G - 1))
    for G clusters; the limits are t limits with Bell-McCaffrey degrees of freedom.

    Args:
        contributions: [n, k] what each item contributes to each of the k sums of the metric.
        cluster: [n] labels, or None where items are independent.
        metric: from sums [..., k] to the metric [...], NaN where it is undefined.
        rng: source of the resamples; the same state gives the same numbers, whatever the order of rows.
        count_resamples: how many.

    Returns:
        An estimate of method "cluster_bootstrap_t". Reasons: "no_items", "one_item", "one_cluster",
        "metric_undefined" (in the sample, or in more than one resample of twenty), "resamples_do_not_vary".

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
        return nothing("no_items", None)
    sizes, *totals = (part[0] for part in sum_by_cluster(cluster_codes(cluster, len(table)), *table.T))
    sums = np.stack(totals, axis=-1)
    estimate = known(float(_quiet(metric, sums.sum(axis=0))))
    error: float | None = None
    reason: str | None
    if estimate is None:
        reason = "metric_undefined"
    elif sizes.size < 2:
        reason = "one_item" if cluster is None else "one_cluster"
    else:
        error, reason = _spread(_quiet(metric, cluster_weights(sizes.size, count_resamples, rng) @ sums), sizes.size)
    df = float(satterthwaite_df(sizes[np.newaxis])[0]) if error else None
    low, high, p_value = _t_limits(estimate, error, df)
    is_few = cluster is not None and 2 <= sizes.size < FEWEST_CLUSTERS
    return replace(
        nothing("", None),
        estimate=estimate,
        low=low,
        high=high,
        standard_error=error,
        df=df,
        p_value=p_value,
        method=None if low is None else "cluster_bootstrap_t",
        count_items=len(table),
        count_clusters=sizes.size,
        flags=("few_clusters",) if is_few else (),
        reason=reason,
    )


def metric_difference(
    reference: npt.ArrayLike,
    candidate: npt.ArrayLike,
    cluster: npt.ArrayLike | None,
    metric: Metric,
    *,
    rng: np.random.Generator,
    count_resamples: int = 2000,
) -> Estimate:
    """Reference minus candidate of a metric of sums, on the same items: clusters are resampled for both at once.

    Args:
        reference: [n, k] contributions of the reference, as for ``metric_value``.
        candidate: [n, k] of the candidate to the same items.
        cluster: [n] labels, or None where items are independent.
        metric: from sums [..., k] to the metric [...], NaN where it is undefined.
        rng: source of the resamples.
        count_resamples: how many.

    Returns:
        As ``metric_value``, "no_paired_items" where there are none.

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
        return nothing("no_paired_items", None)
    width = before.shape[1]

    def difference(sums: FloatArray) -> FloatArray:
        return np.asarray(metric(sums[..., :width]) - metric(sums[..., width:]))

    both = np.hstack([before, after])
    result = metric_value(both, cluster, difference, rng=rng, count_resamples=count_resamples)
    return replace(result, count_discordant=int((before != after).any(axis=1).sum()))


def cluster_weights(count_clusters: int, count_resamples: int, rng: np.random.Generator) -> FloatArray:
    """How often each cluster was drawn, [B, G]. One bincount for all is four times as fast as a multinomial for each.

    >>> cluster_weights(3, 2, np.random.default_rng(1)).sum(axis=1).tolist()
    [3.0, 3.0]
    """
    offsets: IntArray = np.arange(count_resamples)[:, np.newaxis] * count_clusters
    draws = rng.integers(0, count_clusters, size=(count_resamples, count_clusters)) + offsets
    counts = np.bincount(draws.ravel(), minlength=count_resamples * count_clusters)
    return counts.reshape(count_resamples, count_clusters).astype(np.float64)


def _quiet(metric: Metric, sums: FloatArray) -> FloatArray:
    with np.errstate(all="ignore"):  # what is undefined comes out as NaN and is counted
        return metric(sums)


def _spread(draws: FloatArray, count_clusters: int) -> tuple[float | None, str | None]:
    """Standard error from the resamples, or the reason why there is none."""
    finite = draws[np.isfinite(draws)]
    if finite.size < (1 - _MOST_UNDEFINED) * draws.size:
        return None, "metric_undefined"
    spread = float(np.std(finite, ddof=1)) * (count_clusters / (count_clusters - 1)) ** 0.5
    return (spread, None) if spread > 1e-12 else (None, "resamples_do_not_vary")


def _t_limits(
    estimate: float | None, error: float | None, df: float | None
) -> tuple[float | None, float | None, float | None]:
    """Lower and upper limit and p-value against 0."""
    if estimate is None or error is None or df is None:
        return None, None, None
    margin = float(two_sided_critical(np.array([df]), 0.95)[0]) * error
    return estimate - margin, estimate + margin, float(2 * special.stdtr(df, -abs(estimate) / error))
