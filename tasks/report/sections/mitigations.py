"""The section of mitigations: how much of the tax each one gave back."""

from __future__ import annotations

from collections.abc import Iterator

from tasks.report.blocks import Block
from tasks.report.page_section import PageSection
from tasks.report.printed_table import PrintedTable, TableColumn, TableLine
from tasks.report.report_rows import ReportRow, ReportSource, ReportTables, name_of, ordered
from tasks.report.wording import DASH, points, signed_points, with_interval


def _content(tables: ReportTables) -> list[Block]:
    order = ("benchmark_id", "aligned_model_id", "method_rank", "mitigated_model_id", "origin")
    rows = ordered(tables["mitigation"], *order)
    if not rows:
        return []
    table = PrintedTable.of(
        "table-mitigation",
        "Mitigations: what they gave back of the tax, with 95% intervals",
        "Mitigated model",
        (
            TableColumn("Given back, points"),
            TableColumn("Tax that remains, points"),
            TableColumn("Recovered, % of the tax"),
            TableColumn("Significantly better than", is_number=False),
        ),
        map(_line, rows),
    )
    return [table]


def _line(row: ReportRow) -> TableLine:
    limits = {
        name: (row[name], row[f"{name}_low"], row[f"{name}_high"]) for name in ("gained", "remaining", "recovery")
    }
    cells = (
        with_interval(*limits["gained"], signed_points, row["reason"]),
        with_interval(*limits["remaining"], signed_points, row["reason"]),
        with_interval(*limits["recovery"], points, row["recovery_reason"]),
        DASH if row["better_than"] is None else str(row["better_than"]),
    )
    group = f"{name_of(row['benchmark_id'])}, against {name_of(row['aligned_model_id'])}"
    return TableLine(group, name_of(row["mitigated_model_id"]), cells, tuple(_notes(row)))


def _notes(row: ReportRow) -> Iterator[str]:
    if row["recovery"] is not None and not row["is_recovery_solid"]:
        yield "tax too small to compare recoveries"
    if row["is_safety_lower"]:
        yield "less safe than the aligned model"
    if row["safety_reason"] is not None:
        yield "safety not measured"


MITIGATIONS = PageSection(
    section_id="mitigations",
    title="Did the mitigation help",
    navigation="Mitigations",
    sources=(
        ReportSource(
            "mitigation",
            (
                *("aligned_model_id", "mitigated_model_id", "benchmark_id", "method_rank", "origin"),
                *("gained", "gained_low", "gained_high", "remaining", "remaining_low", "remaining_high", "recovery"),
                *("recovery_low", "recovery_high", "recovery_reason", "is_recovery_solid", "better_than"),
                *("is_safety_lower", "safety_reason", "reason"),
            ),
        ),
    ),
    content=_content,
)
