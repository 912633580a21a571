"""Open a DuckDB file for writing or for reading, and say in one line why that failed."""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

import duckdb

from warehouse.backup import backed_up
from warehouse.build import stage
from warehouse.errors import (
    LakeUnreachable,
    WarehouseBusy,
    WarehouseError,
    WarehouseMissing,
    WarehouseUnwritable,
)
from warehouse.migrate import migrate, outdated_version
from warehouse.recognition import check_format, check_schema, damaged
from warehouse.transactions import DISK_ERRORS

# By default DuckDB keeps what it has read in up to 80% of the machine's memory. Beyond this limit it writes to disk,
# but not indexes: where they do not fit, no row can be committed.
MEMORY_MB = 1500
# What the index of a primary key takes for each row, measured: 48 bytes for an id, 122 for one and three more columns.
_INDEX = "estimated_size * (20 + 30 * len(constraint_column_names))"
_INDEXES = f"""
select schema_name || '.' || table_name, ({_INDEX})::bigint
from duckdb_constraints() inner join duckdb_tables() using (database_name, schema_name, table_name)
where constraint_type = 'PRIMARY KEY'
"""  # noqa: S608 - text is ours; a parameter would make DuckDB import pandas
# A checkpoint rewrites the last row group of a table whole. DuckDB's own size, 122,880 rows, would be half a gigabyte
# of long texts.
ROWS_PER_GROUP = 20_480
_IN_MEMORY = "select memory_usage_bytes from duckdb_memory() where tag = 'ART_INDEX'"
_DAMAGE = re.compile(
    r"corrupt|checksum|not a valid duckdb|deseriali[sz]|serialization error|truncated|could not read enough bytes|"
    r"while replaying wal",
    re.IGNORECASE,
)
_OF_A_LAKE = "DuckLake"
_NEWER = re.compile(r"database file with version number|newer version of duckdb|storage version", re.IGNORECASE)
_FILE = re.compile(r'file "(?P<file>[^"]+)"')
_HOLDER = re.compile(r"lock is held in (?P<program>.+?) \(PID (?P<pid>\d+)\)")


def opened_for_writing(path: Path) -> duckdb.DuckDBPyConnection:
    """A connection to the warehouse at ``path``, which is created or migrated as needed.

    Raises:
        WarehouseBusy: another process holds the file.
        WarehouseUnwritable: the disk is full.
        WarehouseError: the folder cannot be written, or the file is not a warehouse of this version of aligntax.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists():
            check_format(path)
            _prepare(path)
        connection = _attached(path)
    except OSError as error:
        raise WarehouseError(f"cannot write {path}: {error.strerror or error}") from None
    except duckdb.Error as error:
        raise open_error(error, path) from None
    limit_memory(connection, MEMORY_MB)
    try:
        migrate(connection)
        stage(connection)
    except DISK_ERRORS as error:
        raise unwritable(error, path) from None
    except duckdb.Error as error:
        connection.close()
        raise WarehouseError(
            f"cannot give {path} the tables of this version of aligntax: {first_line(error)}. It stays as it was."
        ) from None
    return connection


def opened_for_reading(path: Path) -> duckdb.DuckDBPyConnection:
    """A read-only connection that reaches nothing outside the file, because its SQL may come from anyone.

    Raises:
        WarehouseMissing: there is no such file.
        WarehouseBusy: a writer holds it.
        WarehouseError: the file is not a warehouse, or another version of aligntax made it.
    """
    if not path.exists() and not path.is_symlink():
        raise WarehouseMissing(f"{path} does not exist yet: run `aligntax run` (or `aligntax demo`) first")
    try:
        check_format(path)
        connection = connected(path, read_only=True)
    except OSError as error:
        raise WarehouseError(f"cannot read {path}: {error.strerror or error}") from None
    except duckdb.Error as error:
        raise open_error(error, path) from None
    try:
        check_schema(connection, path, is_written=False)
    except WarehouseError:
        connection.close()
        raise
    connection.execute("set enable_external_access = false")
    connection.execute("set lock_configuration = true")
    return connection


def limit_memory(connection: duckdb.DuckDBPyConnection, megabytes: int, growing: Collection[str] | None = None) -> None:
    """Let DuckDB use so much memory beside the indexes of the tables that grow: of all where they are not named.

    A limit that is smaller than what is in use changes nothing.
    """
    ((in_memory,),) = connection.execute(_IN_MEMORY).fetchall()
    sizes = connection.execute(_INDEXES).fetchall()
    indexed = sum(size for table, size in sizes if growing is None or table in growing)
    with suppress(duckdb.OutOfMemoryException):
        connection.execute(f"set memory_limit = '{megabytes + max(in_memory, indexed) // 1_000_000}MB'")


def identity(path: Path) -> tuple[int, int] | None:
    """Device and inode of a file; None where there is no file."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def unwritable(error: duckdb.Error, path: Path, copy: Path | None = None) -> WarehouseError:
    """The error for a warehouse that DuckDB could not write, or for a ``copy`` that it wrote of its tables.

    Where a lake is attached, DuckDB asks its database even about the tables of the warehouse.
    """
    if _OF_A_LAKE in str(error):
        return LakeUnreachable.of("", error)
    if is_damage(error):
        return damaged(first_line(error), path)
    named = _FILE.search(str(error))
    is_own = named is not None and named["file"].startswith(str(path))
    place = path if is_own or copy is None else copy
    return WarehouseUnwritable(
        f"cannot write {place}: {first_line(error)}. What was committed stays; the same command goes on "
        "from there once there is room."
    )


