"""Bring a file to the newest schema: numbered SQL files, each applied once, all that are due in one transaction."""

from __future__ import annotations

from pathlib import Path

import duckdb

from warehouse.transactions import committed

MIGRATIONS = Path(__file__).parent / "migrations"


def migrate(connection: duckdb.DuckDBPyConnection) -> list[str]:
    """Apply the migrations this file has not seen, or none of them; returns their names."""
    connection.execute("create schema if not exists meta")
    connection.execute(
        "create table if not exists meta.migrations (name varchar primary key, applied_at timestamptz default now())"
    )
    applied = _applied(connection)
    pending = [path for path in _files() if path.stem not in applied]
    with committed(connection):
        for path in pending:
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
    return newest_migration(connection) if {path.stem for path in _files()} - _recorded(connection) else None


def newest_migration(connection: duckdb.DuckDBPyConnection) -> str | None:
    """The newest migration of a file: its schema version. None for a file that has none."""
    return max(_recorded(connection), default=None)


def schema_version() -> str:
    """The newest migration of this version of the program."""
    return _files()[-1].stem


def _recorded(connection: duckdb.DuckDBPyConnection) -> set[str]:
    """The migrations of any file; none where it does not record them."""
    table = "select 1 from duckdb_tables() where schema_name = 'meta' and table_name = 'migrations'"
    return _applied(connection) if connection.execute(table).fetchall() else set()


def _applied(connection: duckdb.DuckDBPyConnection) -> set[str]:
    return {name for (name,) in connection.execute("select name from meta.migrations").fetchall()}


def _files() -> list[Path]:
    return sorted(MIGRATIONS.glob("*.sql"))
