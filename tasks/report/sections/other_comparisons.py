"""The section of comparisons that are no taxes: versions, methods and prompts that the configuration compares."""

from __future__ import annotations

from tasks.report.blocks import Block
from tasks.report.page_section import PageSection
from tasks.report.report_rows import ReportTables, by_pair, headline
from tasks.report.symbols import FamilySymbols
from tasks.report.tax_comparisons import MODEL_ORDER, TAXES, Comparisons

_TITLE = "Other declared comparisons"


def _content(tables: ReportTables) -> list[Block]:
    others = by_pair(headline(tables["alignment_tax"], is_tax=False), tables["model_scores"])
    if not others:
        return []
    symbols = FamilySymbols.of(tables["model_scores"])
    axis = "points; right of zero: the reference is better, left: the candidate"
    return Comparisons(others, symbols, "other", "table-others", _TITLE, "Reference", "Candidate", axis).blocks()


OTHER_COMPARISONS = PageSection(
    section_id="others",
    title=_TITLE,
    navigation="Other comparisons",
    sources=(TAXES, MODEL_ORDER),
    content=_content,
)
