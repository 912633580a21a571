"""Publish the report of a date as one HTML page."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from tasks.report import ReportFrames, ReportSource, sources, write_report
from tasks.settings import PublishSettings
from warehouse.connection import Warehouse
from warehouse.publication import Publication


def write_page(publication: Publication, settings: PublishSettings) -> Path:
    """Swap in ``report.html``."""
    frames = report_frames(publication, publication.identity["as_of_date"])
    return write_report(frames, settings.report)


def report_frames(warehouse: Warehouse, as_of_date: str, wanted: Iterable[ReportSource] | None = None) -> ReportFrames:
    """Read the wanted tables; without a wish, every table that a section of the report reads."""
    tables = {
        source.table: warehouse.query("report_table", table=source.table, as_of_date=as_of_date, days=source.days)
        for source in (sources() if wanted is None else wanted)
    }
    return ReportFrames(tables, as_of_date)
