"""How large a tax a design can see: before a run from priors, after it from its own standard error.

The variance of a mean difference (Miller 2024, arXiv 2411.00640, with clusters) is

    [ (1 + (nt - 1) rho) omega^2 + s_r^2 / K_r + s_c^2 / K_c ] / n,    nt = sum n_g^2 / n,

omega^2 the variance of the items' true differences, rho its correlation within clusters, s^2 the mean variance of one
answer to an item and K the answers per item. Repeats shrink the last two terms only.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import optimize, special

from tasks.stats.clustered import FloatArray, cluster_codes, satterthwaite_df
from tasks.stats.estimates import known
from tasks.stats.paired import paired_difference

# Nodes of the quadrature over the standard error's distribution; 200 give seven digits of power.
_COUNT_NODES = 200
_PRIOR_ICC = 0.1
# A design effect from fewer clusters than this says little about the correlation within them.
_FEWEST_CLUSTERS_FOR_ICC = 10
_MOST_ITEMS = 1_000_000


class Design(NamedTuple):
    """Standard error and degrees of freedom that a design will have; None where it cannot have any."""

    standard_error: float | None
    df: float | None


@dataclass(frozen=True, slots=True)
class VarianceComponents:
    """Where the variance of a difference comes from, in squared score units.

    ``between_items`` is omega^2, ``within_reference`` and ``within_candidate`` are the mean p (1 - p) of an item's
    repeats, ``repeats_reference`` and ``repeats_candidate`` the answers per item.
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
    icc: float = _PRIOR_ICC,
) -> Design:
    """Standard error and degrees of freedom of a tax on planned items.

    Args:
        cluster_sizes: [G] planned items per cluster; ones for independent items.
        discordance: expected share of items on which the models differ, right and wrong, one answer each. All of
            it is then taken to be between items.
        components: what is known in more detail, repeats included; exactly one of the two is given.
        tax: the tax supposed to be true; only matters with ``discordance``.
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
    inflation = 1 + (float((sizes**2).sum() / sizes.sum()) - 1) * icc
    variance = inflation * _between(discordance, tax) if components is None else _of(components, inflation)
    standard_error = float(np.sqrt(variance / sizes.sum()))
    return Design(standard_error if standard_error > 0 else None, float(satterthwaite_df(sizes[np.newaxis, :])[0]))


def _between(discordance: float | None, tax: float) -> float:
    if discordance is None or not 0 <= discordance <= 1:
        raise ValueError(f"expected a discordance in [0, 1], found {discordance!r}")
    # A tax of x needs at least a share x of the items to differ.
    return max(discordance, abs(tax)) - tax**2


def _of(parts: VarianceComponents, inflation: float) -> float:
    within = parts.within_reference / parts.repeats_reference + parts.within_candidate / parts.repeats_candidate
    return inflation * parts.between_items + within


def detection_power(shift: float, df: float, *, alpha: float = 0.05) -> float:
    """Power of the two-sided t test when the true mean is ``shift`` standard errors from 0.

    >>> round(detection_power(0.0, 10), 3), round(detection_power(1e6, 10), 3)
    (0.05, 1.0)
    """
    critical = float(special.stdtrit(df, 1 - alpha / 2))
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
    standard_error: float | None, df: float | None, *, alpha: float = 0.05, power: float = 0.80
) -> float | None:
    """Smallest true difference that the two-sided t test finds with the given power.

    By the noncentral t; about (t_{1 - alpha/2} + t_power) standard errors. With a run's own standard error this is
    "detectable with this design", which is no observed power.

    Args:
        standard_error: of the difference, or None.
        df: degrees of freedom, or None.
        alpha: level of the test.
        power: wanted, above ``alpha``.

    Returns:
        None without a standard error or degrees of freedom, and where not even a difference of 1 would be found.

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
    icc: float = _PRIOR_ICC,
    alpha: float = 0.05,
    power: float = 0.80,
) -> float | None:
    """Smallest tax that planned items will show, with the standard error that this very tax would have.

    A large tax leaves less to vary, so with a ``discordance`` this is a little below
    ``minimum_detectable(*design_standard_error(...))``. Simulated power is the nominal one or a few points more where
    discordance times items is 30 or more. From a pilot of 50 items the answer itself is uncertain by about a fifth.

    >>> round(minimum_detectable_design([1] * 300, discordance=0.25), 3)
    0.08
    """
    sizes = np.asarray(cluster_sizes, dtype=np.float64)
    plain = design_standard_error(sizes, discordance=discordance, components=components, icc=icc)
    if plain.df is None:
        return None

    def shift(tax: float) -> float:
        supposed = design_standard_error(sizes, discordance=discordance, components=components, tax=tax, icc=icc)
        return tax / supposed.standard_error if supposed.standard_error else np.inf

    return _smallest(shift, plain.df, alpha, power)


