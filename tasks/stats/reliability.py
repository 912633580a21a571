"""How far a score moves by chance alone: variance within and between items, and the noise floor.

Only repeats of the same items show this. A change smaller than the noise floor also occurs when a model is measured
twice.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special

from tasks.stats.clustered import FloatArray, IntArray, cluster_codes
from tasks.stats.estimates import Estimate
from tasks.stats.levels import CONFIDENCE
from tasks.stats.mean import mean_score
from tasks.stats.paired import checked_scores, paired_difference


@dataclass(frozen=True, slots=True)
class Reliability:
    """Variance components of one model's scores, in squared proportions. None with a reason where unknown.

    ``within`` is the variance within items, with its interval. ``reliability`` is the share of the variance of item
    means that does not come from noise. ``noise_sd`` is the standard deviation of the difference of two measurements
    of the same model, and ``noise_floor`` the size that 95% of these differences do not exceed.
    """

    within: Estimate
    between: float | None
    reliability: float | None
    noise_sd: float | None
    noise_floor: float | None
    count_repeats: float | None
    reason: str | None


def measured_reliability(
    value: npt.ArrayLike, item: npt.ArrayLike, cluster: npt.ArrayLike | None, *, confidence: float = CONFIDENCE
) -> Reliability:
    """Variance components from repeats, by the one-way analysis of variance.

    The variance within items is the mean over items of the unbiased variance over repeats (of right and wrong answers
    the mean of p (1 - p)); items that were answered once do not enter. The variance between items is that of the item
    means minus what noise adds to it, and at least 0. Two measurements of the same items differ by noise of variance
    2 within / (n K), because the items' own levels cancel (Miller 2024, arXiv 2411.00640, on resampling).

    Args:
        value: [m] scores in [0, 1] of all answers.
        item: [m] item labels.
        cluster: [m] labels of the items' clusters, or None where items are independent.
        confidence: of the interval of ``within`` and of the noise floor.

    Returns:
        Reasons: "no_items", "one_repeat", "answers_never_vary" (the estimate of the noise is 0, and ``within.high``
        bounds it).

    Two of four items were answered differently in their two repeats:

    >>> result = measured_reliability([1, 1, 0, 1, 0, 0, 1, 0], [1, 1, 2, 2, 3, 3, 4, 4], None)
    >>> result.within.estimate, round(result.between, 3), round(result.noise_sd, 3)
    (0.25, 0.042, 0.25)
    """
    values = checked_scores(value, 0.0, "scores")
    if values.size == 0:
        return _unknown("no_items")
    codes, first = _item_codes(item, values.size)
    counts = np.bincount(codes).astype(np.float64)
    if counts.max() < 2:
        return _unknown("one_repeat")
    order = np.lexsort((values, codes))
    totals = np.bincount(codes[order], weights=values[order])
    squares = np.bincount(codes[order], weights=values[order] ** 2)
    is_repeated = counts > 1
    means = totals / counts
    variances = np.maximum(squares - counts * means**2, 0.0)[is_repeated] / (counts[is_repeated] - 1)
    clusters = None if cluster is None else cluster_codes(cluster, values.size)[first]
    within = mean_score(variances, None if clusters is None else clusters[is_repeated], confidence=confidence)
    return _components(within, means, counts, confidence)


def _components(within: Estimate, means: FloatArray, counts: FloatArray, confidence: float) -> Reliability:
    noise = float(within.estimate or 0.0)
    of_mean = noise * float(np.mean(1 / counts))  # the part of the variance of item means that comes from noise
    total = float(np.sort((means - means.mean()) ** 2).sum() / (means.size - 1)) if means.size > 1 else None
    between = None if total is None else max(total - of_mean, 0.0)
    repeats = float(means.size / np.sum(1 / counts))
    if noise <= 0:
        return Reliability(within, between, None, None, None, repeats, "answers_never_vary")
    spread = (2 * of_mean / means.size) ** 0.5
    share = None if between is None else between / (between + of_mean)
    floor = float(special.ndtri((1 + confidence) / 2)) * spread
    return Reliability(within, between, share, spread, floor, repeats, None)


def self_difference(
    value: npt.ArrayLike, item: npt.ArrayLike, cluster: npt.ArrayLike | None, *, rng: np.random.Generator
) -> Estimate:
    """The model against itself: each item's repeats are split at random, and the halves are compared like two models.

    The true difference is 0, so 95% of the intervals must contain 0. If one does not, the measurement makes differences
    that the model does not have.

    Args:
        value: [m] scores in [0, 1] of all answers.
        item: [m] item labels.
        cluster: [m] labels of the items' clusters, or None.
        rng: source of the split. The same state gives the same halves, whatever the order of rows.

    Returns:
        The estimate of ``paired_difference``; reason "one_repeat" where no item has two answers.

    >>> result = self_difference([1, 1, 0, 1, 0, 0, 1, 0], [1, 1, 2, 2, 3, 3, 4, 4], None, rng=np.random.default_rng(1))
    >>> result.count_items, result.low < 0 < result.high
    (4, True)
    """
    values = checked_scores(value, 0.0, "scores")
    if values.size == 0:
        return Estimate(reason="no_items")
    codes, first = _item_codes(item, values.size)
    counts = np.bincount(codes)
    if counts.max() < 2:
        return Estimate(reason="one_repeat")
    order = np.lexsort((values, codes))
    values, codes = values[order], codes[order]
    # A random rank within each item. An odd repeat is left out, so that both halves have the same size.
    shuffled = np.lexsort((rng.random(values.size), codes))
    rank = np.arange(values.size) - np.repeat(np.cumsum(counts) - counts, counts)
    sign = np.where(rank < counts[codes] // 2, 1.0, np.where(rank < counts[codes] // 2 * 2, -1.0, 0.0))
    half = np.maximum(counts // 2, 1)
    difference = np.bincount(codes, weights=sign * values[shuffled]) / half
    clusters = None if cluster is None else cluster_codes(cluster, order.size)[first][counts > 1]
    return paired_difference(difference[counts > 1], clusters)


def _item_codes(item: npt.ArrayLike, count: int) -> tuple[IntArray, IntArray]:
    """Item codes [m], and the first row of each item."""
    codes = cluster_codes(item, count)
    return codes, np.unique(codes, return_index=True)[1]


def _unknown(reason: str) -> Reliability:
    return Reliability(Estimate(reason=reason), None, None, None, None, None, reason)
