"""One writer, many readers: opening the file, appending frames, reading named queries.

DuckDB lets one process write. A second one gets a line that says who holds the lock; readers use the published
snapshot, which is never locked.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypeVar

import duckdb

from warehouse.errors import (
    DISK_ERRORS,
    ModelError,
    QueryError,
    WarehouseBusy,
    WarehouseError,
    WarehouseMissing,
    WarehouseUnwritable,
)
from warehouse.migrate import migrate

if TYPE_CHECKING:
    import polars as pl

Result = TypeVar("Result")

_QUERIES = Path(__file__).parent / "queries"
# DuckDB would keep what it has read in up to 80% of the machine's memory; beyond this it spills to disk.
_MEMORY_LIMIT = "1500MB"
# A checkpoint rewrites the last group of a table whole; of 122,880 rows with long texts that would be half a gigabyte.
_ROWS_PER_GROUP = 20_480
_HOLDER = re.compile(r"lock is held in (?P<program>.+?) \(PID (?P<pid>\d+)\)")


class Warehouse:
    """An open warehouse. Use as a context manager; safe to share between threads of one process."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, path: Path) -> None:
        self.path = path
        self._file = _identity(path)
        self._connection = connection
        self._database = '"{}"'.format(*connection.execute("select current_database()").fetchall()[0])
        self._lock = threading.RLock()
        self._depth = 0
        self._keyed: dict[str, bool] = {}
        self._schemas: dict[str, dict[str, pl.DataType]] = {}

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open for writing, creating and migrating the file as needed.

        Raises:
            WarehouseBusy: another process holds the file.
            WarehouseError: the folder cannot be written or the file is no warehouse.
        """
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            connection = _attached(path)
        except OSError as error:
            raise WarehouseError(f"cannot write {path}: {error.strerror or error}") from None
        except duckdb.Error as error:
            raise _open_error(error, path) from None
        connection.execute("set TimeZone = 'UTC'")
        connection.execute("set enable_progress_bar = false")  # a slow query would draw one into --json
        connection.execute(f"set memory_limit = '{_MEMORY_LIMIT}'")
        try:
            migrate(connection)
        except DISK_ERRORS as error:
            raise _unwritable(error, path) from None
        return cls(connection, path)

    @classmethod
    def read(cls, path: Path) -> Self:
        """Open read-only, without reach outside the file: the SQL may come from anyone.

        Raises:
            WarehouseMissing: there is no such file.
            WarehouseBusy: a writer holds it.
        """
        if not path.exists():
            raise WarehouseMissing(f"{path} does not exist yet: run `aligntax run` (or `aligntax demo`) first")
        try:
            connection = duckdb.connect(str(path), read_only=True)
        except duckdb.Error as error:
            raise _open_error(error, path) from None
        connection.execute("set TimeZone = 'UTC'")
        connection.execute("set enable_progress_bar = false")
        connection.execute("set enable_external_access = false")
        connection.execute("set lock_configuration = true")
        return cls(connection, path)

    def close(self) -> None:
        """Release the file."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def sparing(self, megabytes: int, work: Callable[[], Result]) -> Result:
        """Do work that can be repeated with a small buffer; where that is too small, once more with the usual one."""
        with self.lent() as connection:
            connection.execute("checkpoint")  # what is on disk can leave memory, indexes too
        self._limit_memory(f"{megabytes}MB")
        try:
            return work()
        except (duckdb.OutOfMemoryException, ModelError) as error:
            if not isinstance(error.__cause__ or error, duckdb.OutOfMemoryException):
                raise
        finally:
            self._limit_memory(_MEMORY_LIMIT)
        return work()

    def _limit_memory(self, limit: str) -> None:
        with self._lock:
            self._connection.execute(f"set memory_limit = '{limit}'")

    @contextmanager
    def transaction(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """All or nothing; a transaction inside another is part of it.

        Raises:
            WarehouseUnwritable: the disk is full, or the file was taken away.
        """
        with self._lock:
            if self._depth:
                yield self._connection
                return
            self._check_place()
            self._depth += 1
            try:
                with self._writing():
                    yield self._connection
            finally:
                self._depth -= 1

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            self._connection.begin()
            try:
                yield
            except BaseException:
                with suppress(duckdb.Error):  # a connection that the disk has failed cannot even go back
                    self._connection.rollback()
                raise
            self._connection.commit()
        except DISK_ERRORS as error:
            raise _unwritable(error, self.path) from None

    def _check_place(self) -> None:
        """A file that was moved or deleted still takes rows, and loses every one of them."""
        if _identity(self.path) != self._file:
            raise WarehouseUnwritable(f"{self.path} was moved, deleted or replaced while it was being written.")

    def append(self, frames: Mapping[str, pl.DataFrame]) -> int:
        """Insert frames into tables by column name in one transaction, ignoring rows whose key is there already.

        Tables without a key (events, failures, validations) are logs: every row is kept. Returns the number of rows
        that were new.
        """
        inserted = 0
        with self.transaction() as connection:
            for table, frame in frames.items():
                if frame.is_empty():
                    continue
                connection.register("incoming", frame.to_arrow())
                verb = "insert or ignore" if self._has_key(table) else "insert"
                row = connection.execute(f"{verb} into {table} by name select * from incoming").fetchone()  # noqa: S608 - table names are ours
                connection.unregister("incoming")
                inserted += int(row[0]) if row else 0
        return inserted

    def _has_key(self, table: str) -> bool:
        if table not in self._keyed:
            schema, name = table.split(".")
            found = self._connection.execute(
                "select 1 from duckdb_constraints() "
                "where schema_name = ? and table_name = ? and constraint_type = 'PRIMARY KEY'",
                [schema, name],
            ).fetchone()
            self._keyed[table] = found is not None
        return self._keyed[table]

    def schema(self, table: str) -> dict[str, pl.DataType]:
        """The columns of a table and their polars types: what frames for it are built with."""
        if table not in self._schemas:
            with self._lock:
                self._schemas[table] = dict(self._connection.execute(f"from {table} limit 0").pl().schema)
        return self._schemas[table]

    def replace(self, table: str, dates: list[str], frame: pl.DataFrame) -> None:
        """Replace the rows of a table that belong to the given ``as_of_date``s."""
        with self.transaction() as connection:
            connection.execute(f"delete from {table} where as_of_date in (select unnest(?::date[]))", [dates])  # noqa: S608 - table names are ours
            if not frame.is_empty():
                connection.register("incoming", frame.to_arrow())
                connection.execute(f"insert into {table} by name select * from incoming")  # noqa: S608 - table names are ours
                connection.unregister("incoming")

    def has(self, table: str) -> bool:
        """Whether a table or view exists: models are built by the first run."""
        schema, name = table.split(".")
        with self._lock:
            found = self._connection.execute(
                "select 1 from information_schema.tables where table_schema = ? and table_name = ?", [schema, name]
            ).fetchone()
        return found is not None

    def query(self, name: str, frames: Mapping[str, pl.DataFrame] | None = None, **parameters: Any) -> pl.DataFrame:
        """Run the named query of ``warehouse/queries`` and return its rows; ``frames`` are tables it may name."""
        with self._lock:
            for table, frame in (frames or {}).items():
                self._connection.register(table, frame.to_arrow())
            result: pl.DataFrame = self._connection.execute(_query_text(name), parameters or None).pl()
            for table in frames or {}:
                self._connection.unregister(table)
        return result

    def query_batches(
        self, name: str, rows: int, frames: Mapping[str, pl.DataFrame] | None = None, **parameters: Any
    ) -> Iterator[pl.DataFrame]:
        """The same, a batch at a time, on a cursor of its own: the result never stands in memory whole."""
        import polars as pl  # noqa: PLC0415 - the command line opens warehouses without polars

        cursor = self._connection.cursor()
        cursor.execute(f"use {self._database}")  # a cursor starts in the one that was connected to
        try:
            for table, frame in (frames or {}).items():
                cursor.register(table, frame.to_arrow())
            for batch in cursor.execute(_query_text(name), parameters or None).to_arrow_reader(rows):
                yield pl.DataFrame(batch)
        finally:
            cursor.close()

    def rows(self, sql: str, limit: int | None = None) -> tuple[list[str], list[tuple[Any, ...]]]:
        """Run a user's SQL: column names and rows (at most ``limit``).

        Raises:
            QueryError: DuckDB refused it.
        """
        try:
            cursor = self._connection.execute(sql)
            names = [column[0] for column in cursor.description or []]
            rows = cursor.fetchall() if limit is None else cursor.fetchmany(limit)
        except duckdb.Error as error:
            raise QueryError(str(error).strip()) from None
        return names, rows

    @contextmanager
    def lent(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """The raw connection, for this package's builder and publisher; nobody else uses it meanwhile.

        Raises:
            WarehouseUnwritable: a file could not be written.
        """
        with self._lock:
            try:
                yield self._connection
            except DISK_ERRORS as error:
                raise _unwritable(error, self.path) from None


def _attached(path: Path) -> duckdb.DuckDBPyConnection:
    """A connection to the file; only attached files can have row groups of another size than DuckDB's."""
    connection = duckdb.connect(config={"temp_directory": f"{path}.tmp"})
    place = str(path).replace("'", "''")
    try:
        connection.execute(f"attach '{place}' as warehouse (row_group_size {_ROWS_PER_GROUP})")
    except duckdb.Error:
        connection.close()
        raise
    connection.execute("use warehouse")
    return connection


@cache
def _query_text(name: str) -> str:
    return (_QUERIES / f"{name}.sql").read_text()


def _identity(path: Path) -> tuple[int, int] | None:
    """Which file this is on which disk; None where there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _first_line(error: duckdb.Error) -> str:
    return str(error).strip().splitlines()[0].rstrip(".")


def _unwritable(error: duckdb.Error, path: Path) -> WarehouseUnwritable:
    return WarehouseUnwritable(
        f"cannot write {path}: {_first_line(error)}. What was committed stays; the same command goes on "
        "from there once there is room."
    )


def _open_error(error: duckdb.Error, path: Path) -> WarehouseError:
    """Say in one line why the file did not open, and what to do."""
    text = str(error)
    if holder := _HOLDER.search(text):
        return WarehouseBusy(
            f"{path} is being written by process {holder['pid']} ({holder['program']}). "
            "Wait for it to end, or read the published copy meanwhile: `aligntax sql` does."
        )
    if "lock" in text.lower():
        return WarehouseBusy(f"{path} is being written by another process. Wait for it to end.")
    return WarehouseError(f"cannot open {path}: {_first_line(error)}")
