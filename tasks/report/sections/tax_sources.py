"""The section that breaks taxes down by how answers ended, and sums them up over benchmarks."""

from __future__ import annotations

from collections.abc import Sequence

from tasks.report.blocks import Block
from tasks.report.page_section import PageSection
from tasks.report.printed_table import PrintedTable, TableColumn, TableLine
from tasks.report.report_rows import ALL_CAPABILITY, ReportRow, ReportSource, ReportTables, grouped, name_of, ordered
from tasks.report.row_wording import flag_notes, pair_title, reason_in_words
from tasks.report.wording import dash, probability, signed_points, stated, whole, with_interval

PARTS = {
    "wrong_answer": "Wrong answers",
    "refusal": "Refusals",
    "filter": "Provider filter",
    "truncation": "Cut off",
    "format": "Not found in the text",
}


def _content(tables: ReportTables) -> list[Block]:
    scopes = [row for row in tables["overall_tax"] if row["kind"] == "tax" and _is_shown(row["scope"])]
    parts = [row for row in tables["tax_decomposition"] if row["kind"] == "tax" and row["is_headline"]]
    return [*([_overall_table(scopes)] if scopes else []), *([_parts_table(parts)] if parts else [])]


def _is_shown(scope: str | None) -> bool:
    """Domains and all of capability; the scopes of single users of the table stay out of the page."""
    return scope is not None and (scope == ALL_CAPABILITY or scope.startswith("domain:"))


def _overall_table(rows: Sequence[ReportRow]) -> PrintedTable:
    """One line per scope and pair: the tax with every benchmark, and with every item, counting alike."""
    rows = ordered(rows, "scope", "family", "candidate_model_id", "pair_id")
    return PrintedTable.of(
        "table-overall",
        "Taxes over several benchmarks, in points with 95% intervals: each benchmark, or each item, has the same "
        "weight; an item that benchmarks share counts once",
        "Aligned against base",
        (
            TableColumn("By benchmark [95%]", spanner="Tax"),
            TableColumn("By item [95%]", spanner="Tax"),
            TableColumn("p (Holm)"),
            TableColumn("Items"),
            TableColumn("Benchmarks", is_number=False),
        ),
        map(_overall_line, grouped(rows, "scope", "pair_id")),
    )


def _overall_line(rows: Sequence[ReportRow]) -> TableLine:
    found = {row["weighting"]: row for row in rows}
    macro = found.get("macro", rows[0])
    cells = (
        *(_overall_tax(found.get(weighting)) for weighting in ("macro", "weighted")),
        stated(macro["p_value_holm"], probability, macro["reason"]),
        stated(macro["count_paired_items"], whole, macro["reason"]),
        name_of(macro["benchmarks"]),
    )
    title = name_of(macro["scope"]).replace(":", ": ")
    return TableLine(title, pair_title(macro), cells, (*flag_notes(macro["flags"]), *_missing_notes(macro)))


def _missing_notes(row: ReportRow) -> tuple[str, ...]:
    """Which benchmarks of the date before are not in a tax."""
    return (f"missing: {row['benchmarks_missing']}",) if row["benchmarks_missing"] else ()


def _overall_tax(row: ReportRow | None) -> str:
    if row is None:
        return dash("not computed")
    limits = (row["tax_absolute_low"], row["tax_absolute_high"])
    return with_interval(row["tax_absolute"], *limits, signed_points, reason_in_words(row))


def _parts_table(rows: Sequence[ReportRow]) -> PrintedTable:
    """One line per comparison: its tax and the parts that add up to it."""
    rows = ordered(rows, "benchmark_id", "family", "candidate_model_id", "comparison_id")
    return PrintedTable.of(
        "table-parts",
        "Where the tax comes from, in points with 95% intervals: the parts add up to the tax, their intervals do not",
        "Aligned against base",
        (TableColumn("Tax"), *(TableColumn(f"{label} [95%]", spanner="Lost to") for label in PARTS.values())),
        map(_parts_line, grouped(rows, "comparison_id")),
    )


def _parts_line(rows: Sequence[ReportRow]) -> TableLine:
    found = {row["component"]: row for row in rows}
    first = rows[0]
    cells = (stated(first["tax_absolute"], signed_points, first["reason"]), *(_part(found.get(name)) for name in PARTS))
    return TableLine(name_of(first["benchmark_id"]), pair_title(first), cells)


def _part(row: ReportRow | None) -> str:
    if row is None:
        return dash("not computed")
    return with_interval(row["tax_part"], row["tax_part_low"], row["tax_part_high"], signed_points, row["reason"])


TAX_SOURCES = PageSection(
    section_id="parts",
    title="Where it comes from",
    navigation="Where from",
    sources=(
        ReportSource(
            "overall_tax",
            (
                *("kind", "pair_id", "family", "reference_model_id", "candidate_model_id", "scope", "weighting"),
                *("benchmarks", "benchmarks_missing", "count_paired_items"),
                *("tax_absolute", "tax_absolute_low", "tax_absolute_high", "p_value_holm", "flags", "reason"),
            ),
        ),
        ReportSource(
            "tax_decomposition",
            (
                *("kind", "is_headline", "comparison_id", "family", "reference_model_id", "candidate_model_id"),
                *("benchmark_id", "component", "tax_part", "tax_part_low", "tax_part_high", "tax_absolute", "reason"),
            ),
        ),
    ),
    content=_content,
)
