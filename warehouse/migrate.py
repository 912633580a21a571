"""Bring a file to the newest schema: numbered SQL files, each applied once, each in one transaction."""

from __future__ import annotations

from pathlib import Path

import duckdb

from warehouse.transactions import committed

MIGRATIONS = Path(__file__).parent / "migrations"


def migrate(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Apply the migrations this file has not seen; returns their names."""
    connection.execute("create schema if not exists meta")
    connection.execute(
        "create table if not exists meta.migrations (name varchar primary key, applied_at timestamptz default now())"
    )
    applied = _applied(connection)
    pending = [path for path in _files() if path.stem not in applied]
    for path in pending:
        with committed(connection):
            connection.execute(path.read_text())
            connection.execute("insert into meta.migrations (name) values (?)", [path.stem])
    if pending:
        connection.execute("checkpoint")  # or every opening after a crash replays the whole schema from the log
    return [path.stem for path in pending]


def unknown_migrations(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Migrations that were applied to this file and that this version does not have, in the order of their names."""
    return sorted(_recorded(connection) - {path.stem for path in _files()})


def outdated_version(connection: duckdb.DuckDBPyConnection) -> str | None:
    """The newest migration of a file that lacks newer ones; None for a file that lacks none or has none at all."""
    recorded = _recorded(connection)
    return max(recorded, default=None) if {path.stem for path in _files()} - recorded else None


def _recorded(connection: duckdb.DuckDBPyConnection) -> set[str]:
    """The migrations of any file; none where it does not record them."""
    table = "select 1 from duckdb_tables() where schema_name = 'meta' and table_name = 'migrations'"
    return _applied(connection) if connection.execute(table).fetchall() else set()


def _applied(connection: duckdb.DuckDBPyConnection) -> set[str]:
    return {name for (name,) in connection.execute("select name from meta.migrations").fetchall()}


def _files() -> list[Path]:
    return sorted(MIGRATIONS.glob("*.sql"))
