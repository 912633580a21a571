"""A difference of two published means, and the share that was lost. Without the items there is no pairing.

Tested in tests/tasks/stats/test_published_families.py.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from tasks.stats.estimates import Estimate, known
from tasks.stats.levels import CONFIDENCE, t_critical, t_limits
from tasks.stats.ratio import RatioEstimate, fieller, without_limits


@dataclass(frozen=True, slots=True)
class PublishedMean:
    """What somebody else's table says of one model: a mean, its standard error (None if not given), and its items.

    The mean need not be a proportion; it may be a perplexity.
    """

    mean: float
    standard_error: float | None
    count_items: int | None


def unpaired_difference(
    reference: PublishedMean, candidate: PublishedMean, *, confidence: float = CONFIDENCE
) -> Estimate:
    """Reference minus candidate, as if they had answered different items.

    Welch 1947, Biometrika 34:28. Answers of two related models to the same items are positively correlated. This
    interval is therefore wider than the paired one would be, and its test finds less.

    Returns:
        An estimate of method "unpaired_welch" with the flag "unpaired". The reason is "no_standard_error" where a side
        has none or 0; then there is a difference without limits.

    >>> result = unpaired_difference(PublishedMean(0.720, 0.0105, 1838), PublishedMean(0.724, 0.0104, 1838))
    >>> round(result.estimate, 3), round(result.low, 3), round(result.high, 3)
    (-0.004, -0.033, 0.025)
    """
    difference = reference.mean - candidate.mean
    if not np.isfinite(difference):
        return Estimate(reason="no_mean")
    count = min(reference.count_items or 0, candidate.count_items or 0)
    point = Estimate(estimate=difference, count_items=count, count_clusters=count, flags=("unpaired",))
    first, second = _variance(reference), _variance(candidate)
    if first is None or second is None:
        return replace(point, reason="no_standard_error")
    error, df = (first + second) ** 0.5, _freedom(reference, first, candidate, second)
    low, high, p_value = t_limits(difference, error, df, confidence)
    return replace(
        point, low=low, high=high, standard_error=error, df=known(df), p_value=p_value, method="unpaired_welch"
    )


def unpaired_relative(
    reference: PublishedMean, candidate: PublishedMean, *, higher_is_better: bool, confidence: float = CONFIDENCE
) -> RatioEstimate:
    """The share of the reference's mean that the candidate lost; positive for a loss, whatever the metric's direction.

    Fieller's set, with the means as independent and Welch's degrees of freedom.

    Returns:
        A ratio. Reasons: "no_mean", "base_not_positive" (a share of it has no meaning), "no_standard_error" (an
        estimate without limits), "base_not_distinguishable_from_zero".

    A perplexity that rose from 6.6 to 8.2 is a loss of a quarter:

    >>> before, after = PublishedMean(6.6, 0.1, None), PublishedMean(8.2, 0.1, None)
    >>> result = unpaired_relative(before, after, higher_is_better=False)
    >>> round(result.estimate, 3), round(result.low, 3), round(result.high, 3)
    (0.242, 0.196, 0.291)
    """
    direction = 1 if higher_is_better else -1
    tax = direction * (reference.mean - candidate.mean)
    if not np.isfinite(tax):
        return without_limits("no_mean")
    if reference.mean <= 0:
        return without_limits("base_not_positive")
    first, second = _variance(reference), _variance(candidate)
    if first is None or second is None:
        return without_limits("no_standard_error", tax / reference.mean)
    t = t_critical(_freedom(reference, first, candidate, second), confidence)
    unless = "base_not_distinguishable_from_zero"
    return fieller(tax, reference.mean, first + second, direction * first, first, t, unless=unless)


def _freedom(reference: PublishedMean, first: float, candidate: PublishedMean, second: float) -> float:
    """Welch's degrees of freedom by the variances of the means; infinite where no number of items is known."""
    inverse = sum(
        (part / (first + second)) ** 2 / (side.count_items - 1)
        for part, side in ((first, reference), (second, candidate))
        if side.count_items and side.count_items > 1
    )
    return 1 / inverse if inverse else np.inf


def _variance(side: PublishedMean) -> float | None:
    error = side.standard_error
    return error**2 if error is not None and np.isfinite(error) and error > 0 else None
