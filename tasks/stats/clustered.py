"""Variances of a mean whose items come in clusters, and their degrees of freedom.

All functions work on stacked cluster sums: arrays [R, G] of R samples with G clusters each. One sample and ten thousand
simulated ones therefore run through the same code. A cluster of size 0 is absent; a sample has at least one item.

With n items, cluster sizes n_g, shares w_g = n_g / n and residual sums T_g = sum over the cluster of (x - mean):

    naive = sum (x - mean)^2 / (n (n - 1))
    CR0   = sum T_g^2 / n^2                      Liang and Zeger 1986
    CR1   = CR0 G / (G - 1)                      what most packages print
    CR2   = sum T_g^2 / (1 - w_g) / n^2          Bell and McCaffrey 2002, Survey Methodology 28

The degrees of freedom are Bell and McCaffrey's (Satterthwaite's under independent errors). Their double sum over pairs
of clusters is the square of a sum minus a sum of squares, so its cost is O(G).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

FloatArray: TypeAlias = npt.NDArray[np.float64]
BoolArray: TypeAlias = npt.NDArray[np.bool_]
IntArray: TypeAlias = npt.NDArray[np.intp]

# A variance below this, of a mean of scores in [-1, 1], is only rounding: its standard error is a billionth.
ROUNDING_VARIANCE = 1e-18
# A score difference below this is only rounding: 0.9 - 0.6 is not 0.3 in binary.
ROUNDING_SCORE = 1e-12
# With fewer informative items than this a sample says little of its design effect; the prior's is then the least.
FEWEST_INFORMATIVE_ITEMS = 3
# With informative items in fewer clusters than this, none of the intervals that were tried reaches its confidence.
FEWEST_CLUSTERS = 5
# The correlation within clusters that is assumed where a sample cannot tell.
PRIOR_ICC = 0.1


@dataclass(frozen=True, slots=True)
class ClusterSums:
    """Sizes [R, G] and sums [R, G] of a value over each cluster, and its sum of squares [R] over all items."""

    sizes: FloatArray
    totals: FloatArray
    squares: FloatArray


@dataclass(frozen=True, slots=True)
class ClusterVariance:
    """The mean of R samples and its variances, each [R]. With one item or one cluster they are undefined: NaN."""

    mean: FloatArray
    naive: FloatArray
    cr0: FloatArray
    cr1: FloatArray
    cr2: FloatArray
    df: FloatArray
    count_items: FloatArray
    count_clusters: IntArray
    is_clustered: BoolArray


def cluster_codes(cluster: npt.ArrayLike | None, count_items: int) -> IntArray:
    """Number the clusters from 0. Without clusters every item is a cluster of its own.

    Args:
        cluster: [n] labels of any hashable kind, or None.
        count_items: n.

    Raises:
        ValueError: where there is not exactly one label per item.

    >>> cluster_codes(["b", "a", "b"], 3).tolist()
    [1, 0, 1]
    """
    if cluster is None:
        return np.arange(count_items)
    labels: npt.NDArray[Any] = np.asarray(cluster)
    if labels.shape != (count_items,):
        raise ValueError(f"expected one cluster label per item, shape ({count_items},), found {labels.shape}")
    try:
        return np.unique(labels, return_inverse=True)[1]
    except TypeError:  # some labels cannot be ordered, such as None and strings
        numbers: dict[Any, int] = {}
        return np.array([numbers.setdefault(label, len(numbers)) for label in labels], dtype=np.intp)


def sum_by_cluster(codes: IntArray, *columns: FloatArray) -> tuple[FloatArray, ...]:
    """Sum columns [n] over clusters: the sizes [1, G], then one [1, G] per column.

    Rows are sorted before the summation and clusters after it. The order of rows and the names of clusters therefore
    do not change a single bit of a result.

    >>> [part.tolist() for part in sum_by_cluster(np.array([0, 1, 0]), np.array([0.5, 1.0, 0.25]))]
    [[[1.0, 2.0]], [[1.0, 0.75]]]
    """
    order = np.lexsort((*columns, codes))
    sorted_codes = codes[order]
    sizes = np.bincount(sorted_codes).astype(np.float64)
    sums = [np.bincount(sorted_codes, weights=column[order]).astype(np.float64) for column in columns]
    cluster_order = np.lexsort((*reversed(sums), sizes))
    return tuple(part[cluster_order][np.newaxis, :] for part in (sizes, *sums))


def leverage_complement(sizes: FloatArray) -> FloatArray:
    """1 - w_g, NaN where one cluster holds every item."""
    share = sizes / sizes.sum(axis=-1, keepdims=True)
    return np.where(share < 1.0, 1.0 - share, np.nan)


def residual_sums(sums: ClusterSums) -> FloatArray:
    """T_g = S_g - n_g mean, [R, G]."""
    mean = sums.totals.sum(axis=-1, keepdims=True) / sums.sizes.sum(axis=-1, keepdims=True)
    return np.asarray(sums.totals - sums.sizes * mean)


def cr2_covariance(first: ClusterSums, second: ClusterSums) -> FloatArray:
    """CR2 covariance [R] of two means over the same items. For the same argument twice it is the variance."""
    products = residual_sums(first) * residual_sums(second) / leverage_complement(first.sizes)
    return np.asarray(products.sum(axis=-1) / first.sizes.sum(axis=-1) ** 2)


def satterthwaite_df(sizes: FloatArray) -> FloatArray:
    """Bell and McCaffrey's degrees of freedom [R] of CR2 for a mean; G - 1 where clusters are of equal size.

    >>> satterthwaite_df(np.array([[4.0, 4.0, 4.0, 4.0]])).round(12).tolist()
    [3.0]
    """
    share = sizes / sizes.sum(axis=-1, keepdims=True)
    scaled = share**2 / leverage_complement(sizes)
    pairs = scaled.sum(axis=-1) ** 2 - (scaled**2).sum(axis=-1)
    return np.asarray(1.0 / ((share**2).sum(axis=-1) + pairs))


def cluster_variance(sums: ClusterSums) -> ClusterVariance:
    """Mean, naive, CR0, CR1 and CR2 variance and degrees of freedom of R samples.

    Without clusters (every size 1) CR1 and CR2 equal the naive variance, and the degrees of freedom are n - 1.

    >>> sums = ClusterSums(np.array([[2.0, 2.0]]), np.array([[2.0, 1.0]]), np.array([3.0]))
    >>> result = cluster_variance(sums)
    >>> result.mean.item(), result.cr2.item(), result.df.item()
    (0.75, 0.0625, 1.0)
    """
    count = sums.sizes.sum(axis=-1)
    count_clusters = np.count_nonzero(sums.sizes, axis=-1)
    mean = sums.totals.sum(axis=-1) / count
    cr0 = (residual_sums(sums) ** 2).sum(axis=-1) / count**2
    spread = np.maximum(sums.squares - count * mean**2, 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):  # one item, one cluster: NaN, not a warning
        naive = np.where(count > 1, spread / (count * (count - 1)), np.nan)
        cr1 = np.where(count_clusters > 1, cr0 * count_clusters / (count_clusters - 1), np.nan)
    return ClusterVariance(
        mean=mean,
        naive=naive,
        cr0=np.where(count_clusters > 1, cr0, np.nan),
        cr1=cr1,
        cr2=cr2_covariance(sums, sums),
        df=satterthwaite_df(sums.sizes),
        count_items=count,
        count_clusters=np.asarray(count_clusters),
        is_clustered=np.asarray(sums.sizes.max(axis=-1) > 1),
    )


def is_degenerate(variance: ClusterVariance) -> BoolArray:
    """Whether the CR2 variance is 0 apart from rounding: all values are equal, or all clusters have the same mean."""
    return np.asarray(variance.cr2 <= ROUNDING_VARIANCE)


def design_effect(
    variance: ClusterVariance, sizes: FloatArray, count_informative: FloatArray, prior_icc: float
) -> FloatArray:
    """CR2 over naive variance [R], at least 1; where the sample cannot tell, at least the prior's design effect.

    A sample with fewer than three informative items, or without a variance, shows no correlation within clusters even
    if there is one. For such a sample Kish's design effect with the prior correlation is the least that is used.
    """
    degenerate = is_degenerate(variance)
    has_ratio = variance.is_clustered & ~degenerate & (variance.naive > ROUNDING_VARIANCE)
    with np.errstate(divide="ignore", invalid="ignore"):
        observed = np.where(has_ratio, variance.cr2 / variance.naive, 1.0)
    is_mute = degenerate | (count_informative < FEWEST_INFORMATIVE_ITEMS)
    floor = np.where(is_mute, prior_design_effect(sizes, prior_icc), 1.0)
    return np.maximum(observed, floor)


def prior_design_effect(sizes: FloatArray, prior_icc: float) -> FloatArray:
    """Kish's design effect [R]: 1 + (nt - 1) icc, where nt is the mean size of a random item's cluster."""
    mean_size = (sizes**2).sum(axis=-1) / sizes.sum(axis=-1)
    return np.asarray(1 + (mean_size - 1) * prior_icc)


def few_informative_clusters(variance: ClusterVariance, informative: FloatArray) -> BoolArray:
    """Whether the informative items ([R, G] counts) lie in fewer than five clusters, or more than half in one."""
    holding = np.count_nonzero(informative > ROUNDING_SCORE, axis=-1)
    is_lopsided = informative.max(axis=-1) > informative.sum(axis=-1) / 2
    return np.asarray(variance.is_clustered & ((holding < FEWEST_CLUSTERS) | is_lopsided))
