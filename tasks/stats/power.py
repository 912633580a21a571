"""How large a tax a design can show: before a run from priors, after it from the run's own standard error.

The variance of a mean difference (Miller 2024, arXiv 2411.00640, with clusters) is

    [ (1 + (nt - 1) rho) omega^2 + s_r^2 / K_r + s_c^2 / K_c ] / n,    nt = sum n_g^2 / n,

where omega^2 is the variance of the items' true differences, rho its correlation within clusters, s^2 the mean variance
of one answer to an item, and K the number of answers per item. Repeats make only the last two terms smaller.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import optimize, special

from tasks.stats.clustered import PRIOR_ICC, FloatArray, cluster_codes, prior_design_effect, satterthwaite_df
from tasks.stats.estimates import known
from tasks.stats.levels import ALPHA, POWER, t_critical
from tasks.stats.paired import paired_difference

# The number of nodes of the quadrature over the standard error's distribution. 200 give seven digits of power.
_COUNT_NODES = 200
# With fewer clusters a design effect says little about the correlation within them.
_FEWEST_CLUSTERS_FOR_ICC = 10
# A design of more items is not proposed.
_MOST_ITEMS = 1_000_000
# A tax is a difference of two shares; it is looked for between these.
_SMALLEST_TAX, _LARGEST_TAX = 1e-9, 1 - 1e-9


class Design(NamedTuple):
    """The standard error and the degrees of freedom that a design will have; None where they are undefined."""

    standard_error: float | None
    df: float | None


@dataclass(frozen=True, slots=True)
class VarianceComponents:
    """Where the variance of a difference comes from, in squared score units.

    ``between_items`` is omega^2. ``within_reference`` and ``within_candidate`` are the mean p (1 - p) of an item's
    repeats, ``repeats_reference`` and ``repeats_candidate`` the numbers of answers per item.
    """

    between_items: float
    within_reference: float
    within_candidate: float
    repeats_reference: int = 1
    repeats_candidate: int = 1


@dataclass(frozen=True, slots=True)
class PlannedItems:
    """The items of a benchmark as planned, and where the variance of their differences comes from.

    Attributes:
        cluster_sizes: [G] planned items per cluster; ones for independent items.
        discordance: expected share of items that one model answers correctly and the other does not, with one answer
            each. All of this variance counts as variance between items.
        components: the variance in more detail, with repeats. Exactly one of the two is given.
        icc: correlation of differences within clusters.
    """

    cluster_sizes: npt.ArrayLike
    discordance: float | None = None
    components: VarianceComponents | None = None
    icc: float = PRIOR_ICC

    @property
    def sizes(self) -> FloatArray:
        """The sizes [G] of the clusters that hold an item."""
        sizes = np.asarray(self.cluster_sizes, dtype=np.float64)
        return sizes[sizes > 0]

    def grown_to(self, count_items: int) -> PlannedItems:
        """At least so many items, in clusters of the same sizes again and again.

        >>> PlannedItems([2, 3], discordance=0.2).grown_to(6).sizes.tolist()
        [2.0, 3.0, 2.0]
        """
        sizes = self.sizes
        rounds, rest = divmod(count_items, sizes.sum())
        more = np.searchsorted(np.cumsum(sizes), rest) + 1 if rest else 0
        return replace(self, cluster_sizes=np.resize(sizes, int(rounds * sizes.size + more)))


def design_standard_error(planned: PlannedItems, tax: float = 0.0) -> Design:
    """Standard error and degrees of freedom of a tax on planned items.

    ``tax`` is the one that is assumed to be true; it matters only with a discordance.

    Raises:
        ValueError: unless exactly one of ``discordance`` and ``components`` is given, or for a bad discordance.

    >>> design = design_standard_error(PlannedItems([10] * 30, discordance=0.2))
    >>> round(design.standard_error, 4), round(design.df, 6)
    (0.0356, 29.0)
    """
    sizes, parts = planned.sizes, planned.components
    if (planned.discordance is None) == (parts is None):
        raise ValueError("expected either discordance or components")
    if sizes.size < 2:
        return Design(None, None)
    inflation = float(prior_design_effect(sizes, planned.icc))
    variance = inflation * _between(planned.discordance, tax) if parts is None else _of(parts, inflation)
    standard_error = float(np.sqrt(variance / sizes.sum()))
    return Design(standard_error if standard_error > 0 else None, float(satterthwaite_df(sizes[np.newaxis, :])[0]))


def macro_standard_error(benchmarks: Sequence[PlannedItems], tax: float = 0.0) -> Design:
    """The same of the mean over benchmarks that share no items; ``tax`` is the true one on each of them.

    >>> four = [PlannedItems([1] * 100, discordance=0.2)] * 4
    >>> design = macro_standard_error(four)
    >>> round(design.standard_error / design_standard_error(four[0]).standard_error, 6), round(design.df)
    (0.5, 396)
    """
    errors, dfs = zip(*(design_standard_error(planned, tax) for planned in benchmarks), strict=True)
    if None in dfs:
        return Design(None, None)
    variances = np.array([(error or 0.0) / len(benchmarks) for error in errors]) ** 2
    if not variances.any():
        return Design(None, float(sum(dfs)))
    return Design(float(np.sqrt(variances.sum())), float(variances.sum() ** 2 / (variances**2 / dfs).sum()))


def _between(discordance: float | None, tax: float) -> float:
    if discordance is None or not 0 <= discordance <= 1:
        raise ValueError(f"expected a discordance in [0, 1], found {discordance!r}")
    # For a tax of x at least a share x of the items must differ.
    return max(discordance, abs(tax)) - tax**2


def _of(parts: VarianceComponents, inflation: float) -> float:
    within = parts.within_reference / parts.repeats_reference + parts.within_candidate / parts.repeats_candidate
    return inflation * parts.between_items + within


def detection_power(shift: float, df: float, *, alpha: float = ALPHA) -> float:
    """Power of the two-sided t test when the true mean is ``shift`` standard errors from 0.

    >>> round(detection_power(0.0, 10), 3), round(detection_power(1e6, 10), 3)
    (0.05, 1.0)
    """
    critical = t_critical(df, 1 - alpha)
    probability, weight = _quadrature()
    # Given the ratio of estimated to true standard error, a root of chi-square over df, the statistic is normal.
    # (scipy's noncentral t would do, but gives NaN in the far tail and for large shifts.)
    edge = critical * np.sqrt(special.chdtri(df, probability) / df)
    return float(np.sum(weight * (special.ndtr(shift - edge) + special.ndtr(-shift - edge))))


@functools.cache
def _quadrature() -> tuple[FloatArray, FloatArray]:
    """Gauss-Legendre nodes and weights on (0, 1)."""
    nodes, weights = np.polynomial.legendre.leggauss(_COUNT_NODES)
    return (nodes + 1) / 2, weights / 2


def minimum_detectable(
    standard_error: float | None, df: float | None, *, alpha: float = ALPHA, power: float = POWER
) -> float | None:
    """Smallest true difference that the two-sided t test finds with the given power.

    It is computed from the noncentral t and is about (t_{1 - alpha/2} + t_power) standard errors. With a run's own
    standard error it says what this design can detect; it is not an observed power.

    Args:
        standard_error: of the difference, or None.
        df: degrees of freedom, or None.
        alpha: level of the test.
        power: wanted, above ``alpha``.

    Returns:
        None without a standard error or degrees of freedom, and where even a difference of 1 would not be found.

    >>> round(minimum_detectable(0.0356, 29), 3)
    0.103
    >>> minimum_detectable(0.1, 1) is None
    True
    """
    if standard_error is None or df is None:
        return None
    tax = standard_error * _shift_found(df, alpha, power)
    return tax if tax < _LARGEST_TAX else None


@functools.lru_cache(maxsize=1024)
def _shift_found(df: float, alpha: float, power: float) -> float:
    """The true mean, in standard errors, that the test finds with the given power. Many comparisons share a df."""

    def lacking(shift: float) -> float:
        return detection_power(shift, df, alpha=alpha) - power

    highest = 4.0
    while lacking(highest) < 0:
        highest *= 2
    return float(optimize.brentq(lacking, 0.0, highest, xtol=1e-12))


def minimum_detectable_design(*benchmarks: PlannedItems, alpha: float = ALPHA, power: float = POWER) -> float | None:
    """Smallest tax that planned items will show, computed with the standard error that a tax of this size has.

    For several benchmarks it is the tax on each that the mean over them will show. With a larger tax the differences
    vary less. With a discordance the result is therefore a little below that of ``minimum_detectable``. Where
    discordance times items is 30 or more, the simulated power is the nominal one or a few points more. From a pilot of
    50 items the result is uncertain by about a fifth.

    >>> round(minimum_detectable_design(PlannedItems([1] * 300, discordance=0.25)), 3)
    0.08
    """
    plain = macro_standard_error(benchmarks)
    if plain.df is None:
        return None

    def shift(tax: float) -> float:
        error = macro_standard_error(benchmarks, tax).standard_error
        return tax / error if error else np.inf

    return _smallest(shift, plain.df, alpha, power)


def items_needed(tax: float, *benchmarks: PlannedItems, alpha: float = ALPHA, power: float = POWER) -> int | None:
    """How many items show a tax of the given size, if more clusters of the same sizes are added.

    Args:
        tax: to be shown, in (0, 1).
        benchmarks: as planned. Several of them stand for their mean; the number is that of each, and the tax is on
            each.
        alpha: level of the two-sided test.
        power: wanted.

    Returns:
        None without a cluster, and where a million items are not enough.

    >>> items_needed(0.08, PlannedItems([1] * 50, discordance=0.25))
    301
    """
    return _items_for(tax, benchmarks, tax, alpha=alpha, power=power)


def items_for_margin(
    margin: float, *benchmarks: PlannedItems, alpha: float = ALPHA, power: float = POWER
) -> int | None:
    """How many items show that a tax is below a margin, if the true tax is 0; see ``items_needed``.

    The claim is made where the one-sided upper limit at level ``alpha`` lies below the margin.

    >>> independent = PlannedItems([1] * 50, discordance=0.2)
    >>> items_for_margin(0.03, independent)  # (1.645 + 0.842)^2 x 0.2 / 0.03^2 = 1374, and a little for t
    1376
    >>> items_for_margin(0.03, *[independent] * 4)  # a quarter of it on each of four benchmarks
    344
    """
    # The other tail of a two-sided test at twice the level has no part in the power at such a distance.
    return _items_for(margin, benchmarks, 0.0, alpha=2 * alpha, power=power)


def _items_for(
    shift: float, benchmarks: Sequence[PlannedItems], tax: float, *, alpha: float, power: float
) -> int | None:
    """How many items let a two-sided test at ``alpha`` see a shift where ``tax`` is true."""
    if not 0 < shift < 1:
        raise ValueError(f"expected a tax in (0, 1), found {shift!r}")
    if not all(planned.sizes.size for planned in benchmarks):
        return None

    def is_enough(count: int) -> bool:
        error, df = macro_standard_error([planned.grown_to(count) for planned in benchmarks], tax)
        if df is None or error is None:
            return df is not None
        return detection_power(shift / error, df, alpha=alpha) >= power

    fewest = fewest_count(is_enough)
    if fewest is None or len(benchmarks) > 1:
        return fewest
    return int(benchmarks[0].grown_to(fewest).sizes.sum())


def fewest_count(is_enough: Callable[[int], bool], *, least: int = 2, most: int = _MOST_ITEMS) -> int | None:
    """The smallest count of at least ``least`` that is enough, by doubling and halving; None above ``most``."""
    low, high = least - 1, least
    while not is_enough(high):
        low, high = high, 2 * high
        if high > most:
            return None
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if is_enough(middle) else (middle, high)
    return high


@dataclass(frozen=True, slots=True)
class Pilot:
    """What earlier answers say about the variance of a difference. The design of the next run uses it."""

    components: VarianceComponents
    icc: float


def pilot_components(
    difference: npt.ArrayLike,
    cluster: npt.ArrayLike | None,
    *,
    within: tuple[float, float] = (0.0, 0.0),
    repeats: tuple[int, int] = (1, 1),
    prior_icc: float = PRIOR_ICC,
) -> Pilot | None:
    """Split the variance of observed differences into the parts of items and of single answers.

    Args:
        difference: [n] reference minus candidate, each the mean over repeats.
        cluster: [n] labels, or None where items are independent.
        within: mean variance of one answer of reference and candidate around its item's own level. It is 0 where there
            was one answer per item; then all variance counts as variance between items, and repeats promise no gain.
        repeats: answers per item behind ``difference``.
        prior_icc: correlation within clusters where there are too few clusters to estimate it.

    Returns:
        None for fewer than two items, and where no item differs.

    >>> pilot = pilot_components([1, 0, 0, 1, 0, 0, -1, 0], None)
    >>> round(pilot.components.between_items, 3), pilot.icc
    (0.411, 0.1)
    """
    values = np.asarray(difference, dtype=np.float64)
    if values.size < 2:
        return None
    total = float(np.sort(values).var(ddof=1))
    noise = within[0] / repeats[0] + within[1] / repeats[1]
    between = max(total - noise, 0.0)
    if total <= 0:
        return None
    found = paired_difference(values, cluster)
    sizes = np.bincount(cluster_codes(cluster, values.size)).astype(np.float64)
    excess = float((sizes**2).sum() / sizes.sum()) - 1
    icc = prior_icc
    if between > 0 and excess > 0 and found.deff is not None and found.count_clusters >= _FEWEST_CLUSTERS_FOR_ICC:
        icc = min(max((found.deff - 1) / excess * total / between, 0.0), 1.0)
    return Pilot(VarianceComponents(between, *within), icc)


def _smallest(shift: Callable[[float], float], df: float, alpha: float, power: float) -> float | None:
    """The tax in (0, 1) whose shift has the wanted power; None where even a tax of 1 does not have it."""

    def lacking(tax: float) -> float:
        return detection_power(shift(tax), df, alpha=alpha) - power

    if lacking(_LARGEST_TAX) < 0:
        return None
    if lacking(_SMALLEST_TAX) >= 0:
        return _SMALLEST_TAX
    return known(float(optimize.brentq(lacking, _SMALLEST_TAX, _LARGEST_TAX, xtol=1e-10)))
