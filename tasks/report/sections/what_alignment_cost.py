"""The section of the taxes: for each benchmark, what each aligned model lost or gained against its base."""

from __future__ import annotations

from tasks.report.blocks import Block, Notice
from tasks.report.page_section import PageSection
from tasks.report.report_rows import ReportTables, by_pair, headline
from tasks.report.tax_comparisons import MODEL_ORDER, TAXES, Comparisons


def _content(tables: ReportTables) -> list[Block]:
    taxes = by_pair(headline(tables["alignment_tax"], is_tax=True), tables["model_scores"])
    if not taxes:
        return [
            Notice("There is no tax to show: no pair of a base and an aligned model was scored on the same benchmark.")
        ]
    axis_title = "points; right of zero: alignment cost, left: windfall"
    return Comparisons(taxes, "tax", "table-taxes", "Taxes", "Base", "Aligned", axis_title).blocks()


WHAT_ALIGNMENT_COST = PageSection(
    section_id="taxes",
    title="What alignment cost",
    navigation="Taxes",
    sources=(TAXES, MODEL_ORDER),
    content=_content,
)
