"""Ratios of means by Fieller's theorem: relative tax, chance-adjusted tax, exchange rate.

The set of ratios R not rejected by a t test of a - R b = 0 (Fieller 1954, JRSS B 16:175),

    { R : (a - R b)^2 <= t^2 (v_aa - 2 R v_ab + R^2 v_bb) },

is an interval only where b differs from 0. Otherwise it is everything outside an interval, or all numbers. The delta
method hides this: at a base score of 5% its intervals cover 46 to 64%.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias, cast

import numpy as np
import numpy.typing as npt

from tasks.stats.clustered import (
    PRIOR_ICC,
    ROUNDING_VARIANCE,
    BoolArray,
    ClusterSums,
    FloatArray,
    cluster_codes,
    cr2_covariance,
    sum_by_cluster,
)
from tasks.stats.estimates import Intervals, known
from tasks.stats.levels import CONFIDENCE
from tasks.stats.mean import mean_intervals
from tasks.stats.paired import PairedSums, checked_scores, is_discordant, is_ternary, paired_intervals

Kind: TypeAlias = Literal["interval", "complement", "whole_line"]


@dataclass(frozen=True, slots=True)
class RatioEstimate:
    """A ratio with the set that its test does not reject.

    ``kind`` "interval": the set is [low, high]; only this kind has limits. "complement": the set is everything outside
    the open interval (excluded_low, excluded_high). "whole_line": no number is excluded. Without limits there is a
    ``reason``. Where the denominator may be 0 or negative there is no estimate either.
    """

    estimate: float | None
    low: float | None
    high: float | None
    kind: Kind
    excluded_low: float | None
    excluded_high: float | None
    reason: str | None


def within_limits(estimate: float, low: float, high: float) -> RatioEstimate:
    """A ratio with limits.

    >>> within_limits(0.5, 0.4, 0.6).kind
    'interval'
    """
    return RatioEstimate(estimate, low, high, "interval", None, None, None)


def without_limits(reason: str, estimate: float | None = None) -> RatioEstimate:
    """A ratio without limits, and the reason.

    >>> without_limits("one_item").kind
    'whole_line'
    """
    return RatioEstimate(estimate, None, None, "whole_line", None, None, reason)


@dataclass(frozen=True, slots=True)
class FiellerSets:
    """Stacked sets [R]: the limits of the interval, or of the excluded interval. NaN where there are none."""

    low: FloatArray
    high: FloatArray
    excluded_low: FloatArray
    excluded_high: FloatArray
    kind: npt.NDArray[np.str_]


@dataclass(frozen=True, slots=True)
class RatioSums:
    """Cluster sums of R samples: of the difference, of the denominator (reference minus chance), of the candidate."""

    difference: PairedSums
    denominator: ClusterSums
    candidate: ClusterSums


@dataclass(frozen=True, slots=True)
class RatioIntervals:
    """Stacked results [R] of ``ratio_intervals``, with the absolute tax that they belong to."""

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
    confidence: float = CONFIDENCE,
    prior_icc: float = PRIOR_ICC,
) -> RatioEstimate:
    """The share of the reference's score (above chance) that the candidate lost.

    Fieller's set with CR2 covariances and Bell-McCaffrey degrees of freedom. Where few items differ, the numerator's
    variance is taken from the absolute tax's score interval, one for each side, and its correlation with the
    denominator is kept (Donner and Zou 2012, Statistical Methods in Medical Research 21:347). The same is done with a
    candidate's score close to 0. The interval excludes 0 exactly where that of the absolute tax does. The raw relative
    tax is at most 1.

    Args:
        reference: [n] scores in [0, 1] of the items both models answered.
        candidate: [n] scores of the same items.
        cluster: [n] labels, or None where items are independent.
        chance: expected score of a random guess, one number or [n]; 0 gives the raw relative tax.
        confidence: of the set.
        prior_icc: see ``paired_difference``.

    Returns:
        Reasons: "base_not_distinguishable_from_zero", "base_not_distinguishable_from_chance", "base_below_chance",
        "no_paired_items", "one_item", "one_cluster", "all_differences_equal", "all_ratios_equal" (equal relative loss).

    Raises:
        ValueError: for scores that are missing or outside [0, 1], or lengths that differ.

    Two in five of the base model's right answers were lost; the interval goes from a quarter to a half:

    >>> result = relative_tax([1] * 50 + [0] * 50, [1] * 30 + [0] * 70, None)
    >>> result.kind, result.estimate, round(result.low, 2), round(result.high, 2)
    ('interval', 0.4, 0.26, 0.54)
    """
    before, after = checked_scores(reference, 0.0, "scores"), checked_scores(candidate, 0.0, "scores")
    if before.shape != after.shape:
        raise ValueError(f"expected two scores per item, found {before.size} of the reference, {after.size}")
    if before.size == 0:
        return without_limits("no_paired_items")
    floor = np.broadcast_to(checked_scores(np.atleast_1d(chance), 0.0, "chance scores"), before.shape)
    sums = ratio_sums(before, after, floor, cluster_codes(cluster, before.size))
    is_raw = not floor.any()
    result = ratio_intervals(sums, is_raw=is_raw, confidence=confidence, prior_icc=prior_icc)
    if result.absolute.variance.count_clusters[0] == 1:
        return without_limits("one_item" if cluster is None else "one_cluster")
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

    A denominator that is certainly negative also gives an interval. The caller decides whether that has a meaning.

    >>> result = fieller(1.0, 2.0, 0.01, 0.0, 0.01, 1.96)
    >>> result.kind, result.estimate, round(result.low, 3), round(result.high, 3)
    ('interval', 0.5, 0.395, 0.615)
    >>> fieller(1.0, 0.1, 0.01, 0.0, 0.01, 1.96).kind
    'complement'
    """
    arrays = [np.atleast_1d(np.asarray(x, dtype=np.float64)) for x in (a, b, v_aa, v_ab, v_bb, t)]
    return only_set(fieller_sets(*arrays), a / b if b else None, unless)


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
    columns = (difference, base, candidate, difference**2, base**2, candidate**2, is_discordant(difference))
    sizes, total, base_total, after_total, square, base_square, after_square, discordant = sum_by_cluster(
        codes, *columns
    )
    return RatioSums(
        difference=PairedSums(ClusterSums(sizes, total, square.sum(axis=-1)), discordant, is_ternary(difference)),
        denominator=ClusterSums(sizes, base_total, base_square.sum(axis=-1)),
        candidate=ClusterSums(sizes, after_total, after_square.sum(axis=-1)),
    )


