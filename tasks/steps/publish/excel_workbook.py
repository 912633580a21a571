"""Publish the reports as one Excel workbook, a sheet each."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import polars as pl

from tasks.errors import AligntaxError
from tasks.settings import PublishSettings
from tasks.steps.publish.report_tables import report_tables
from warehouse.publication import Publication
from warehouse.whole_files import swapped_in

# What a sheet, its name and a cell can hold.
_MOST_ROWS = 1_048_575
_LONGEST_NAME = 31
_LONGEST_TEXT = 32_767
# Texts stay texts, also those that look like a formula or an address.
_AS_TEXT = {"strings_to_formulas": False, "strings_to_urls": False, "nan_inf_to_errors": True}


def write_workbook(publication: Publication, settings: PublishSettings) -> Path:
    """Swap in ``reports.xlsx``.

    Raises:
        AligntaxError: xlsxwriter is not installed, or a table has more rows than a sheet can hold.
    """
    try:
        from xlsxwriter import Workbook  # noqa: PLC0415 - an extra, needed for this target only
    except ImportError:
        raise AligntaxError("xlsxwriter is not installed: `pip install 'aligntax[excel]'` installs it") from None
    path = settings.folder / "reports.xlsx"
    with swapped_in(path) as building, Workbook(str(building), _AS_TEXT) as workbook:
        workbook.set_properties({"created": datetime.fromisoformat(publication.identity["as_of_date"])})
        for name, frame in report_tables(publication):
            if frame.height > _MOST_ROWS:
                raise AligntaxError(f"reports.{name} has {frame.height:,} rows, and a sheet holds {_MOST_ROWS:,}")
            shortened = frame.with_columns(pl.col(pl.String).str.slice(0, _LONGEST_TEXT))
            shortened.write_excel(workbook, name[:_LONGEST_NAME], freeze_panes=(1, 0), table_style=None)
    return path
