"""A difference of two published means: without the items there is no pairing, and the interval says so by its width."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from tasks.stats.clustered import two_sided_critical
from tasks.stats.estimates import Estimate, nothing

METHOD = "unpaired_welch"


@dataclass(frozen=True, slots=True)
class Published:
    """What a table elsewhere says of one model: a mean, its standard error (None if not given) and the items behind it.

    The mean need not be a proportion: a perplexity is one too.
    """

    mean: float
    standard_error: float | None
    count_items: int | None


def unpaired_difference(reference: Published, candidate: Published, *, confidence: float = 0.95) -> Estimate:
    """Reference minus candidate, as if they had answered different items.

    Welch 1947, Biometrika 34:28. Answers of two related models to the same items are positively correlated, so this
    interval is wider than the paired one would be, and its test finds less.

    Returns:
        An estimate of method "unpaired_welch" with the flag "unpaired". Reason "no_standard_error" where a side has
        none, or 0: the difference is shown without limits.

    >>> result = unpaired_difference(Published(0.720, 0.0105, 1838), Published(0.724, 0.0104, 1838))
    >>> round(result.estimate, 3), round(result.low, 3), round(result.high, 3)
    (-0.004, -0.033, 0.025)
    """
    difference = reference.mean - candidate.mean
    count = min(reference.count_items or 0, candidate.count_items or 0)
    if not np.isfinite(difference):
        return nothing("no_mean", None)
    first, second = _variance(reference), _variance(candidate)
    if first is None or second is None:
        return _estimate(difference, None, None, count, "no_standard_error")
    inverse = sum(
        (part / (first + second)) ** 2 / (side.count_items - 1)
        for part, side in ((first, reference), (second, candidate))
        if side.count_items and side.count_items > 1
    )
    return _estimate(difference, (first + second) ** 0.5, 1 / inverse if inverse else np.inf, count, None, confidence)


def _variance(side: Published) -> float | None:
    error = side.standard_error
    return error**2 if error is not None and np.isfinite(error) and error > 0 else None


def _estimate(
    difference: float,
    error: float | None,
    df: float | None,
    count: int,
    reason: str | None,
    confidence: float = 0.95,
) -> Estimate:
    low = high = p_value = None
    if error is not None and df is not None:
        margin = float(two_sided_critical(np.array([df]), confidence)[0]) * error
        low, high = difference - margin, difference + margin
        p_value = float(2 * special.stdtr(df, -abs(difference) / error))
    return Estimate(
        estimate=difference,
        low=low,
        high=high,
        standard_error=error,
        df=df if df is not None and np.isfinite(df) else None,
        p_value=p_value,
        method=METHOD if error is not None else None,
        deff=None,
        count_items=count,
        count_clusters=count,
        count_discordant=None,
        flags=("unpaired",),
        reason=reason,
        standard_error_naive=None,
        standard_error_cr0=None,
        standard_error_cr1=None,
    )
