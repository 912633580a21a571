"""The levels of every test and interval, and the quantiles that follow from them. Each is stated here once."""

from __future__ import annotations

import numpy as np
from scipy import special

from tasks.stats.clustered import FloatArray

# The probability of a false finding that a test accepts; the confidence of an interval is what is left of 1.
ALPHA = 0.05
CONFIDENCE = 1 - ALPHA
# The two-sided interval whose upper limit is the one-sided limit of this confidence.
ONE_SIDED = 1 - 2 * ALPHA
# The probability with which a design must find the tax that it calls detectable.
POWER = 0.80
# The normal quantile of a two-sided 95% interval. Limits in stored tables were computed with these seven digits.
NORMAL_CRITICAL = 1.959964


def two_sided_critical(df: FloatArray, confidence: float | FloatArray = CONFIDENCE) -> FloatArray:
    """Student's quantiles [R] of two-sided intervals with degrees of freedom [R].

    >>> two_sided_critical(np.array([10.0]), 0.95).round(3).tolist()
    [2.228]
    """
    return np.asarray(special.stdtrit(df, (1 + confidence) / 2), dtype=np.float64)


def t_critical(df: float, confidence: float = CONFIDENCE) -> float:
    """Student's quantile of one two-sided interval.

    >>> round(t_critical(10.0), 3)
    2.228
    """
    return float(two_sided_critical(np.array([df]), confidence)[0])


def two_sided_p_value(statistic: FloatArray, df: FloatArray) -> FloatArray:
    """p-values [R] of two-sided t tests.

    >>> two_sided_p_value(np.array([2.228, -2.228]), np.array([10.0, 10.0])).round(3).tolist()
    [0.05, 0.05]
    """
    return np.asarray(2 * special.stdtr(df, -np.abs(statistic)))


def t_limits(
    estimate: float, standard_error: float, df: float, confidence: float = CONFIDENCE
) -> tuple[float, float, float]:
    """Lower limit, upper limit, and p-value against 0 of an estimate with a t distribution.

    >>> [round(number, 3) for number in t_limits(1.0, 0.5, 10.0)]
    [-0.114, 2.114, 0.073]
    """
    margin = t_critical(df, confidence) * standard_error
    p_value = two_sided_p_value(np.array([estimate / standard_error]), np.array([df]))
    return estimate - margin, estimate + margin, float(p_value[0])
