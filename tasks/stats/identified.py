"""What missing answers leave open, sampling error included: the interval of a partially identified tax.

``missing_bounds`` says what the sample's missing answers could have been; here the two bounds are estimates themselves.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import optimize, special

from tasks.stats.clustered import cluster_codes, two_sided_critical
from tasks.stats.estimates import Estimate, known
from tasks.stats.missing import missing_differences
from tasks.stats.paired import paired_difference


@dataclass(frozen=True, slots=True)
class IdentifiedInterval:
    """Limits that hold the tax with the stated confidence, whatever the missing answers were; None with a reason."""

    low: float | None
    high: float | None
    reason: str | None


def identified_interval(
    reference: npt.ArrayLike, candidate: npt.ArrayLike, cluster: npt.ArrayLike | None, *, confidence: float = 0.95
) -> IdentifiedInterval:
    """Confidence interval of a tax of which only bounds are known.

    Imbens and Manski 2004, Econometrica 72:1845: [L - c se_L, U + c se_U] with P(-c < T < c + (U - L) / max se) equal
    to the confidence, so that it covers the tax itself, not its whole identified set. Student's t takes the place of
    the normal, and each standard error is the distance from a bound to the outer limit of its own interval: where
    nothing is missing the result is the interval of ``paired_difference``.

    Args:
        reference: [N] scores in [0, 1] of all planned items, NaN (or None) where missing.
        candidate: [N] scores of the same items.
        cluster: [N] labels, or None where items are independent.
        confidence: of the interval.

    Four of a hundred answers are missing, so the upper limit rises by their share:

    >>> reference = [1.0] * 60 + [0.0] * 40
    >>> candidate = [1.0] * 50 + [0.0] * 46 + [None] * 4
    >>> result = identified_interval(reference, candidate, None)
    >>> round(result.low, 3), round(result.high, 3)
    (-0.003, 0.151)
    """
    low_values, high_values = missing_differences(reference, candidate)
    codes = None if cluster is None else cluster_codes(cluster, low_values.size)
    lower, upper = (paired_difference(d, codes, confidence=confidence) for d in (low_values, high_values))
    if lower.low is None or upper.high is None:
        return IdentifiedInterval(None, None, lower.reason or upper.reason)
    low, high = imbens_manski(lower, upper, confidence=confidence)
    return IdentifiedInterval(low, high, None)


def imbens_manski(lower: Estimate, upper: Estimate, *, confidence: float) -> tuple[float | None, float | None]:
    """The interval from the estimates of the two bounds."""
    if (
        lower.estimate is None
        or upper.estimate is None
        or lower.low is None
        or upper.high is None
        or lower.df is None
        or upper.df is None
    ):
        return None, None
    df = min(lower.df, upper.df)
    critical = float(two_sided_critical(np.array([df]), confidence)[0])
    error_low, error_high = (lower.estimate - lower.low) / critical, (upper.high - upper.estimate) / critical
    if max(error_low, error_high) <= 0:  # everything is missing: the bounds are the ends of the scale
        return lower.estimate, upper.estimate
    distance = max(upper.estimate - lower.estimate, 0.0) / max(error_low, error_high)

    def lacking(c: float) -> float:
        return float(special.stdtr(df, c + distance) - special.stdtr(df, -c)) - confidence

    c = float(optimize.brentq(lacking, 0.0, critical * (1 + 1e-9), xtol=1e-12)) if distance > 0 else critical
    low, high = lower.estimate - c * error_low, upper.estimate + c * error_high
    return known(max(low, -1.0)), known(min(high, 1.0))


def missing_asymmetry(
    reference: npt.ArrayLike, candidate: npt.ArrayLike, cluster: npt.ArrayLike | None, *, confidence: float = 0.95
) -> Estimate:
    """How much larger the share of missing answers is at the candidate than at the reference.

    A paired difference of indicators over all planned items: an aligned model whose answers go missing on other items,
    or more often, is not compared on a random sample of them.

    >>> result = missing_asymmetry([1.0] * 100, [1.0] * 80 + [None] * 20, None)
    >>> result.estimate, round(result.low, 2), round(result.high, 2)
    (0.2, 0.12, 0.28)
    """
    before, after = (np.isnan(np.asarray(values, dtype=np.float64)) for values in (reference, candidate))
    return paired_difference(after.astype(float) - before.astype(float), cluster, confidence=confidence)
