"""Publish the marts and reports as Parquet, one file per table, in a folder that never changes."""

from __future__ import annotations

from pathlib import Path

from tasks.settings import PublishSettings
from tasks.steps.publish.versions import version_folder
from warehouse.publication import Publication


def write_parquet(publication: Publication, settings: PublishSettings) -> Path:
    """Add the folder of this publication to the folder ``parquet``."""
    version = publication.identity["publication_id"]
    return version_folder(settings.folder / "parquet", version, publication.parquet, publication.parquet_names)
