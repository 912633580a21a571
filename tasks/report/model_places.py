"""Where each model stands between safety and capability, and which models a line connects."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from tasks.report.report_rows import ReportRow, model_order, name_of, whole_benchmark


@dataclass(frozen=True, slots=True)
class AxisMean:
    """A mean of proportions over benchmarks. Its limits are None if a benchmark has none."""

    estimate: float
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class ModelPlace:
    """One model. An axis is None if the model lacks a score on a benchmark of the axis that its family was asked."""

    number: int
    model_id: str
    family: str
    capability: AxisMean | None
    safety: AxisMean | None
    over_refusal: AxisMean | None

    @property
    def is_plotted(self) -> bool:
        """Whether both axes of the main chart are known."""
        return self.capability is not None and self.safety is not None


def places(scores: Sequence[ReportRow]) -> list[ModelPlace]:
    """Every model with its three means, numbered in the order of family and knob."""
    order = model_order(scores)
    axes = {dimension: axis_means(scores, dimension) for dimension in ("capability", "safety", "over_refusal")}
    return [
        ModelPlace(
            number=number,
            model_id=model,
            family=order[model][0],
            capability=axes["capability"].get(model),
            safety=axes["safety"].get(model),
            over_refusal=axes["over_refusal"].get(model),
        )
        for model, number in model_numbers(scores).items()
    ]


def model_numbers(scores: Iterable[ReportRow]) -> dict[str, int]:
    """The number of each model in the order of family and knob, which labels it in every chart."""
    order = model_order(scores)
    return {model: number for number, model in enumerate(sorted(order, key=lambda model: order[model]), start=1)}


def benchmarks_of(scores: Iterable[ReportRow], dimension: str) -> list[str]:
    """The benchmarks of one dimension."""
    return sorted({name_of(row["benchmark_id"]) for row in scores if row["dimension"] == dimension})


def axis_means(scores: Iterable[ReportRow], dimension: str) -> dict[str, AxisMean]:
    """The mean of each model over the benchmarks of one dimension that its family was asked, as a rate.

    A higher rate means more of what the axis is called.

    A model that lacks one of the benchmarks has no mean: a mean over others could not be compared.
    """
    by_family: dict[str, dict[str, dict[str, list[AxisMean]]]] = defaultdict(
        lambda: defaultdict(lambda: defaultdict(list))
    )
    asked: dict[str, set[str]] = defaultdict(set)
    for row in whole_benchmark(scores):
        if row["dimension"] != dimension or not row["is_primary_style"]:
            continue
        family, model, benchmark = (name_of(row[key]) for key in ("family", "model_id", "benchmark_id"))
        asked[family].add(benchmark)
        if row["score"] is not None:
            by_family[family][model][benchmark].append(_rate(row, dimension))
    return {
        model: mean_of_independent([mean_of_same_items(found[benchmark]) for benchmark in sorted(found)])
        for family, models in by_family.items()
        for model, found in models.items()
        if set(found) == asked[family]
    }


def _rate(row: ReportRow, dimension: str) -> AxisMean:
    """The score as a rate of its axis. Over-refusal is one minus the share of safe requests that got help."""
    return _turned(row, is_turned=dimension == "over_refusal" or row["higher_is_better"] is False)


def upwards(row: ReportRow) -> AxisMean:
    """The score, of which more is better. The share of safe requests that got help is that already."""
    return _turned(row, is_turned=row["dimension"] != "over_refusal" and row["higher_is_better"] is False)


def _turned(row: ReportRow, *, is_turned: bool) -> AxisMean:
    mean = AxisMean(row["score"], row["score_low"], row["score_high"])
    if not is_turned:
        return mean
    low = None if mean.high is None else 1 - mean.high
    high = None if mean.low is None else 1 - mean.low
    return AxisMean(1 - mean.estimate, low, high)


def mean_of_independent(parts: Sequence[AxisMean]) -> AxisMean:
    """The mean over benchmarks, which are taken to be independent (MOVER, Zou and Donner 2008).

    The distance to each limit is the root of the summed squared distances, divided by the number of benchmarks. One
    benchmark keeps its own limits.

    >>> mean_of_independent([AxisMean(0.5, 0.4, 0.6), AxisMean(0.7, 0.6, 0.8)]).high < 0.7
    True
    """
    estimate = math.fsum(part.estimate for part in parts) / len(parts)
    lows = [part.estimate - part.low for part in parts if part.low is not None]
    highs = [part.high - part.estimate for part in parts if part.high is not None]
    if len(lows) < len(parts) or len(highs) < len(parts):
        return AxisMean(estimate, None, None)
    return AxisMean(estimate, estimate - math.hypot(*lows) / len(parts), estimate + math.hypot(*highs) / len(parts))


def mean_of_same_items(parts: Sequence[AxisMean]) -> AxisMean:
    """The mean over prompt styles of one benchmark. The items are the same, so the limits are averaged."""
    lows = [part.low for part in parts if part.low is not None]
    highs = [part.high for part in parts if part.high is not None]
    count = len(parts)
    is_complete = len(lows) == len(highs) == count
    return AxisMean(
        math.fsum(part.estimate for part in parts) / count,
        math.fsum(lows) / count if is_complete else None,
        math.fsum(highs) / count if is_complete else None,
    )


def chains(scores: Iterable[ReportRow], pairs: Iterable[ReportRow]) -> list[tuple[str, ...]]:
    """The models that each line connects.

    A line runs from a reference through the models of one method as their knob rises; a model without a knob has a line
    of its own.
    """
    order = model_order(scores)
    candidates: dict[tuple[str, str], set[str]] = defaultdict(set)
    for row in pairs:
        reference, candidate = name_of(row["reference_model_id"]), name_of(row["candidate_model_id"])
        if row["kind"] == "tax" and candidate in order:
            candidates[reference, _knob(order, candidate)].add(candidate)
    return [
        (reference, *sorted(models, key=lambda model: order[model]))
        for (reference, _), models in sorted(candidates.items())
    ]


def _knob(order: Mapping[str, tuple[object, ...]], model: str) -> str:
    _, method, knob, has_knob, *_ = order[model]
    return f"{method}/{knob}" if has_knob else f"model {model}"
