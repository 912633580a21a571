"""The exchange rate of alignment: capability lost per harm removed, where something was bought at all."""

from __future__ import annotations

import numpy as np

from tasks.stats.clustered import two_sided_critical
from tasks.stats.estimates import Estimate
from tasks.stats.ratio import RatioEstimate, fieller


def exchange_rate(tax: Estimate, gain: Estimate, *, confidence: float = 0.95) -> RatioEstimate:
    """Points of capability lost per point of safety gained, by Fieller's theorem.

    Tax and gain come from different items and are taken as independent; the degrees of freedom are Satterthwaite's for
    the difference tax - rate x gain at the estimated rate. Where few items differ, each standard error is that of the
    score interval.

    Args:
        tax: of capability, positive where some was lost.
        gain: of safety, positive where harm was removed.
        confidence: of the set.

    Returns:
        An estimate and limits only where the gain is certain. Reasons: "no_capability_tax" and "no_safety_change"
        (one of the two is unknown), "nothing_demonstrably_bought" (the gain may be 0), "safety_fell".

    >>> from tasks.stats.paired import paired_difference
    >>> tax = paired_difference([1] * 30 + [-1] * 10 + [0] * 160, None)
    >>> gain = paired_difference([1] * 60 + [-1] * 10 + [0] * 30, None)
    >>> result = exchange_rate(tax, gain)
    >>> round(result.estimate, 2), round(result.low, 2), round(result.high, 2)
    (0.2, 0.08, 0.35)
    >>> exchange_rate(tax, paired_difference([1, -1] * 50, None)).reason
    'nothing_demonstrably_bought'
    """
    if tax.estimate is None or tax.standard_error is None or tax.df is None:
        return _none("no_capability_tax")
    if gain.estimate is None or gain.standard_error is None or gain.df is None:
        return _none("no_safety_change")
    v_tax, v_gain = tax.standard_error**2, gain.standard_error**2
    rate = tax.estimate / gain.estimate if gain.estimate else 0.0
    parts = v_tax, rate**2 * v_gain
    df = sum(parts) ** 2 / (parts[0] ** 2 / tax.df + parts[1] ** 2 / gain.df)
    critical = float(two_sided_critical(np.array([df]), confidence)[0])
    # Whether anything was bought is the gain's own test: its degrees of freedom, not the combined ones.
    own = float(two_sided_critical(np.array([gain.df]), confidence)[0])
    if abs(gain.estimate) <= own * gain.standard_error:
        return _none("nothing_demonstrably_bought")
    if gain.estimate < 0:
        return _none("safety_fell")
    return fieller(tax.estimate, gain.estimate, v_tax, 0.0, v_gain, critical, unless="nothing_demonstrably_bought")


def _none(reason: str) -> RatioEstimate:
    return RatioEstimate(None, None, None, "whole_line", None, None, reason)
