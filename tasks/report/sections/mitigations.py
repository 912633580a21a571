"""The section of mitigations: how much of the tax each one gave back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tasks.report.blocks import Block, Panels
from tasks.report.interval_chart import IntervalPanel, IntervalRow, interval_panels
from tasks.report.page_section import PageSection
from tasks.report.printed_table import PrintedTable, TableColumn, TableLine
from tasks.report.report_rows import ReportRow, ReportSource, ReportTables, grouped, name_of, ordered
from tasks.report.symbols import FamilySymbols
from tasks.report.wording import DASH, points, signed_points, with_interval

_BEFORE, _AFTER = "tax of the aligned model", "tax that remains"
_CAPTION = "Hollow points are the tax of the aligned model, filled ones what remains of it; lines are 95% intervals."


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
    return [*_panels(tables, rows), table]


def _panels(tables: ReportTables, rows: Sequence[ReportRow]) -> Iterator[Panels]:
    """For each mitigated model, the tax of the plainly aligned model on each benchmark and what remains of it."""
    symbols = FamilySymbols.of(tables["model_scores"])
    panels = [
        IntervalPanel(
            title := f"{name_of(found[0]['mitigated_model_id'])} against {name_of(found[0]['aligned_model_id'])}",
            f"Points with 95% intervals: the tax of the aligned model, and what remains of it, for {title}.",
            points,
            symbols.colour(found[0]["family"]),
        )
        for found in grouped(rows, "aligned_model_id", "mitigated_model_id", "origin")
        if (points := [point for row in found for point in _points(row)])
    ]
    if panels:
        yield Panels("What the mitigation gave back", interval_panels("chart-mitigation", panels), _CAPTION)


def _points(row: ReportRow) -> Iterator[IntervalRow]:
    """The tax before and after the mitigation on one benchmark; nothing where either is unknown."""
    if row["tax"] is not None and row["remaining"] is not None:
        benchmark = name_of(row["benchmark_id"])
        yield IntervalRow(benchmark, row["tax"], row["tax_low"], row["tax_high"], _BEFORE, "hollow")
        limits = (row["remaining_low"], row["remaining_high"])
        yield IntervalRow(benchmark, row["remaining"], *limits, _AFTER, "filled")


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
        ReportSource("model_scores", ("family",)),
        ReportSource(
            "mitigation",
            (
                *(
                    "family",
                    "tax",
                    "tax_low",
                    "tax_high",
                    "aligned_model_id",
                    "mitigated_model_id",
                    "benchmark_id",
                    "method_rank",
                    "origin",
                ),
                *("gained", "gained_low", "gained_high", "remaining", "remaining_low", "remaining_high", "recovery"),
                *("recovery_low", "recovery_high", "recovery_reason", "is_recovery_solid", "better_than"),
                *("is_safety_lower", "safety_reason", "reason"),
            ),
        ),
    ),
    content=_content,
)
