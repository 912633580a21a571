"""What a family of models offers: which models no other beats on both axes, and what a given safety costs.

Both questions choose among models whose means are noisy. Everything is therefore computed again in every draw of a
bootstrap over the items of both axes. The maximum over noisy models is too high, and the bootstrap doubles this bias.
Where the variants have an order (a knob), monotone regression over the knob replaces the maximum; its limits cover 93
to 96% in simulation. Without an order, limits around the piecewise linear Pareto line cover about 90%, and the
result has the flag "selected".

The estimate is about the line through the true means of these models, not about a smooth curve. Must not know tables.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from tasks.stats.bootstrap import COUNT_RESAMPLES, bootstrap_means
from tasks.stats.clustered import BoolArray, FloatArray, IntArray, cluster_codes, satterthwaite_df
from tasks.stats.estimates import few_clusters, known
from tasks.stats.levels import ALPHA, NORMAL_CRITICAL, t_critical

_TAIL = ALPHA / 2
# Where a monotone line misses a model by more standard errors than this, the data are not monotone.
_LARGEST_MISFIT = 2.0
# Means of blocks have rounding errors, and a model must count as being as safe as itself.
_ROUNDING = 1e-12


@dataclass(frozen=True, slots=True)
class Axis:
    """Means of K models on one axis, where larger is better: ``estimate`` [K] and joint ``draws`` [B, K].

    ``df`` are the least degrees of freedom of its benchmarks (Bell and McCaffrey's), ``count_clusters`` the fewest
    clusters.
    """

    estimate: FloatArray
    draws: FloatArray
    df: float = math.inf
    count_clusters: float = math.inf

    def of_models(self, places: Sequence[int]) -> Axis:
        """The axis of some of its models."""
        return replace(self, estimate=self.estimate[places], draws=self.draws[:, places])


@dataclass(frozen=True, slots=True)
class FixedSafety:
    """The base model's capability minus the family's capability at a given safety.

    ``share_reached`` is the share of draws in which a variant is that safe. ``method`` is "isotonic" or "pareto".
    ``nearest`` is the index of the most capable variant that is safe enough; its paired tax involves no selection.
    ``reason``: "not_reachable" (no number at all), "may_not_be_reachable" (no upper limit), "no_variation" (the draws
    do not vary). ``flags``: "selected" (limits after a choice among unordered variants), "few_clusters"
    (a benchmark of an axis has fewer than five).
    """

    estimate: float | None
    low: float | None
    high: float | None
    share_reached: float
    method: str
    nearest: int | None
    flags: tuple[str, ...]
    reason: str | None


def benchmark_axes(
    blocks: Sequence[tuple[npt.ArrayLike, npt.ArrayLike | None]],
    *,
    rng: np.random.Generator,
    count_resamples: int = COUNT_RESAMPLES,
) -> list[Axis] | None:
    """The axis of each benchmark. Each resample of its items serves all models.

    Args:
        blocks: for each benchmark, values [n, K] on its items and their cluster labels (or None).
        rng: source of the resamples.
        count_resamples: how many.

    Returns:
        None where a benchmark has a single cluster, because then there is nothing to resample.

    >>> values = np.array([[1, 1], [0, 1], [0, 0], [1, 0]] * 50, dtype=float)
    >>> [axis] = benchmark_axes([(values, None)], rng=np.random.default_rng(1))
    >>> axis.estimate.tolist()
    [0.5, 0.5]
    """
    axes = []
    for values, cluster in blocks:
        table = np.asarray(values, dtype=np.float64)
        means = bootstrap_means(table, cluster, rng=rng, count_resamples=count_resamples)
        if means is None:
            return None
        count_in = np.bincount(cluster_codes(cluster, len(table))).astype(np.float64)
        estimate = np.sort(table, axis=0).mean(axis=0)
        # Resamples of G clusters vary less than samples of them, by sqrt((G - 1) / G).
        draws = estimate + (means - estimate) * math.sqrt(count_in.size / (count_in.size - 1))
        axes.append(Axis(estimate, draws, float(satterthwaite_df(count_in[np.newaxis])[0]), count_in.size))
    return axes


def mean_axis(axes: Sequence[Axis]) -> Axis:
    """The mean of the axes of independent benchmarks.

    >>> rng = np.random.default_rng(1)
    >>> low, high = (np.array([[0, share], [0, 1]] * 50) for share in (0, 1))
    >>> mean_axis(benchmark_axes([(low, None), (high, None)], rng=rng)).estimate.tolist()
    [0.0, 0.75]
    """
    return Axis(
        np.asarray(np.mean([axis.estimate for axis in axes], axis=0)),
        np.asarray(np.mean([axis.draws for axis in axes], axis=0)),
        df=min(axis.df for axis in axes),
        count_clusters=min(axis.count_clusters for axis in axes),
    )


def on_frontier(capability: FloatArray, safety: FloatArray) -> BoolArray:
    """Whether no other model is at least as good on both axes and better on one. Arrays [..., K].

    >>> on_frontier(np.array([0.8, 0.7, 0.6]), np.array([0.2, 0.5, 0.4])).tolist()
    [True, True, False]
    """
    mine = capability[..., :, np.newaxis], safety[..., :, np.newaxis]
    other = capability[..., np.newaxis, :], safety[..., np.newaxis, :]
    not_worse = (other[0] >= mine[0]) & (other[1] >= mine[1])
    better = (other[0] > mine[0]) | (other[1] > mine[1])
    return np.asarray(~np.any(not_worse & better, axis=-1))


def frontier_probability(capability: Axis, safety: Axis) -> FloatArray:
    """Share of draws [K] in which each model is on the frontier. It describes noise and is not a p-value.

    >>> axis = Axis(np.array([0.8, 0.7]), np.array([[0.8, 0.7], [0.7, 0.8]]))
    >>> frontier_probability(axis, axis).tolist()
    [0.5, 0.5]
    """
    return np.asarray(on_frontier(capability.draws, safety.draws).mean(axis=0))


def tax_at_fixed_safety(capability: Axis, safety: Axis, level: float, knob: npt.ArrayLike | None = None) -> FixedSafety:
    """The tax that the family has at a safety of ``level``.

    Args:
        capability: means of the base model (first) and its K - 1 variants.
        safety: means of the same models.
        level: wanted safety, on the safety axis.
        knob: [K - 1] strengths that order the variants, or None. The knob is used where safety and capability are
            monotone in it apart from noise; otherwise the Pareto line is used.

    Raises:
        ValueError: for no variant, or a knob of another length.

    At a safety of 0.5, half-way between two variants that lost 2 and 6 points:

    >>> means = np.array([0.80, 0.78, 0.74]), np.array([0.1, 0.4, 0.6])
    >>> capability, safety = (Axis(mean, np.tile(mean, (4, 1))) for mean in means)
    >>> round(tax_at_fixed_safety(capability, safety, 0.5, [1, 2]).estimate, 3)
    0.04
    """
    count = capability.estimate.size - 1
    if count < 1 or safety.estimate.size != count + 1 or (knob is not None and np.size(knob) != count):
        raise ValueError(f"expected a base model, its variants and a strength for each, found {count + 1} models")
    method, read = "pareto", _read_pareto
    order = None if knob is None else _monotone_order(capability, safety, np.asarray(knob, dtype=np.float64))
    if order is not None:
        method, read = "isotonic", _read_isotonic
    places = (np.arange(count) if order is None else order) + 1
    base = capability.draws[:, 0]
    drawn = base - read(capability.draws[:, places], safety.draws[:, places], level)
    single = read(capability.estimate[np.newaxis, places], safety.estimate[np.newaxis, places], level)
    estimate = known(float(capability.estimate[0] - single[0]))
    found = _with_limits(estimate, drawn, method, t_critical(min(capability.df, safety.df)))
    nearest = None if found.reason == "not_reachable" else _nearest(capability, safety, level)
    few = few_clusters(min(capability.count_clusters, safety.count_clusters))
    return replace(found, nearest=nearest, flags=(*found.flags, *few))


def _with_limits(estimate: float | None, drawn: FloatArray, method: str, critical: float) -> FixedSafety:
    """The result from the taxes of all draws [B]; in a draw that no variant is safe enough in, the tax is NaN."""
    share = float(np.isfinite(drawn).mean())
    flags = ("selected",) if method == "pareto" else ()
    if share < _TAIL:
        return FixedSafety(None, None, None, share, method, None, flags, "not_reachable")
    limits = _percentile_limits if method == "isotonic" else _normal_limits
    low, high = limits(estimate, drawn, critical)
    reason = None
    if share <= 1 - _TAIL:
        high, reason = None, "may_not_be_reachable"
    elif low is None or high is None or not low < high:
        low, high, reason = None, None, "no_variation"
    return FixedSafety(estimate, low, high, share, method, None, flags, reason)


def _percentile_limits(estimate: float | None, drawn: FloatArray, critical: float) -> tuple[float | None, float | None]:
    """Percentiles of all draws, where a level that is not reached counts as an infinite tax.

    Their distance from the estimate is widened from the normal to Student's quantile.
    """
    ordered = np.sort(np.where(np.isfinite(drawn), drawn, np.inf))
    place = int(_TAIL * (drawn.size - 1))
    centre = float(np.median(ordered)) if estimate is None else estimate
    if not math.isfinite(centre):
        return known(float(ordered[place])), None
    low, high = (
        centre + (float(limit) - centre) * critical / NORMAL_CRITICAL for limit in ordered[[place, -1 - place]]
    )
    return known(low), known(high)


def _normal_limits(estimate: float | None, drawn: FloatArray, critical: float) -> tuple[float | None, float | None]:
    """Limits around the estimate by Student's quantile, from the draws in which the level is reached."""
    reached = drawn[np.isfinite(drawn)]
    if reached.size < 2:
        return None, None
    centre = estimate if estimate is not None else float(reached.mean())
    spread = critical * float(reached.std(ddof=1))
    return (centre - spread, centre + spread) if spread > 0 else (None, None)


def _nearest(capability: Axis, safety: Axis, level: float) -> int | None:
    is_safe = safety.estimate[1:] >= level - _ROUNDING
    return int(np.where(is_safe, capability.estimate[1:], -np.inf).argmax()) + 1 if is_safe.any() else None


def _monotone_order(capability: Axis, safety: Axis, knob: FloatArray) -> IntArray | None:
    """The variants from least to most safe by the knob, or None where one of the axes is not monotone in it."""
    order = np.argsort(knob, kind="stable")
    if knob.size < 2 or np.unique(knob).size < knob.size:
        return None
    if np.polyfit(knob[order], safety.estimate[1:][order], 1)[0] < 0:
        order = order[::-1]
    for axis, sign in ((safety, 1.0), (capability, -1.0)):
        means = sign * axis.estimate[1:][order]
        error = axis.draws[:, 1:][:, order].std(axis=0)
        if np.any(np.abs(means - isotonic(means[np.newaxis])[0]) > _LARGEST_MISFIT * error + 1e-12):
            return None
    return order


def isotonic(values: FloatArray) -> FloatArray:
    """Least-squares rising fits to rows [B, K] (Robertson, Wright and Dykstra 1988: max over min of block means).

    >>> isotonic(np.array([[1.0, 3.0, 2.0]])).tolist()
    [[1.0, 2.5, 2.5]]
    """
    count = values.shape[-1]
    sums = np.concatenate([np.zeros((len(values), 1)), np.cumsum(values, axis=-1)], axis=-1)
    fitted = np.full(values.shape, -np.inf)
    for start in range(count):
        lengths = np.arange(1, count - start + 1)
        means = (sums[:, start + 1 :] - sums[:, start : start + 1]) / lengths
        smallest = np.minimum.accumulate(means[:, ::-1], axis=-1)[:, ::-1]
        fitted[:, start:] = np.maximum(fitted[:, start:], smallest)
    return fitted


def _read_isotonic(capability: FloatArray, safety: FloatArray, level: float) -> FloatArray:
    """Capability [B] at a safety, on monotone lines over ordered variants [B, K]; NaN where none is that safe."""
    safe, able = isotonic(safety), -isotonic(-capability)
    first = (safe >= level - _ROUNDING).argmax(axis=-1)
    rows = np.arange(len(safe))
    before = np.maximum(first - 1, 0)
    step = safe[rows, first] - safe[rows, before]
    share = np.where(step > 0, (level - safe[rows, before]) / np.where(step > 0, step, 1.0), 1.0)
    value = able[rows, before] + share * (able[rows, first] - able[rows, before])
    return np.asarray(np.where(safe[:, -1] >= level - _ROUNDING, value, np.nan))


def _read_pareto(capability: FloatArray, safety: FloatArray, level: float) -> FloatArray:
    """Capability [B] at a safety, on the line through the Pareto points [B, K]; NaN where none is that safe."""
    is_safe = safety >= level - _ROUNDING
    rows = np.arange(len(safety))
    above = _best(capability, safety, is_safe)
    is_below = ~is_safe & on_frontier(capability, safety)
    below = np.where(is_below, safety, -np.inf).argmax(axis=-1)
    has_below = is_below.any(axis=-1)
    able, safe = capability[rows, above], safety[rows, above]
    step = safe - safety[rows, below]
    share = np.where(has_below, (level - safety[rows, below]) / np.where(step > 0, step, 1.0), 1.0)
    value = capability[rows, below] + share * (able - capability[rows, below])
    value = np.where(has_below, value, able)
    return np.asarray(np.where(is_safe.any(axis=-1), value, np.nan))


def _best(capability: FloatArray, safety: FloatArray, is_safe: BoolArray) -> IntArray:
    """The most capable of the models that are safe enough; among equals the safest."""
    most = np.where(is_safe, capability, -np.inf).max(axis=-1, keepdims=True)
    return np.asarray(np.where(is_safe & (capability >= most), safety, -np.inf).argmax(axis=-1))
