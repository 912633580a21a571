"""What one row of ``reports.alignment_tax`` or ``reports.safety`` shows. Charts, tables and sentences all ask here."""

from __future__ import annotations

from enum import StrEnum

from tasks.report.report_rows import ReportRow
from tasks.report.wording import interval, signed_points

IF_ALIKE = "if the missing answers are like the others"


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


def rests_on_missing(row: ReportRow) -> bool:
    """Whether a result is significant only if the missing answers are like the others. A tax or a mean of taxes."""
    return bool(row["is_significant"]) and row["is_significant_whatever_is_missing"] is False


def missing_clause(row: ReportRow) -> str:
    """The condition of such a result, and the interval that holds without it."""
    low, high = row["identified_low"], row["identified_high"]
    if low is None or high is None:
        return IF_ALIKE
    return f"{IF_ALIKE} (whatever they are, the tax is in {interval(low, high, signed_points)})"


def verdict_in_words(row: ReportRow) -> str:
    """What a tax shows, and the condition under which it does."""
    verdict = significance_of(row).value
    return f"{verdict}, {IF_ALIKE}" if rests_on_missing(row) else verdict


def change_in_words(row: ReportRow) -> str:
    """Read a row of ``reports.safety``: whether its rate became better or worse, or why that cannot be said."""
    if row["change"] is None:
        return "no estimate"
    if row["change_low"] is None or row["change_high"] is None:
        return "no interval"
    if not row["is_significant"] or row["change"] == 0:
        return "not significant"
    return "better" if (row["change"] > 0) == bool(row["higher_is_better"]) else "worse"
