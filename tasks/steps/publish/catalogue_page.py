"""Publish the catalogue of the tables as one HTML page."""

from __future__ import annotations

from pathlib import Path

from tasks.report.catalogue_page import write_catalogue
from tasks.settings import PublishSettings
from warehouse.publication import Publication


def write_catalogue_page(publication: Publication, settings: PublishSettings) -> Path:
    """Swap in ``catalogue.html``."""
    _, rows = publication.query_rows("described_columns")
    return write_catalogue({(table, column): kind for table, column, kind in rows}, settings.folder / "catalogue.html")
