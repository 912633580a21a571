"""What a sample of levels of a factor, such as wordings of an instruction, adds to the variance of a mean over items.

The formulas are those of ``tasks.stats.random_factor``: V = V_items + V_level, with Satterthwaite's degrees of freedom.
Here the items' part is read off a mean over items that has its interval already. In a mean over benchmarks with weights
w_b each benchmark has wordings of its own:

    V  = V_items + sum of w_b^2 V_level_b
    df = V^2 / (V_items^2 / df_items + sum of w_b^4 (s_b^2 / S_b)^2 / (S_b - 1))
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from tasks.stats.clustered import FloatArray, cluster_codes
from tasks.stats.estimates import Estimate
from tasks.stats.levels import CONFIDENCE, t_critical, t_limits, two_sided_critical
from tasks.stats.mover import inverted_p_value

# Calculates the mean over items, with its interval, for a given ``confidence``.
IntervalAt: TypeAlias = Callable[..., Estimate]
# Under these methods the limits are estimate +- t standard errors, so that the p-value needs no search.
_SYMMETRIC = frozenset({"t", "cr2_bm"})
# Stands behind the method of an interval that holds the variance between wordings.
WORDINGS = "_wordings"


@dataclass(frozen=True, slots=True)
class LevelVariances:
    """The pieces of the variance of R means over S levels, each [R]: V_items, s^2 / S and V_mixed."""

    items: FloatArray
    observed: FloatArray
    mixed: FloatArray
    count_levels: int

    @classmethod
    def of(cls, taxes: FloatArray, influences: FloatArray) -> LevelVariances:
        """From the taxes of the levels [R, S] and T_sg [R, S, G]; at least two levels."""
        count = taxes.shape[-1]
        shared = influences.mean(axis=1)
        return cls(
            items=(shared**2).sum(axis=-1),
            observed=taxes.var(axis=-1, ddof=1) / count,
            mixed=((influences - shared[:, np.newaxis]) ** 2).sum(axis=(1, 2)) / (count * (count - 1)),
            count_levels=count,
        )

    @property
    def levels(self) -> FloatArray:
        """V_level: how far the true taxes of levels lie apart, as it enters the mean."""
        return np.maximum(self.observed - self.mixed, 0.0)

    @property
    def added(self) -> AddedVariance:
        """What the levels add to the variance of the mean; where that is 0, the degrees of freedom are the items'."""
        observed = np.where(self.levels > 0, self.observed, 0.0)
        return AddedVariance(self.levels, observed**2 / (self.count_levels - 1))

    @property
    def between(self) -> FloatArray:
        """The variance of the true means of levels: the component of the factor."""
        return self.levels * self.count_levels


@dataclass(frozen=True, slots=True)
class AddedVariance:
    """What levels add to V, and to V^2 / df, each [R]."""

    variance: FloatArray
    crossed: FloatArray

    @classmethod
    def weighted(cls, parts: Iterable[tuple[float, LevelVariances]]) -> AddedVariance | None:
        """Of a mean over benchmarks, from their weights and pieces; None without any."""
        found = [(weight**2 * part.added.variance, weight**4 * part.added.crossed) for weight, part in parts]
        return cls(*(np.sum(column, axis=0) for column in zip(*found, strict=True))) if found else None


@dataclass(frozen=True, slots=True)
class WithLevels:
    """The interval of a mean over items and levels, and its p-value against 0 where the items' part is symmetric."""

    low: float
    high: float
    standard_error: float
    df: float
    p_value: float


def with_levels(items: Estimate, own: FloatArray, added: AddedVariance, confidence: float) -> WithLevels:
    """The interval of one mean over items and levels, whose limits may lie outside the scale.

    Args:
        items: the mean with the interval of its items.
        own: V_items below and above it [2].
        added: what the levels add, R = 1.
        confidence: of the two-sided interval.

    Raises:
        ValueError: the mean has no interval.
    """
    if items.estimate is None or items.df is None:
        raise ValueError(f"expected a mean with its interval, found {items!r}")
    variance = own + added.variance
    df = variance**2 / (own**2 / items.df + added.crossed)
    below, above = (two_sided_critical(df, confidence) * np.sqrt(variance)).tolist()
    least_df = float(df.min())
    standard_error = (below + above) / 2 / t_critical(least_df, confidence)
    p_value = t_limits(items.estimate, standard_error, least_df)[2]
    return WithLevels(items.estimate - below, items.estimate + above, standard_error, least_df, p_value)


