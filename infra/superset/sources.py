"""Where the published tables of a configuration are: its snapshot, or its PostgreSQL database.

Nothing here connects. A password is never part of an address: PostgreSQL's own variables (``PGPASSWORD``,
``PGPASSFILE``) hold it.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from infra.superset.assets import DUCKDB_READ_ONLY
from tasks.errors import AligntaxError
from tasks.settings import load_places

CONFIG, DEMO = Path("aligntax.yaml"), Path(".demo/aligntax.yaml")
# A reader's session writes nothing, whatever its role may do.
_POSTGRES_READ_ONLY = {"options": "-c default_transaction_read_only=on"}


class BiError(AligntaxError):
    """One line that says why the dashboards cannot be served."""


@dataclass(frozen=True)
class Source:
    """Where the published tables are: an address for SQLAlchemy, and what Superset must say when it connects."""

    uri: str
    connect_args: Mapping[str, Any]


def snapshot(config: Path | None) -> Source:
    """The published snapshot of a configuration.

    Raises:
        BiError: nothing is published there.
    """
    chosen = _chosen(config)
    path = load_places(chosen, os.environ).publish.snapshot.resolve()
    if not path.exists():
        raise BiError(f"{path} does not exist. Publish it first: aligntax publish --config {chosen}.")
    return Source(f"duckdb:///{path}", DUCKDB_READ_ONLY)


def postgres(config: Path | None) -> Source:
    """The PostgreSQL database that a configuration publishes into, as its reader or as ``PGUSER``.

    Raises:
        BiError: the configuration publishes into none, or names no reader.
    """
    chosen = _chosen(config)
    target = load_places(chosen, os.environ).publish.postgres
    if target is None:
        raise BiError(f"{chosen} publishes into no PostgreSQL database: its publish.postgres.url is missing.")
    user = os.environ.get("PGUSER") or target.reader
    if user is None:
        raise BiError(f"{chosen}: publish.postgres.reader is null. Name a user who reads: PGUSER=NAME make bi ...")
    parts = urlsplit(target.url)
    place = parts.netloc.rpartition("@")[2]
    return Source(f"postgresql+psycopg2://{user}@{place}{parts.path}", _POSTGRES_READ_ONLY)


def _chosen(config: Path | None) -> Path:
    """The configuration that was named; without one that of this folder, then the demo's."""
    chosen = config or next((path for path in (CONFIG, DEMO) if path.exists()), DEMO)
    if not chosen.exists():
        raise BiError(
            f"{chosen} does not exist. Run `make demo`, or name a configuration: make bi ARGS='--config PATH'."
        )
    return chosen
