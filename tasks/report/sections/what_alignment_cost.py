"""The section of the taxes: over all capability, then for each benchmark, what each aligned model lost or gained."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tasks.report.blocks import Block, Figure, Notice
from tasks.report.capability_answers import ANSWERS
from tasks.report.forest_chart import Forest, forest_chart, label_width, points_domain
from tasks.report.page_section import PageSection
from tasks.report.printed_table import PrintedTable, TableColumn, TableLine
from tasks.report.report_rows import (
    ReportRow,
    ReportSource,
    ReportTables,
    by_pair,
    headline,
    name_of,
    over_all_capability,
)
from tasks.report.row_wording import detectable, flag_notes, pair_title, reason_in_words, reason_unless_shown
from tasks.report.significance import verdict_in_words
from tasks.report.symbols import FamilySymbols
from tasks.report.tax_comparisons import MODEL_ORDER, TAXES, Comparisons
from tasks.report.wording import DASH, counted, interval, points, probability, signed_points, stated, with_interval

_AXIS = "points; right of zero: alignment cost, left: windfall"


def _content(tables: ReportTables) -> list[Block]:
    taxes = by_pair(headline(tables["alignment_tax"], is_tax=True), tables["model_scores"])
    if not taxes:
        return [
            Notice("There is no tax to show: no pair of a base and an aligned model was scored on the same benchmark.")
        ]
    symbols = FamilySymbols.of(tables["model_scores"])
    legend, *figures = Comparisons(taxes, symbols, "tax", "table-taxes", "Taxes", "Base", "Aligned", _AXIS).blocks()
    answers = by_pair(over_all_capability(tables["overall_tax"]), tables["model_scores"])
    table = [_answer_table(answers)] if answers else []
    return [*table, legend, *_answer_figure(answers, symbols), *figures]


def _answer_figure(rows: Sequence[ReportRow], symbols: FamilySymbols) -> Iterator[Figure]:
    """The mean taxes of all pairs as a forest plot."""
    drawn = [row for row in rows if row["tax_absolute"] is not None]
    if drawn:
        said = f"Forest plot of {counted(len(drawn), 'mean tax', 'mean taxes')} over all capability, in points."
        forest = Forest("chart-answers", said, drawn, points_domain(drawn), label_width([drawn]), _AXIS, symbols)
        caption = "The mean tax of each pair over all capability benchmarks; lines are 95% intervals."
        yield Figure(forest_chart(forest), caption)


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
        detectable(row),
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
    sources=(ANSWERS, ReportSource("overall_tax", ("count_paired_items",)), TAXES, MODEL_ORDER),
    content=_content,
)
