"""The section of knobs: how scores follow the strength of an alignment, and which strength pays most."""

from __future__ import annotations

from tasks.report.blocks import Block
from tasks.report.page_section import PageSection
from tasks.report.printed_table import PrintedTable, TableColumn, TableLine
from tasks.report.report_rows import ReportRow, ReportSource, ReportTables, name_of, ordered
from tasks.report.row_wording import reason_unless_shown
from tasks.report.wording import DASH, points, signed_points, stated, with_interval


def _content(tables: ReportTables) -> list[Block]:
    rows = ordered(
        # The forms that were chosen, and knobs to which none could be fitted. Fewer than four strengths are no sweep.
        (
            row
            for row in tables["sweep_fit"]
            if row["is_shown"] or (row["form"] == "none" and row["reason"] != "fewer_than_four_strengths")
        ),
        *("family", "origin", "method", "knob_name", "axis", "benchmark_id"),
    )
    if not rows:
        return []
    table = PrintedTable.of(
        "table-sweep",
        "Along a knob: how scores follow its strength",
        "Benchmark",
        (
            TableColumn("Axis", is_number=False),
            TableColumn("Form and shape", is_number=False),
            TableColumn("Slope, points per unit"),
            TableColumn("Largest residual, points"),
            TableColumn("Strength that pays most"),
        ),
        map(_line, rows),
    )
    return [table]


def _line(row: ReportRow) -> TableLine:
    optimum = (row["optimum"], row["optimum_low"], row["optimum_high"])
    cells = (
        str(row["axis"]),
        f"{row['form']}, {row['shape']}" if row["shape"] else DASH,
        with_interval(row["slope"], row["slope_low"], row["slope_high"], signed_points, row["reason"]),
        stated(row["largest_residual"], points),
        with_interval(*optimum, lambda strength: f"{strength:.3g}", row["optimum_reason"]),
    )
    notes = (
        *reason_unless_shown(row["reason"], cells),
        *(["forms cannot be told apart"] if row["is_clear"] is False else []),
    )
    group = f"{name_of(row['family'])}: {name_of(row['method'])}, {name_of(row['knob_name'])}"
    return TableLine(group, name_of(row["benchmark_id"]), cells, notes)


STRENGTHS = PageSection(
    section_id="strengths",
    title="Which strength pays",
    navigation="Strengths",
    sources=(
        ReportSource(
            "sweep_fit",
            (
                *("family", "origin", "method", "knob_name", "axis", "benchmark_id", "form", "is_shown", "is_clear"),
                *("shape", "slope", "slope_low", "slope_high", "largest_residual", "optimum", "optimum_low"),
                *("optimum_high", "optimum_reason", "reason"),
            ),
        ),
    ),
    content=_content,
)
