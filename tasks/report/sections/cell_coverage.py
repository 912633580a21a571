"""The section of coverage: for each cell, what was planned, what came back, and what it took."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tasks.report.blocks import Block, table_or_notice
from tasks.report.page_section import PageSection
from tasks.report.printed_table import PrintedTable, TableColumn, TableLine
from tasks.report.report_rows import ReportRow, ReportSource, ReportTables, name_of
from tasks.report.row_wording import reason_unless_shown
from tasks.report.wording import points, stated, whole

COUNTS = ("planned", "answered", "failed", "quarantined", "pending", "reused")


def _content(tables: ReportTables) -> list[Block]:
    return [table_or_notice(tables["coverage"], _table, "No cell was run.")]


def _table(rows: Sequence[ReportRow]) -> PrintedTable:
    """One line per cell; cells that are not complete come first."""
    return PrintedTable.of(
        "table-coverage",
        "Coverage: what was planned, what came back, and what it took; unfinished cells first",
        "Cell",
        (
            TableColumn("Status", is_number=False),
            *(TableColumn(count.capitalize()) for count in COUNTS),
            TableColumn("Coverage, %"),
            TableColumn("in", spanner="Tokens"),
            TableColumn("out", spanner="Tokens"),
            TableColumn("Cost, US$"),
            TableColumn("median", spanner="Latency, ms"),
            TableColumn("95th percentile", spanner="Latency, ms"),
        ),
        map(_line, sorted(rows, key=_unfinished_first)),
    )


def _unfinished_first(row: ReportRow) -> tuple[Any, ...]:
    names = ("run_id", "benchmark_id", "model_id", "prompt_style")
    return (row["status"] == "complete", *(str(row[name]) for name in names))


def _line(row: ReportRow) -> TableLine:
    unreported = "not reported"
    unpriced = unreported if row["tokens_output"] is None else "no price is stated"
    cells = (
        name_of(row["status"]),
        *(stated(row[f"count_{count}"], whole, row["reason"]) for count in COUNTS),
        stated(row["coverage"], points, row["reason"] or "nothing was planned"),
        *(stated(row[f"tokens_{way}"], whole, unreported) for way in ("input", "output")),
        stated(row["cost_usd"], lambda value: f"{value:,.4f}", unpriced),
        *(stated(row[f"latency_{name}_ms"], whole, unreported) for name in ("median", "p95")),
    )
    group = f"Run {name_of(row['run_id'])} ({name_of(row['run_kind'])}, {name_of(row['origin'])})"
    head = " / ".join(name_of(row[name]) for name in ("model_id", "benchmark_id", "prompt_style"))
    return TableLine(group, head, cells, reason_unless_shown(row["reason"], cells))


CELL_COVERAGE = PageSection(
    section_id="coverage",
    title="Coverage",
    navigation="Coverage",
    sources=(
        ReportSource(
            "coverage",
            (
                *("run_id", "run_kind", "model_id", "benchmark_id", "prompt_style", "origin", "status", "reason"),
                *(f"count_{count}" for count in COUNTS),
                *("coverage", "tokens_input", "tokens_output", "cost_usd", "latency_median_ms", "latency_p95_ms"),
            ),
        ),
    ),
    content=_content,
    is_open=lambda tables: any(row["status"] != "complete" for row in tables["coverage"]),
)
