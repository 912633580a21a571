"""Publish the marts and reports as a DuckDB file, which readers open without disturbing the warehouse."""

from __future__ import annotations

from pathlib import Path

from tasks.settings import PublishSettings
from warehouse.connection import Warehouse


def write_snapshot(warehouse: Warehouse, settings: PublishSettings, _as_of_date: str) -> Path:
    """Swap in ``aligntax.duckdb``."""
    return warehouse.snapshot(settings.snapshot, settings.text)
