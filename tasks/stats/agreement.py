"""How far two raters agree beyond chance: Cohen's kappa with an interval that respects clusters of items.

Kappa is a smooth function of means over items, so its variance is that of the mean of its influence function. Without
clusters this is the variance of Fleiss, Cohen and Everitt 1969 (Psychological Bulletin 72:323), apart from a factor of
n / (n - 1). With clusters, such as several answers to one item, it is the usual CR2 variance.

Where few ratings differ the t interval is too short: at kappa = 1 it has no width. There the limits are Wilson's limits
of the share of agreement, converted to kappa at the observed chance agreement.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tasks.stats.clustered import ClusterSums, FloatArray, IntArray, cluster_codes, cluster_variance, sum_by_cluster
from tasks.stats.estimates import Estimate
from tasks.stats.levels import CONFIDENCE, t_critical
from tasks.stats.mean import mean_score
from tasks.stats.paired import FEWEST_EFFECTIVE


@dataclass(frozen=True, slots=True)
class Agreement:
    """The share of equal ratings and kappa, each with its interval."""

    accuracy: Estimate
    kappa: Estimate


@dataclass(frozen=True, slots=True)
class _Point:
    """Kappa without its interval: observed and chance agreement, and the influence of each rating [n]."""

    observed: float
    chance: float
    influence: FloatArray

    @property
    def estimate(self) -> float:
        return self.of(self.observed)

    def of(self, agreement: float) -> float:
        """The kappa that belongs to another share of agreement at the same chance agreement."""
        return (agreement - self.chance) / (1 - self.chance)


def agreement(
    first: npt.ArrayLike,
    second: npt.ArrayLike,
    cluster: npt.ArrayLike | None = None,
    *,
    confidence: float = CONFIDENCE,
) -> Agreement:
    """Accuracy and Cohen's kappa of two raters' labels.

    Args:
        first: [n] labels of any kind that can be ordered, such as a judge's.
        second: [n] labels of the other rater, such as people's.
        cluster: [n] labels of groups whose ratings are correlated, or None.
        confidence: of the two-sided intervals.

    Returns:
        Kappa is None with the reason ``one_class`` where both raters gave a single label throughout: chance alone
        explains that they agree.

    Raises:
        ValueError: for labels of different lengths.

    Fifty pairs, of which 35 agree; chance alone would give half:

    >>> judge = ["yes"] * 25 + ["no"] * 25
    >>> people = ["yes"] * 20 + ["no"] * 5 + ["yes"] * 10 + ["no"] * 15
    >>> result = agreement(judge, people)
    >>> result.accuracy.estimate, round(result.kappa.estimate, 3)
    (0.7, 0.4)
    """
    codes_first, codes_second, count_classes = _coded(first, second)
    equal = (codes_first == codes_second).astype(np.float64)
    accuracy = mean_score(equal, cluster, confidence=confidence)
    if equal.size == 0:
        return Agreement(accuracy, Estimate(reason="no_items"))
    point = _point(codes_first, codes_second, count_classes)
    if point is None:
        return Agreement(accuracy, _undefined("one_class", accuracy))
    return Agreement(accuracy, _kappa(point, cluster, accuracy, confidence))


def _coded(first: npt.ArrayLike, second: npt.ArrayLike) -> tuple[IntArray, IntArray, int]:
    labels_first, labels_second = np.asarray(first), np.asarray(second)
    if labels_first.shape != labels_second.shape or labels_first.ndim != 1:
        raise ValueError(f"expected two lists of one length, found {labels_first.shape} and {labels_second.shape}")
    classes, codes = np.unique(np.concatenate([labels_first, labels_second]), return_inverse=True)
    return codes[: labels_first.size], codes[labels_first.size :], classes.size


def _point(first: IntArray, second: IntArray, count_classes: int) -> _Point | None:
    """Kappa and its influence function; None where both raters gave a single label."""
    share_first = np.bincount(first, minlength=count_classes) / first.size
    share_second = np.bincount(second, minlength=count_classes) / first.size
    observed, chance = float((first == second).mean()), float(share_first @ share_second)
    if chance >= 1.0:
        return None
    # Derivatives of (p_o - p_e) / (1 - p_e) times each rating's part in the two shares, centred at 0.
    part = (first == second) - observed
    by_chance = share_second[first] + share_first[second] - 2 * chance
    influence = part / (1 - chance) - by_chance * (1 - observed) / (1 - chance) ** 2
    return _Point(observed, chance, influence)


def _kappa(point: _Point, cluster: npt.ArrayLike | None, accuracy: Estimate, confidence: float) -> Estimate:
    standard_error, df, deff = _spread(point.influence, cluster)
    if accuracy.low is None or accuracy.high is None or standard_error is None or df is None:
        return _undefined(accuracy.reason or "one_item", accuracy)
    count = point.influence.size
    rarer = count * min(point.observed, 1 - point.observed) / max(accuracy.deff or 1.0, 1.0)
    critical = t_critical(df, confidence)
    if rarer < FEWEST_EFFECTIVE:
        low, high = point.of(accuracy.low), point.of(accuracy.high)
        method, standard_error = "wilson_carried_over", (high - low) / (2 * critical)
    else:
        margin = critical * standard_error
        low, high = point.estimate - margin, min(point.estimate + margin, 1.0)
        method = "delta_t" if cluster is None else "delta_cr2_bm"
    return Estimate(
        estimate=point.estimate,
        low=max(low, -1.0),
        high=high,
        standard_error=standard_error,
        df=df,
        method=method,
        deff=deff,
        count_items=count,
        count_clusters=accuracy.count_clusters,
        count_discordant=count - round(count * point.observed),
        flags=accuracy.flags,
    )


def _spread(influence: FloatArray, cluster: npt.ArrayLike | None) -> tuple[float | None, float | None, float | None]:
    """Standard error, degrees of freedom and design effect of the mean of an influence function."""
    sizes, totals, squares = sum_by_cluster(cluster_codes(cluster, influence.size), influence, influence**2)
    variance = cluster_variance(ClusterSums(sizes, totals, squares.sum(axis=-1)))
    cr2, df, naive = (float(part[0]) for part in (variance.cr2, variance.df, variance.naive))
    if np.isnan(cr2):
        return None, None, None
    return float(np.sqrt(cr2)), df, cr2 / naive if naive > 0 else None


def _undefined(reason: str, accuracy: Estimate) -> Estimate:
    return Estimate(
        count_items=accuracy.count_items,
        count_clusters=accuracy.count_clusters,
        count_discordant=accuracy.count_discordant,
        reason=reason,
    )