def is_damage(error: duckdb.Error) -> bool:
    """Whether DuckDB says that the file itself is broken."""
    return _DAMAGE.search(str(error)) is not None


def _prepare(path: Path) -> None:
    """Look into a file before anything is written to it, and copy it if its tables will be changed."""
    with connected(path, read_only=True) as connection:
        check_schema(connection, path, is_written=True)
        version = outdated_version(connection)
    if version is not None:
        copy = backed_up(path, version)
        sys.stderr.write(f"{path} gets the tables of this version of aligntax. A copy of it as it was: {copy}\n")


def connected(path: str | Path = ":memory:", *, read_only: bool = False, **config: str) -> duckdb.DuckDBPyConnection:
    """A connection of DuckDB: times are in UTC, and a slow query draws no progress bar into --json."""
    connection = duckdb.connect(str(path), read_only=read_only, config=dict(config))
    connection.execute("set TimeZone = 'UTC'")
    connection.execute("set enable_progress_bar = false")
    return connection


def _attached(path: Path) -> duckdb.DuckDBPyConnection:
    """A connection to the file. It is attached, because only attached files can have row groups of another size."""
    overflow = Path(f"{path}.tmp")
    is_left = overflow.exists()  # by a writer that was killed, if we get the file
    connection = connected(temp_directory=str(overflow))
    place = str(path).replace("'", "''")
    try:
        connection.execute(f"attach '{place}' as warehouse (row_group_size {ROWS_PER_GROUP})")
    except duckdb.Error:
        connection.close()
        raise
    connection.execute("use warehouse")
    if is_left:
        shutil.rmtree(overflow, ignore_errors=True)
    return connection


def open_error(error: duckdb.Error, path: Path) -> WarehouseError:
    """Say in one line why the file did not open, and what to do."""
    text = str(error)
    if is_damage(error):
        return damaged(first_line(error), path)
    if _NEWER.search(text):
        return WarehouseError(
            f"{path} was written by a newer version of DuckDB, which this version of aligntax cannot read: "
            f"{first_line(error)}. Update aligntax, or give `warehouse:` another name in the configuration."
        )
    if holder := _HOLDER.search(text):
        return WarehouseBusy(
            f"{path} is being written by process {holder['pid']} ({holder['program']}). "
            "Wait for it to end, or read the published copy meanwhile: `aligntax sql` does."
        )
    if "lock on file" in text.lower():
        return WarehouseBusy(f"{path} is being written by another process. Wait for it to end.")
    return WarehouseError(f"cannot open {path}: {first_line(error)}")


def first_line(error: duckdb.Error) -> str:
    """DuckDB's message without what stands on further lines, such as the query."""
    return str(error).strip().splitlines()[0].rstrip(".")
