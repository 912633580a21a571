"""Copy a warehouse, table by table, into a new file without unused space, and check that both hold the same.

DuckDB's own `COPY FROM DATABASE` loads tables in any order, which foreign keys forbid. Comments, views, macros, keys
and checks are copied as well.

Tested in tests/warehouse/test_keeping.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from warehouse.errors import WarehouseError, WarehouseUnwritable
from warehouse.opening import MEMORY_MB, ROWS_PER_GROUP, connected, first_line, is_damage, open_error
from warehouse.publish.snapshot_file import escaped
from warehouse.recognition import check_format, check_schema
from warehouse.transactions import DISK_ERRORS

MANIFEST = "meta.backup"
_SOURCE, _COPY = "warehouse", "whole_copy"


@dataclass(frozen=True, slots=True)
class TableRows:
    """How many rows a table has, and a hash of them in any order. The hash is DuckDB's own."""

    count_rows: int
    content_hash: str


@contextmanager
def held_for_reading(path: Path, overflow: Path, advice: str | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection that reads a warehouse of any schema version. Nobody can write to the file meanwhile.

    Args:
        path: the warehouse, which stays as it is.
        overflow: a folder for what does not fit into memory.
        advice: what to do about a file that is refused; by default to give `warehouse:` another name.

    Raises:
        WarehouseBusy: another process writes the file.
        WarehouseError: the file is no warehouse, is damaged, or is one of a newer version.
    """
    with closing(connected(temp_directory=str(overflow), memory_limit=f"{MEMORY_MB}MB")) as connection:
        try:
            check_format(path, advice)
            connection.execute(f"attach '{escaped(path)}' as {_SOURCE} (read_only)")
            connection.execute(f"use {_SOURCE}")
            check_schema(connection, path, is_written=True, advice=advice)
            yield connection
        except OSError as error:
            raise WarehouseError(f"cannot read {path}: {error.strerror or error}") from None
        except DISK_ERRORS as error:
            raise open_error(error, path) from None


@contextmanager
def writing(building: Path) -> Iterator[None]:
    """A disk that is full is said in a line; damage of what is read is left to the reader.

    Raises:
        WarehouseUnwritable: the new file cannot be written.
    """
    try:
        yield
    except DISK_ERRORS as error:
        if is_damage(error):
            raise
        cause = first_line(error).rpartition("Original error: ")[2]
        raise WarehouseUnwritable(f"cannot write {building.name}: {cause}. The warehouse stays as it is.") from None


def copy_whole(
    connection: duckdb.DuckDBPyConnection,
    building: Path,
    note: Callable[[str, dict[str, TableRows]], None] = lambda _copy, _held: None,
) -> dict[str, TableRows]:
    """Write everything that the connection's warehouse holds to a new file, and compare the two.

    Args:
        connection: reads the warehouse.
        building: the new file.
        note: writes `meta.backup` into the copy, given the name of its database and what it holds.

    Returns:
        The rows of each table, by ``schema.table``. `meta.backup` is neither copied nor returned.

    Raises:
        WarehouseUnwritable: the disk is full.
        WarehouseError: the copy does not hold what the warehouse holds.
    """
    source = _database(connection)
    held = table_rows(connection, source)
    with writing(building):
        connection.execute(f"attach '{escaped(building)}' as {_COPY} (row_group_size {ROWS_PER_GROUP})")
        connection.execute(f'copy from database "{source}" to {_COPY} (schema)')
        connection.execute(f"drop table if exists {_COPY}.{MANIFEST}")
        for table in held:
            connection.execute(f'insert into {_COPY}.{table} select * from "{source}".{table}')  # noqa: S608 - names are ours
        note(_COPY, held)
        connection.execute(f"checkpoint {_COPY}")  # to detach it would write it, too, and would not say why that fails
        connection.execute(f"detach {_COPY}")
    connection.execute(f"attach '{escaped(building)}' as {_COPY} (read_only)")  # what follows reads it from the disk
    found = table_rows(connection, _COPY)
    connection.execute(f"detach {_COPY}")
    if held != found:
        different = next(table for table in held if held[table] != found.get(table))
        raise WarehouseError(f"the copy of {different} differs from the original. Nothing was replaced; try again.")
    return found


def table_rows(connection: duckdb.DuckDBPyConnection, database: str | None = None) -> dict[str, TableRows]:
    """Count and hash the rows of every table of a database, by default of the connection's own."""
    database = database or _database(connection)
    return {table: _rows(connection, database, table) for table in _tables(connection, database)}


def _rows(connection: duckdb.DuckDBPyConnection, database: str, table: str) -> TableRows:
    columns = ", ".join(f'"{name}"' for name, *_ in connection.execute(f'describe "{database}".{table}').fetchall())
    query = f'select count(*), sum(hash({columns})) from "{database}".{table}'  # noqa: S608 - names are ours
    ((count, total),) = connection.execute(query).fetchall()
    return TableRows(count, str(total or 0))


def _tables(connection: duckdb.DuckDBPyConnection, database: str) -> list[str]:
    """The tables of a database without the manifest, those that refer to others last."""
    found = connection.execute(
        """
        select concat(tables.schema_name, '.', tables.table_name)
        from duckdb_tables() as tables
        where database_name = $name and concat(tables.schema_name, '.', tables.table_name) <> $manifest
        order by exists (
            from duckdb_constraints() as keys
            where
                keys.constraint_type = 'FOREIGN KEY'
                and keys.database_name = $name
                and keys.table_oid = tables.table_oid
        ), 1
        """,
        {"name": database, "manifest": MANIFEST},
    )
    return [table for (table,) in found.fetchall()]


def _database(connection: duckdb.DuckDBPyConnection) -> str:
    ((name,),) = connection.execute("select current_database()").fetchall()
    return str(name)
