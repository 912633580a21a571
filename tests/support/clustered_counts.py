"""Simulated outcomes of items in clusters, as the stacked counts and sums that the statistics take.

``cells`` are the probabilities of an item's outcomes, and ``values`` what each outcome is worth. A cluster's own
probabilities are Dirichlet distributed around the cells, which gives its items the stated correlation.
"""

from __future__ import annotations

import numpy as np

from tasks.stats.clustered import ClusterSums
from tasks.stats.overall import OverallSums
from tasks.stats.paired import PairedSums


def clustered_counts(cells, sizes, rng, icc=0.1):
    """Counts [R, G, cells] of outcomes in clusters of the given sizes [R, G]; of size 1 they are independent items."""
    cells, sizes = np.asarray(cells, dtype=float), np.asarray(sizes, dtype=int)
    if sizes.max() == 1:
        return np.eye(cells.size)[rng.choice(cells.size, p=cells / cells.sum(), size=sizes.shape)]
    odds = rng.standard_gamma(np.maximum(cells, 1e-9) * (1 / icc - 1), size=(*sizes.shape, cells.size)) + 1e-300
    return rng.multinomial(sizes, odds / odds.sum(axis=-1, keepdims=True)).astype(float)


def equal_sizes(count, clusters, per_cluster):
    """Sizes [count, clusters] of clusters that are all equal."""
    return np.full((count, clusters), per_cluster)


def cluster_sums(counts, values):
    values = np.asarray(values, dtype=float)
    return ClusterSums(counts.sum(axis=-1), counts @ values, (counts @ values**2).sum(axis=-1))


def paired_sums(counts, values):
    """Cluster sums of differences: each outcome's value is reference minus candidate."""
    values = np.asarray(values, dtype=float)
    is_ternary = ~((counts.sum(axis=1) > 0) & ~np.isin(values, (-1, 0, 1))).any(axis=1)
    return PairedSums(cluster_sums(counts, values), counts @ (values != 0), is_ternary)


def stacked_sums(parts):
    """The sums of benchmarks that share no items, each given as counts [R, G, 3] of lost, gained and equal items."""
    count, groups = len(parts[0]), sum(counts.shape[1] for counts in parts)
    sizes, totals, discordant = (np.zeros((count, groups, len(parts))) for _ in range(3))
    start = 0
    for column, counts in enumerate(parts):
        rows = slice(start, start + counts.shape[1])
        sizes[:, rows, column] = counts.sum(axis=-1)
        totals[:, rows, column] = counts[..., 0] - counts[..., 1]
        discordant[:, rows, column] = counts[..., 0] + counts[..., 1]
        start += counts.shape[1]
    squares = discordant.sum(axis=1)
    return OverallSums(sizes, totals, discordant, squares, np.ones_like(squares, dtype=bool))


def share_covered(low, high, truth):
    """Share of intervals that contain the truth. An interval without limits (NaN) does not contain it."""
    return float(np.mean((low <= truth) & (truth <= high)))
