"""Ratios of means by Fieller's theorem: relative tax, chance-adjusted tax, exchange rate.

The set of ratios R not rejected by a t test of a - R b = 0 (Fieller 1954, JRSS B 16:175),

    { R : (a - R b)^2 <= t^2 (v_aa - 2 R v_ab + R^2 v_bb) },

is an interval only where b itself differs from 0; else it is all but an interval, or everything. The delta method hides
this: at a base score of 5% its intervals cover 46 to 64%.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias, cast

import numpy as np
import numpy.typing as npt

from tasks.stats.clustered import (
    ROUNDING_VARIANCE,
    BoolArray,
    ClusterSums,
    FloatArray,
    cluster_codes,
    cr2_covariance,
    sum_by_cluster,
)
from tasks.stats.estimates import Intervals, known
from tasks.stats.mean import mean_intervals
from tasks.stats.paired import PairedSums, checked_scores, paired_intervals

Kind: TypeAlias = Literal["interval", "complement", "whole_line"]


@dataclass(frozen=True, slots=True)
class RatioEstimate:
    """A ratio with the set that its test does not reject.

    ``kind`` "interval": [low, high], and only then are there limits. "complement": everything but the open interval
    (excluded_low, excluded_high). "whole_line": nothing is excluded. Without limits there is a ``reason``; where the
    denominator may be 0 or negative there is no estimate either.
    """

    estimate: float | None
    low: float | None
    high: float | None
    kind: Kind
    excluded_low: float | None
    excluded_high: float | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class FiellerSets:
    """Stacked sets [R]: the limits of the interval, or of what is excluded; NaN where there are none."""

    low: FloatArray
    high: FloatArray
    excluded_low: FloatArray
    excluded_high: FloatArray
    kind: npt.NDArray[np.str_]


@dataclass(frozen=True, slots=True)
class RatioSums:
    """Cluster sums of R samples: the difference, the denominator's values (reference less chance), the candidate's."""

    difference: PairedSums
    denominator: ClusterSums
    candidate: ClusterSums


@dataclass(frozen=True, slots=True)
class RatioIntervals:
    """Stacked results [R] of ``ratio_intervals`` and the absolute tax they belong to."""

    estimate: FloatArray
    denominator: FloatArray
    sets: FiellerSets
    absolute: Intervals
    is_proportional: BoolArray


def relative_tax(
    reference: npt.ArrayLike,
    candidate: npt.ArrayLike,
    cluster: npt.ArrayLike | None,
    *,
    chance: npt.ArrayLike = 0.0,
    confidence: float = 0.95,
    prior_icc: float = 0.1,
) -> RatioEstimate:
    """The share of the reference's score (above chance) that the candidate lost.

    Fieller's set with CR2 covariances and Bell-McCaffrey degrees of freedom. Where few items differ, the numerator's
    variance is that of the absolute tax's score interval, one for each side, its correlation with the denominator
    kept (Donner and Zou 2012, Statistical Methods in Medical Research 21:347, on limits recovered side by side); where
    the candidate scored next to nothing, the same is done with its score. An interval excludes 0 exactly where the
    absolute tax's does. Raw relative tax ends at 1.

    Args:
        reference: [n] scores in [0, 1] of the items both models answered.
        candidate: [n] scores of the same items.
        cluster: [n] labels, or None where items are independent.
        chance: expected score of a blind guess, one number or [n]; 0 gives the raw relative tax.
        confidence: of the set.
        prior_icc: see ``paired_difference``.

    Returns:
        Reasons: "base_not_distinguishable_from_zero", "base_not_distinguishable_from_chance", "base_below_chance",
        "no_paired_items", "one_item", "one_cluster", "all_differences_equal", "all_ratios_equal" (every item lost the
        same share).

    Raises:
        ValueError: for scores that are missing or outside [0, 1], or lengths that differ.

    Two in five of the base model's right answers were lost, between a quarter and a half:

    >>> result = relative_tax([1] * 50 + [0] * 50, [1] * 30 + [0] * 70, None)
    >>> result.kind, result.estimate, round(result.low, 2), round(result.high, 2)
    ('interval', 0.4, 0.26, 0.54)
    """
    before, after = checked_scores(reference, 0.0, "scores"), checked_scores(candidate, 0.0, "scores")
    if before.shape != after.shape:
        raise ValueError(f"expected two scores per item, found {before.size} of the reference, {after.size}")
    if before.size == 0:
        return _unbounded("no_paired_items")
    floor = np.broadcast_to(checked_scores(np.atleast_1d(chance), 0.0, "chance scores"), before.shape)
    sums = ratio_sums(before, after, floor, cluster_codes(cluster, before.size))
    is_raw = not floor.any()
    result = ratio_intervals(sums, is_raw=is_raw, confidence=confidence, prior_icc=prior_icc)
    if result.absolute.variance.count_clusters[0] == 1:
        return _unbounded("one_item" if cluster is None else "one_cluster")
    return _only_ratio(result, "base_not_distinguishable_from_" + ("zero" if is_raw else "chance"))


def fieller(
    a: float, b: float, v_aa: float, v_ab: float, v_bb: float, t: float, *, unless: str = "denominator_may_be_zero"
) -> RatioEstimate:
    """Fieller's set for a / b.

    Args:
        a: mean of the numerator.
        b: mean of the denominator.
        v_aa: variance of ``a``.
        v_ab: covariance of ``a`` and ``b``; 0 where they come from different items.
        v_bb: variance of ``b``.
        t: critical value.
        unless: the reason given where the set is no interval.

    A denominator that is surely negative gives an interval too; whether that means anything is the caller's to say.

    >>> result = fieller(1.0, 2.0, 0.01, 0.0, 0.01, 1.96)
    >>> result.kind, result.estimate, round(result.low, 3), round(result.high, 3)
    ('interval', 0.5, 0.395, 0.615)
    >>> fieller(1.0, 0.1, 0.01, 0.0, 0.01, 1.96).kind
    'complement'
    """
    arrays = [np.atleast_1d(np.asarray(x, dtype=np.float64)) for x in (a, b, v_aa, v_ab, v_bb, t)]
    return _only_set(fieller_sets(*arrays), a / b if b else None, unless)


def fieller_sets(
    a: FloatArray, b: FloatArray, v_aa: FloatArray, v_ab: FloatArray, v_bb: FloatArray, t: FloatArray
) -> FiellerSets:
    """Fieller's sets of R ratios, arguments [R] as in ``fieller``."""
    leading, middle, constant = b**2 - t**2 * v_bb, a * b - t**2 * v_ab, a**2 - t**2 * v_aa
    discriminant = middle**2 - leading * constant
    is_interval = leading > 0
    is_complement = (leading < 0) & (discriminant > 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        root = np.sqrt(np.maximum(discriminant, 0.0))
        first, second = (middle - root) / leading, (middle + root) / leading
    low, high = np.minimum(first, second), np.maximum(first, second)
    return FiellerSets(
        low=np.where(is_interval, low, np.nan),
        high=np.where(is_interval, high, np.nan),
        excluded_low=np.where(is_complement, low, np.nan),
        excluded_high=np.where(is_complement, high, np.nan),
        kind=np.where(is_interval, "interval", np.where(is_complement, "complement", "whole_line")),
    )


def ratio_sums(
    reference: FloatArray, candidate: FloatArray, chance: FloatArray, codes: npt.NDArray[np.intp]
) -> RatioSums:
    """Cluster sums of one sample, R = 1."""
    difference = checked_scores(reference - candidate, -1.0, "differences")
    base = reference - chance
    is_discordant = (difference != 0).astype(np.float64)
    columns = (difference, base, candidate, difference**2, base**2, candidate**2, is_discordant)
    sizes, total, base_total, after_total, square, base_square, after_square, discordant = sum_by_cluster(
        codes, *columns
    )
    is_ternary = np.array([bool(np.isin(difference, (-1.0, 0.0, 1.0)).all())])
    return RatioSums(
        difference=PairedSums(ClusterSums(sizes, total, square.sum(axis=-1)), discordant, is_ternary),
        denominator=ClusterSums(sizes, base_total, base_square.sum(axis=-1)),
        candidate=ClusterSums(sizes, after_total, after_square.sum(axis=-1)),
    )


def ratio_intervals(
    ratio: RatioSums, *, is_raw: bool, confidence: float = 0.95, prior_icc: float = 0.1
) -> RatioIntervals:
    """Fieller's sets of R stacked samples.

    Args:
        ratio: cluster sums, every sample with at least one item.
        is_raw: whether chance is 0, so that no ratio above 1 is possible.
        confidence: of the sets.
        prior_icc: see ``paired_difference``.
    """
    absolute = paired_intervals(ratio.difference, confidence=confidence, prior_icc=prior_icc)
    t = absolute.critical
    a, v_aa = absolute.variance.mean, absolute.variance.cr2
    b = ratio.denominator.totals.sum(axis=-1) / absolute.variance.count_items
    v_bb = cr2_covariance(ratio.denominator, ratio.denominator)
    v_ab = cr2_covariance(ratio.difference.sums, ratio.denominator)

    # From the score interval where few items differ: another standard error below the estimate than above it.
    deviation = np.sqrt(v_aa)
    below, above, middle = (
        np.where(absolute.is_sparse, score, deviation)
        for score in ((a - absolute.low) / t, (absolute.high - a) / t, absolute.standard_error)
    )
    slope = _slope(v_ab, v_aa)
    lower, upper, both = (fieller_sets(a, b, s**2, slope * s, v_bb, t) for s in (below, above, middle))
    low, high = lower.low, np.minimum(upper.high, 1.0) if is_raw else upper.high
    with np.errstate(divide="ignore", invalid="ignore"):
        estimate = np.where(b != 0, a / b, np.nan)
    is_proportional = ~absolute.is_sparse & (v_aa - 2 * estimate * v_ab + estimate**2 * v_bb <= ROUNDING_VARIANCE)
    if is_raw:
        kept = mean_intervals(ratio.candidate, confidence=confidence, prior_icc=prior_icc)
        is_lost = kept.is_sparse & (kept.variance.mean < 0.5) & ~absolute.is_sparse & (absolute.low > 0)
        is_lost &= both.kind == "interval"
        share_least, share_most = _kept_share(ratio, kept, (b, v_bb), t)
        # Where even all may be kept, the lower limit still is above 0, as the absolute tax's is.
        with np.errstate(divide="ignore", invalid="ignore"):
            least = np.where(share_most < 1, 1 - share_most, np.minimum(low, absolute.low / absolute.high))
        low, high = np.where(is_lost, least, low), np.where(is_lost, np.minimum(1 - share_least, 1.0), high)
        is_proportional &= ~is_lost
    low, high = np.where(is_proportional, np.nan, low), np.where(is_proportional, np.nan, high)
    sets = FiellerSets(low, high, both.excluded_low, both.excluded_high, both.kind)
    return RatioIntervals(estimate, b, sets, absolute, is_proportional)


def _slope(covariance: FloatArray, variance: FloatArray) -> FloatArray:
    """Correlation times the other's standard error: what a covariance keeps when the variance is replaced."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(variance > ROUNDING_VARIANCE, covariance / np.sqrt(variance), 0.0)


def _kept_share(
    ratio: RatioSums, kept: Intervals, base: tuple[FloatArray, FloatArray], t: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Limits of candidate over base where the candidate scored next to nothing.

    There numerator and denominator of the tax nearly coincide, and the few successes that tell them apart vary less in
    the sample than in truth (not at all where there are none); coverage would fall to 84%. The candidate's score
    interval knows better.
    """
    b, v_bb = base
    mean = kept.variance.mean
    slope = _slope(cr2_covariance(ratio.candidate, ratio.denominator), kept.variance.cr2)
    below, above = (mean - kept.low) / t, (kept.high - mean) / t
    least = fieller_sets(mean, b, below**2, slope * below, v_bb, t)
    most = fieller_sets(mean, b, above**2, slope * above, v_bb, t)
    return least.low, most.high


def _only_ratio(result: RatioIntervals, base_unknown: str) -> RatioEstimate:
    """The single row of stacked results."""
    sets, estimate = result.sets, known(result.estimate[0])
    if sets.kind[0] == "interval" and result.denominator[0] <= 0:
        return _unbounded("base_below_chance")
    if sets.kind[0] != "interval":
        return _only_set(sets, None, base_unknown)
    if np.isnan(result.absolute.low[0]):
        return _unbounded("all_differences_equal", estimate)
    if result.is_proportional[0]:
        return _unbounded("all_ratios_equal", estimate)
    return _only_set(sets, estimate, base_unknown)


def _only_set(sets: FiellerSets, estimate: float | None, unless: str) -> RatioEstimate:
    """The single row of stacked sets."""
    is_interval = bool(sets.kind[0] == "interval")
    return RatioEstimate(
        estimate=estimate if is_interval else None,
        low=known(sets.low[0]),
        high=known(sets.high[0]),
        kind=cast(Kind, str(sets.kind[0])),
        excluded_low=known(sets.excluded_low[0]),
        excluded_high=known(sets.excluded_high[0]),
        reason=None if is_interval else unless,
    )


def _unbounded(reason: str, estimate: float | None = None) -> RatioEstimate:
    return RatioEstimate(estimate, None, None, "whole_line", None, None, reason)