def ratio_intervals(
    ratio: RatioSums, *, is_raw: bool, confidence: float = CONFIDENCE, prior_icc: float = PRIOR_ICC
) -> RatioIntervals:
    """Fieller's sets of R stacked samples.

    Args:
        ratio: cluster sums, every sample with at least one item.
        is_raw: whether chance is 0, so that the ratio is at most 1.
        confidence: of the sets.
        prior_icc: see ``paired_difference``.
    """
    absolute = paired_intervals(ratio.difference, confidence=confidence, prior_icc=prior_icc)
    a, v_aa = absolute.variance.mean, absolute.variance.cr2
    b = ratio.denominator.totals.sum(axis=-1) / absolute.variance.count_items
    v_bb = cr2_covariance(ratio.denominator, ratio.denominator)
    v_ab = cr2_covariance(ratio.difference.sums, ratio.denominator)
    lower, upper, both = _sets_by_side(absolute, (b, v_bb), v_ab)
    low, high = lower.low, np.minimum(upper.high, 1.0) if is_raw else upper.high
    with np.errstate(divide="ignore", invalid="ignore"):
        estimate = np.where(b != 0, a / b, np.nan)
    is_proportional = ~absolute.is_sparse & (v_aa - 2 * estimate * v_ab + estimate**2 * v_bb <= ROUNDING_VARIANCE)
    if is_raw:
        kept = mean_intervals(ratio.candidate, confidence=confidence, prior_icc=prior_icc)
        is_lost = _is_lost(kept, absolute) & (both.kind == "interval")
        least, most = _lost_share(ratio, kept, (b, v_bb), absolute, low)
        low, high = np.where(is_lost, least, low), np.where(is_lost, most, high)
        is_proportional &= ~is_lost
    low, high = np.where(is_proportional, np.nan, low), np.where(is_proportional, np.nan, high)
    sets = FiellerSets(low, high, both.excluded_low, both.excluded_high, both.kind)
    return RatioIntervals(estimate, b, sets, absolute, is_proportional)


