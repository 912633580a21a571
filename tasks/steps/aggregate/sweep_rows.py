"""A family along a knob: the form that its scores follow on each benchmark, and the best strength.

Knows ``tasks.stats`` and families; must not know SQL. Safety and bias are what a knob is turned for (alignment); every
other dimension is what turning it may cost (helpfulness).

Tested in tests/flows/test_families.py.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from tasks.domain import CAPABILITY_DIMENSIONS, Dimension
from tasks.stats.clustered import FloatArray
from tasks.stats.levels import t_critical
from tasks.stats.ratio import RatioEstimate
from tasks.stats.sweep import (
    BEHAVIOUR_FORMS,
    HELPFULNESS_FORMS,
    Fit,
    Means,
    SweepFit,
    fit_form,
    fit_sweep,
    optimum,
    small_strength_range,
    sweep_means,
)
from tasks.steps.aggregate.families import AskedItems, Family, Member
from warehouse.connection import Row

ALIGNMENT = (Dimension.SAFETY, Dimension.BIAS)
HELPFULNESS = (*CAPABILITY_DIMENSIONS, Dimension.OVER_REFUSAL, Dimension.TRUTHFULNESS)
_FEWEST_STRENGTHS = 4


def sweep_rows(family: Family, weight: float) -> Iterator[Row]:
    """Every knob of a family that has two strengths or more, benchmark by benchmark and form by form."""
    for (method, knob), members in _knobs(family.members).items():
        asked = list(_asked_along(family, members))
        alignment = _alignment([(strengths, part) for strengths, part in asked if part.dimension == "safety"])
        for strengths, part in asked:
            knobs = {"method": method, "knob_name": knob, "helpfulness_weight": weight}
            start = {**family.keys, **knobs, **_asked(strengths, part)}
            reason = _too_little(strengths, part)
            if reason is not None:
                yield {**start, "form": "none", "is_best": False, "is_shown": False, "reason": reason}
                continue
            rng = family.rng(method, knob, part.benchmark_id)
            yield from (start | row for row in _fitted(strengths, part, alignment, weight, rng))


def _asked_along(family: Family, members: Sequence[Member]) -> Iterator[tuple[FloatArray, AskedItems]]:
    """Each benchmark with the strengths at which it was asked, which may be fewer than those of another."""
    for answering, benchmarks in family.answering(members):
        for part in family.asked_of(answering, [*ALIGNMENT, *HELPFULNESS]):
            if part.benchmark_id in benchmarks:
                yield np.array([float(member.knob_value or 0.0) for member in answering]), part


def _asked(strengths: FloatArray, part: AskedItems) -> Row:
    """What a benchmark was asked at: the columns that all of its forms share."""
    return {
        "benchmark_id": part.benchmark_id,
        "benchmark_version": part.benchmark_version,
        "axis": "alignment" if part.dimension in ALIGNMENT else "helpfulness",
        "count_strengths": strengths.size,
        "count_items": len(part.values),
        "knob_low": float(strengths.min()),
        "knob_high": float(strengths.max()),
    }


def _knobs(members: Sequence[Member]) -> dict[tuple[str, str], list[Member]]:
    """Models by method and knob, one for each strength, from weak to strong. Their base is strength 0 of every knob."""
    found: dict[tuple[str, str], dict[float, Member]] = {}
    for member in members:
        if member.knob_name is not None and member.knob_value is not None:
            found.setdefault((member.method, member.knob_name), {}).setdefault(member.knob_value, member)
    for by_strength in found.values():
        bases = {member.base_model_id for member in by_strength.values()} - {None}
        for base in members:
            if bases == {base.model_id} and not base.knob_value:
                by_strength.setdefault(0.0, base)
    return {
        key: [by_strength[value] for value in sorted(by_strength)]
        for key, by_strength in sorted(found.items())
        if len(by_strength) > 1
    }


def _too_little(strengths: np.ndarray[Any, Any], part: AskedItems) -> str | None:
    if strengths.size < _FEWEST_STRENGTHS:
        return "fewer_than_four_strengths"
    if len(part.values) < 2:
        return "one_item"
    return "one_cluster" if np.unique(part.clusters).size < 2 else None


def _alignment(asked: Sequence[tuple[FloatArray, AskedItems]]) -> Means | None:
    """The mean over safety benchmarks at each strength. Their variances add, because they ask different items.

    Benchmarks that were asked at fewer strengths than another do not count.
    """
    usable = [(strengths, part) for strengths, part in asked if _too_little(strengths, part) is None]
    if not usable:
        return None
    most = max((strengths for strengths, _ in usable), key=len)
    means = [
        sweep_means(most, part.values, part.clusters) for strengths, part in usable if np.array_equal(strengths, most)
    ]
    count = len(means)
    return Means(
        means[0].strength,
        np.asarray(np.mean([part.mean for part in means], axis=0)),
        np.asarray(np.sum([part.covariance for part in means], axis=0) / count**2),
        min(part.df for part in means),
    )


def _fitted(
    strengths: np.ndarray[Any, Any],
    part: AskedItems,
    alignment: Means | None,
    weight: float,
    rng: np.random.Generator,
) -> Iterator[Row]:
    is_alignment = part.dimension in ALIGNMENT
    forms = BEHAVIOUR_FORMS if is_alignment else HELPFULNESS_FORMS
    means = sweep_means(strengths, part.values, part.clusters)
    sweep = fit_sweep(strengths, part.values, part.clusters, forms=forms, rng=rng)
    small = small_strength_range(means, is_behaviour=is_alignment)
    common = {
        "shape": sweep.shape,
        "is_clear": sweep.is_clear,
        **_slope(fit_form("line", means), means.df),
        **_ratio("vertex", sweep.vertex),
        "vertex_reason": sweep.vertex.reason,
        "small_strength_from": None if small is None else small[0],
        "small_strength_to": None if small is None else small[1],
        **(_optimum(alignment, means, weight) if not is_alignment else {"optimum_reason": "alignment_axis"}),
    }
    for form, fit in sweep.fits.items():
        yield {**common, **_form(sweep, fit), "form": form}


def _form(sweep: SweepFit, fit: Fit) -> Row:
    deviations = np.sqrt(np.maximum(np.diag(fit.covariance), 0.0))
    names = {
        "line": ("level", "slope"),
        "parabola": ("level", "slope", "curvature"),
        "tanh": ("steepness", "offset"),
        "bell": ("height", "narrowness", "centre"),
    }[fit.form]
    parameters = {
        name: {"estimate": round(float(value), 9), "standard_error": round(float(error), 9) or None}
        for name, value, error in zip(names, fit.parameters, deviations, strict=True)
    }
    return {
        "criterion": fit.criterion,
        "share_chosen": sweep.shares[fit.form],
        "is_best": fit.form == sweep.best,
        "is_shown": fit.form == sweep.shown,
        "parameters_json": json.dumps(parameters),
        "largest_residual": fit.largest_residual,
    }


def _slope(line: Fit, df: float) -> Row:
    slope, error = float(line.parameters[1]), float(np.sqrt(max(line.covariance[1, 1], 0.0)))
    half = t_critical(df) * error
    return {"slope": slope, "slope_low": slope - half if half else None, "slope_high": slope + half if half else None}


def _ratio(name: str, found: RatioEstimate) -> Row:
    is_wide = found.low is not None and found.high is not None and found.low < found.high
    low, high = (found.low, found.high) if is_wide else (None, None)
    return {name: found.estimate, f"{name}_low": low, f"{name}_high": high}


def _optimum(alignment: Means | None, helpfulness: Means, weight: float) -> Row:
    if alignment is None:
        return {"optimum_reason": "no_safety_benchmark"}
    best = optimum(alignment, helpfulness, weight, is_alignment_line=True)
    return {
        **_ratio("optimum", best.strength),
        **_ratio("window_end", best.window),
        "is_optimum_inside": best.is_inside,
        "optimum_reason": best.strength.reason,
    }
