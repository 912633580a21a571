"""The report: one HTML page, written from tables of the ``reports`` schema.

Knows wording, charts and tables; must not know SQL, Prefect, providers or where the tables come from.
"""

from tasks.report.page import render_report, sources, write_report
from tasks.report.report_rows import ReportFrames, ReportSource
from tasks.report.short_report import SHORT_REPORT, ShortReport, short_report
from tasks.report.standing import STANDING, standing_of
from tasks.report.summary_sentences import TAX_SENTENCES, answer_sentences, benchmark_sentences

__all__ = [
    "SHORT_REPORT",
    "STANDING",
    "TAX_SENTENCES",
    "ReportFrames",
    "ReportSource",
    "ShortReport",
    "answer_sentences",
    "benchmark_sentences",
    "render_report",
    "short_report",
    "sources",
    "standing_of",
    "write_report",
]
