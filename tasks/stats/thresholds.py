"""Taxes against a threshold: which are surely above it, and how many items would decide.

Tested in tests/tasks/stats/test_thresholds.py.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import special

from tasks.stats.levels import ALPHA, CONFIDENCE, ONE_SIDED, POWER, t_critical, two_sided_p_value
from tasks.stats.multiplicity import holm


@dataclass(frozen=True, slots=True)
class Limits:
    """A tax with its two-sided 95% limits, and how far missing answers could raise it. More is a loss.

    None means undefined, in all of the first four.
    """

    estimate: float | None
    low: float | None
    high: float | None
    df: float | None
    missing: float = 0.0


def surely_above(taxes: Sequence[Limits], threshold: float) -> list[bool]:
    """Whether each tax of a family is surely above a threshold, tested against the threshold and adjusted by Holm.

    The deviation of the test is the distance from the estimate to its lower limit over the quantile. For one tax the
    answer is whether the interval lies above the threshold. For several it is exact where the limits are Student's;
    score limits at the higher levels of Holm's steps lie a little above those used here.

    >>> one, other = Limits(0.06, 0.011, 0.109, 100), Limits(0.0, -0.02, 0.02, 100)
    >>> surely_above([one], 0.01), surely_above([one, other], 0.01)
    ([True], [False, False])
    """
    p_values = [_p_value_above(tax, threshold) for tax in taxes]
    return [bool(p < ALPHA) for p in holm(p_values)]


def items_to_decide(tax: Limits, count_items: int, *, margin: float, warn: float, power: float = POWER) -> int | None:
    """How many items would show with the given power that a tax is below the margin or above ``warn``.

    The true tax is assumed to be as measured, the variance of an item too, and more items of the same clusters' sizes
    to be added. The one-sided limit must fall below the margin, or the lower two-sided limit must rise above ``warn``;
    the smaller number counts.

    Returns:
        None where no number of items decides: the limits are undefined, or the missing answers alone could lift the
        tax above the margin.

    With a standard error of 3 points from 200 items, a tax of 0 needs (1.65 + 0.84)^2 = 6.2 times as many items:

    >>> items_to_decide(Limits(0.0, -0.0592, 0.0592, 199), 200, margin=0.03, warn=0.01)
    1246
    """
    if tax.estimate is None or tax.low is None or tax.high is None or tax.df is None:
        return None
    below, above = (abs(limit - tax.estimate) / t_critical(tax.df) for limit in (tax.low, tax.high))
    added = float(special.ndtri(power))
    wanted = (
        (margin - tax.estimate - tax.missing, (t_critical(tax.df, ONE_SIDED) + added) * above),
        (tax.estimate - warn, (t_critical(tax.df, CONFIDENCE) + added) * below),
    )
    ratios = [distance / room for room, distance in wanted if room > 0]
    needed = min((count_items * ratio**2 for ratio in ratios), default=math.inf)
    return math.ceil(needed) if math.isfinite(needed) else None


def _p_value_above(tax: Limits, threshold: float) -> float:
    """The two-sided p-value against the threshold; 1 for a tax that is not above it, NaN for an unknown one."""
    if tax.estimate is None or tax.low is None or tax.df is None:
        return math.nan
    if tax.estimate <= threshold:
        return 1.0
    deviation = (tax.estimate - tax.low) / t_critical(tax.df)
    return float(two_sided_p_value(np.array([(tax.estimate - threshold) / deviation]), np.array([tax.df]))[0])
