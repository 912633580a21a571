"""How much of a tax a mitigation gave back: (mitigated - aligned) / (base - aligned), on items of all three models.

The recovery has Fieller's set, as every ratio here. The set is an interval only where the tax certainly differs from 0.
Recoveries that are kept only where the tax is significant are too low near the threshold: their median is 0.6 to 0.9
for a truth of 1 when the tax is one to two standard errors. The gain and the remaining tax are therefore always given,
and ``is_solid`` requires a tax of four standard errors. Methods are ranked by paired differences, because intervals of
recoveries do not compare methods.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt

from tasks.stats.clustered import ClusterSums, FloatArray, IntArray, cluster_codes, cr2_covariance, sum_by_cluster
from tasks.stats.estimates import Estimate, is_solid
from tasks.stats.multiplicity import holm
from tasks.stats.paired import PairedSums, is_discordant, is_ternary, paired_difference, paired_intervals
from tasks.stats.ratio import FiellerSets, RatioEstimate, fieller_sets, only_set, without_limits


@dataclass(frozen=True, slots=True)
class Recovery:
    """What a mitigation gave back: ``gained`` is mitigated minus aligned, ``remaining`` base minus mitigated.

    ``share`` is the recovery with its set. ``is_solid`` says that the tax is large enough to compare recoveries.
    """

    tax: Estimate
    gained: Estimate
    remaining: Estimate
    share: RatioEstimate
    is_solid: bool


@dataclass(frozen=True, slots=True)
class MethodDifference:
    """First minus second method on the same items, with Holm's p-value over all pairs."""

    first: str
    second: str
    difference: Estimate
    p_value_holm: float | None


def recovery(
    base: npt.ArrayLike, aligned: npt.ArrayLike, mitigated: npt.ArrayLike, cluster: npt.ArrayLike | None
) -> Recovery:
    """The share of the tax that a mitigation recovered.

    Args:
        base: [n] scores in [0, 1] on items that all three models answered.
        aligned: [n] of the plainly aligned model.
        mitigated: [n] of the model with the mitigation.
        cluster: [n] labels, or None where items are independent.

    Returns:
        Reasons of the share: "tax_not_distinguishable_from_zero", "no_tax_to_recover" (the aligned model scored
        higher), and those of ``paired_difference``.

    Half of the 20 points that alignment cost came back:

    >>> base, aligned, mitigated = [1] * 80 + [0] * 120, [1] * 40 + [0] * 160, [1] * 60 + [0] * 140
    >>> result = recovery(base, aligned, mitigated, None)
    >>> result.share.estimate, round(result.share.low, 2), round(result.share.high, 2), result.is_solid
    (0.5, 0.34, 0.66, True)
    """
    before, after, repaired = (np.asarray(scores, dtype=np.float64) for scores in (base, aligned, mitigated))
    tax = paired_difference(before - after, cluster)
    gained = paired_difference(repaired - after, cluster)
    remaining = paired_difference(before - repaired, cluster)
    share = _share(tax, before - after, repaired - after, cluster)
    return Recovery(tax, gained, remaining, share, is_solid(tax))


def _share(tax: Estimate, lost: FloatArray, back: FloatArray, cluster: npt.ArrayLike | None) -> RatioEstimate:
    if tax.reason is not None:
        return without_limits(tax.reason)
    codes = cluster_codes(cluster, lost.size)
    sets = recovery_sets(*_difference_sums(lost, back, codes))
    if sets.kind[0] != "interval":
        return only_set(sets, None, "tax_not_distinguishable_from_zero")
    if tax.estimate is None or tax.estimate <= 0:
        return without_limits("no_tax_to_recover")
    estimate = float(back.mean()) / tax.estimate
    if not sets.low[0] < sets.high[0]:
        return RatioEstimate(estimate, None, None, "interval", None, None, "all_ratios_equal")
    return only_set(sets, estimate, "tax_not_distinguishable_from_zero")


def _difference_sums(lost: FloatArray, back: FloatArray, codes: IntArray) -> tuple[PairedSums, PairedSums]:
    """Cluster sums of both differences, with the clusters in the same order."""
    columns = (lost, back, lost**2, back**2, is_discordant(lost), is_discordant(back))
    sizes, *sums = sum_by_cluster(codes, *columns)
    return (
        PairedSums(ClusterSums(sizes, sums[0], sums[2].sum(axis=-1)), sums[4], is_ternary(lost)),
        PairedSums(ClusterSums(sizes, sums[1], sums[3].sum(axis=-1)), sums[5], is_ternary(back)),
    )


def recovery_sets(tax: PairedSums, gained: PairedSums) -> FiellerSets:
    """Fieller's sets of R stacked samples of the gain over the tax.

    Where few items differ the variances are those of the score intervals, and the correlation is kept. With the plain
    variance a gain on no item would have a variance of 0.
    """
    lost, back = paired_intervals(tax), paired_intervals(gained)
    v_lost, v_back = lost.standard_error**2, back.standard_error**2
    plain = np.sqrt(lost.variance.cr2 * back.variance.cr2)
    with np.errstate(divide="ignore", invalid="ignore"):
        correlation = np.where(plain > 0, cr2_covariance(tax.sums, gained.sums) / plain, 0.0)
    covariance = np.clip(correlation, -1, 1) * np.sqrt(v_lost * v_back)
    return fieller_sets(back.variance.mean, lost.variance.mean, v_back, covariance, v_lost, lost.critical)


def rank_methods(scores: Mapping[str, npt.ArrayLike], cluster: npt.ArrayLike | None) -> list[MethodDifference]:
    """Every pair of methods on the same items, the better one first, with p-values adjusted over all pairs.

    >>> pairs = rank_methods({"plain": [0] * 30, "merged": [1] * 20 + [0] * 10}, None)
    >>> pairs[0].first, pairs[0].p_value_holm < 0.001
    ('merged', True)
    """
    values = {name: np.asarray(score, dtype=np.float64) for name, score in sorted(scores.items())}
    ranked = sorted(values, key=lambda name: -float(np.sort(values[name]).mean()))
    pairs = list(combinations(ranked, 2))
    found = [paired_difference(values[first] - values[second], cluster) for first, second in pairs]
    tested = [estimate.p_value for estimate in found if estimate.p_value is not None]
    adjusted = iter(holm(np.array(tested)) if tested else ())
    return [
        MethodDifference(first, second, estimate, None if estimate.p_value is None else float(next(adjusted)))
        for (first, second), estimate in zip(pairs, found, strict=True)
    ]