def _sets_by_side(
    absolute: Intervals, base: tuple[FloatArray, FloatArray], v_ab: FloatArray
) -> tuple[FiellerSets, FiellerSets, FiellerSets]:
    """Fieller's sets for the lower limit, the upper limit, and the kind of the set.

    Where few items differ the score interval gives one standard error below the estimate and another above it.
    """
    (b, v_bb), a, t = base, absolute.variance.mean, absolute.critical
    deviation = np.sqrt(absolute.variance.cr2)
    errors = (
        np.where(absolute.is_sparse, score, deviation)
        for score in ((a - absolute.low) / t, (absolute.high - a) / t, absolute.standard_error)
    )
    slope = _slope(v_ab, absolute.variance.cr2)
    lower, upper, both = (fieller_sets(a, b, error**2, slope * error, v_bb, t) for error in errors)
    return lower, upper, both


def _is_lost(kept: Intervals, absolute: Intervals) -> BoolArray:
    """Whether the candidate's score is close to 0 although enough items differ."""
    is_low = kept.is_sparse & (kept.variance.mean < 0.5)
    return np.asarray(is_low & ~absolute.is_sparse & (absolute.low > 0))


def _lost_share(
    ratio: RatioSums, kept: Intervals, base: tuple[FloatArray, FloatArray], absolute: Intervals, low: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Limits of the relative tax where the candidate's score is close to 0: one minus the share that it kept."""
    share_least, share_most = _kept_share(ratio, kept, base, absolute.critical)
    # Where all of the score may have been kept, the lower limit is still above 0, as that of the absolute tax is.
    with np.errstate(divide="ignore", invalid="ignore"):
        least = np.where(share_most < 1, 1 - share_most, np.minimum(low, absolute.low / absolute.high))
    return least, np.minimum(1 - share_least, 1.0)


def _slope(covariance: FloatArray, variance: FloatArray) -> FloatArray:
    """Correlation times the other mean's standard error. Replacing a variance does not change this part."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(variance > ROUNDING_VARIANCE, covariance / np.sqrt(variance), 0.0)


def _kept_share(
    ratio: RatioSums, kept: Intervals, base: tuple[FloatArray, FloatArray], t: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Limits of candidate over base where the candidate's score is close to 0.

    There numerator and denominator of the tax are nearly equal. The few successes that make the difference vary less in
    the sample than in truth (not at all where there are none), so coverage would fall to 84%. The candidate's score
    interval takes this into account.
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
        return without_limits("base_below_chance")
    if sets.kind[0] != "interval":
        return only_set(sets, None, base_unknown)
    if np.isnan(result.absolute.low[0]):
        return without_limits("all_differences_equal", estimate)
    if result.is_proportional[0]:
        return without_limits("all_ratios_equal", estimate)
    return only_set(sets, estimate, base_unknown)


def only_set(sets: FiellerSets, estimate: float | None, unless: str) -> RatioEstimate:
    """The single row of stacked sets. Where it is no interval there is no estimate, and ``unless`` is the reason."""
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
