"""How large a tax a design can show: before a run from priors, after it from the run's own standard error.

The variance of a mean difference (Miller 2024, arXiv 2411.00640, with clusters) is

    [ (1 + (nt - 1) rho) omega^2 + s_r^2 / K_r + s_c^2 / K_c ] / n,    nt = sum n_g^2 / n,

where omega^2 is the variance of the items' true differences, rho its correlation within clusters, s^2 the mean variance
of one answer to an item, and K the number of answers per item. Repeats make only the last two terms smaller.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
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


def design_standard_error(
    cluster_sizes: npt.ArrayLike,
    *,
    discordance: float | None = None,
    components: VarianceComponents | None = None,
    tax: float = 0.0,
    icc: float = PRIOR_ICC,
) -> Design:
    """Standard error and degrees of freedom of a tax on planned items.

    Args:
        cluster_sizes: [G] planned items per cluster; ones for independent items.
        discordance: expected share of items that one model answers correctly and the other does not, with one answer
            each. All of this variance counts as variance between items.
        components: the variance in more detail, with repeats. Exactly one of the two is given.
        tax: the tax that is assumed to be true; used only with ``discordance``.
        icc: correlation of differences within clusters.

    Raises:
        ValueError: unless exactly one of ``discordance`` and ``components`` is given, or for a bad discordance.

    >>> design = design_standard_error([10] * 30, discordance=0.2)
    >>> round(design.standard_error, 4), round(design.df, 6)
    (0.0356, 29.0)
    """
    sizes = np.asarray(cluster_sizes, dtype=np.float64)
    sizes = sizes[sizes > 0]
    if (discordance is None) == (components is None):
        raise ValueError("expected either discordance or components")
    if sizes.size < 2:
        return Design(None, None)
    inflation = float(prior_design_effect(sizes, icc))
    variance = inflation * _between(discordance, tax) if components is None else _of(components, inflation)
    standard_error = float(np.sqrt(variance / sizes.sum()))
    return Design(standard_error if standard_error > 0 else None, float(satterthwaite_df(sizes[np.newaxis, :])[0]))


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
    return _smallest(lambda tax: tax / standard_error, df, alpha, power)


def minimum_detectable_design(
    cluster_sizes: npt.ArrayLike,
    *,
    discordance: float | None = None,
    components: VarianceComponents | None = None,
    icc: float = PRIOR_ICC,
    alpha: float = ALPHA,
    power: float = POWER,
) -> float | None:
    """Smallest tax that planned items will show, computed with the standard error that a tax of this size has.

    With a larger tax the differences vary less. With a ``discordance`` the result is therefore a little below
    ``minimum_detectable(*design_standard_error(...))``. Where discordance times items is 30 or more, the simulated
    power is the nominal one or a few points more. From a pilot of 50 items the result is uncertain by about a fifth.

    >>> round(minimum_detectable_design([1] * 300, discordance=0.25), 3)
    0.08
    """
    sizes = np.asarray(cluster_sizes, dtype=np.float64)
    plain = design_standard_error(sizes, discordance=discordance, components=components, icc=icc)
    if plain.df is None:
        return None

    def shift(tax: float) -> float:
        assumed = design_standard_error(sizes, discordance=discordance, components=components, tax=tax, icc=icc)
        return tax / assumed.standard_error if assumed.standard_error else np.inf

    return _smallest(shift, plain.df, alpha, power)


def items_needed(
    tax: float,
    cluster_sizes: npt.ArrayLike,
    *,
    alpha: float = ALPHA,
    power: float = POWER,
    discordance: float | None = None,
    components: VarianceComponents | None = None,
    icc: float = PRIOR_ICC,
) -> int | None:
    """How many items show a tax of the given size, if more clusters of the same sizes are added.

    Args:
        tax: to be shown, in (0, 1).
        cluster_sizes: [G] items per cluster as planned; ones for independent items.
        discordance: see ``design_standard_error``.
        components: see ``design_standard_error``.
        icc: correlation of differences within clusters.
        alpha: level of the test.
        power: wanted.

    Returns:
        None without a cluster, and where a million items are not enough.

    >>> items_needed(0.08, [1] * 50, discordance=0.25)
    301
    """
    design = functools.partial(design_standard_error, discordance=discordance, components=components, tax=tax, icc=icc)
    return _items_for(tax, cluster_sizes, design, alpha=alpha, power=power)


def items_for_margin(
    margin: float,
    cluster_sizes: npt.ArrayLike,
    *,
    alpha: float = ALPHA,
    power: float = POWER,
    discordance: float | None = None,
    components: VarianceComponents | None = None,
    icc: float = PRIOR_ICC,
) -> int | None:
    """How many items show that a tax is below a margin, if the true tax is 0; see ``items_needed``.

    The claim is made where the one-sided upper limit at level ``alpha`` lies below the margin.

    >>> items_for_margin(0.03, [1] * 50, discordance=0.2)  # (1.645 + 0.842)^2 x 0.2 / 0.03^2 = 1374, and a little for t
    1376
    """
    design = functools.partial(design_standard_error, discordance=discordance, components=components, tax=0.0, icc=icc)
    # The other tail of a two-sided test at twice the level has no part in the power at such a distance.
    return _items_for(margin, cluster_sizes, design, alpha=2 * alpha, power=power)


def _items_for(
    shift: float, cluster_sizes: npt.ArrayLike, design: Callable[[FloatArray], Design], *, alpha: float, power: float
) -> int | None:
    """How many items, in clusters of these sizes, let a two-sided test at ``alpha`` see a shift."""
    sizes = np.asarray(cluster_sizes, dtype=np.float64)
    sizes = sizes[sizes > 0]
    if not 0 < shift < 1:
        raise ValueError(f"expected a tax in (0, 1), found {shift!r}")
    if sizes.size == 0:
        return None

    def is_enough(count: int) -> bool:
        error, df = design(np.resize(sizes, count))
        if df is None or error is None:
            return df is not None
        return detection_power(shift / error, df, alpha=alpha) >= power

    fewest = _fewest(is_enough, most=_MOST_ITEMS / float(sizes.mean()))
    return None if fewest is None else int(np.resize(sizes, fewest).sum())


def _fewest(is_enough: Callable[[int], bool], *, most: float) -> int | None:
    """The smallest count of at least 2 that is enough, by doubling and halving; None above ``most``."""
    high = 2
    while not is_enough(high):
        high *= 2
        if high > most:
            return None
    low = high // 2
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

    nearly_nothing, nearly_all = 1e-9, 1 - 1e-9
    if lacking(nearly_all) < 0:
        return None
    if lacking(nearly_nothing) >= 0:
        return nearly_nothing
    return known(float(optimize.brentq(lacking, nearly_nothing, nearly_all, xtol=1e-10)))
