"""Series of nights whose items answer at random, and how many of them the monitor alarms on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tasks.stats.monitor import (
    WANDERING,
    ItemSums,
    answer_variance,
    evidence,
    highest_log_evidence,
    night_variance,
    wandering,
)
from tests.support.sizes import replications

BLOCK = 500  # series simulated together, few enough for a processor's cache


@dataclass(frozen=True)
class Nights:
    """Beta distributed item levels with the given mean variance p (1 - p) within items, and the fall with its start."""

    count_reference: int
    count_monitored: int
    count_items: int = 300
    item_variance: float = 0.1
    fall: float = 0.0
    starts_after: int = 0
    drift_nights: int = 0
    shock: float = 0.0
    correlation: float = 0.0


def log_evidence(nights, count_series, rule, rng, wanders=None):
    """Log evidence [count_series, monitored nights], -inf where it is certainly below log 10."""
    size = (count_series, nights.count_items)
    # Beta(a, a c): mean 0.7; E[p (1 - p)] = 0.21 (1 - icc), so the correlation sets the variance within items.
    concentration = 1 / (1 - nights.item_variance / 0.21) - 1
    level = rng.beta(0.7 * concentration, 0.3 * concentration, size=size).astype(np.float32)
    room = level * (1 - level)
    total = np.zeros(size)
    means = np.zeros((count_series, nights.count_reference + nights.count_monitored))
    found = np.full((count_series, nights.count_monitored), -np.inf)
    shock = np.zeros((count_series, 1))
    for night in range(means.shape[1]):
        monitored = night - nights.count_reference
        own = np.sqrt(1 - nights.correlation**2) * nights.shock  # so that every night's shock has the same variance
        shock = nights.correlation * shock + rng.normal(0, own, (count_series, 1)) * (own > 0)
        lost = fall_on(nights, monitored) + shock
        chance = level - shifted(room, lost) if np.any(lost) else level
        answers = rng.random(size, dtype=np.float32) < chance
        total += answers
        means[:, night] = answers.mean(axis=1)
        if monitored >= 0:
            sums = ItemSums(np.full(nights.count_items, night + 1.0), total, total)
            known = means[:, : night + 1]
            variance = night_variance(known, answer_variance(sums), nights.count_items)
            if wanders is not None and night + 1 >= 10:
                wanders |= np.array([(wandering(row) or 0.0) > WANDERING for row in known])
            near = np.flatnonzero(highest_log_evidence(known, variance, rule) > np.log(10))
            found[near, monitored] = evidence(known[near], variance[near], rule).log_e
    return found


def fall_on(nights, monitored):
    if monitored < nights.starts_after:
        return 0.0
    if nights.drift_nights:
        return nights.fall * min((monitored + 1) / nights.drift_nights, 1.0)
    return nights.fall


def shifted(room, lost):
    """What each item loses so that the mean loses ``lost``. Items near 0 or 1 lose least."""
    return np.asarray(lost / room.mean(axis=1, keepdims=True) * room, dtype=np.float32)


def share_alarmed(nights, rule, seed, *, full, within=None, alpha=0.05):
    """Share of ``replications(full)`` series that alarm, ``within`` so many nights of the fall's start."""
    rng, left, found = np.random.default_rng(seed), replications(full), []
    while left > 0:
        found.append(log_evidence(nights, min(left, BLOCK), rule, rng))
        left -= BLOCK
    evidence_by_night = np.concatenate(found)
    last = nights.starts_after + within if within else evidence_by_night.shape[1]
    return float((evidence_by_night[:, :last].max(axis=1) >= np.log(1 / alpha)).mean())
