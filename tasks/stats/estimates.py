"""What an interval looks like to its reader, and how one row of stacked results becomes it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tasks.stats.clustered import FEWEST_CLUSTERS, BoolArray, ClusterVariance, FloatArray


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean with its interval. None is unknown, with ``reason``; a standard error is never 0 and nothing is NaN.

    ``standard_error`` is the CR2 one where ``method`` is "cr2_bm" or "t", and half the interval over its critical
    value under a score method, so that estimate +- t standard errors is about the interval in either case.
    ``p_value`` comes from the interval's own statistic: it is below 1 - confidence exactly where 0 lies outside.
    ``count_discordant`` counts items on which the two models differ (None for a single model's score). ``flags``:
    "few_clusters" (2 to 4), "few_informative_clusters" (what decides sits in under five clusters, or mostly in one).
    ``reason``: "no_paired_items", "no_items", "one_item", "one_cluster", "all_differences_equal".
    """

    estimate: float | None
    low: float | None
    high: float | None
    standard_error: float | None
    df: float | None
    p_value: float | None
    method: str | None
    deff: float | None
    count_items: int
    count_clusters: int
    count_discordant: int | None
    flags: tuple[str, ...]
    reason: str | None
    standard_error_naive: float | None
    standard_error_cr0: float | None
    standard_error_cr1: float | None


@dataclass(frozen=True, slots=True)
class Intervals:
    """Intervals of R stacked samples, each field [R]; NaN is undefined and stays inside this package."""

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


def nothing(reason: str, count_discordant: int | None) -> Estimate:
    """The estimate of an empty sample: no number, and the reason.

    >>> nothing("no_items", None).estimate is None
    True
    """
    return Estimate(
        estimate=None,
        low=None,
        high=None,
        standard_error=None,
        df=None,
        p_value=None,
        method=None,
        deff=None,
        count_items=0,
        count_clusters=0,
        count_discordant=count_discordant,
        flags=(),
        reason=reason,
        standard_error_naive=None,
        standard_error_cr0=None,
        standard_error_cr1=None,
    )


def only_estimate(intervals: Intervals, *, is_declared: bool, count_discordant: int | None) -> Estimate:
    """Turn the single row of ``intervals`` into an Estimate.

    Args:
        intervals: stacked results with R = 1.
        is_declared: whether the caller named clusters.
        count_discordant: as it shall be shown.
    """
    variance = intervals.variance
    count_clusters = int(variance.count_clusters[0])
    reason = _reason(intervals, is_declared=is_declared)
    is_alone = count_clusters == 1
    flags = {
        "few_clusters": is_declared and 2 <= count_clusters < FEWEST_CLUSTERS,
        "few_informative_clusters": bool(intervals.few_informative[0]) and not is_alone,
    }
    return Estimate(
        estimate=known(variance.mean[0]),
        low=known(intervals.low[0]),
        high=known(intervals.high[0]),
        standard_error=_positive(intervals.standard_error[0]),
        df=known(variance.df[0]),
        p_value=known(intervals.p_value[0]),
        method=None if reason else str(intervals.method[0]),
        deff=None if is_alone else known(intervals.deff[0]),
        count_items=int(variance.count_items[0]),
        count_clusters=count_clusters,
        count_discordant=count_discordant,
        flags=tuple(name for name, is_raised in flags.items() if is_raised),
        reason=reason,
        standard_error_naive=_root(variance.naive[0]),
        standard_error_cr0=_root(variance.cr0[0]),
        standard_error_cr1=_root(variance.cr1[0]),
    )


def known(number: float) -> float | None:
    """The number, None unless finite."""
    return float(number) if math.isfinite(number) else None


def _positive(number: float) -> float | None:
    return float(number) if math.isfinite(number) and number > 0 else None


def _root(variance: float) -> float | None:
    # Below a standard error of a billionth the sum of squares has cancelled: there is no variance to report.
    return math.sqrt(variance) if variance > 1e-18 else None


def _reason(intervals: Intervals, *, is_declared: bool) -> str | None:
    if intervals.variance.count_clusters[0] == 1:
        return "one_cluster" if is_declared else "one_item"
    return "all_differences_equal" if np.isnan(intervals.low[0]) else None
