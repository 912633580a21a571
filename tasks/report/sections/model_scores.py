"""The section of scores: what each model scored on each whole benchmark, and how its answers ended."""

from __future__ import annotations

from collections.abc import Sequence

from tasks.report.blocks import Block, table_or_notice
from tasks.report.page_section import PageSection
from tasks.report.printed_table import PrintedTable, TableColumn, TableLine
from tasks.report.report_rows import ReportRow, ReportSource, ReportTables, model_order, name_of, whole_benchmark
from tasks.report.row_wording import as_words, flag_notes, reason_unless_shown
from tasks.report.wording import points, stated, whole, with_interval

OUTCOMES = (
    *("correct", "partial", "incorrect", "refused", "filtered", "truncated", "unparsed"),
    *("failed", "judge_error", "not_run", "quarantined"),
)


def _content(tables: ReportTables) -> list[Block]:
    return [table_or_notice(tables["model_scores"], _table, "No model was scored.")]


def _table(scores: Sequence[ReportRow]) -> PrintedTable:
    """One line per model and style, with the outcomes that occurred at all."""
    order = model_order(scores)
    rows = sorted(
        whole_benchmark(scores),
        key=lambda row: (name_of(row["benchmark_id"]), order[name_of(row["model_id"])], str(row["prompt_style"])),
    )
    occurred = [outcome for outcome in OUTCOMES if any(row[f"count_{outcome}"] for row in rows)]
    others = ", ".join(outcome.replace("_", " ") for outcome in OUTCOMES if outcome not in occurred)
    return PrintedTable.of(
        "table-scores",
        "Model scores in % with 95% intervals, and how the answers ended"
        + (f" (no answer was {others})" if rows and others else ""),
        "Model",
        (
            TableColumn("Style", is_number=False),
            TableColumn("Score [95%]"),
            TableColumn("Coverage, %"),
            TableColumn("Items"),
            *(TableColumn(outcome.replace("_", " "), spanner="Answers that were") for outcome in occurred),
        ),
        (_line(row, occurred) for row in rows),
    )


def _line(row: ReportRow, occurred: Sequence[str]) -> TableLine:
    reason = row["reason"]
    cells = (
        name_of(row["prompt_style"]),
        with_interval(row["score"], row["score_low"], row["score_high"], points, reason),
        stated(row["coverage"], points, reason),
        stated(row["count_items"], whole, reason),
        *(stated(row[f"count_{outcome}"], whole, reason) for outcome in occurred),
    )
    notes = (
        *([] if row["is_primary_style"] else ["control style"]),
        *flag_notes(row["flags"]),
        *reason_unless_shown(reason, cells),
    )
    title = f"{name_of(row['benchmark_id'])} ({as_words(row['dimension'])}: {as_words(row['metric'])})"
    return TableLine(title, name_of(row["model_id"]), cells, notes)


MODEL_SCORES = PageSection(
    section_id="scores",
    title="Model scores",
    navigation="Scores",
    sources=(
        ReportSource(
            "model_scores",
            (
                *("model_id", "family", "method", "knob_name", "knob_value", "benchmark_id", "dimension", "metric"),
                *("prompt_style", "is_primary_style", "subset", "score", "score_low", "score_high", "count_items"),
                *("coverage", *(f"count_{outcome}" for outcome in OUTCOMES), "flags", "reason"),
            ),
        ),
    ),
    content=_content,
)
