"""Many taxes at once: each pulled towards their mean by as much as sampling error makes them too far apart.

The largest of many taxes is too large by chance, and its own interval does not know that it was picked. The model is

    tax ~ N(true tax, S),    true tax ~ N(mean, tau^2 I),    V = S + tau^2 I

S holds the known squared standard errors; taxes of one benchmark share the base's answers, so they are correlated (as
if independent, the interval of the largest of 36 taxes on one benchmark with correlation .5 covers 65%). tau^2 solves
Q(tau^2) = (y - mean)' V^-1 (y - mean) = K - 1 (Paule and Mandel 1982), its limits are where Q equals the quantiles of
chi-squared with K - 1 degrees of freedom (Q-profile). A score method's standard error is larger than the errors are, so
where few items differ K - 1 is replaced by what Q is expected to be under the errors that the sample shows; else tau
would be too small (24 sparse benchmarks: 87% instead of 98%). With c = (K - 3) / (K - 1) and H = S V^-1,

    pooled tax = y - c H (y - mean)
    variance   = S - c H S + c var(mean) (H 1)(H 1)' + g g' 2 / (K - 3) (K / tr V^-1)^2,   g = c H V^-1 (y - mean)

The last term is that tau^2 is estimated. For equal standard errors without correlation this is Morris's interval term
by term, and the estimate is that of James and Stein. Unequal standard errors, sparse cells and correlations are
simulated in the test; the interval of the largest pooled tax covers 94% or more in all, and up to 99.9% where tau is 0.
Three taxes are too few to pull: c is 0, and the pooled tax is the tax itself. All taxes of a group count as alike
before they are seen: nothing is known of the methods, the strengths or the benchmarks.

References: Morris 1983, JASA 78:47; Paule and Mandel 1982, J. Res. NBS 87:377; Viechtbauer 2007, Statistics in Medicine
26:37; Higgins, Thompson and Spiegelhalter 2009, JRSS A 172:137.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy import linalg, optimize, special

from tasks.stats.clustered import FloatArray, IntArray
from tasks.stats.levels import CONFIDENCE, NORMAL_CRITICAL, t_critical, two_sided_critical

FEWEST_TAXES = 3
# Taxes of one benchmark that are the same but for rounding would have no error of their own.
_HIGHEST_CORRELATION = 0.99
# So many degrees of freedom the design effect of a benchmark's other taxes has beside that of a tax.
_SHARED_DF = 10.0


@dataclass(frozen=True, slots=True)
class Limits:
    """A number of the whole group with its interval. Limits are None where the interval is empty or undefined."""

    estimate: float
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class PooledTaxes:
    """K pooled taxes with their 95% limits, each [K], and what the group says of all taxes; proportions.

    ``mean`` is of the true taxes, ``tau`` their standard deviation. ``new_benchmark`` is where the tax of one more
    benchmark lies; its interval covers 87 to 88% where tau is near the standard errors, so it is about.
    """

    tax: FloatArray
    low: FloatArray
    high: FloatArray
    mean: Limits
    tau: Limits
    new_benchmark: Limits


@dataclass(frozen=True, slots=True)
class _Rotated:
    """The same taxes in the K directions in which their errors are independent.

    ``axes`` [K, K] holds a direction in each column, ``error`` and ``sampled`` [K] the variances of the errors, as used
    and as sampled, ``tax`` and ``one`` [K] the taxes and a vector of ones along the directions.
    """

    axes: FloatArray
    error: FloatArray
    sampled: FloatArray
    tax: FloatArray
    one: FloatArray

    def weights(self, between: float) -> FloatArray:
        """The inverse of V along the directions [K], for a variance ``between`` true taxes."""
        return 1 / (self.error + between)

    def mean(self, between: float) -> tuple[float, float]:
        """The weighted mean of the taxes and its variance."""
        weights = self.weights(between)
        total = float(weights @ self.one**2)
        return float(weights @ (self.one * self.tax)) / total, 1 / total

    def excess(self, between: float, target: float) -> float:
        """Q, the weighted sum of squared distances from the mean, less ``target`` / (K - 1) of what it is expected."""
        weights, (mean, mean_variance) = self.weights(between), self.mean(between)
        found = weights @ (self.tax - mean * self.one) ** 2
        expected = weights * (self.sampled + between) @ (1 - weights * self.one**2 * mean_variance)
        return float(found - expected * target / (self.tax.size - 1))

    def between(self, target: float) -> float:
        """The variance between true taxes at which nothing is in excess; 0 where nothing ever is."""
        if self.excess(0.0, target) <= 0:
            return 0.0
        highest = 1.0
        while self.excess(highest, target) > 0:
            highest *= 4
        return float(optimize.brentq(self.excess, 0.0, highest, args=(target,), xtol=1e-15))


def partial_pooling(
    tax: FloatArray,
    standard_error: FloatArray,
    sampled_error: FloatArray,
    benchmark: IntArray,
    correlation: FloatArray,
) -> PooledTaxes:
    """Pull taxes towards their mean; see the module.

    Args:
        tax: [K] at least three, as proportions.
        standard_error: [K] positive; under a score method half the interval's width over its quantile.
        sampled_error: [K] the same, but for a score method the error that the sample shows; 0 where no item differs.
        benchmark: [K] codes from 0; taxes of different benchmarks are independent.
        correlation: [B] of the errors of two taxes of each benchmark, see ``shared_correlation``.

    Raises:
        ValueError: for fewer than three taxes, or a standard error that is not positive.

    >>> pooled = partial_pooling(np.array([0.09, 0.02, 0.01, 0.0]), *[np.full(4, 0.03)] * 2, np.arange(4), np.zeros(4))
    >>> pooled.tax.round(3).tolist(), round(pooled.mean.estimate, 3), round(pooled.tau.estimate, 3)
    ([0.079, 0.022, 0.014, 0.005], 0.03, 0.028)
    """
    count = tax.size
    if count < FEWEST_TAXES or not np.all(standard_error > 0):
        raise ValueError(f"expected at least {FEWEST_TAXES} taxes with positive standard errors")
    rotated = _rotated(tax, standard_error, sampled_error, benchmark, correlation)
    between = rotated.between(count - 1)
    shift, variance = _shrinkage(rotated, between)
    half = NORMAL_CRITICAL * np.sqrt(variance)
    pooled = tax - shift
    mean, mean_variance = rotated.mean(between)
    return PooledTaxes(
        tax=pooled,
        low=np.maximum(pooled - half, -1.0),
        high=np.minimum(pooled + half, 1.0),
        mean=_limits(mean, mean_variance, count - 1),
        tau=_tau(rotated, between),
        new_benchmark=_limits(mean, between + mean_variance, count - 2),
    )


def steady_errors(
    standard_error: FloatArray, naive_error: FloatArray, df: FloatArray, benchmark: IntArray
) -> tuple[FloatArray, FloatArray]:
    """Standard errors that are known well enough to be compared with each other: as used, and as sampled, each [K].

    From few clusters a standard error is often far too small, and such a tax is the largest and is hardly pulled (five
    clusters, 36 taxes: the largest is covered in 68%, with this in 97%). The models of a benchmark share its items and
    clusters, so each tax's variance is averaged with the one under the mean design effect of its benchmark, at least 1.
    The error used is wider by Student's quantile over the normal one. Without clusters nothing changes but this.

    Args:
        standard_error: [K] CR2, of t intervals.
        naive_error: [K] as if the items were independent.
        df: [K] of the standard errors.
        benchmark: [K] codes.

    >>> used, sampled = steady_errors(np.array([0.01, 0.04]), np.full(2, 0.02), np.full(2, 4.0), np.zeros(2, dtype=int))
    >>> sampled.round(3).tolist(), used.round(3).tolist()
    ([0.025, 0.033], [0.036, 0.046])
    """
    _, codes = np.unique(benchmark, return_inverse=True)
    design_effect = np.bincount(codes, standard_error**2) / np.bincount(codes, naive_error**2)
    shared = naive_error**2 * np.maximum(design_effect, 1.0)[codes]
    sampled = np.sqrt((df * standard_error**2 + _SHARED_DF * shared) / (df + _SHARED_DF))
    return sampled * two_sided_critical(df) / NORMAL_CRITICAL, sampled


def shared_correlation(difference: FloatArray, item: IntArray, tax: IntArray) -> float:
    """The mean correlation between the errors of the taxes of one benchmark, from 0 to 0.99.

    Two models' differences from the same base go up and down together, because the base's answers are the same.

    Args:
        difference: [N] reference minus candidate of each item of each tax.
        item: [N] codes of the items from 0.
        tax: [N] codes of the taxes from 0. A tax that lacks an item counts it as its mean.

    >>> base, aligned = np.array([1.0, 1, 0, 0]), np.array([[1.0, 0, 1, 0], [0, 1, 1, 0]])
    >>> shared_correlation((base - aligned).ravel(), np.tile(np.arange(4), 2), np.repeat([0, 1], 4))
    0.5
    """
    centred = difference - (np.bincount(tax, difference) / np.bincount(tax))[tax]
    lengths = np.sqrt(np.bincount(tax, centred**2))
    varying = int(np.count_nonzero(lengths))
    if varying < 2:
        return 0.0
    unit = np.divide(centred, lengths[tax], out=np.zeros_like(centred), where=lengths[tax] > 0)
    # The squared length of a sum of unit vectors is their number plus twice the sum of their correlations.
    correlation = (float((np.bincount(item, unit) ** 2).sum()) - varying) / (varying * (varying - 1))
    return round(min(max(correlation, 0.0), _HIGHEST_CORRELATION), 12)


def _rotated(
    tax: FloatArray,
    standard_error: FloatArray,
    sampled_error: FloatArray,
    benchmark: IntArray,
    correlation: FloatArray,
) -> _Rotated:
    """The directions of each benchmark apart: its taxes are correlated with no other benchmark's."""
    axes, error, sampled = np.zeros((tax.size, tax.size)), np.zeros(tax.size), np.zeros(tax.size)
    for code, shared in enumerate(correlation):
        places = np.flatnonzero(benchmark == code)
        used, seen = (np.diag(errors[places]) for errors in (standard_error, sampled_error))
        correlations = shared + (1 - shared) * np.eye(places.size)
        error[places], directions = linalg.eigh(used @ correlations @ used)
        axes[np.ix_(places, places)] = directions
        sampled[places] = np.sum(directions * (seen @ correlations @ seen @ directions), axis=0)
    return _Rotated(axes, error, sampled, tax @ axes, axes.sum(axis=0))


