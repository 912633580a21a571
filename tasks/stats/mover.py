"""Limits of a weighted mean of parts from the limits of each part (method of variance estimates recovery, MOVER).

A standard error of the whole says nothing of a part that has sampled no variance, such as a small benchmark near its
ceiling. Its own interval does. With estimates e_b, limits l_b and u_b, weights w_b and correlations r_bc,

    low  = e - sqrt(sum_bc w_b w_c r_bc (e_b - l_b) (e_c - l_c))
    high = e + sqrt(sum_bc w_b w_c r_bc (u_b - e_b) (u_c - e_c))

Here the distances are divided by each part's own quantile first, and multiplied by the quantile at the degrees of
freedom of the whole (Satterthwaite's, from the same pieces).

Reference: Zou and Donner 2008, Statistics in Medicine 27:1693. Simulated in tests/tasks/stats/test_overall.py.

Tested in tests/tasks/stats/test_overall.py.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from tasks.stats.clustered import FloatArray
from tasks.stats.levels import two_sided_critical

_PRECISION = 1e-8  # of p-values
_MOST_AT_ONCE = 127  # intervals in one call: few calls, and little memory


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of R weighted means, each [R, B]: estimates, limits, quantiles and degrees of freedom."""

    estimate: FloatArray
    low: FloatArray
    high: FloatArray
    critical: FloatArray
    df: FloatArray


def mover_limits(
    parts: Parts, share: FloatArray, correlation: FloatArray, confidence: float | FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Lower limits, upper limits and the lesser degrees of freedom [R] of weighted means.

    Args:
        parts: of intervals at the same confidence.
        share: [R, B] weights that add up to 1.
        correlation: [R, B, B] of the parts' estimates, with 1 on the diagonal.
        confidence: of the two-sided intervals, one or [R].
    """
    estimate = (share * parts.estimate).sum(axis=-1)
    below, df_below = _deviation((parts.estimate - parts.low) / parts.critical, parts, share, correlation)
    above, df_above = _deviation((parts.high - parts.estimate) / parts.critical, parts, share, correlation)
    low = estimate - two_sided_critical(df_below, confidence) * below
    high = estimate + two_sided_critical(df_above, confidence) * above
    return np.maximum(low, -1.0), np.minimum(high, 1.0), np.minimum(df_below, df_above)


def inverted_p_value(
    limits: Callable[[FloatArray], tuple[FloatArray, FloatArray]], count: int, *, most_at_once: int = _MOST_AT_ONCE
) -> FloatArray:
    """p-values [R] against 0: one minus the least confidence at which the interval holds 0.

    Args:
        limits: from confidences [R, K] to the limits [R, K] of the intervals.
        count: R. With few samples many confidences are tried at once, which is faster.
        most_at_once: intervals in one call; 1 where an interval costs as much as a call.
    """
    cuts = max(1, most_at_once // count)
    least, width = np.zeros(count), 1.0
    while width > _PRECISION:
        width /= cuts + 1
        low, high = limits(least[:, np.newaxis] + width * np.arange(1, cuts + 1))
        least += width * ((low > 0) | (high < 0)).sum(axis=1)
    return np.asarray(1 - least - width / 2)


def _deviation(
    deviation: FloatArray, parts: Parts, share: FloatArray, correlation: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Standard deviation of the whole on one side [R], and its degrees of freedom."""
    piece = share * np.maximum(deviation, 0.0)
    variance = np.maximum(np.einsum("rb,rbc,rc->r", piece, correlation, piece), 0.0)
    independent, crossed = (piece**2).sum(axis=-1), (piece**4 / parts.df).sum(axis=-1)
    with np.errstate(divide="ignore", invalid="ignore"):
        df = np.where(crossed > 0, independent**2 / crossed, parts.df.min(axis=-1))
    return np.sqrt(variance), df
