"""The section of spending: what each night would send and cost, and what it did, for each model."""

from __future__ import annotations

from collections.abc import Iterable

from tasks.report.blocks import Block
from tasks.report.page_section import PageSection
from tasks.report.printed_table import PrintedTable, TableColumn, TableLine
from tasks.report.report_rows import ReportRow, ReportSource, ReportTables, name_of
from tasks.report.wording import DASH, counted, fixed, stated, whole

# A longer list is in `reports.spend`.
DAYS = 7


def _content(tables: ReportTables) -> list[Block]:
    rows = sorted(tables["spend"], key=lambda row: (row["as_of_date"], name_of(row["model_id"])))
    return [_table(rows)] if any(row["count_requests"] or row["count_requests_planned"] for row in rows) else []


def _table(rows: Iterable[ReportRow]) -> PrintedTable:
    """One line per date and model that was asked; judges and parts of composite models are models, too."""
    return PrintedTable.of(
        "table-spending",
        f"Planned against actual spending of the last {DAYS} days",
        "Model",
        (
            TableColumn("planned", spanner="Requests"),
            TableColumn("sent", spanner="Requests"),
            TableColumn("planned at most", spanner="US dollars"),
            TableColumn("spent", spanner="US dollars"),
            TableColumn("held", spanner="US dollars"),
            TableColumn("saved by reuse", spanner="US dollars"),
            TableColumn("Stopped by the budget", is_number=False),
        ),
        map(_line, rows),
    )


def _line(row: ReportRow) -> TableLine:
    cells = (
        stated(row["count_requests_planned"], whole, "not planned"),
        whole(row["count_requests"]),
        stated(row["cost_usd_planned_at_most"], _usd, "no price is stated"),
        stated(row["cost_usd"], _usd, "unknown"),
        _usd(row["cost_held_usd"]),
        stated(row["cost_saved_usd"], _usd, "unknown" if row["count_reused"] else "no answer was reused"),
        row["stopped_by"] or DASH,
    )
    return TableLine(str(row["as_of_date"]), name_of(row["model_id"]), cells, tuple(_notes(row)))


def _notes(row: ReportRow) -> Iterable[str]:
    if row["count_without_cost"]:
        yield f"{counted(row['count_without_cost'], 'answer')} of unknown cost"
    if row["count_missing"]:
        yield f"{counted(row['count_missing'], 'answer')} missing"


def _usd(amount: float) -> str:
    return fixed(amount, 2)


SPENDING = PageSection(
    section_id="spending",
    title="What the nights cost",
    navigation="Spending",
    sources=(
        ReportSource(
            "spend",
            (
                *("as_of_date", "model_id", "count_requests_planned", "cost_usd_planned_at_most", "count_requests"),
                *("cost_usd", "count_without_cost", "cost_held_usd", "cost_saved_usd", "stopped_by", "count_missing"),
                "count_reused",
            ),
            days=DAYS,
        ),
    ),
    content=_content,
)
