"""A model along a knob: which curve its scores follow, where the small-strength form holds, which strength is best.

The forms in a strength r are a line, a parabola, and the saturating forms of Wolf et al. (arXiv 2401.16332): for
behaviour a logistic curve (their tanh, for scores in [0, 1]), and for helpfulness height / (1 + b (r - c)^2) (their
1 / (1 + a + b r^2), but its peak need not be at 0). Theory says that near 0 behaviour is linear and helpfulness
quadratic; here the data decide.

The same items are answered at every strength, so the errors of the means are correlated. A criterion that takes the
residuals of items as independent finds too few curves, and generalised least squares is biased where no form is exactly
true. The means are therefore fitted by least squares, and forms are compared by the covariance penalty with the items'
own covariance C of the means (Mallows 1973; Efron 2004, JASA 99:619),

    Cp = sum (mean_r - fit_r)^2 + 2 tr(H C),   H the projection on the fit's tangent space.

The covariance of the parameters is the sandwich of C, and ratios of them (vertex, optimum) have Fieller's sets. This
module must not know tables.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from tasks.stats.bootstrap import bootstrap_means
from tasks.stats.clustered import FloatArray, cluster_codes
from tasks.stats.curves import Form, fitted_curves
from tasks.stats.levels import t_critical
from tasks.stats.ratio import RatioEstimate, fieller, without_limits

Shape: TypeAlias = Literal["rising", "falling", "flat", "concave", "convex"]

# From simple to rich. Among forms that the data cannot distinguish the first is shown.
BEHAVIOUR_FORMS: tuple[Form, ...] = ("line", "tanh", "parabola")
HELPFULNESS_FORMS: tuple[Form, ...] = ("line", "parabola", "bell")
_FEWEST_STRENGTHS = 4
# The choice of a form is clear if it wins in this share of the resamples of the items.
_CLEAR_SHARE = 0.8
# Where no choice is clear, a form is plausible if it wins in this share of the resamples.
_PLAUSIBLE_SHARE = 0.2
# Curves that are nowhere further apart than a quarter of a point count as equal.
_SAME_CURVE = 0.0025


@dataclass(frozen=True, slots=True)
class Means:
    """Mean scores [R] at strengths [R] (rising) and their joint covariance [R, R]; ``df`` for its t intervals."""

    strength: FloatArray
    mean: FloatArray
    covariance: FloatArray
    df: float


@dataclass(frozen=True, slots=True)
class Fit:
    """One form: parameters with covariance, the curve at the strengths, the criterion, and the largest residual.

    The parameters of line and parabola are the coefficients of 1, r, r^2; those of tanh are slope a and offset b of
    (1 + tanh(a r + b)) / 2; those of bell are height, b and centre.
    """

    form: Form
    parameters: FloatArray
    covariance: FloatArray
    curve: FloatArray
    criterion: float
    largest_residual: float


@dataclass(frozen=True, slots=True)
class SweepFit:
    """The forms of one axis, and the one to show.

    ``shares`` says how often each form had the smallest criterion when items were resampled. ``is_clear`` says that the
    best form and its equals (curves within a quarter of a point of it) have at least 0.8 together. ``shown`` is the
    simplest of these; if the choice is not clear, it is the simplest of all forms with 0.2 or more. ``shape`` is
    "concave" or "convex" where the parabola's curvature certainly differs from 0, else "rising", "falling" or "flat" by
    the line. ``vertex`` is the parabola's, None where its curvature may be 0.
    """

    fits: Mapping[Form, Fit]
    shares: Mapping[Form, float]
    best: Form
    shown: Form
    is_clear: bool
    shape: Shape
    vertex: RatioEstimate


@dataclass(frozen=True, slots=True)
class Optimum:
    """The strength that maximises alignment + weight x helpfulness, and the strength up to which steering pays.

    At ``window`` the gain over no steering is back to 0. Both are None with a reason where there is no optimum among
    the strengths that were tried. ``is_inside`` says whether the optimum lies within the strengths that were tried.
    """

    strength: RatioEstimate
    window: RatioEstimate
    is_inside: bool | None


def sweep_means(strength: npt.ArrayLike, values: npt.ArrayLike, cluster: npt.ArrayLike | None) -> Means:
    """Means and their covariance, from items that were answered at every strength.

    Args:
        strength: [R] distinct strengths.
        values: [n, R] scores.
        cluster: [n] labels, or None where items are independent.

    Raises:
        ValueError: for fewer than four strengths, or fewer than two items or clusters.

    >>> values = np.array([[0.2, 0.4, 0.6, 0.8], [0.4, 0.4, 0.8, 0.8]])
    >>> sweep_means([0, 1, 2, 3], values, None).mean.round(2).tolist()
    [0.3, 0.4, 0.7, 0.8]
    """
    knots, table = np.asarray(strength, dtype=np.float64), np.asarray(values, dtype=np.float64)
    codes = cluster_codes(cluster, len(table))
    count_groups = np.unique(codes).size
    if np.unique(knots).size < _FEWEST_STRENGTHS or table.shape[1] != knots.size or count_groups < 2:
        raise ValueError(
            f"expected at least {_FEWEST_STRENGTHS} different strengths and 2 items or clusters, found "
            f"{knots.size} strengths, {count_groups} clusters"
        )
    order = np.argsort(knots)
    table = table[:, order]
    table, codes = table[np.lexsort((*table.T, codes))], np.sort(codes)
    mean = table.mean(axis=0)
    residual = np.stack([np.bincount(codes, weights=column) for column in (table - mean).T])
    covariance = residual @ residual.T / len(table) ** 2 * (count_groups / (count_groups - 1))
    return Means(knots[order], mean, covariance, float(count_groups - 1))


def fit_form(form: Form, means: Means) -> Fit:
    """Least squares on the means, with the covariance penalty.

    >>> means = Means(np.arange(5.0), np.array([0.1, 0.2, 0.3, 0.4, 0.5]), np.eye(5) * 1e-4, 99.0)
    >>> fit = fit_form("line", means)
    >>> fit.parameters.round(3).tolist(), round(fit.criterion, 6)  # two parameters: 2 x 2 x 1e-4
    ([0.1, 0.1], 0.0004)
    """
    fitted = fitted_curves(form, means.strength, means.mean[np.newaxis])
    inverse = np.linalg.pinv(fitted.tangent[0])
    penalty = 2 * float(np.trace(fitted.tangent[0] @ inverse @ means.covariance))
    residual = means.mean - fitted.curve[0]
    return Fit(
        form=form,
        parameters=fitted.parameters[0],
        covariance=inverse @ means.covariance @ inverse.T,
        curve=fitted.curve[0],
        criterion=float(residual @ residual) + penalty,
        largest_residual=float(np.abs(residual).max()),
    )


def fit_sweep(
    strength: npt.ArrayLike,
    values: npt.ArrayLike,
    cluster: npt.ArrayLike | None,
    *,
    forms: Sequence[Form],
    rng: np.random.Generator,
    count_resamples: int = 500,
) -> SweepFit:
    """Fit every form to one axis of a sweep, and say which of them the items support.

    Args:
        strength: [R] distinct strengths.
        values: [n, R] scores in [0, 1] of the items answered at every strength.
        cluster: [n] labels, or None where items are independent.
        forms: from simple to rich.
        rng: source of the resamples behind the shares.
        count_resamples: how many.

    Raises:
        ValueError: see ``sweep_means``.

    >>> rng = np.random.default_rng(1)
    >>> chance = 0.6 - 0.05 * (np.arange(-3, 4) - 0.5) ** 2
    >>> result = fit_sweep(range(-3, 4), rng.random((500, 1)) < chance, None, forms=("line", "parabola"), rng=rng)
    >>> result.best, result.shape, round(result.vertex.estimate, 1)
    ('parabola', 'concave', 0.5)
    """
    means = sweep_means(strength, values, cluster)
    fits = {form: fit_form(form, means) for form in forms}
    order = np.argsort(np.asarray(strength, dtype=np.float64))
    drawn = bootstrap_means(np.asarray(values)[:, order], cluster, rng=rng, count_resamples=count_resamples)
    best = min(fits, key=lambda form: fits[form].criterion)
    shares = _winning_shares(forms, means, drawn)
    equals = [form for form in forms if np.abs(fits[form].curve - fits[best].curve).max() <= _SAME_CURVE]
    is_clear = sum(shares[form] for form in equals) >= _CLEAR_SHARE
    plausible = [form for form in forms if form in equals or (shares[form] >= _PLAUSIBLE_SHARE and not is_clear)]
    parabola = fit_form("parabola", means)
    return SweepFit(
        fits=fits,
        shares=shares,
        best=best,
        shown=plausible[0],
        is_clear=is_clear,
        shape=shape_of(fit_form("line", means), parabola, means.df),
        vertex=vertex(parabola, means.df),
    )


def _winning_shares(forms: Sequence[Form], means: Means, drawn: FloatArray | None) -> dict[Form, float]:
    """The share of resamples [B, R] in which each form has the smallest criterion."""
    winners = [] if drawn is None else np.stack([_criteria(form, means, drawn) for form in forms]).argmin(axis=0)
    return {form: float(np.mean(winners == np.intp(index))) for index, form in enumerate(forms)}


def _criteria(form: Form, means: Means, drawn: FloatArray) -> FloatArray:
    """The criterion [B] of a form in each resample. Its covariance is always that of the sample."""
    fitted = fitted_curves(form, means.strength, drawn)
    projection = fitted.tangent @ np.linalg.pinv(fitted.tangent)
    penalty = 2 * np.einsum("bij,ji->b", projection, means.covariance)
    return np.asarray(((drawn - fitted.curve) ** 2).sum(axis=-1) + penalty)


def shape_of(line: Fit, parabola: Fit, df: float) -> Shape:
    """The shape of the curve. A curvature or slope whose 95% interval contains 0 counts as 0.

    >>> means = Means(np.arange(5.0), np.full(5, 0.5), np.eye(5) * 1e-4, 99.0)
    >>> shape_of(fit_form("line", means), fit_form("parabola", means), 99.0)
    'flat'
    """
    critical = t_critical(df)
    curvature, bend = parabola.parameters[2], critical * np.sqrt(parabola.covariance[2, 2])
    if abs(curvature) > bend:
        return "concave" if curvature < 0 else "convex"
    slope, error = line.parameters[1], critical * np.sqrt(line.covariance[1, 1])
    if abs(slope) <= error:
        return "flat"
    return "rising" if slope > 0 else "falling"


def vertex(parabola: Fit, df: float) -> RatioEstimate:
    """Where a parabola turns, -h1 / (2 h2), with Fieller's set.

    >>> means = Means(np.arange(-2.0, 3.0), np.array([0.1, 0.4, 0.5, 0.4, 0.1]), np.eye(5) * 1e-4, 99.0)
    >>> result = vertex(fit_form("parabola", means), 99.0)
    >>> round(result.low, 2), round(abs(result.estimate), 2), round(result.high, 2)
    (-0.03, 0.0, 0.03)
    """
    (_, slope, curvature), v = parabola.parameters, parabola.covariance
    numerator, denominator = -float(slope), 2 * float(curvature)
    covariances = float(v[1, 1]), -2 * float(v[1, 2]), 4 * float(v[2, 2])
    return fieller(numerator, denominator, *covariances, t_critical(df), unless="curvature_may_be_zero")


def optimum(alignment: Means, helpfulness: Means, weight: float, *, is_alignment_line: bool) -> Optimum:
    """The strength that maximises alignment + weight x helpfulness, by the small-strength forms of both.

    Args:
        alignment: means of the behaviour that is to be strengthened; larger is better.
        helpfulness: means of what may become worse; its items are not those of alignment.
        weight: what a point of helpfulness is worth in points of alignment.
        is_alignment_line: whether alignment is fitted by a line; else by a parabola.

    Returns:
        The reason is "no_interior_optimum" where the sum does not certainly bend down: a larger (or smaller) strength
        is always better, or the data cannot tell. It is "outside_the_tried_strengths" where the curves bend down only
        beyond the strengths that were tried, of which they know nothing.

    >>> strength, noise = np.arange(-2.0, 3.0), np.eye(5) * 1e-6
    >>> alignment = Means(strength, 0.5 + 0.1 * strength, noise, 99.0)
    >>> helpfulness = Means(strength, 0.6 - 0.05 * strength**2, noise, 99.0)
    >>> result = optimum(alignment, helpfulness, 1.0, is_alignment_line=True)
    >>> round(result.strength.estimate, 2), round(result.window.estimate, 2)
    (1.0, 2.0)
    """
    up = fit_form("line" if is_alignment_line else "parabola", alignment)
    down = fit_form("parabola", helpfulness)
    slope, curvature = up.parameters[1] + weight * down.parameters[1], weight * down.parameters[2]
    v = weight**2 * down.covariance[1:, 1:]
    v[0, 0] += up.covariance[1, 1]
    if not is_alignment_line:
        curvature += up.parameters[2]
        v[0, 1] += up.covariance[1, 2]
        v[1, 1] += up.covariance[2, 2]
    t = t_critical(min(alignment.df, helpfulness.df))
    if curvature + t * np.sqrt(v[1, 1]) >= 0:
        missing = without_limits("no_interior_optimum")
        return Optimum(missing, missing, None)
    found = [
        fieller(-float(slope), float(c), float(v[0, 0]), -float(u), float(w), t, unless="no_interior_optimum")
        for c, u, w in ((2 * curvature, 2 * v[0, 1], 4 * v[1, 1]), (curvature, v[0, 1], v[1, 1]))
    ]
    strengths = helpfulness.strength
    best = found[0].estimate
    if best is not None and not strengths[0] <= best <= strengths[-1]:
        outside = without_limits("outside_the_tried_strengths")
        return Optimum(outside, outside, is_inside=False)
    return Optimum(found[0], found[1], None if best is None else True)


def small_strength_range(means: Means, *, is_behaviour: bool) -> tuple[float, float] | None:
    """The widest symmetric range of strengths around 0 in which no richer form is better than the theory's.

    For behaviour a line is compared with a parabola, for helpfulness a parabola with its vertex at 0 with a free one.

    Returns:
        None where the richer form is better in every such range of four strengths or more.

    >>> strength, noise = np.arange(-3.0, 4.0), np.eye(7) * 1e-6
    >>> small_strength_range(Means(strength, 0.5 + 0.1 * strength, noise, 99.0), is_behaviour=True)
    (-3.0, 3.0)
    """
    widest = None
    for reach in np.unique(np.abs(means.strength)):
        inside = np.abs(means.strength) <= reach
        if inside.sum() < _FEWEST_STRENGTHS:
            continue
        part = Means(means.strength[inside], means.mean[inside], means.covariance[np.ix_(inside, inside)], means.df)
        powers = (1, 2) if is_behaviour else (2, 1)
        simple, free = (_linear_criterion(part, powers[:count]) for count in (1, 2))
        if simple <= free:
            widest = (float(part.strength[0]), float(part.strength[-1]))
    return widest


def _linear_criterion(means: Means, powers: Sequence[int]) -> float:
    tangent = np.stack([np.ones_like(means.strength), *(means.strength**power for power in powers)], axis=1)
    projection = tangent @ np.linalg.pinv(tangent)
    residual = means.mean - projection @ means.mean
    return float(residual @ residual + 2 * np.trace(projection @ means.covariance))
