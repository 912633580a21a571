"""A tax whose items are a sample, and whose levels of one more factor are a sample, too.

The levels are training seeds of a method, or wordings of an instruction. Each level is asked the same items, and the
question is about all items and all levels that might have been drawn. With S levels, the tax t_s of each, and what
cluster g adds to its error, T_sg (see ``tasks.stats.overall``),

    tax     = mean over s of t_s
    V_items = sum over g of (mean over s of T_sg)^2                     CR2 of the items' means over the levels
    V_mixed = sum over s, g of (T_sg - mean over s)^2 / (S (S - 1))     items that differ from level to level
    V_level = max(s^2 / S - V_mixed, 0)                                 s^2 is the variance of the t_s
    V       = V_items + V_level

Both V_items and s^2 / S contain V_mixed, so it is taken out once (two-way clustering; Cameron, Gelbach and Miller 2011,
JBES 29:238). The degrees of freedom are Satterthwaite's: V^2 / (V_items^2 / df_items + (s^2 / S)^2 / (S - 1)), with the
whole of s^2, because that is what was observed. Where V_level is 0 they are those of the items. Where few items differ,
V_items comes from the limits of the items' means, on each side its own, as in ``tasks.stats.mover``. A level weighs the
items that it lacks with 0.

With 500 items and levels that differ by 2 points the interval covers 95% with five levels and 94% with three, where one
level covers 81%, and five levels with the items alone 88%. Whatever the sizes of the three variances, it covers 94 to
97% with five levels and 92 to 97% with three. Two levels say little of their variance: where they differ by much more
than the items' error, the interval covers 88%.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import numpy.typing as npt

from tasks.stats.clustered import FloatArray, IntArray, cluster_codes
from tasks.stats.estimates import Estimate
from tasks.stats.level_variance import LevelVariances, items_variances, with_levels
from tasks.stats.levels import CONFIDENCE
from tasks.stats.mover import inverted_p_value
from tasks.stats.overall import OverallSample, Weighting, benchmark_weights, cluster_influences, joined_clusters
from tasks.stats.paired import checked_scores

SPARSE = "mover"  # the method of a tax whose limits come from score intervals


@dataclass(frozen=True, slots=True)
class FactorTax:
    """A tax over items and S levels of a factor.

    Attributes:
        tax: The mean over the levels with its interval; method "two_way", or "two_way_mover" where few items differ.
            With one level it is that level's own tax, and the interval is about the items alone.
        count_levels: S.
        level_sd: Standard deviation of the true taxes of levels, as a proportion; None with one level.
        share_variance_levels: The levels' share of the variance of ``tax``, 0 to 1; None with one level.
    """

    tax: Estimate
    count_levels: int
    level_sd: float | None = None
    share_variance_levels: float | None = None


def random_factor_tax(
    difference: npt.ArrayLike,
    level: npt.ArrayLike,
    benchmark: npt.ArrayLike,
    cluster: npt.ArrayLike,
    item: npt.ArrayLike,
    *,
    weighting: Weighting = "macro",
    confidence: float = CONFIDENCE,
) -> FactorTax:
    """The mean over levels of a tax, with items (or their clusters) and levels as random effects.

    Args:
        difference: [n] reference minus candidate of each answered item at each level; a loss is positive.
        level: [n] labels. An item may be missing at some levels.
        benchmark: [n] labels; every level has at least one item of every benchmark.
        cluster: [n] labels within the benchmark.
        item: [n] item ids; equal ids of a benchmark are the same item at several levels.
        weighting: of the benchmarks; see ``OverallSample.tax``, also for the reasons of an undefined interval.
        confidence: of the two-sided interval.

    Raises:
        ValueError: where a level has no item of a benchmark.

    Of 40 items the first checkpoint of a method lost 12 and the second 8; six were lost by both:

    >>> first, second = [1] * 12 + [0] * 28, [0] * 6 + [1] * 8 + [0] * 26
    >>> found = random_factor_tax(first + second, [1] * 40 + [2] * 40, [0] * 80, [*range(40)] * 2, [*range(40)] * 2)
    >>> found.tax.estimate, found.tax.method, found.count_levels, round(found.share_variance_levels, 2)
    (0.25, 'two_way', 2, 0.27)
    """
    values = checked_scores(difference, -1.0, "differences")
    if values.size == 0:
        return FactorTax(Estimate(count_discordant=0, reason="no_paired_items"), 0)
    levels, *places = (cluster_codes(column, values.size) for column in (level, benchmark, cluster, item))
    means, *of_items = _item_means(values, *places)
    items_tax = partial(OverallSample.of(means, *of_items).tax, weighting=weighting)
    share = benchmark_weights(np.bincount(of_items[0]).astype(np.float64)[np.newaxis], weighting)
    taxes, influences = _level_taxes(values, levels, places[0], joined_clusters(*places), share)
    plain = items_tax(confidence=confidence, has_p_value=taxes.size == 1)
    if taxes.size == 1 or plain.low is None:
        return FactorTax(replace(plain, estimate=float(taxes.mean())), taxes.size)
    variances = LevelVariances.of(taxes[np.newaxis], influences[np.newaxis])
    tax = _two_way(plain, float(taxes.mean()), variances, confidence)
    if plain.method == SPARSE:
        tax = replace(tax, p_value=_inverted(float(taxes.mean()), items_tax, variances))
    return FactorTax(tax, taxes.size, *_of_levels(plain, variances, confidence))


def _item_means(
    values: FloatArray, benchmark: IntArray, cluster: IntArray, item: IntArray
) -> tuple[FloatArray, IntArray, IntArray, IntArray]:
    """One row per item of a benchmark: its mean over the levels that have it, its benchmark, cluster and id."""
    order = np.lexsort((values, item, benchmark))
    names = (benchmark * (int(item.max()) + 1) + item)[order]
    _, first, place = np.unique(names, return_index=True, return_inverse=True)
    means = np.bincount(place, weights=values[order]) / np.bincount(place)
    of_benchmark, of_cluster, of_item = (column[order][first] for column in (benchmark, cluster, item))
    return means, of_benchmark, of_cluster, of_item


def _level_taxes(
    values: FloatArray, level: IntArray, benchmark: IntArray, cluster: IntArray, share: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """The tax of each level [S], and what each cluster adds to its error [S, G], sorted so that names do not matter."""
    shape = tuple(int(codes.max()) + 1 for codes in (level, cluster, benchmark))
    order = np.lexsort((values, level, cluster, benchmark))
    cell = np.ravel_multi_index((level[order], cluster[order], benchmark[order]), shape)
    sizes, totals = (
        np.bincount(cell, weights=column, minlength=math.prod(shape)).astype(np.float64).reshape(shape)
        for column in (np.ones_like(values), values[order])
    )
    count = sizes.sum(axis=1)
    if not count.all():
        raise ValueError("expected items of every benchmark at every level")
    by_content = np.lexsort((*totals.transpose(0, 2, 1).reshape(-1, shape[1]), *sizes[0].T))
    sizes, totals = sizes[:, by_content], totals[:, by_content]
    taxes = (share * totals.sum(axis=1) / count).sum(axis=-1)
    return taxes, cluster_influences(sizes, totals, np.broadcast_to(share, count.shape))


def _two_way(items: Estimate, estimate: float, variances: LevelVariances, confidence: float) -> Estimate:
    """The tax with both samples, from the one with the items alone; the p-value is that of the t interval."""
    own = _items_variances(items, variances, confidence)
    found = with_levels(replace(items, estimate=estimate), own, variances.added, confidence)
    is_sparse = items.method == SPARSE
    return replace(
        items,
        estimate=estimate,
        low=max(found.low, -1.0),
        high=min(found.high, 1.0),
        standard_error=found.standard_error,
        df=found.df,
        p_value=None if is_sparse else found.p_value,
        method="two_way_mover" if is_sparse else "two_way",
    )


def _items_variances(items: Estimate, variances: LevelVariances, confidence: float) -> FloatArray:
    """V_items below and above the tax [2]; under a score method from its limits."""
    return items_variances(items, confidence) if items.method == SPARSE else np.repeat(variances.items, 2)


def _of_levels(items: Estimate, variances: LevelVariances, confidence: float) -> tuple[float, float]:
    """The standard deviation of the levels' true taxes, and the levels' share of the variance."""
    spread = variances.levels.item()
    own = _items_variances(items, variances, confidence).mean()
    return math.sqrt(spread * variances.count_levels), float(spread / (spread + own))


def _inverted(tax: float, items_tax: Callable[..., Estimate], variances: LevelVariances) -> float:
    """The p-value of a tax whose limits are made of the items' limits."""

    def limits(confidences: FloatArray) -> tuple[FloatArray, FloatArray]:
        at = confidences.item()
        found = _two_way(items_tax(confidence=at, has_p_value=False), tax, variances, at)
        return np.array([[found.low]]), np.array([[found.high]])

    return inverted_p_value(limits, 1, most_at_once=1).item()
