"""Is tonight worse than the reference? A test that may be looked at every night for a year.

Night means y of the same items are compared only with each other, so that the error of the reference is part of the
variance. For a fall that began on monitored night k (reference: R nights; so far t monitored ones)

    D = mean(y_1 .. y_{R+k-1}) - mean(y_{R+k} .. y_{R+t}) - tolerance,   v = v1 (1 / (R + k - 1) + 1 / (t - k + 1)),

the likelihood ratio against "no fall" mixed over a half-normal size, B_k, is a martingale; so is its mixture over k,

    E_t = sum pi_k B_k + 1 - sum pi_k,

and by Ville's inequality (1939) P(E ever reaches 1 / alpha) <= alpha if nothing fell by more than the tolerance: no
correction for the number of looks (Robbins 1970; Howard, Ramdas, McAuliffe and Sekhon 2021, Annals of Statistics
49:1055; e-detectors: Shin, Ramdas and Rinaldo 2024, New England Journal of Statistics in Data Science 2). Half of pi
lies on k = 1, the rest evenly on a year.

The variance v1 of a night mean comes from the items (their own level cancels) plus one standard error of itself and two
pseudo-items, and is inflated by what successive nights differ beyond it (a server's bad night hits all items). Must
not know tables.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special

from tasks.stats.clustered import FloatArray

# Raised whenever the same nights could give other evidence, so that stored nights are computed anew.
RULE_VERSION = 2
# Nights for which the weights of a start sum to 1; after it a new year with a new reference begins.
HORIZON = 365
# Scale of the half-normal prior on the size of a fall: five points.
_SCALE = 0.05
# Prior nights behind "no night-level shocks": how slowly the inflation reacts.
_PRIOR_NIGHTS = 5.0
# Variance of two answers given at random: what the sum over a night's items varies by at least.
_PSEUDO_VARIANCE = 0.5


@dataclass(frozen=True, slots=True)
class MonitorRule:
    """What counts as an alarm: ``tolerance`` a fall that is none of our business, ``alpha`` false alarms per series."""

    alpha: float = 0.05
    tolerance: float = 0.01
    count_reference: int = 5


@dataclass(frozen=True, slots=True)
class ItemSums:
    """Per item [..., n], over the nights so far: answered nights, sum and sum of squares of its values."""

    nights: FloatArray
    total: FloatArray
    squares: FloatArray


@dataclass(frozen=True, slots=True)
class Evidence:
    """State of S series after one more night, each [S].

    ``log_e`` is the log of tonight's evidence E, ``start`` the monitored night (from 1) at which a fall most likely
    began, ``fall`` the mean before it less the mean since, with its standard error.
    """

    log_e: FloatArray
    start: npt.NDArray[np.intp]
    fall: FloatArray
    standard_error: FloatArray


def answer_variance(items: ItemSums) -> FloatArray:
    """Variance of one answer to one item around the item's own level, mean over items, on the safe side.

    One standard error over the items is added: with few nights the plain estimate is 0 too often. So are two
    pseudo-items that answer at random (variance 1/4 each), as Agresti and Min 2005 and Bonett and Price 2012 add
    pseudo-observations to sparse pairs: where one or two of few items carry the whole variance, a night mean is no
    normal variable, and an item that is right one night in fifty was right in the reference for one series in fifty.
    Without them 50 items of variance 0.005 raise a false alarm in 7 to 8% of years; 300 items of variance 0.1 gain
    less than a fiftieth of variance by them.

    >>> sums = ItemSums(np.full(4, 2.0), np.array([2.0, 2.0, 1.0, 0.0]), np.array([2.0, 2.0, 1.0, 0.0]))
    >>> round(float(answer_variance(sums)), 4)  # one of four items changed its answer: 0.125 + 0.125 + 0.5 / 4
    0.375
    """
    nights = np.maximum(items.nights, 2.0)
    own = np.maximum(items.squares - items.total**2 / nights, 0.0) / (nights - 1)
    count = own.shape[-1]
    spread = own.std(axis=-1, ddof=1) / np.sqrt(count) if count > 1 else own.mean(axis=-1)
    return np.asarray(own.mean(axis=-1) + spread + _PSEUDO_VARIANCE / count)


def night_variance(means: FloatArray, item_variance: FloatArray, count_items: FloatArray | int) -> FloatArray:
    """Variance v1 [S] of a night mean: that of its items, inflated by what successive nights differ beyond it.

    Args:
        means: [S, N] night means, in order.
        item_variance: [S] from ``answer_variance``.
        count_items: items per night.

    >>> calm, shaken = np.array([[0.5, 0.51, 0.5, 0.51]]), np.array([[0.5, 0.6, 0.5, 0.6]])
    >>> [round(float(night_variance(y, np.array([0.1]), 100)[0]), 5) for y in (calm, shaken)]
    [0.001, 0.0025]
    """
    plain = item_variance / count_items
    steps = (np.diff(means, axis=-1) ** 2).sum(axis=-1) / (2 * plain)
    inflation = (_PRIOR_NIGHTS + steps) / (_PRIOR_NIGHTS + means.shape[-1] - 1)
    return np.asarray(plain * np.maximum(inflation, 1.0))


def evidence(means: FloatArray, variance: FloatArray, rule: MonitorRule) -> Evidence:
    """Evidence that the mean fell by more than the tolerance, after the last of the given nights.

    Args:
        means: [S, N] night means of S series, reference nights first; N > ``rule.count_reference``.
        variance: [S] of a night mean, from ``night_variance``.
        rule: tolerance and reference.

    Raises:
        ValueError: no night beyond the reference.

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


def _log_mixture(excess: FloatArray, v: FloatArray) -> FloatArray:
    """Log of the likelihood ratio, mixed over a half-normal fall."""
    total = v + _SCALE**2
    ratio = excess * (_SCALE / np.sqrt(v * total))
    half = 0.5 * ratio**2
    # log(2 Phi(ratio)) + half, without the cancellation of two large numbers where the night was better.
    tail = special.erfcx(np.abs(ratio) * np.sqrt(0.5))
    log_phi = np.log(np.where(ratio < 0, tail, 2 - np.exp(-half) * tail)) + np.where(ratio < 0, 0.0, half)
    return np.asarray(0.5 * np.log(v / total) + log_phi)


def _log_weights(monitored: int) -> FloatArray:
    weights = np.full(monitored, 0.5 / HORIZON)
    weights[0] += 0.5
    return np.asarray(np.log(weights))


def smallest_visible_fall(item_variance: float, count_items: int, *, alpha: float = 0.05, power: float = 0.90) -> float:
    """Falls below this cannot be seen against one reference night, however long one waits.

    The reference alone has the variance of a night, so that no method reaches the power for less than
    (z_{1 - alpha} + z_power) standard errors of it.

    >>> round(100 * smallest_visible_fall(0.1, 300), 1)
    5.3
    """
    quantiles = float(special.ndtri(1 - alpha) + special.ndtri(power))
    return quantiles * float(np.sqrt(item_variance / count_items))
