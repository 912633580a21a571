"""Publish the catalogue of the tables as one HTML page."""

from __future__ import annotations

from pathlib import Path

from tasks.report.catalogue_page import write_catalogue
from tasks.settings import PublishSettings
from warehouse.connection import Warehouse


def write_catalogue_page(warehouse: Warehouse, settings: PublishSettings, _as_of_date: str) -> Path:
    """Swap in ``catalogue.html``."""
    _, rows = warehouse.query_rows("described_columns")
    return write_catalogue({(table, column): kind for table, column, kind in rows}, settings.folder / "catalogue.html")
