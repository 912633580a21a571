"""The section on methods that were trained several times: the tax of the method, and how far its seeds lie apart."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tasks.report.blocks import Block, Paragraph
from tasks.report.method_answers import METHODS, several_checkpoints
from tasks.report.page_section import PageSection
from tasks.report.printed_table import PrintedTable, TableColumn, TableLine
from tasks.report.report_rows import ALL_CAPABILITY, WHOLE, ReportRow, ReportTables, name_of, ordered
from tasks.report.row_wording import flag_notes, pair_title, reason_in_words
from tasks.report.wording import points, signed_points, stated, whole, with_interval

_WHY = (
    "The tax of one checkpoint is not the tax of its method: another training seed would give another one. Here the "
    "seeds are a sample like the items, so the interval is about the method, whichever its seed."
)


def _content(tables: ReportTables) -> list[Block]:
    """Nothing where no method was trained several times; else also the methods of one checkpoint, which say so."""
    rows = [row for row in tables["method_tax"] if row["kind"] == "tax" and row["subset"] in {WHOLE, ALL_CAPABILITY}]
    if not several_checkpoints(rows):
        return []
    lines = ordered(rows, "family", "candidate_model_id", "origin", "scope", "benchmark_id", "attack")
    return [Paragraph(_WHY), _table(lines)]


def _table(rows: Sequence[ReportRow]) -> PrintedTable:
    return PrintedTable.of(
        "table-methods",
        "The tax of each method in points with 95% intervals over seeds and items; subsets are in reports.method_tax",
        "Checkpoints",
        (
            TableColumn("Benchmark", is_number=False),
            TableColumn("Seeds"),
            TableColumn("Tax [95%]"),
            TableColumn("Between seeds (SD)"),
            TableColumn("Seeds' share of the variance"),
        ),
        _lines(rows),
    )


def _lines(rows: Sequence[ReportRow]) -> Iterator[TableLine]:
    for row in rows:
        limits = (row["tax_absolute_low"], row["tax_absolute_high"])
        reason = reason_in_words(row)
        unknown = "one seed" if row["count_seeds"] == 1 else reason
        attack = "" if row["attack"] in (None, "none") else f" ({row['attack']})"
        cells = (
            ALL_CAPABILITY if row["benchmark_id"] is None else f"{name_of(row['benchmark_id'])}{attack}",
            stated(row["count_seeds"], whole),
            with_interval(row["tax_absolute"], *limits, signed_points, reason),
            stated(row["seed_sd"], points, unknown),
            stated(row["share_variance_seeds"], lambda share: f"{whole(100 * share)}%", unknown),
        )
        yield TableLine(pair_title(row), str(row["checkpoints"]), cells, tuple(flag_notes(row["flags"])))


METHOD_TAXES = PageSection(
    section_id="methods",
    title="The tax of a method, over its training seeds",
    navigation="Methods",
    sources=(METHODS,),
    content=_content,
)
