"""Fill a DuckDB file with the marts and reports, their comments, and a table that says which publication it is.

Tested in tests/warehouse/test_publication.py.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path

import duckdb

from warehouse.publish import PUBLISHED_LAYERS
from warehouse.publish.contents import (
    PUBLICATION,
    PublishedTable,
    TableContents,
    contents,
    publication_id,
    published_tables,
    schema_version,
    selected,
)
from warehouse.transactions import any_order, committed

_SHARED_ROWS = 100_000


def fill_snapshot(
    connection: duckdb.DuckDBPyConnection, path: Path, *, text: str, as_of_date: str, run_id: str
) -> dict[str, TableContents]:
    """Write a new file at ``path``, and return what each table holds.

    All in one transaction, because each commit waits for the disk.
    """
    connection.execute(f"attach '{escaped(path)}' as snapshot")
    try:
        with any_order(connection), committed(connection):
            for layer in PUBLISHED_LAYERS:
                connection.execute(f"create schema snapshot.{layer}")
            for threads, tables in _by_threads(connection):
                connection.execute(f"set threads = {threads}")
                for table in tables:
                    connection.execute(f"create table snapshot.{table.name} as {selected(table, text)}")
                    _describe(connection, table)
            return _identified(connection, as_of_date, run_id)
    finally:
        connection.execute("set threads = default")
        connection.execute("detach snapshot")


def _by_threads(connection: duckdb.DuckDBPyConnection) -> Iterator[tuple[str, Iterable[PublishedTable]]]:
    """The tables with facts, small ones first: threads that share few rows take twice the CPU time of one."""
    found = connection.execute("select schema_name || '.' || table_name, estimated_size from duckdb_tables()")
    sizes = dict(found.fetchall())
    largest = max(sizes.values())
    facts = [table for table in published_tables() if table.name != PUBLICATION]

    def is_large(table: PublishedTable) -> bool:
        return bool(sizes.get(table.name, largest) > _SHARED_ROWS)  # a view may read the largest table

    for large, tables in groupby(sorted(facts, key=is_large), is_large):
        yield "default" if large else "1", tables


def escaped(value: str | os.PathLike[str]) -> str:
    """A text or a path as it stands between the quotes of SQL."""
    return str(value).replace("'", "''")


def _identified(connection: duckdb.DuckDBPyConnection, as_of_date: str, run_id: str) -> dict[str, TableContents]:
    """Add the table that says which publication it is; returns what each table holds."""
    *tables, publication = published_tables()
    schema = schema_version(connection, "snapshot.")
    held = {table.name: contents(connection, table, "snapshot.") for table in tables}
    identity = publication_id(as_of_date, run_id, schema, held)
    connection.execute(
        f"create table snapshot.{PUBLICATION} as select '{identity}' as publication_id, date '{as_of_date}' as "
        f"as_of_date, '{escaped(run_id)}' as run_id, '{schema}' as schema_version"
    )
    _describe(connection, publication)
    return {**held, PUBLICATION: contents(connection, publication, "snapshot.")}


def _describe(connection: duckdb.DuckDBPyConnection, table: PublishedTable) -> None:
    connection.execute(f"comment on table snapshot.{table.name} is '{escaped(table.comment)}'")
    for column, meaning in table.columns.items():
        connection.execute(f"comment on column snapshot.{table.name}.{column} is '{escaped(meaning)}'")
