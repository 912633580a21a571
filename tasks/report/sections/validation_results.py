"""The section of validations: what was expected of the data, and whether it held."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tasks.report.blocks import Block, table_or_notice
from tasks.report.page_section import PageSection
from tasks.report.printed_table import PrintedTable, TableColumn, TableLine
from tasks.report.report_rows import ReportRow, ReportSource, ReportTables, name_of
from tasks.report.wording import DASH, in_words, stated, whole

_SEVERITIES = {"gate": 0, "limit": 1, "quarantine": 2, "warning": 3}


def _content(tables: ReportTables) -> list[Block]:
    return [table_or_notice(tables["validations"], _table, "No validation was recorded.")]


def _table(rows: Sequence[ReportRow]) -> PrintedTable:
    """One line per expectation; those that did not hold come first, the most serious on top."""
    return PrintedTable.of(
        "table-validations",
        "Validations: what was expected of the data, and whether it held; broken expectations first",
        "Expectation",
        (
            TableColumn("Verdict", is_number=False),
            TableColumn("Severity", is_number=False),
            TableColumn("Stage", is_number=False),
            TableColumn("Table", is_number=False),
            TableColumn("Broken rows"),
            TableColumn("Checked rows"),
            TableColumn("Detail", is_number=False),
            TableColumn("Run", is_number=False),
        ),
        map(_line, sorted(rows, key=_broken_first)),
    )


def _broken_first(row: ReportRow) -> tuple[Any, ...]:
    severity = _SEVERITIES.get(str(row["severity"]), len(_SEVERITIES))
    names = ("run_id", "stage", "table_name", "expectation")
    return (bool(row["is_success"]), severity, *(str(row[name]) for name in names))


def _line(row: ReportRow) -> TableLine:
    uncounted = "not counted"
    cells = (
        "held" if row["is_success"] else "BROKEN",
        *(name_of(row[name]) for name in ("severity", "stage", "table_name")),
        stated(row["count_unexpected"], whole, uncounted),
        stated(row["count_checked"], whole, uncounted),
        row["detail"] or DASH,
        name_of(row["run_id"]),
    )
    return TableLine("", in_words(name_of(row["expectation"])), cells)


VALIDATION_RESULTS = PageSection(
    section_id="validations",
    title="Validations",
    navigation="Validations",
    sources=(
        ReportSource(
            "validations",
            (
                *("run_id", "stage", "expectation", "table_name", "severity", "is_success", "count_checked"),
                *("count_unexpected", "detail"),
            ),
        ),
    ),
    content=_content,
    is_open=lambda tables: not all(row["is_success"] for row in tables["validations"]),
)
