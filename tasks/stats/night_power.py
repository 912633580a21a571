"""How many items a night the monitor needs to see a fall of a given size in time: its own evidence on simulated nights.

The fall begins on the first night after the reference, when the reference is shortest. The nights vary by their items'
answers alone: a server whose nights differ by more needs more items, or never sees the fall. Must not know tables.
"""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass

import numpy as np
from scipy import special

from tasks.stats.clustered import FloatArray
from tasks.stats.levels import POWER
from tasks.stats.monitor import PSEUDO_VARIANCE, MonitorRule, evidence, highest_log_evidence, night_variance
from tasks.stats.power import fewest_count

# With 1,000 series the power is known to 1.3 points, and the number of items to three in a hundred.
_COUNT_SERIES = 1_000
_SEED = 1
# The largest variance of one answer that is right or wrong.
_LARGEST_VARIANCE = 0.25


@dataclass(frozen=True, slots=True)
class Watch:
    """A fall that must be seen within so many nights, by a rule whose ``alpha`` is the level that one series spends."""

    count_nights: int
    fall: float
    rule: MonitorRule


@functools.cache
def items_for_nights(item_variance: float, watch: Watch, *, power: float = POWER) -> int | None:
    """How many items a night let the monitor see the fall in time with the given probability.

    Args:
        item_variance: of one night's value of one item around the item's own level.
        watch: what must be seen.
        power: wanted.

    Returns:
        None where a million items are not enough.

    Raises:
        ValueError: for a fall within the tolerance, which never raises an alarm.
    """
    if watch.fall <= watch.rule.tolerance:
        raise ValueError(f"expected a fall above the tolerance {watch.rule.tolerance:g}, found {watch.fall:g}")
    least = max(2, int(item_variance * _fewest_per_variance(watch, power)))
    return fewest_count(lambda count: share_seen(count, item_variance, watch) >= power, least=least)


def _fewest_per_variance(watch: Watch, power: float) -> float:
    """Items a night over their variance, below which no test of the reference against the nights has the power."""
    quantiles = float(special.ndtri(1 - watch.rule.alpha) + special.ndtri(power))
    return (quantiles / watch.fall) ** 2 * (1 / watch.rule.count_reference + 1 / watch.count_nights)


def share_seen(count_items: int, item_variance: float, watch: Watch) -> float:
    """Share of series in which a monitor of so many items a night sees the fall in time."""
    reference = watch.rule.count_reference
    means = _noise(reference + watch.count_nights) * math.sqrt(item_variance / count_items)
    means[:, reference:] -= watch.fall
    enough = -math.log(watch.rule.alpha)
    assumed, count_unseen = _assumed_variance(item_variance, count_items), len(means)
    for night in range(reference + 1, means.shape[1] + 1):
        known = means[:, :night]
        variance = night_variance(known, np.full(len(known), assumed), count_items)
        near = np.flatnonzero(highest_log_evidence(known, variance, watch.rule) >= enough)
        seen = near[evidence(known[near], variance[near], watch.rule).log_e >= enough]
        means = np.delete(means, seen, axis=0)
        if not len(means):
            break
    return 1 - len(means) / count_unseen


def _assumed_variance(item_variance: float, count_items: int) -> float:
    """What ``tasks.stats.monitor.answer_variance`` is about, its safety included.

    Variances with this mean that lie between 0 and 1/4 have at most the spread used here.
    """
    spread = math.sqrt(max(item_variance * (_LARGEST_VARIANCE - item_variance), 0.0))
    return item_variance + spread / math.sqrt(count_items) + PSEUDO_VARIANCE / count_items


@functools.lru_cache(maxsize=1)
def _noise(count_nights: int) -> FloatArray:
    """Standard normal nights [series, nights], the same for every number of items, so that more items see more."""
    return np.random.default_rng(_SEED).standard_normal((_COUNT_SERIES, count_nights))
