"""One model's mean score with an interval that stays in [0, 1] and has a width even at 0% and 100%.

The t interval of a mean is wrong where successes or failures are few, as for differences. There Wilson's score interval
takes its place, with the design effect of the clusters or the prior's, whichever is larger. A few failures show little
of how they cluster: with the observed design effect alone coverage fell to 85% (98% right, 10 clusters of 200 items),
and with the prior's as the least it was 98%.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from tasks.stats.clustered import (
    PRIOR_ICC,
    ROUNDING_SCORE,
    ClusterSums,
    cluster_codes,
    cluster_variance,
    design_effect,
    few_informative_clusters,
    is_degenerate,
    prior_design_effect,
    sum_by_cluster,
)
from tasks.stats.estimates import Estimate, Intervals, only_estimate
from tasks.stats.levels import CONFIDENCE, two_sided_critical
from tasks.stats.paired import FEWEST_EFFECTIVE, checked_scores
from tasks.stats.score_intervals import t_or_score, wilson


def mean_score(
    value: npt.ArrayLike,
    cluster: npt.ArrayLike | None,
    *,
    confidence: float = CONFIDENCE,
    prior_icc: float = PRIOR_ICC,
) -> Estimate:
    """Mean of scores in [0, 1].

    The interval is a t interval with CR2 variance and Bell-McCaffrey degrees of freedom ("cr2_bm"; "t" without
    clusters). It is Wilson's interval on n / deff ("wilson_deff") where the smaller of the sums of scores and of lost
    scores, divided by the design effect, is below 10, or where the scores have no variance. For graded scores Wilson's
    interval is conservative: no score in [0, 1] varies more than a binary one of the same mean. Their standard error is
    that of the scores themselves. On effective sizes see Korn and Graubard 1998.

    Args:
        value: [n] scores of the answered items, finite, in [0, 1].
        cluster: [n] labels, or None where items are independent.
        confidence: of the two-sided interval.
        prior_icc: assumed correlation within clusters where the sample cannot tell.

    Returns:
        An estimate without ``p_value`` and ``count_discordant``, because a score has no null hypothesis.

    Raises:
        ValueError: for scores that are missing or outside [0, 1], or labels of another length.

    A model that answered all 30 items correctly may still be wrong on one in eight:

    >>> result = mean_score([1.0] * 30, None)
    >>> result.estimate, round(result.low, 3), result.high
    (1.0, 0.878, 1.0)
    """
    values = checked_scores(value, 0.0, "scores")
    if values.size == 0:
        return Estimate(reason="no_items")
    sizes, totals, squares = sum_by_cluster(cluster_codes(cluster, values.size), values, values**2)
    sums = ClusterSums(sizes, totals, squares.sum(axis=-1))
    intervals = mean_intervals(sums, confidence=confidence, prior_icc=prior_icc)
    return only_estimate(intervals, is_declared=cluster is not None, count_discordant=None)


def mean_intervals(sums: ClusterSums, *, confidence: float = CONFIDENCE, prior_icc: float = PRIOR_ICC) -> Intervals:
    """Intervals of R stacked samples of scores; NaN where undefined."""
    variance = cluster_variance(sums)
    is_mostly_right = variance.mean[:, np.newaxis] > 0.5
    rarer = np.where(is_mostly_right, sums.sizes - sums.totals, sums.totals)
    deff = design_effect(variance, sums.sizes, rarer.sum(axis=-1), prior_icc)
    critical = two_sided_critical(variance.df, confidence)
    is_sparse = is_degenerate(variance) | (rarer.sum(axis=-1) / deff < FEWEST_EFFECTIVE)
    deff = np.where(is_sparse, np.maximum(deff, prior_design_effect(sums.sizes, prior_icc)), deff)
    score_limits = wilson(np.clip(variance.mean, 0.0, 1.0), variance.count_items / deff, critical)
    low, high, standard_error = t_or_score(variance.mean, variance.cr2, critical, is_sparse, score_limits, lowest=0.0)
    is_graded = (sums.totals.sum(axis=-1) - sums.squares > ROUNDING_SCORE) & ~is_degenerate(variance)
    standard_error = np.where(is_graded, np.sqrt(variance.cr2), standard_error)
    return Intervals(
        variance=variance,
        low=low,
        high=high,
        standard_error=standard_error,
        p_value=np.full_like(low, np.nan),
        critical=critical,
        deff=deff,
        is_sparse=is_sparse,
        method=np.where(is_sparse, "wilson_deff", np.where(variance.is_clustered, "cr2_bm", "t")),
        few_informative=few_informative_clusters(variance, rarer),
    )
