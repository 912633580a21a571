"""The mean difference of two models on the same items, with an interval that covers what it says.

One rule, chosen by simulation over 30 to 2,000 items, 5 to 100 clusters and base scores up to 0.995. With m items that
differ, deff = max(1, CR2 / naive variance), and t the quantile at Bell and McCaffrey's degrees of freedom:

    m / deff >= 10          mean +- t sqrt(CR2)                     "cr2_bm", "t" without clusters
    else, all in {-1, 0, 1} Tango's score interval, t sqrt(deff)    "tango_deff"
    else                    Bonett-Price on n / deff                "bonett_price_deff"

With 30 items and a base score near 1 the t interval covers as little as 26%, the score intervals 94% or more. None
helps where all that differs sits in one to three clusters: the flag says so.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special

from tasks.stats.clustered import (
    ROUNDING_SCORE,
    BoolArray,
    ClusterSums,
    ClusterVariance,
    FloatArray,
    cluster_codes,
    cluster_variance,
    design_effect,
    few_informative_clusters,
    is_degenerate,
    sum_by_cluster,
    two_sided_critical,
)
from tasks.stats.estimates import Estimate, Intervals, nothing, only_estimate
from tasks.stats.score_intervals import bonett_price, bonett_price_moments, tango, tango_statistic

# Below this many effective differing items the t interval stops covering. Less a little: rounding decides no tie.
FEWEST_EFFECTIVE = 10.0 - 1e-9
# Variance of the items below this is rounding: equal differences such as 0.9 - 0.6 and 0.8 - 0.5.
_ROUNDING_SPREAD = 1e-14


@dataclass(frozen=True, slots=True)
class PairedSums:
    """Cluster sums of R samples of differences in [-1, 1].

    ``sums`` are those of the difference, ``discordant`` [R, G] counts the items with a difference other than 0, and
    ``is_ternary`` [R] says that every difference of the sample is -1, 0 or 1.
    """

    sums: ClusterSums
    discordant: FloatArray
    is_ternary: BoolArray


def paired_difference(
    difference: npt.ArrayLike, cluster: npt.ArrayLike | None, *, confidence: float = 0.95, prior_icc: float = 0.1
) -> Estimate:
    """Mean of paired differences with interval and p-value against 0.

    Args:
        difference: [n] reference minus candidate per item, finite, in [-1, 1]; the mean over repeats first.
        cluster: [n] labels of what items share (passage, template, subject); None where items are independent.
            Clusters are taken as a sample of clusters.
        confidence: of the two-sided interval.
        prior_icc: assumed correlation within clusters where the sample cannot tell.

    Returns:
        Limits None with a reason for no item, one item, one declared cluster, and graded differences all equal to
        the same number other than 0.

    Raises:
        ValueError: for differences that are missing or outside [-1, 1], or labels of another length.

    Ten items of five passages; the interval holds 0, so the loss is not established:

    >>> result = paired_difference([1, 0, 0, 1, 0, 0, -1, 0, 0, 1], [1, 1, 2, 2, 3, 3, 4, 4, 5, 5])
    >>> result.estimate, result.method, round(result.low, 2), round(result.high, 2)
    (0.2, 'tango_deff', -0.39, 0.66)
    """
    values = checked_scores(difference, -1.0, "differences")
    if values.size == 0:
        return nothing("no_paired_items", 0)
    sums = paired_sums(values, cluster_codes(cluster, values.size))
    intervals = paired_intervals(sums, confidence=confidence, prior_icc=prior_icc)
    count_discordant = int(sums.discordant.sum())
    return only_estimate(intervals, is_declared=cluster is not None, count_discordant=count_discordant)


def checked_scores(values: npt.ArrayLike, lowest: float, what: str) -> FloatArray:
    """One-dimensional finite floats in [lowest, 1], rounding at the ends and at 0 removed.

    Raises:
        ValueError: for anything else; a missing answer must be left out before, never become a number here.
    """
    scores = np.asarray(values, dtype=np.float64)
    tolerance = 1e-9
    if scores.ndim != 1 or not np.all((scores >= lowest - tolerance) & (scores <= 1 + tolerance)):
        raise ValueError(f"expected a list of {what} in [{lowest:g}, 1] without missing ones, found {values!r}")
    whole = np.round(scores)
    return np.where(np.abs(scores - whole) < ROUNDING_SCORE, whole, np.clip(scores, lowest, 1.0)) + 0.0


def paired_sums(difference: FloatArray, codes: npt.NDArray[np.intp]) -> PairedSums:
    """Cluster sums of one sample of differences [n], R = 1."""
    is_discordant = (difference != 0).astype(np.float64)
    sizes, totals, squares, discordant = sum_by_cluster(codes, difference, difference**2, is_discordant)
    is_ternary = np.array([bool(np.isin(difference, (-1.0, 0.0, 1.0)).all())])
    return PairedSums(ClusterSums(sizes, totals, squares.sum(axis=-1)), discordant, is_ternary)


def paired_intervals(paired: PairedSums, *, confidence: float = 0.95, prior_icc: float = 0.1) -> Intervals:
    """Apply the rule to R stacked samples; NaN where undefined.

    Args:
        paired: cluster sums, every sample with at least one item.
        confidence: of the two-sided intervals.
        prior_icc: see ``paired_difference``.
    """
    variance = cluster_variance(paired.sums)
    count_discordant = paired.discordant.sum(axis=-1)
    deff = design_effect(variance, paired.sums.sizes, count_discordant, prior_icc)
    critical = two_sided_critical(variance.df, confidence)
    is_sparse = is_degenerate(variance) | (count_discordant / deff < FEWEST_EFFECTIVE)

    standard_error = np.sqrt(variance.cr2)
    low = np.maximum(variance.mean - critical * standard_error, -1.0)
    high = np.minimum(variance.mean + critical * standard_error, 1.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        statistic = variance.mean / standard_error
    method = np.where(variance.is_clustered, "cr2_bm", "t").astype("<U17")

    is_tango = is_sparse & paired.is_ternary
    is_graded = is_sparse & ~paired.is_ternary
    for rows, name, invert in (
        (is_tango, "tango_deff", _invert_tango),
        (is_graded, "bonett_price_deff", _invert_bonett_price),
    ):
        low[rows], high[rows], statistic[rows] = invert(paired, variance, deff, critical, rows)
        method[rows] = name
    standard_error[is_sparse] = ((high - low) / (2 * critical))[is_sparse]
    undefined = np.isnan(variance.cr2) | (is_graded & _is_constant(paired.sums))
    for numbers in (low, high, statistic, standard_error):
        numbers[undefined] = np.nan
    return Intervals(
        variance=variance,
        low=low,
        high=high,
        standard_error=standard_error,
        p_value=2 * special.stdtr(variance.df, -np.abs(statistic)),
        critical=critical,
        deff=deff,
        is_sparse=is_sparse,
        method=method,
        few_informative=few_informative_clusters(variance, paired.discordant),
    )


def _is_constant(sums: ClusterSums) -> BoolArray:
    count = sums.sizes.sum(axis=-1)
    return np.asarray(sums.squares / count - (sums.totals.sum(axis=-1) / count) ** 2 <= _ROUNDING_SPREAD)


def _invert_tango(
    paired: PairedSums, variance: ClusterVariance, deff: FloatArray, critical: FloatArray, rows: BoolArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Limits and statistic against 0 of the given rows."""
    total, discordant = paired.sums.totals.sum(axis=-1)[rows], paired.discordant.sum(axis=-1)[rows]
    lost, gained, count = (discordant + total) / 2, (discordant - total) / 2, variance.count_items[rows]
    scale = np.sqrt(deff[rows])
    low, high = tango(lost, gained, count, critical[rows] * scale)
    return low, high, tango_statistic(lost, gained, count, 0.0) / scale


def _invert_bonett_price(
    paired: PairedSums, variance: ClusterVariance, deff: FloatArray, critical: FloatArray, rows: BoolArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Limits and statistic against 0 of the given rows."""
    count = variance.count_items[rows]
    moments = variance.mean[rows], paired.sums.squares[rows] / count, count / deff[rows]
    low, high = bonett_price(*moments, critical[rows])
    centre, standard_error = bonett_price_moments(*moments)
    return low, high, centre / standard_error
