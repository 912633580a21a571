"""Publish the marts and reports as the schemas ``marts`` and ``reports`` of a PostgreSQL database."""

from __future__ import annotations

from tasks.settings import PublishSettings
from warehouse.publication import Publication


def write_tables(publication: Publication, settings: PublishSettings) -> str:
    """Bring the database to the state of this publication; returns its address, which holds no password."""
    if settings.postgres is None:
        raise ValueError("publish.postgres is not configured")
    publication.postgres(settings.postgres.url, settings.postgres.reader)
    return settings.postgres.url
