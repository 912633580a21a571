"""The report: one self-contained HTML page written from frames of the ``reports`` schema.

Knows wording, charts and tables; must not know SQL, Prefect, providers or where the frames come from.
"""

from tasks.report.frames import ReportFrames
from tasks.report.page import render_report, write_report

__all__ = ["ReportFrames", "render_report", "write_report"]
