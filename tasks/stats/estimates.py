"""The result of a mean with its interval, and how one row of stacked results becomes it.

Tested in tests/tasks/stats/test_paired.py.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tasks.stats.clustered import FEWEST_CLUSTERS, BoolArray, ClusterVariance, FloatArray


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean with its interval. None means unknown, and ``reason`` says why; no number is NaN.

    A standard error is never 0. ``standard_error`` is that of CR2 where ``method`` is "cr2_bm" or "t". Under a score
    method it is half the interval's width over its critical value, so that estimate +- t standard errors is about the
    interval under every method. ``p_value`` belongs to the interval: it is below 1 - confidence exactly where 0 lies
    outside. ``count_discordant`` counts the items on which two models differ; it is None for one model's score.

    ``flags``: "few_clusters" (2 to 4), "few_informative_clusters" (the items that decide lie in fewer than five
    clusters, or most of them in one).
    ``reason``: "no_paired_items", "no_items", "one_item", "one_cluster", "all_differences_equal".

    >>> Estimate(reason="no_items").estimate is None
    True
    """

    estimate: float | None = None
    low: float | None = None
    high: float | None = None
    standard_error: float | None = None
    df: float | None = None
    p_value: float | None = None
    method: str | None = None
    deff: float | None = None
    count_items: int = 0
    count_clusters: int = 0
    count_discordant: int | None = None
    flags: tuple[str, ...] = ()
    reason: str | None = None
    standard_error_naive: float | None = None
    standard_error_cr0: float | None = None
    standard_error_cr1: float | None = None


# What a ratio divides by should have this many standard errors. With fewer, the ratio is too uncertain to be compared,
# and a ratio that is shown because its denominator is significant is biased towards 0.
_SOLID = 4.0


def is_solid(divisor: Estimate) -> bool:
    """Whether a ratio with this denominator can be compared with other ratios.

    >>> is_solid(Estimate(0.4, standard_error=0.1, df=99)), is_solid(Estimate(0.3, standard_error=0.1, df=99))
    (True, False)
    """
    if divisor.estimate is None or divisor.standard_error is None:
        return False
    return divisor.estimate >= _SOLID * divisor.standard_error


@dataclass(frozen=True, slots=True)
class Intervals:
    """Intervals of R stacked samples, each field [R]. NaN means undefined and does not leave this package."""

    variance: ClusterVariance
    low: FloatArray
    high: FloatArray
    standard_error: FloatArray
    p_value: FloatArray
    critical: FloatArray
    deff: FloatArray
    is_sparse: BoolArray
    method: npt.NDArray[np.str_]
    few_informative: BoolArray


def only_estimate(intervals: Intervals, *, is_declared: bool, count_discordant: int | None) -> Estimate:
    """Turn the single row of ``intervals`` into an Estimate.

    Args:
        intervals: stacked results with R = 1.
        is_declared: whether the caller named clusters.
        count_discordant: copied into the result.
    """
    variance = intervals.variance
    count_clusters = int(variance.count_clusters[0])
    reason = _reason(intervals, is_declared=is_declared)
    return Estimate(
        estimate=known(variance.mean[0]),
        low=known(intervals.low[0]),
        high=known(intervals.high[0]),
        standard_error=_positive(intervals.standard_error[0]),
        df=known(variance.df[0]),
        p_value=known(intervals.p_value[0]),
        method=None if reason else str(intervals.method[0]),
        deff=None if count_clusters == 1 else known(intervals.deff[0]),
        count_items=int(variance.count_items[0]),
        count_clusters=count_clusters,
        count_discordant=count_discordant,
        flags=_flags(intervals, is_declared=is_declared),
        reason=reason,
        standard_error_naive=_root(variance.naive[0]),
        standard_error_cr0=_root(variance.cr0[0]),
        standard_error_cr1=_root(variance.cr1[0]),
    )


def known(number: float) -> float | None:
    """The number, or None unless it is finite."""
    return float(number) if math.isfinite(number) else None


def few_clusters(count_clusters: float, *, is_declared: bool = True) -> tuple[str, ...]:
    """The flag of a result from 2 to 4 declared clusters."""
    return ("few_clusters",) if is_declared and 2 <= count_clusters < FEWEST_CLUSTERS else ()


def _flags(intervals: Intervals, *, is_declared: bool) -> tuple[str, ...]:
    count_clusters = int(intervals.variance.count_clusters[0])
    is_uncertain = bool(intervals.few_informative[0]) and count_clusters != 1
    few = few_clusters(count_clusters, is_declared=is_declared)
    return (*few, "few_informative_clusters") if is_uncertain else few


def _positive(number: float) -> float | None:
    return float(number) if math.isfinite(number) and number > 0 else None


def _root(variance: float) -> float | None:
    # A variance this small, a standard error of a billionth, is only what rounding left: there is none to report.
    return math.sqrt(variance) if variance > 1e-18 else None


def _reason(intervals: Intervals, *, is_declared: bool) -> str | None:
    if intervals.variance.count_clusters[0] == 1:
        return "one_cluster" if is_declared else "one_item"
    return "all_differences_equal" if np.isnan(intervals.low[0]) else None
