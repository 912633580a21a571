"""The exchange rate of alignment: how much capability was lost for each harm that was removed."""

from __future__ import annotations

from tasks.stats.estimates import Estimate
from tasks.stats.levels import CONFIDENCE, t_critical
from tasks.stats.ratio import RatioEstimate, fieller, without_limits


def exchange_rate(tax: Estimate, gain: Estimate, *, confidence: float = CONFIDENCE) -> RatioEstimate:
    """Points of capability lost per point of safety gained, by Fieller's theorem.

    Tax and gain come from different items and count as independent. The degrees of freedom are Satterthwaite's for the
    difference tax - rate x gain at the estimated rate. Where few items differ, the standard errors are those of the
    score intervals.

    Args:
        tax: of capability; a loss is positive.
        gain: of safety; removed harm is positive.
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
        return without_limits("no_capability_tax")
    if gain.estimate is None or gain.standard_error is None or gain.df is None:
        return without_limits("no_safety_change")
    # Whether anything was bought is the gain's own test, so it uses the gain's own degrees of freedom.
    if abs(gain.estimate) <= t_critical(gain.df, confidence) * gain.standard_error:
        return without_limits("nothing_demonstrably_bought")
    if gain.estimate < 0:
        return without_limits("safety_fell")
    v_tax, v_gain = tax.standard_error**2, gain.standard_error**2
    parts = v_tax, (tax.estimate / gain.estimate) ** 2 * v_gain
    df = sum(parts) ** 2 / (parts[0] ** 2 / tax.df + parts[1] ** 2 / gain.df)
    t = t_critical(df, confidence)
    return fieller(tax.estimate, gain.estimate, v_tax, 0.0, v_gain, t, unless="nothing_demonstrably_bought")
