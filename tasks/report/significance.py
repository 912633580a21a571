"""What one row of ``reports.alignment_tax`` or ``reports.safety`` shows. Charts, tables and sentences all ask here."""

from __future__ import annotations

from enum import StrEnum

from tasks.report.report_rows import ReportRow


class Significance(StrEnum):
    """What a tax shows, in the words that readers see."""

    TAX = "significant tax"
    WINDFALL = "significant windfall"
    OPEN = "not significant"
    NO_INTERVAL = "no interval"
    NO_ESTIMATE = "no estimate"


def significance_of(row: ReportRow) -> Significance:
    """Read a row of ``reports.alignment_tax``. A tax without an interval is never called significant."""
    if row["tax_absolute"] is None:
        return Significance.NO_ESTIMATE
    if row["tax_absolute_low"] is None or row["tax_absolute_high"] is None:
        return Significance.NO_INTERVAL
    if not row["is_significant"] or row["tax_absolute"] == 0:
        return Significance.OPEN
    return Significance.TAX if row["tax_absolute"] > 0 else Significance.WINDFALL


def change_in_words(row: ReportRow) -> str:
    """Read a row of ``reports.safety``: whether its rate became better or worse, or why that cannot be said."""
    if row["change"] is None:
        return "no estimate"
    if row["change_low"] is None or row["change_high"] is None:
        return "no interval"
    if not row["is_significant"] or row["change"] == 0:
        return "not significant"
    return "better" if (row["change"] > 0) == bool(row["higher_is_better"]) else "worse"
