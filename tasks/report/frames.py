"""What the report is made of: frames of the ``reports`` schema, checked and turned into rows that are safe to print."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import polars as pl

from tasks.errors import InputError
from tasks.report.wording import visible

Row = Mapping[str, Any]

WHOLE = "all"  # the subset that is the whole benchmark

# Only what the page reads, so that the tables may grow without breaking it.
COLUMNS: dict[str, tuple[str, ...]] = {
    "alignment_tax": (
        *("as_of_date", "kind", "family", "reference_model_id", "candidate_model_id", "benchmark_id"),
        *("benchmark_version", "domain", "dimension", "metric", "higher_is_better", "subset"),
        *(
            "prompt_style_reference",
            "prompt_style_candidate",
            "unparsed_rule",
            "is_headline",
            "count_items",
            "count_paired_items",
        ),
        *("count_clusters", "reference_score", "candidate_score", "tax_absolute", "tax_absolute_low"),
        *("tax_absolute_high", "tax_relative", "tax_relative_low", "tax_relative_high", "tax_relative_reason"),
        *("p_value_holm", "minimum_detectable_tax", "bound_low", "bound_high", "is_significant"),
        *("is_sign_rule_dependent", "origin", "days_apart", "flags", "reason"),
    ),
    "safety": (
        *("as_of_date", "kind", "family", "reference_model_id", "candidate_model_id", "benchmark_id", "dimension"),
        *("metric", "higher_is_better", "count_items", "count_paired_items", "rate_reference", "rate_candidate"),
        *("change", "change_low", "change_high", "p_value_holm", "is_significant", "origin", "flags", "reason"),
    ),
    "model_scores": (
        *("as_of_date", "model_id", "family", "stage", "method", "knob_name", "knob_value", "benchmark_id"),
        *("dimension", "metric", "higher_is_better", "prompt_style", "is_primary_style", "subset", "score"),
        *("score_low", "score_high", "count_items", "count_answers", "coverage", "count_correct", "count_partial"),
        *("count_incorrect", "count_refused", "count_filtered", "count_truncated", "count_unparsed"),
        *("count_failed", "count_judge_error", "count_not_run", "count_quarantined", "origin", "flags", "reason"),
    ),
    "tax_at_fixed_safety": (
        *("as_of_date", "family", "variants", "safety_level", "base_model_id", "tax", "tax_low", "tax_high"),
        *("probability_reachable", "nearest_model_id", "nearest_tax", "flags", "reason"),
    ),
    "sweep_fit": (
        *("as_of_date", "family", "method", "knob_name", "axis", "benchmark_id", "form", "is_clear", "shape"),
        *("slope", "slope_low", "slope_high", "largest_residual", "optimum", "optimum_low", "optimum_high"),
        *("optimum_reason", "reason"),
    ),
    "mitigation": (
        *("as_of_date", "aligned_model_id", "mitigated_model_id", "benchmark_id", "gained", "gained_low"),
        *("gained_high", "remaining", "remaining_low", "remaining_high", "recovery", "recovery_low"),
        *("recovery_high", "recovery_reason", "is_recovery_solid", "better_than", "is_safety_lower"),
        *("safety_reason", "reason"),
    ),
    "trend": (
        *(
            "as_of_date",
            "series_id",
            "model_id",
            "benchmark_id",
            "phase",
            "score",
            "p_value_holm",
            "is_alarm",
            "reason",
        ),
    ),
    "alerts": (
        *("as_of_date", "model_id", "benchmark_id", "is_new", "since_date", "fall", "fall_low", "fall_high"),
        *("p_value_holm", "items_fallen_json"),
    ),
    "coverage": (
        *("run_id", "run_kind", "model_id", "benchmark_id", "prompt_style", "origin", "status", "reason"),
        *("count_planned", "count_answered", "count_failed", "count_quarantined", "count_pending", "count_reused"),
        *("coverage", "tokens_input", "tokens_output", "cost_usd", "latency_median_ms", "latency_p95_ms"),
    ),
    "validations": (
        *("run_id", "stage", "expectation", "table_name", "severity", "is_success", "count_checked"),
        *("count_unexpected", "detail"),
    ),
    "tax_decomposition": (
        *("as_of_date", "comparison_id", "family", "reference_model_id", "candidate_model_id", "benchmark_id"),
        *("component", "tax_part", "tax_part_low", "tax_part_high", "tax_absolute", "reason"),
    ),
    "overall_tax": (
        *("as_of_date", "pair_id", "family", "reference_model_id", "candidate_model_id", "scope", "weighting"),
        *("benchmarks", "count_paired_items", "tax_absolute", "tax_absolute_low", "tax_absolute_high"),
        *("p_value_holm", "reason"),
    ),
    "metric_tax": (
        *("as_of_date", "kind", "family", "reference_model_id", "candidate_model_id", "benchmark_id", "metric"),
        *("title", "higher_is_better", "is_proportion", "count_paired_items", "reference_score", "reference_score_low"),
        *("reference_score_high", "candidate_score", "candidate_score_low", "candidate_score_high", "tax", "tax_low"),
        *("tax_high", "p_value_holm", "flags", "reason"),
    ),
    "cost_tax": (
        *("as_of_date", "kind", "family", "reference_model_id", "candidate_model_id", "benchmark_id", "tax"),
        *("measure", "candidate_value", "ratio", "ratio_low", "ratio_high", "reason"),
    ),
}


@dataclass(frozen=True)
class ReportFrames:
    """The tables of the ``reports`` schema that the page is written from.

    ``as_of_date`` is an ISO date: rows of other dates in ``alignment_tax``, ``safety`` and ``model_scores`` are left
    out. ``coverage`` and ``validations`` are shown as given, because the answers compared may be of earlier runs.
    """

    alignment_tax: pl.DataFrame
    safety: pl.DataFrame
    model_scores: pl.DataFrame
    coverage: pl.DataFrame
    validations: pl.DataFrame
    as_of_date: str
    title: str = "Alignment tax"
    tax_at_fixed_safety: pl.DataFrame = field(default_factory=pl.DataFrame)
    sweep_fit: pl.DataFrame = field(default_factory=pl.DataFrame)
    mitigation: pl.DataFrame = field(default_factory=pl.DataFrame)
    trend: pl.DataFrame = field(default_factory=pl.DataFrame)
    alerts: pl.DataFrame = field(default_factory=pl.DataFrame)
    tax_decomposition: pl.DataFrame = field(default_factory=pl.DataFrame)
    overall_tax: pl.DataFrame = field(default_factory=pl.DataFrame)
    metric_tax: pl.DataFrame = field(default_factory=pl.DataFrame)
    cost_tax: pl.DataFrame = field(default_factory=pl.DataFrame)


@dataclass(frozen=True)
class ReportRows:
    """The same tables as printable rows: no NaN, no infinity, no invisible character."""

    taxes: tuple[Row, ...]
    safety: tuple[Row, ...]
    scores: tuple[Row, ...]
    coverage: tuple[Row, ...]
    validations: tuple[Row, ...]
    parts: tuple[Row, ...]
    overall: tuple[Row, ...]
    metrics: tuple[Row, ...]
    costs: tuple[Row, ...]
    as_of_date: str
    title: str
    fixed_safety: tuple[Row, ...]
    sweeps: tuple[Row, ...]
    mitigations: tuple[Row, ...]
    nights: tuple[Row, ...]
    alerts: tuple[Row, ...]


def printable_rows(frames: ReportFrames) -> ReportRows:
    """Check the columns and make every value printable.

    Raises:
        InputError: a table that lacks a column the page reads.
    """
    date = frames.as_of_date
    return ReportRows(
        taxes=_rows("alignment_tax", frames.alignment_tax, date),
        safety=_rows("safety", frames.safety, date),
        scores=_rows("model_scores", frames.model_scores, date),
        coverage=_rows("coverage", frames.coverage, None),
        validations=_rows("validations", frames.validations, None),
        parts=_rows("tax_decomposition", frames.tax_decomposition, date),
        overall=_rows("overall_tax", frames.overall_tax, date),
        metrics=_rows("metric_tax", frames.metric_tax, date),
        costs=_rows("cost_tax", frames.cost_tax, date),
        as_of_date=visible(date),
        title=visible(frames.title),
        fixed_safety=_rows("tax_at_fixed_safety", frames.tax_at_fixed_safety, date),
        sweeps=_rows("sweep_fit", frames.sweep_fit, date),
        mitigations=_rows("mitigation", frames.mitigation, date),
        nights=_rows("trend", frames.trend, None),
        alerts=_rows("alerts", frames.alerts, date),
    )


def _rows(name: str, frame: pl.DataFrame, as_of_date: str | None) -> tuple[Row, ...]:
    if frame.width == 0:
        return ()
    missing = [column for column in COLUMNS[name] if column not in frame.columns]
    if missing:
        raise InputError(f"The report needs reports.{name} with {', '.join(missing)}: build the warehouse again.")
    if as_of_date is not None:
        frame = frame.filter(pl.col("as_of_date").cast(pl.String) == as_of_date)
    rows = frame.select(COLUMNS[name]).to_dicts()
    return tuple({column: _printable(value) for column, value in row.items()} for row in rows)


def _printable(value: Any) -> Any:
    if isinstance(value, str):
        return visible(value)
    if isinstance(value, Decimal):
        value = float(value)
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def headline(rows: Iterable[Row], *, is_tax: bool) -> list[Row]:
    """Rows to read first: whole benchmark, configured rule, primary styles; taxes or the other declared kinds."""
    return [row for row in rows if row["is_headline"] and (row["kind"] == "tax") is is_tax]


def whole_benchmark(rows: Iterable[Row]) -> list[Row]:
    """Rows that are not about a subset."""
    return [row for row in rows if row["subset"] == WHOLE]


def name_of(value: Any) -> str:
    """A name, or what to print where there is none."""
    return str(value) if value not in (None, "") else "unnamed"


def model_order(scores: Iterable[Row]) -> dict[str, tuple[Any, ...]]:
    """Sort key of each model: family, method, then the knob's strength (models without a knob first)."""
    order: dict[str, tuple[Any, ...]] = {}
    for row in scores:
        knob = row["knob_value"]
        strength = (0, 0.0) if knob is None else (1, float(knob))
        key = (name_of(row["family"]), str(row["method"] or ""), str(row["knob_name"] or ""), *strength)
        order[name_of(row["model_id"])] = (*key, name_of(row["model_id"]))
    return order


def by_pair(rows: Iterable[Row], scores: Iterable[Row]) -> list[Row]:
    """Sort rows of pairs by benchmark, family, reference and the candidate's knob."""
    order = model_order(scores)

    def key(row: Row) -> tuple[Any, ...]:
        candidate = name_of(row["candidate_model_id"])
        family = name_of(row["family"])
        place = order.get(candidate, (family, "", "", 0, 0.0, candidate))
        styles = (str(row.get("prompt_style_reference")), str(row.get("prompt_style_candidate")))
        return (name_of(row["benchmark_id"]), family, name_of(row["reference_model_id"]), place, styles)

    return sorted(rows, key=key)
