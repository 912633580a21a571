"""How far the missing answers could change a tax, whatever they would have been."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tasks.stats.clustered import FloatArray


@dataclass(frozen=True, slots=True)
class Bounds:
    """Smallest and largest tax over all planned items; None for no items. They are equal where none is missing."""

    low: float | None
    high: float | None
    count_items: int
    count_missing_reference: int
    count_missing_candidate: int


def missing_bounds(reference: npt.ArrayLike, candidate: npt.ArrayLike) -> Bounds:
    """Worst-case bounds of the mean of reference minus candidate.

    Every missing score is once the smallest and once the largest possible; nothing is assumed about why it is missing
    (Manski 1990, American Economic Review 80:319). These are bounds of this sample's mean, without sampling error.

    Args:
        reference: [N] scores in [0, 1] of all planned items, NaN (or None) where missing.
        candidate: [N] scores of the same items.

    Raises:
        ValueError: for scores outside [0, 1] or lengths that differ.

    One answer of four is missing, so the bounds are a quarter apart:

    >>> result = missing_bounds([1, 1, 0, 1], [1, None, 0, 0])
    >>> result.low, result.high
    (0.25, 0.5)
    """
    before, after = _scores(reference), _scores(candidate)
    counts = before.size, int(np.isnan(before).sum()), int(np.isnan(after).sum())
    low, high = missing_differences(before, after)
    if before.size == 0:
        return Bounds(None, None, *counts)
    # Sorted, so that the order of rows does not change a bit.
    return Bounds(float(np.sort(low).mean()), float(np.sort(high).mean()), *counts)


def missing_differences(reference: npt.ArrayLike, candidate: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
    """The smallest and the largest possible difference [N] of each item.

    >>> [part.tolist() for part in missing_differences([1.0, None], [None, 0.5])]
    [[0.0, -0.5], [1.0, 0.5]]
    """
    before, after = _scores(reference), _scores(candidate)
    if before.shape != after.shape:
        raise ValueError(f"expected two scores per item, found {before.size} of the reference, {after.size}")
    lost, gone = np.isnan(before), np.isnan(after)
    low = np.where(lost, 0.0, before) - np.where(gone, 1.0, after)
    high = np.where(lost, 1.0, before) - np.where(gone, 0.0, after)
    return low, high


def _scores(values: npt.ArrayLike) -> FloatArray:
    scores = np.asarray(values, dtype=np.float64)
    if scores.ndim != 1 or np.any((scores < 0) | (scores > 1)):
        raise ValueError(f"expected a list of scores in [0, 1], NaN where missing, found {values!r}")
    return scores
