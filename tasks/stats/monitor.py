"""Is tonight worse than the reference? A test that stays valid when you look at it every night for a year.

Night means y of the same items are compared only with each other, so the error of the reference is part of the
variance. For a fall that began on monitored night k, after R reference nights and t monitored nights so far,

    D = mean(y_1 .. y_{R+k-1}) - mean(y_{R+k} .. y_{R+t}) - tolerance,   v = v1 (1 / (R + k - 1) + 1 / (t - k + 1)),

let B_k be the likelihood ratio against "no fall", mixed over a half-normal size of the fall. B_k is a martingale, and
so is its mixture over k,

    E_t = sum pi_k B_k + 1 - sum pi_k.

By Ville's inequality (1939) P(E ever reaches 1 / alpha) <= alpha if the mean fell by no more than the tolerance. The
number of looks needs no correction (Robbins 1970; Howard, Ramdas, McAuliffe and Sekhon 2021, Annals of Statistics
49:1055; e-detectors: Shin, Ramdas and Rinaldo 2024, New England Journal of Statistics in Data Science 2). Half of pi
lies on k = 1, the rest is spread evenly over a year.

The variance v1 of a night mean is estimated from the items, whose own levels cancel. One standard error of this
estimate and two pseudo-items are added, and it is inflated where successive nights differ by more, because a server's
bad night affects all items. One step counts as at most three standard deviations: the fall itself is no shock.

Successive nights cannot show that a level wanders for days. ``wandering`` can, after some weeks. Until then the promise
on false alarms does not hold for such a series, so its alarms are flagged. Must not know tables.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special

from tasks.stats.clustered import ROUNDING_VARIANCE, FloatArray
from tasks.stats.levels import ALPHA

# Raised whenever a change of the rule could give other evidence for the same nights, so that these are computed again.
RULE_VERSION = 3
# The weights of the nights on which a fall may begin sum to 1 over this many nights. Then a new reference begins.
HORIZON = 365
# Scale of the half-normal prior of a fall's size: five points.
_SCALE = 0.05
# The inflation starts as if this many nights had shown no shock to all items. More nights make it react more slowly.
_PRIOR_NIGHTS = 5.0
# A step between two nights counts as at most so many of its variances.
_LARGEST_STEP = 9.0
# Correlations between nights up to so many nights apart.
_LAGS = 4
# In fewer nights no correlation is looked for.
_FEWEST_NIGHTS = 10
# ``wandering`` above this is flagged. In simulation 96% of 150 nights are whose shocks are autoregressive (0.9), and
# 6% of years whose nights are independent.
WANDERING = 1.9
# The variance of two answers given at random, added to the variance of the sum over a night's items.
PSEUDO_VARIANCE = 0.5


@dataclass(frozen=True, slots=True)
class MonitorRule:
    """What counts as an alarm: a fall by more than ``tolerance``, with false alarms in at most ``alpha`` of series."""

    alpha: float = ALPHA
    tolerance: float = 0.01
    count_reference: int = 5


@dataclass(frozen=True, slots=True)
class ItemSums:
    """For each item [..., n] over the nights so far: answered nights, sum and sum of squares of its values."""

    nights: FloatArray
    total: FloatArray
    squares: FloatArray


@dataclass(frozen=True, slots=True)
class Evidence:
    """State of S series after one more night, each [S].

    ``log_e`` is the logarithm of tonight's evidence E. ``start`` is the monitored night (from 1) on which a fall most
    likely began, ``fall`` the mean before that night minus the mean since, with its standard error.
    """

    log_e: FloatArray
    start: npt.NDArray[np.intp]
    fall: FloatArray
    standard_error: FloatArray


def level_of_start(alpha: float, count_series: int, start: int) -> float:
    """What the k-th start of one of S series in a year spends: alpha / (S k (k + 1)), over all starts alpha / S.

    ``reports.trend`` multiplies p-values by the same.

    >>> round(sum(level_of_start(0.05, 10, start) for start in range(1, 100_000)), 6)
    0.005
    """
    return alpha / (count_series * start * (start + 1))


def answer_variance(items: ItemSums) -> FloatArray:
    """Variance of one answer to one item around the item's own level, as a mean over items that is rather too large.

    One standard error over the items is added, because with few nights the plain estimate is 0 too often. Two
    pseudo-items that answer at random (variance 1/4 each) are added too, as Agresti and Min 2005 and Bonett and Price
    2012 add pseudo-observations to sparse pairs. They matter where one or two of few items have the whole variance: a
    night mean is then not normal, and an item that is right one night in fifty was right in the reference in one series
    of fifty. Without them 50 items of variance 0.005 raise a false alarm in 7 to 8% of years. To 300 items of variance
    0.1 they add less than 2% of variance.

    >>> sums = ItemSums(np.full(4, 2.0), np.array([2.0, 2.0, 1.0, 0.0]), np.array([2.0, 2.0, 1.0, 0.0]))
    >>> round(float(answer_variance(sums)), 4)  # one of four items changed its answer: 0.125 + 0.125 + 0.5 / 4
    0.375
    """
    nights = np.maximum(items.nights, 2.0)
    own = np.maximum(items.squares - items.total**2 / nights, 0.0) / (nights - 1)
    count = own.shape[-1]
    spread = own.std(axis=-1, ddof=1) / np.sqrt(count) if count > 1 else own.mean(axis=-1)
    return np.asarray(own.mean(axis=-1) + spread + PSEUDO_VARIANCE / count)


def night_variance(means: FloatArray, item_variance: FloatArray, count_items: FloatArray | int) -> FloatArray:
    """Variance v1 [S] of a night mean: that of its items, inflated where successive nights differ by more.

    Args:
        means: [S, N] night means, in order.
        item_variance: [S] from ``answer_variance``.
        count_items: items per night.

    >>> calm, shaken = np.array([[0.5, 0.51, 0.5, 0.51]]), np.array([[0.5, 0.6, 0.5, 0.6]])
    >>> [round(float(night_variance(y, np.array([0.1]), 100)[0]), 5) for y in (calm, shaken)]
    [0.001, 0.0025]
    """
    plain = item_variance / count_items
    steps = np.minimum(np.diff(means, axis=-1) ** 2 / (2 * plain[:, np.newaxis]), _LARGEST_STEP).sum(axis=-1)
    inflation = (_PRIOR_NIGHTS + steps) / (_PRIOR_NIGHTS + means.shape[-1] - 1)
    return np.asarray(plain * np.maximum(inflation, 1.0))


def wandering(means: FloatArray) -> float | None:
    """How much the level of a series wanders: the sum of the correlations up to four nights apart, standardised.

    The nights are taken around their level before and after the largest step, so that a lasting fall is no wandering.
    For independent nights it is about standard normal, and rather lower.

    Args:
        means: [N] night means, in order.

    Returns:
        None for fewer than ten nights, and where the nights do not differ.

    Three weeks up and three weeks down wander; nights that change places each day do not:

    >>> slow, quick = np.tile(np.repeat([0.7, 0.8], 21), 2), np.tile([0.7, 0.8], 42)
    >>> wandering(slow) > WANDERING, wandering(quick) > WANDERING
    (True, False)
    """
    count = means.size
    if count < _FEWEST_NIGHTS:
        return None
    sums, before = np.cumsum(means), np.arange(2, count - 1)
    gaps = sums[before - 1] / before - (sums[-1] - sums[before - 1]) / (count - before)
    start = int(before[(gaps**2 * before * (count - before)).argmax()])
    rest = np.concatenate([part - part.mean() for part in (means[:start], means[start:])])
    total = float((rest**2).sum())
    if total <= ROUNDING_VARIANCE:
        return None
    lags = min(_LAGS, count // 4)
    products = sum(float(rest[lag:] @ rest[:-lag]) for lag in range(1, lags + 1))
    return products / total * math.sqrt(count / lags)


def long_run_factor(statistic: float, count_nights: int) -> float:
    """Variance of a mean of correlated nights over that of independent ones, at least 1; from ``wandering``.

    >>> round(long_run_factor(3.0, 36), 2)
    3.0
    """
    lags = min(_LAGS, count_nights // 4)
    return 1 + 2 * max(statistic, 0.0) * math.sqrt(lags / count_nights)


def evidence(means: FloatArray, variance: FloatArray, rule: MonitorRule) -> Evidence:
    """Evidence that the mean fell by more than the tolerance, after the last of the given nights.

    Args:
        means: [S, N] night means of S series, reference nights first; N > ``rule.count_reference``.
        variance: [S] of a night mean, from ``night_variance``.
        rule: tolerance and reference.

    Raises:
        ValueError: for no night after the reference.

    Twenty nights at 80%, then three at 70%, of 300 items: evidence above 20, since monitored night 16:

    >>> nights = np.array([[0.8] * 20 + [0.7] * 3])
    >>> result = evidence(nights, np.array([0.1 / 300]), MonitorRule())
    >>> bool(np.exp(result.log_e[0]) > 20), int(result.start[0]), round(float(result.fall[0]), 3)
    (True, 16, 0.1)
    """
    count, reference = means.shape[-1], rule.count_reference
    monitored = count - reference
    if monitored < 1 or reference < 1:
        raise ValueError(f"expected nights after {reference} reference nights, found {count} in all")
    before = np.arange(reference, count, dtype=np.float64)
    since = count - before
    sums = np.cumsum(means, axis=-1)
    until = sums[:, reference - 1 : -1]
    fall = until / before - (sums[:, -1:] - until) / since
    v = variance[:, np.newaxis] * (1 / before + 1 / since)
    log_ratio = _log_mixture(fall - rule.tolerance, v)
    log_weight = _log_weights(monitored)
    weighted = log_ratio + log_weight
    left = max(1.0 - float(np.exp(log_weight).sum()), 0.0)
    top = np.maximum(weighted.max(axis=-1), 0.0)
    log_e = top + np.log(np.exp(weighted - top[:, np.newaxis]).sum(axis=-1) + left * np.exp(-top))
    best = weighted.argmax(axis=-1)
    rows = np.arange(means.shape[0])
    return Evidence(log_e, best + 1, fall[rows, best], np.sqrt(v[rows, best]))


def highest_log_evidence(means: FloatArray, variance: FloatArray, rule: MonitorRule) -> FloatArray:
    """An upper bound [S] of the log evidence, much quicker: a mixture of likelihood ratios is at most the largest.

    >>> nights = np.array([[0.8] * 20 + [0.7] * 3])
    >>> variance = np.array([0.1 / 300])
    >>> bool(highest_log_evidence(nights, variance, MonitorRule()) > evidence(nights, variance, MonitorRule()).log_e)
    True
    """
    before = np.arange(rule.count_reference, means.shape[-1], dtype=np.float32)
    since = means.shape[-1] - before
    scale = 1 / before + 1 / since
    sums = np.cumsum(means, axis=-1, dtype=np.float32)
    excess = sums[:, rule.count_reference - 1 : -1] * scale
    excess -= sums[:, -1:] / since
    excess -= rule.tolerance
    np.maximum(excess, 0, out=excess)
    return np.asarray((excess**2 / scale).max(axis=-1) / variance / 2)


def _log_mixture(excess: FloatArray, v: FloatArray) -> FloatArray:
    """Logarithm of the likelihood ratio, mixed over a half-normal fall."""
    total = v + _SCALE**2
    ratio = excess * (_SCALE / np.sqrt(v * total))
    half = 0.5 * ratio**2
    # log(2 Phi(ratio)) + half, written so that no two large numbers cancel where the night was better.
    tail = special.erfcx(np.abs(ratio) * np.sqrt(0.5))
    log_phi = np.log(np.where(ratio < 0, tail, 2 - np.exp(-half) * tail)) + np.where(ratio < 0, 0.0, half)
    return np.asarray(0.5 * np.log(v / total) + log_phi)


def _log_weights(monitored: int) -> FloatArray:
    weights = np.full(monitored, 0.5 / HORIZON)
    weights[0] += 0.5
    return np.asarray(np.log(weights))