def items_variances(items: Estimate, confidence: float) -> FloatArray:
    """V_items below and above a mean over items [2], from its limits at this confidence.

    Raises:
        ValueError: the mean has no interval.
    """
    if items.estimate is None or items.low is None or items.high is None or items.df is None:
        raise ValueError(f"expected a mean with its interval, found {items!r}")
    distances = np.array([items.estimate - items.low, items.high - items.estimate])
    return np.asarray((distances / t_critical(items.df, confidence)) ** 2)


def level_variances(value: npt.ArrayLike, cluster: npt.ArrayLike | None) -> LevelVariances | str:
    """The pieces for one mean over items and levels, R = 1, or the reason why they are unknown.

    Args:
        value: [n, S] scores, or differences of two models, of every item at every level.
        cluster: [n] labels of the items' clusters, or None.

    Returns:
        Reasons: "one_wording", "one_item", "one_cluster".

    The second wording costs every item 10 points, and nothing else varies:

    >>> found = level_variances([[0.9, 0.8, 0.9], [0.5, 0.4, 0.5]], None)
    >>> round(found.between.item(), 5)
    0.00333
    """
    values = np.asarray(value, dtype=np.float64)
    count, levels = values.shape
    if levels < 2:
        return "one_wording"
    if count < 2:
        return "one_item"
    codes = cluster_codes(cluster, count)
    sizes = np.bincount(codes)
    if sizes.size < 2:
        return "one_cluster"
    residuals = values - values.mean(axis=0)
    sums = np.stack([np.bincount(codes, weights=column) for column in residuals.T])
    influences = sums / count / np.sqrt(1 - sizes / count)
    return LevelVariances.of(values.mean(axis=0)[np.newaxis], influences[np.newaxis])


def widened(
    interval_at: IntervalAt, added: AddedVariance | None, *, confidence: float = CONFIDENCE, has_p_value: bool = True
) -> Estimate:
    """A mean over items whose interval also holds what the levels add; unchanged where nothing is added.

    The items' part is read off their own limits, on each side its own, so that score limits keep their shape.

    Args:
        interval_at: the mean over items with its interval, for a ``confidence``.
        added: of one mean, R = 1.
        confidence: of the two-sided interval.
        has_p_value: False leaves the p-value out, which costs many intervals where they are score intervals.

    Returns:
        ``_wordings`` stands behind the method.

    A tax of 8 points, measured with three wordings that shift it by 2 points or so:

    >>> from functools import partial
    >>> from tasks.stats.paired import paired_difference
    >>> lost, gained, same = [[1, 1, 1]] * 20 + [[1, 0, 1]] * 12, [[-1, -1, -1]] * 8, [[0, 0, 0]] * 160
    >>> d = np.array(lost + gained + same)
    >>> items = partial(paired_difference, d.mean(axis=1), None)
    >>> found = widened(items, level_variances(d, None).added)
    >>> found.method, round(items().low, 3), round(found.low, 3)
    ('t_wordings', 0.045, 0.028)
    """
    items = interval_at(confidence=confidence)
    if added is None or items.low is None:
        return items
    found, p_value = _widened(items, added, confidence), None
    if has_p_value:
        p_value = found.p_value if items.method in _SYMMETRIC else _inverted(interval_at, added)
    return replace(
        items,
        low=max(found.low, -1.0),
        high=min(found.high, 1.0),
        standard_error=found.standard_error,
        df=found.df,
        p_value=p_value,
        method=f"{items.method}{WORDINGS}",
    )


def _widened(items: Estimate, added: AddedVariance, confidence: float) -> WithLevels:
    return with_levels(items, items_variances(items, confidence), added, confidence)


def _inverted(interval_at: IntervalAt, added: AddedVariance) -> float:
    """The p-value where the items' limits are no multiples of a standard error."""

    def limits(confidences: FloatArray) -> tuple[FloatArray, FloatArray]:
        at = confidences.item()
        found = _widened(interval_at(confidence=at), added, at)
        return np.array([[found.low]]), np.array([[found.high]])

    return float(inverted_p_value(limits, 1, most_at_once=1).item())
