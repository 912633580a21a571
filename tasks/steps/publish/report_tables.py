"""The tables of reports as frames, for targets that people open.

Tested in tests/tasks/steps/publish/test_csv_files.py and test_excel_workbook.py.
"""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from warehouse.publication import Publication


def report_tables(publication: Publication) -> Iterator[tuple[str, pl.DataFrame]]:
    """Name and rows of each report; the same rows come in the same order."""
    for name in report_names(publication):
        yield name, publication.frame_of(f"from reports.{name} order by all")


def report_names(publication: Publication) -> list[str]:
    """The names of the reports."""
    found = (table.split(".") for table in sorted(publication.contents))
    return [name for schema, name in found if schema == "reports"]
