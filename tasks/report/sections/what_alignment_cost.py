"""The section of the taxes: over all capability, then for each benchmark, what each aligned model lost or gained."""

from __future__ import annotations

from collections.abc import Sequence

from tasks.report.blocks import Block, Notice
from tasks.report.capability_answers import ANSWERS
from tasks.report.page_section import PageSection
from tasks.report.printed_table import PrintedTable, TableColumn, TableLine
from tasks.report.report_rows import ReportRow, ReportTables, by_pair, headline, name_of, over_all_capability
from tasks.report.row_wording import flag_notes, pair_title, reason_in_words, reason_unless_shown
from tasks.report.significance import verdict_in_words
from tasks.report.tax_comparisons import MODEL_ORDER, TAXES, Comparisons
from tasks.report.wording import DASH, interval, points, probability, signed_points, stated, with_interval


def _content(tables: ReportTables) -> list[Block]:
    taxes = by_pair(headline(tables["alignment_tax"], is_tax=True), tables["model_scores"])
    if not taxes:
        return [
            Notice("There is no tax to show: no pair of a base and an aligned model was scored on the same benchmark.")
        ]
    axis_title = "points; right of zero: alignment cost, left: windfall"
    answers = over_all_capability(tables["overall_tax"])
    return [
        *([_answer_table(answers)] if answers else []),
        *Comparisons(taxes, "tax", "table-taxes", "Taxes", "Base", "Aligned", axis_title).blocks(),
    ]


def _answer_table(rows: Sequence[ReportRow]) -> PrintedTable:
    """One line per pair: its mean tax over all capability benchmarks, and what is sure of it."""
    rows = sorted(rows, key=lambda row: (name_of(row["family"]), -(row["tax_absolute"] or 0), pair_title(row)))
    return PrintedTable.of(
        "table-answers",
        "Did alignment cost capability? The mean tax over all capability benchmarks, in points",
        "Aligned against base",
        (
            TableColumn("Tax [95%]"),
            TableColumn("Surely at most"),
            TableColumn("Whatever is missing [95%]"),
            TableColumn("p (Holm)"),
            TableColumn("Verdict", is_number=False),
            TableColumn("Surely below the margin", is_number=False),
            TableColumn("Detectable"),
            TableColumn("Benchmarks", is_number=False),
        ),
        map(_answer_line, rows),
    )


def _answer_line(row: ReportRow) -> TableLine:
    reason = reason_in_words(row)
    limits = (row["tax_absolute_low"], row["tax_absolute_high"])
    identified = (row["identified_low"], row["identified_high"])
    cells = (
        with_interval(row["tax_absolute"], *limits, signed_points, reason),
        stated(row["tax_at_most"], signed_points, reason),
        DASH if None in identified or identified == limits else interval(*identified, signed_points),
        stated(row["p_value_holm"], probability, reason),
        verdict_in_words(row),
        _against_margin(row),
        stated(row["minimum_detectable_tax"], points, reason),
        name_of(row["benchmarks"]),
    )
    notes = (*flag_notes(row["flags"]), *reason_unless_shown(reason, cells))
    return TableLine(f"Family {name_of(row['family'])}", pair_title(row), cells, notes)


def _against_margin(row: ReportRow) -> str:
    if row["is_below_margin"] is None:
        return DASH
    if not row["is_below_margin"]:
        return f"no ({points(row['margin'])})"
    return f"yes ({points(row['margin'])})" + (", on each" if row["is_every_benchmark_below_margin"] else "")


WHAT_ALIGNMENT_COST = PageSection(
    section_id="taxes",
    title="What alignment cost",
    navigation="Taxes",
    sources=(ANSWERS, TAXES, MODEL_ORDER),
    content=_content,
)
