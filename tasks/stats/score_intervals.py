"""Intervals for sparse data. They invert a test, so they have a width even where the sample has no variance.

They take numbers or arrays of one shape and return a pair of float arrays (low, high). ``critical`` is the quantile
with which the statistic is compared; for clustered items multiply it by the square root of the design effect.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from tasks.stats.clustered import BoolArray, FloatArray

# After this many halvings of [-1, 1] only two neighbouring floating-point numbers are left.
_COUNT_HALVINGS = 60
# For a few samples numpy's overhead is all that a pass costs, so that a pass of many parts is as quick as one of two.
_MANY_SAMPLES, _FEW_SAMPLES_HALVINGS = 32, 6


def tango_statistic(b: npt.ArrayLike, c: npt.ArrayLike, n: npt.ArrayLike, difference: npt.ArrayLike) -> FloatArray:
    """Score statistic for a difference of paired proportions. It falls as the hypothesised ``difference`` rises.

    At 0 it is McNemar's (b - c) / sqrt(b + c).

    Args:
        b: count of pairs the reference alone got right.
        c: count of pairs the candidate alone got right.
        n: count of all pairs, n >= b + c, n >= 1.
        difference: the hypothesis, in [-1, 1].

    >>> round(float(tango_statistic(9, 3, 50, 0.0)), 4) == round((9 - 3) / 12**0.5, 4)
    True
    """
    b, c, n, delta = (np.asarray(x, dtype=np.float64) for x in (b, c, n, difference))
    with np.errstate(divide="ignore", invalid="ignore"):
        return _tango_statistic(b, c, n, delta)


def _tango_statistic(b: FloatArray, c: FloatArray, n: FloatArray, delta: FloatArray) -> FloatArray:
    """The statistic of arrays. It divides by 0 where it does not use the quotient; the caller silences the warning."""
    linear = (2 * n - b + c) * delta - b - c
    constant = -c * delta * (1 - delta)
    root = np.sqrt(np.maximum(linear**2 - 8 * n * constant, 0.0))
    # The smaller discordant probability under the hypothesis. The second form avoids cancellation.
    stable = np.where(root + linear > 0, -2 * constant / (root + linear), 0.0)
    nuisance = np.where(linear <= 0, (root - linear) / (4 * n), stable)
    variance = n * np.maximum(2 * nuisance + delta * (1 - delta), 0.0)
    distance = b - c - n * delta
    certain = np.where(distance == 0, 0.0, np.copysign(np.inf, distance))
    return np.where(variance > 0, distance / np.sqrt(variance), certain)


def tango(
    b: npt.ArrayLike, c: npt.ArrayLike, n: npt.ArrayLike, critical: npt.ArrayLike
) -> tuple[FloatArray, FloatArray]:
    """Score interval for a difference of paired proportions: all differences that the test does not reject.

    Tango 1998, Statistics in Medicine 17:891. It also covers where b + c is small. For b = c = 0 it is
    +- z^2 / (n + z^2), not a single point.

    Args:
        b: count of pairs the reference alone got right.
        c: count of pairs the candidate alone got right.
        n: count of all pairs, n >= b + c, n >= 1.
        critical: positive quantile, 1.96 for independent pairs at 95%.

    >>> [round(float(limit), 3) for limit in tango(1, 7, 21, 1.959964)]
    [-0.517, -0.026]
    """
    b, c, n, critical = np.broadcast_arrays(*(np.asarray(x, dtype=np.float64) for x in (b, c, n, critical)))
    estimate = (b - c) / n
    # Row 0 searches [-1, estimate] for the place where the statistic falls to +critical, row 1 [estimate, 1] for the
    # place where it falls to -critical.
    left = np.stack([-np.ones_like(estimate), estimate])
    right = np.stack([estimate, np.ones_like(estimate)])
    target = np.stack([critical, -critical])
    halvings = 1 if estimate.size >= _MANY_SAMPLES else _FEW_SAMPLES_HALVINGS
    shares = np.linspace(0.0, 1.0, 2**halvings + 1)[(..., *[np.newaxis] * left.ndim)]
    columns = np.indices(left.shape, sparse=True)
    with np.errstate(divide="ignore", invalid="ignore"):
        for _ in range(_COUNT_HALVINGS // halvings):
            ends = left + shares * (right - left)
            place = (_tango_statistic(b, c, n, ends[1:-1]) > target).sum(axis=0)
            left, right = ends[place, *columns], ends[place + 1, *columns]
    # The outer end of the last bracket on either side, so that the interval contains the exact one.
    return left[0], right[1]


def bonett_price_moments(
    mean: npt.ArrayLike, mean_square: npt.ArrayLike, n: npt.ArrayLike
) -> tuple[FloatArray, FloatArray]:
    """The sample's centre and standard error after one difference of +1 and one of -1 were added to it."""
    mean, mean_square, n = (np.asarray(x, dtype=np.float64) for x in (mean, mean_square, n))
    centre = n * mean / (n + 2)
    variance = ((n * mean_square + 2) / (n + 2) - centre**2) / (n + 2)
    return centre, np.sqrt(variance)


