"""Fill a DuckDB file with the marts and reports, their comments, and a table that says which publication it is.

Tested in tests/warehouse/test_publication.py.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import TypeAlias

import duckdb

from warehouse.build import comment
from warehouse.opening import ROWS_PER_GROUP
from warehouse.publish import PUBLISHED_LAYERS
from warehouse.publish.contents import (
    PUBLICATION,
    PublishedTable,
    TableContents,
    contents,
    different,
    publication_id,
    published_tables,
    schema_version,
    selected,
)
from warehouse.publish.earlier_file import copied, leaves_texts
from warehouse.transactions import any_order, committed

Tables: TypeAlias = dict[str, TableContents]  # what each published table holds, by its name

_SHARED_ROWS = 100_000


def fill_snapshot(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    *,
    text: str,
    as_of_date: str,
    run_id: str,
    earlier: Path | None = None,
) -> Tables:
    """Write a new file at ``path``, and return what each table holds.

    Parts of tables that the ``earlier`` publication holds as well are copied with its file. All in one transaction,
    because each commit waits for the disk.
    """
    begun = _begun(connection, path, text, earlier) if earlier else None
    # The last group of a table is written again with the rows that are added.
    groups = f"(row_group_size {ROWS_PER_GROUP})" if begun else ""
    connection.execute(f"attach '{escaped(path)}' as snapshot {groups}")
    if begun:
        connection.execute("set checkpoint_threshold = '1KB'")  # the commit writes to the file, and to no log before
    try:
        with any_order(connection), committed(connection):
            tables = _add_changes(connection, text, *begun) if begun else _write_whole(connection, text)
            return _identified(connection, tables, as_of_date, run_id)
    finally:
        connection.execute("set threads = default")
        connection.execute("set checkpoint_threshold = default")
        connection.execute("detach snapshot")


def _begun(
    connection: duckdb.DuckDBPyConnection, path: Path, text: str, earlier: Path
) -> tuple[Mapping[str, TableContents], Tables] | None:
    """Copy the earlier file; returns what it holds, and what it shall hold. None where it is better written whole."""
    held = copied(earlier, path, schema_version(connection))
    if held is None:
        return None
    wanted = {table.name: contents(connection, table, f"({selected(table, text)})") for table in _by_size(connection)}
    if leaves_texts(held, wanted):
        path.unlink()
        return None
    return held, wanted


def _add_changes(
    connection: duckdb.DuckDBPyConnection, text: str, held: Mapping[str, TableContents], wanted: Tables
) -> Tables:
    """Replace the parts of tables that changed."""
    for table in _by_size(connection):
        before, after = held[table.name].parts, wanted[table.name].parts
        if gone := different(before, after):
            connection.execute(f"delete from snapshot.{table.name} where {within(table, gone)}")  # noqa: S608 - names are ours
        if new := different(after, before):
            rows = f"select * from ({selected(table, text)}) where {within(table, new)}"  # noqa: S608 - names are ours
            connection.execute(f"insert into snapshot.{table.name} {rows}")
    return wanted


def _write_whole(connection: duckdb.DuckDBPyConnection, text: str) -> Tables:
    for layer in PUBLISHED_LAYERS:
        connection.execute(f"create schema snapshot.{layer}")
    for table in _by_size(connection):
        connection.execute(f"create table snapshot.{table.name} as {selected(table, text)}")
        _describe(connection, table)
    return {
        table.name: contents(connection, table, f"snapshot.{table.name}")
        for table in published_tables()
        if table.name != PUBLICATION
    }


def _by_size(connection: duckdb.DuckDBPyConnection) -> Iterator[PublishedTable]:
    """The tables with facts, small ones first, each with as many threads as suit it.

    Threads that share few rows take twice the CPU time of one.
    """
    found = connection.execute("select schema_name || '.' || table_name, estimated_size from duckdb_tables()")
    sizes = dict(found.fetchall())
    largest = max(sizes.values())
    facts = [table for table in published_tables() if table.name != PUBLICATION]

    def is_large(table: PublishedTable) -> bool:
        return bool(sizes.get(table.name, largest) > _SHARED_ROWS)  # a view may read the largest table

    for large, tables in groupby(sorted(facts, key=is_large), is_large):
        connection.execute(f"set threads = {'default' if large else '1'}")
        yield from tables


def within(table: PublishedTable, parts: Sequence[str]) -> str:
    """The condition of DuckDB that a row is in one of these parts; rows without a date are the part without a name."""
    if table.part is None:
        return "true"
    named = ", ".join(f"'{escaped(part)}'" for part in parts if part)
    listed = f"{table.part} in ({named})" if named else "false"
    return f"({listed} or coalesce({table.part}::varchar, '') = '')" if "" in parts else listed


def escaped(value: str | os.PathLike[str]) -> str:
    """A text or a path as it stands between the quotes of SQL."""
    return str(value).replace("'", "''")


def _identified(connection: duckdb.DuckDBPyConnection, tables: Tables, as_of_date: str, run_id: str) -> Tables:
    """Write the table that says which publication it is; returns what each table holds."""
    schema = schema_version(connection, "'snapshot'")
    identity = publication_id(as_of_date, run_id, schema, tables)
    publication = published_tables()[-1]
    connection.execute(
        f"create or replace table snapshot.{PUBLICATION} as select '{identity}' as publication_id, "
        f"date '{as_of_date}' as as_of_date, '{escaped(run_id)}' as run_id, '{schema}' as schema_version"
    )
    _describe(connection, publication)
    return {**tables, PUBLICATION: contents(connection, publication, f"snapshot.{PUBLICATION}")}


def _describe(connection: duckdb.DuckDBPyConnection, table: PublishedTable) -> None:
    comment(connection, f"table snapshot.{table.name}", table.comment, table.columns)
