"""Open a DuckDB file for writing or for reading, and say in one line why that failed."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb

from warehouse.build import stage
from warehouse.errors import (
    DISK_ERRORS,
    WarehouseBusy,
    WarehouseDamaged,
    WarehouseError,
    WarehouseMissing,
    WarehouseUnwritable,
)
from warehouse.migrate import migrate, unknown_migrations

# By default DuckDB keeps what it has read in up to 80% of the machine's memory. Beyond this limit it writes to disk.
MEMORY_LIMIT = "1500MB"
# A checkpoint rewrites the last row group of a table whole. DuckDB's own size, 122,880 rows, would be half a gigabyte
# of long texts.
_ROWS_PER_GROUP = 20_480
_HEAD_BYTES = 16
_FOREIGN = {b"SQLite format 3": "SQLite", b"PAR1": "Parquet", b"PK\x03\x04": "zip", b"\x1f\x8b": "gzip"}
_DAMAGE = re.compile(r"corrupt|checksum|not a valid duckdb|deseriali[sz]|serialization error|truncated", re.IGNORECASE)
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
        _check_kind(path)
        connection = _attached(path)
    except OSError as error:
        raise WarehouseError(f"cannot write {path}: {error.strerror or error}") from None
    except duckdb.Error as error:
        raise _open_error(error, path) from None
    _set_up(connection, path)
    connection.execute(f"set memory_limit = '{MEMORY_LIMIT}'")
    try:
        migrate(connection)
        stage(connection)
    except DISK_ERRORS as error:
        raise unwritable(error, path) from None
    return connection


def opened_for_reading(path: Path) -> duckdb.DuckDBPyConnection:
    """A read-only connection that reaches nothing outside the file, because its SQL may come from anyone.

    Raises:
        WarehouseMissing: there is no such file.
        WarehouseBusy: a writer holds it.
        WarehouseError: the file is not a warehouse, or another version of aligntax made it.
    """
    if not path.exists():
        raise WarehouseMissing(f"{path} does not exist yet: run `aligntax run` (or `aligntax demo`) first")
    try:
        _check_kind(path)
        connection = duckdb.connect(str(path), read_only=True)
    except OSError as error:
        raise WarehouseError(f"cannot read {path}: {error.strerror or error}") from None
    except duckdb.Error as error:
        raise _open_error(error, path) from None
    _set_up(connection, path)
    connection.execute("set enable_external_access = false")
    connection.execute("set lock_configuration = true")
    return connection


def identity(path: Path) -> tuple[int, int] | None:
    """Device and inode of a file; None where there is no file."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def unwritable(error: duckdb.Error, path: Path) -> WarehouseError:
    """The error for a file that DuckDB could not write."""
    if is_damage(error):
        return damaged(error, path)
    return WarehouseUnwritable(
        f"cannot write {path}: {_first_line(error)}. What was committed stays; the same command goes on "
        "from there once there is room."
    )


def _check_kind(path: Path) -> None:
    """Refuse another program's file. DuckDB would download an extension to read SQLite's."""
    if not path.is_file():
        return
    with path.open("rb") as stream:
        head = stream.read(_HEAD_BYTES)
    if head[8:12] != b"DUCK":
        kind = next((kind for sign, kind in _FOREIGN.items() if head.startswith(sign)), "another format")
        found = kind if head else "empty"
        raise WarehouseError(
            f"{path} is not a DuckDB file ({found}). Give `warehouse:` another name in the configuration."
        )


def is_damage(error: duckdb.Error) -> bool:
    """Whether DuckDB says that the file itself is broken."""
    return _DAMAGE.search(str(error)) is not None


def damaged(error: duckdb.Error, path: Path) -> WarehouseDamaged:
    """The error for a file whose blocks are not what DuckDB wrote."""
    return WarehouseDamaged(
        f"{path} is damaged: {_first_line(error)}. Put a copy back in its place, or move it away and run again; "
        "what is published stays as it is."
    )


def _set_up(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    connection.execute("set TimeZone = 'UTC'")
    connection.execute("set enable_progress_bar = false")  # a slow query would draw one into --json
    if names := unknown_migrations(connection):
        connection.close()
        more = f" and {len(names) - 1} more" if len(names) > 1 else ""
        raise WarehouseError(
            f"{path} has the tables of an unreleased or a newer version of aligntax (unknown here: {names[0]}{more}). "
            "Keep the file, give `warehouse:` another name in the configuration, and import or run again."
        )


def _attached(path: Path) -> duckdb.DuckDBPyConnection:
    """A connection to the file. It is attached, because only attached files can have row groups of another size."""
    connection = duckdb.connect(config={"temp_directory": f"{path}.tmp"})
    place = str(path).replace("'", "''")
    try:
        connection.execute(f"attach '{place}' as warehouse (row_group_size {_ROWS_PER_GROUP})")
    except duckdb.Error:
        connection.close()
        raise
    connection.execute("use warehouse")
    return connection


def _open_error(error: duckdb.Error, path: Path) -> WarehouseError:
    """Say in one line why the file did not open, and what to do."""
    text = str(error)
    if is_damage(error):
        return damaged(error, path)
    if holder := _HOLDER.search(text):
        return WarehouseBusy(
            f"{path} is being written by process {holder['pid']} ({holder['program']}). "
            "Wait for it to end, or read the published copy meanwhile: `aligntax sql` does."
        )
    if "lock on file" in text.lower():
        return WarehouseBusy(f"{path} is being written by another process. Wait for it to end.")
    return WarehouseError(f"cannot open {path}: {_first_line(error)}")


def _first_line(error: duckdb.Error) -> str:
    return str(error).strip().splitlines()[0].rstrip(".")
