"""Publish the marts and reports as a DuckDB file, which readers open without disturbing the warehouse."""

from __future__ import annotations

from pathlib import Path

from tasks.settings import PublishSettings
from warehouse.publication import Publication


def write_snapshot(publication: Publication, settings: PublishSettings) -> Path:
    """Swap in ``aligntax.duckdb``."""
    return publication.database(settings.snapshot)