def _shrinkage(rotated: _Rotated, between: float) -> tuple[FloatArray, FloatArray]:
    """How far each tax is pulled, and the variance that is left, each [K]."""
    count = rotated.tax.size
    weights, (mean, mean_variance) = rotated.weights(between), rotated.mean(between)
    factor = (count - 3) / (count - 1)
    towards = rotated.error * weights
    distance = rotated.tax - mean * rotated.one
    known = rotated.axes**2 @ (rotated.error * (1 - factor * towards))
    of_mean = factor * mean_variance * (rotated.axes @ (towards * rotated.one)) ** 2
    slope = factor * (rotated.axes @ (towards * weights * distance))
    of_tau = slope**2 * 2 / (count - 3) * (count / weights.sum()) ** 2 if count > 3 else 0.0
    return factor * (rotated.axes @ (towards * distance)), known + of_mean + of_tau


def _tau(rotated: _Rotated, between: float) -> Limits:
    """The tau of the group with its Q-profile limits; None where the taxes lie closer than any tau explains."""
    df = rotated.tax.size - 1
    least, most = (float(special.chdtri(df, tail)) for tail in ((1 + CONFIDENCE) / 2, (1 - CONFIDENCE) / 2))
    estimate = math.sqrt(between)
    low, high = (math.sqrt(rotated.between(target)) for target in (most, least))
    return Limits(estimate, low, high) if high > 0 else Limits(estimate, None, None)


def _limits(estimate: float, variance: float, df: int) -> Limits:
    half = t_critical(df) * math.sqrt(variance)
    return Limits(estimate, max(estimate - half, -1.0), min(estimate + half, 1.0))