def bonett_price(
    mean: npt.ArrayLike, mean_square: npt.ArrayLike, n: npt.ArrayLike, critical: npt.ArrayLike
) -> tuple[FloatArray, FloatArray]:
    """Adjusted Wald interval for a mean of differences in [-1, 1], graded ones included.

    Bonett and Price 2012, Statistical Methods in Medical Research 21:479, written with moments, so that it applies to
    any bounded difference. For clustered items pass n / deff.

    Args:
        mean: mean difference, in [-1, 1].
        mean_square: mean of the squared differences.
        n: (effective) count of pairs, n > 0.
        critical: positive quantile.

    >>> [round(float(limit), 3) for limit in bonett_price(0.0, 0.0, 100, 1.959964)]
    [-0.027, 0.027]
    """
    centre, standard_error = bonett_price_moments(mean, mean_square, n)
    margin = np.asarray(critical) * standard_error
    # The interval always contains the mean: at low confidence one around the shrunken centre might miss it.
    low, high = np.minimum(centre - margin, mean), np.maximum(centre + margin, mean)
    return np.maximum(low, -1.0), np.minimum(high, 1.0)


def wilson(proportion: npt.ArrayLike, n: npt.ArrayLike, critical: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Score interval for one proportion. Wilson 1927, JASA 22:209.

    It is conservative for the mean of any value in [0, 1], whose variance is at most p (1 - p).

    Args:
        proportion: mean, in [0, 1].
        n: (effective) count of items, n > 0.
        critical: positive quantile.

    >>> [round(float(limit), 4) for limit in wilson(0.0, 30, 1.959964)]
    [0.0, 0.1135]
    """
    p, n, critical = (np.asarray(x, dtype=np.float64) for x in (proportion, n, critical))
    squared = critical**2
    centre = (p + squared / (2 * n)) / (1 + squared / n)
    margin = critical * np.sqrt(p * (1 - p) / n + squared / (4 * n**2)) / (1 + squared / n)
    low, high = np.maximum(centre - margin, 0.0), np.minimum(centre + margin, 1.0)
    return np.where(p <= 0, 0.0, np.minimum(low, p)), np.where(p >= 1, 1.0, np.maximum(high, p))


def t_or_score(
    mean: FloatArray,
    variance: FloatArray,
    critical: FloatArray,
    is_sparse: BoolArray,
    score_limits: tuple[FloatArray, FloatArray],
    *,
    lowest: float,
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """The t interval of R means within [lowest, 1], or the score interval where data are sparse; and standard errors.

    Where the variance is undefined (NaN), so are the results. The standard error of a score interval is half its width
    over the critical value.
    """
    standard_error = np.sqrt(variance)
    low = np.where(is_sparse, score_limits[0], np.maximum(mean - critical * standard_error, lowest))
    high = np.where(is_sparse, score_limits[1], np.minimum(mean + critical * standard_error, 1.0))
    low, high = (np.where(np.isnan(variance), np.nan, limit) for limit in (low, high))
    return low, high, np.where(is_sparse, (high - low) / (2 * critical), standard_error)