def items_needed(
    tax: float,
    cluster_sizes: npt.ArrayLike,
    *,
    discordance: float | None = None,
    components: VarianceComponents | None = None,
    icc: float = _PRIOR_ICC,
    alpha: float = 0.05,
    power: float = 0.80,
) -> int | None:
    """How many items, in more clusters of the same sizes, show a tax of the given size.

    Args:
        tax: wanted, in (0, 1).
        cluster_sizes: [G] items per cluster as planned; ones for independent items.
        discordance: see ``design_standard_error``.
        components: see ``design_standard_error``.
        icc: correlation of differences within clusters.
        alpha: level of the test.
        power: wanted.

    Returns:
        None without a cluster, and where a million items do not do.

    >>> items_needed(0.08, [1] * 50, discordance=0.25)
    301
    """
    sizes = np.asarray(cluster_sizes, dtype=np.float64)
    sizes = sizes[sizes > 0]
    if not 0 < tax < 1:
        raise ValueError(f"expected a tax in (0, 1), found {tax!r}")
    if sizes.size == 0:
        return None

    def is_enough(count: int) -> bool:
        planned = np.resize(sizes, count)
        design = design_standard_error(planned, discordance=discordance, components=components, tax=tax, icc=icc)
        if design.df is None or design.standard_error is None:
            return design.df is not None
        return detection_power(tax / design.standard_error, design.df, alpha=alpha) >= power

    most = 2
    while not is_enough(most):
        most *= 2
        if most * sizes.mean() > _MOST_ITEMS:
            return None
    least = most // 2
    while most - least > 1:
        middle = (least + most) // 2
        least, most = (least, middle) if is_enough(middle) else (middle, most)
    return int(np.resize(sizes, most).sum())


@dataclass(frozen=True, slots=True)
class Pilot:
    """What earlier answers say about the variance of a difference, for the next run's design."""

    components: VarianceComponents
    icc: float


def pilot_components(
    difference: npt.ArrayLike,
    cluster: npt.ArrayLike | None,
    *,
    within: tuple[float, float] = (0.0, 0.0),
    repeats: tuple[int, int] = (1, 1),
    prior_icc: float = _PRIOR_ICC,
) -> Pilot | None:
    """Split the variance of observed differences into what items and what single answers contribute.

    Args:
        difference: [n] reference less candidate, means over repeats.
        cluster: [n] labels, or None where items are independent.
        within: mean variance of one answer of reference and candidate around its item's own level; 0 where there was
            one answer per item, which leaves all variance with the items: repeats then promise nothing.
        repeats: answers per item behind ``difference``.
        prior_icc: where clusters are too few to tell.

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
    """The tax in (0, 1) whose shift has the wanted power; None where that of 1 has not."""

    def lacking(tax: float) -> float:
        return detection_power(shift(tax), df, alpha=alpha) - power

    nearly_nothing, nearly_all = 1e-9, 1 - 1e-9
    if lacking(nearly_all) < 0:
        return None
    if lacking(nearly_nothing) >= 0:
        return nearly_nothing
    return known(float(optimize.brentq(lacking, nearly_nothing, nearly_all, xtol=1e-10)))
