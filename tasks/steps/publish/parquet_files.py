"""Publish the marts and reports as Parquet, one file per table."""

from __future__ import annotations

from pathlib import Path

from tasks.settings import PublishSettings
from warehouse.connection import Warehouse


def write_parquet(warehouse: Warehouse, settings: PublishSettings, _as_of_date: str) -> Path:
    """Swap in the files of the folder ``parquet``."""
    folder = settings.folder / "parquet"
    warehouse.parquet(folder, settings.text)
    return folder
