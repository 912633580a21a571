"""The warehouse as flows and steps see it: append frames, run named queries, build the models, publish them.

Nobody outside this package gets the DuckDB connection. One process writes; a second writer is told who holds the
file. Readers use the published snapshot, which is never locked.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypeAlias, TypeVar

import duckdb

from warehouse.build import LAYERS, build
from warehouse.errors import ModelError, QueryError, WarehouseUnwritable
from warehouse.grain import surplus_rows
from warehouse.notes import NOTED_AT, Notes
from warehouse.opening import (
    MEMORY_MB,
    first_line,
    identity,
    is_damage,
    limit_memory,
    opened_for_reading,
    opened_for_writing,
    unwritable,
)
from warehouse.publish.contents import TableContents
from warehouse.publish.snapshot_file import fill_snapshot
from warehouse.recognition import damaged
from warehouse.transactions import DISK_ERRORS, committed
from warehouse.whole_files import swapped_in

if TYPE_CHECKING:
    import polars as pl

Result = TypeVar("Result")
# A row of a table, by column name.
Row: TypeAlias = dict[str, Any]

_GROUPED_ROWS = 100_000
# After so many new rows DuckDB's memory follows the indexes again, which have grown by some 50 MB.
_ROWS_BETWEEN_LIMITS = 400_000
_QUERIES = Path(__file__).parent / "queries"


class Warehouse:
    """An open warehouse. Use it as a context manager; threads of one process may share it."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, path: Path) -> None:
        self.path = path
        self._file = identity(path)
        self._connection = connection
        self.database_name = '"{}"'.format(*connection.execute("select current_database()").fetchall()[0])
        self._lock = threading.RLock()
        self._depth = 0
        self._buffer_mb = MEMORY_MB
        self._count_since_limit = 0
        self._growing: set[str] | None = None  # the tables whose indexes come on top of the buffer; None: all
        self._keyed: dict[str, bool] = {}
        self._schemas: dict[str, dict[str, pl.DataType]] = {}
        self._notes = Notes(connection)

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open for writing, creating and migrating the file as needed.

        Raises:
            WarehouseBusy: another process holds the file.
            WarehouseError: the folder cannot be written or the file is not a warehouse.
        """
        return cls(opened_for_writing(path), path)

    @classmethod
    def read(cls, path: Path) -> Self:
        """Open read-only, without reach outside the file: the SQL may come from anyone.

        Raises:
            WarehouseMissing: there is no such file.
            WarehouseBusy: a writer holds it.
        """
        return cls(opened_for_reading(path), path)

    def close(self) -> None:
        """Release the file."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def build(self, parts: Sequence[str] = LAYERS, dates: Sequence[str] | None = None) -> list[str]:
        """Build some layers or single models anew, for some ``as_of_date``s or for all; returns the names built.

        Args:
            parts: names of layers (``marts``) and of models (``reports.validations``).
            dates: the report dates whose rows are replaced; all if None.

        Raises:
            ModelError: a model's SQL or description is wrong.
            WarehouseUnwritable: the disk is full.
        """
        with self.lent() as connection:
            return build(connection, parts, dates)

    def dates_touched(self, run_id: str) -> list[str]:
        """The report dates that a run can change, oldest first: its own, and later ones that still look back at it."""
        return [str(date) for (date,) in self.query_rows("dates_touched", run_id=run_id)[1]]

    def snapshot(
        self, path: Path, *, text: str, as_of_date: str, run_id: str, earlier: Path | None = None
    ) -> dict[str, TableContents]:
        """Write marts and reports into a DuckDB file of their own, as the publication of a date and a run.

        Args:
            path: the file, which is swapped in whole.
            text: none, hash or full: what is written of the texts of harmful items.
            as_of_date: the date of its report.
            run_id: the run that it is published after.
            earlier: an earlier publication, which stays as it is; what did not change since is copied from it.

        Returns:
            What each published table holds, by its name.

        Raises:
            WarehouseUnwritable: the file could not be written.
        """
        with self.lent(path) as connection, swapped_in(path) as building:
            return fill_snapshot(connection, building, text=text, as_of_date=as_of_date, run_id=run_id, earlier=earlier)

    def sparing(self, megabytes: int, work: Callable[[], Result]) -> Result:
        """Do repeatable work with a small buffer; if that is too small, do it once more with the usual one.

        A file of more megabytes gets a buffer of its own size, because joins and sorts grow with it. Work inside such
        work has its own buffer.
        """
        if self._growing is None and not self._depth:
            with self.lent() as connection:
                connection.execute("checkpoint")  # what is on disk can leave memory, indexes too
        try:
            with self.buffer(max(megabytes, self.path.stat().st_size // 1_000_000)):
                return work()
        except (duckdb.OutOfMemoryException, ModelError) as error:
            if not isinstance(error.__cause__ or error, duckdb.OutOfMemoryException):
                raise
        with self.buffer(None):
            return work()

    @contextmanager
    def buffer(self, megabytes: int | None) -> Iterator[None]:
        """Let DuckDB use so much memory, at most the usual, beside the indexes of tables that get rows meanwhile.

        None is the usual, beside the indexes of all tables.
        """
        before = self._buffer_mb, self._growing
        self._buffer_mb, self._growing = (MEMORY_MB, None) if megabytes is None else (min(megabytes, MEMORY_MB), set())
        self._limit()
        try:
            yield
        finally:
            self._buffer_mb, self._growing = before
            self._limit()

    def _limit(self) -> None:
        with self._lock:
            self._count_since_limit = 0
            limit_memory(self._connection, self._buffer_mb, self._growing)

    def _set(self, setting: str) -> None:
        with self._lock:
            self._connection.execute(f"set {setting}")

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All appends and replacements inside, or none of them; a transaction inside another is part of it.

        Raises:
            WarehouseUnwritable: the disk is full, or the file was taken away.
        """
        with self._lock:
            if self._depth:
                yield
                return
            self._check_place()
            self._depth += 1
            try:
                with self.lent(), committed(self._connection):
                    yield
            finally:
                self._depth -= 1

    def _check_place(self) -> None:
        """A file that was moved or deleted still takes rows, and loses every one of them."""
        if identity(self.path) != self._file:
            raise WarehouseUnwritable(f"{self.path} was moved, deleted or replaced while it was being written.")

    def append(self, tables: Mapping[str, pl.DataFrame | Sequence[Row]], *, replaces: bool = False) -> int:
        """Insert frames or rows into tables in one transaction, ignoring rows whose key is there already.

        With ``replaces`` they take the place of those: only for what no run that counts rests on.
        Tables without a key (events, failures, validations) are logs: every row is kept. Returns the number of rows
        that were new.
        """
        inserted = 0
        with self.transaction():
            for table, rows in tables.items():
                if len(rows):
                    keyed = "insert or replace" if replaces else "insert or ignore"
                    verb = keyed if self._has_key(table) else "insert"
                    inserted += self._insert(verb, table, rows)
        return inserted

    def append_new(
        self, tables: Mapping[str, pl.DataFrame | Sequence[Row]], also: Callable[[], None] | None = None
    ) -> int:
        """The same for rows whose keys are hardly ever there already, at a third of the CPU time.

        ``also`` does more in the same transaction.
        """
        try:
            with self.transaction():
                inserted = sum(self._insert("insert", table, rows) for table, rows in tables.items())
                if also:
                    also()
        except duckdb.ConstraintException:
            with self.transaction():
                inserted = self.append(tables)
                if also:
                    also()
        return inserted

    @contextmanager
    def one_thread(self) -> Iterator[None]:
        """Work with one thread: sharing some hundred rows takes longer than inserting them; threads have buffers."""
        self._set("threads = 1")
        try:
            yield
        finally:
            self._set("threads = default")

    def append_columns(self, table: str, frame: pl.DataFrame) -> int:
        """Append those columns of a frame that a table has; the table's others are NULL. Returns the new rows."""
        columns = self.schema(table)
        return self.append({table: frame.select(name for name in frame.columns if name in columns)})

    def _insert(self, verb: str, table: str, rows: pl.DataFrame | Sequence[Row]) -> int:
        """Insert by column name; returns the number of rows that were new."""
        frame = self.frame(table, rows) if isinstance(rows, Sequence) else rows
        if column := NOTED_AT.get(table):
            frame = self._notes.after_all(frame, column)
        if self._growing is not None and table not in self._growing:
            self._growing.add(table)
            self._limit()
        self._connection.register("incoming", frame.to_arrow())
        row = self._connection.execute(f"{verb} into {table} by name select * from incoming").fetchone()  # noqa: S608 - names are ours
        self._connection.unregister("incoming")
        count = int(row[0]) if row else 0
        self._count_since_limit += count
        if self._count_since_limit >= _ROWS_BETWEEN_LIMITS:
            self._limit()
        return count

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

    def frame(self, table: str, rows: Iterable[Row]) -> pl.DataFrame:
        """Rows as a frame with all columns of a table; a column that a row does not name is NULL.

        Raises:
            ValueError: a row names a column that the table does not have.
        """
        import polars as pl  # noqa: PLC0415 - the command line opens warehouses without polars

        schema, whole = self.schema(table), list(rows)
        if unknown := {name for row in whole for name in row} - schema.keys():
            raise ValueError(f"{table} has no column {', '.join(sorted(unknown))}")
        return pl.DataFrame(whole, schema=schema, orient="row")

    def replace(self, table: str, dates: Sequence[str] | None, rows: pl.DataFrame | Sequence[Row]) -> None:
        """Replace the rows of a table that belong to the given ``as_of_date``s, or with None all of its rows."""
        with self.transaction():
            if dates is None:
                self._connection.execute(f"delete from {table}")  # noqa: S608 - names are ours
            else:
                emptied = f"delete from {table} where as_of_date in (select unnest(?::date[]))"  # noqa: S608 - names are ours
                self._connection.execute(emptied, [list(dates)])
            if len(rows):
                self._insert("insert", table, rows)

    def has(self, table: str) -> bool:
        """Whether a table or view exists: the first run builds the models."""
        # Without a parameter: DuckDB imports pandas to read one.
        with self._lock:
            found = self._connection.execute("select table_schema || '.' || table_name from information_schema.tables")
            return (table,) in found.fetchall()

    def query(self, name: str, frames: Mapping[str, pl.DataFrame] | None = None, **parameters: Any) -> pl.DataFrame:
        """Run the named query of ``warehouse/queries`` and return its rows; ``frames`` are tables it may name."""
        with self.lent() as connection:
            for table, frame in (frames or {}).items():
                connection.register(table, frame.to_arrow())
            result: pl.DataFrame = connection.execute(_query_text(name), parameters or None).pl()
            for table in frames or {}:
                connection.unregister(table)
        return result

    def query_batches(
        self, name: str, rows: int, frames: Mapping[str, pl.DataFrame] | None = None, **parameters: Any
    ) -> Iterator[pl.DataFrame]:
        """The same in batches of ``rows``, on a cursor of its own, so that memory never holds the whole result.

        DuckDB makes the next batch while the caller works on one.
        """
        import polars as pl  # noqa: PLC0415 - the command line opens warehouses without polars

        with self._connection.cursor() as cursor, ThreadPoolExecutor(1, "batches") as ahead:
            cursor.execute(f"use {self.database_name}")  # a cursor starts in the database that was connected to
            for table, frame in (frames or {}).items():
                cursor.register(table, frame.to_arrow())
            reader = cursor.execute(_query_text(name), parameters or None).to_arrow_reader(rows)
            coming = ahead.submit(next, reader, None)
            while (batch := coming.result()) is not None:
                coming = ahead.submit(next, reader, None)
                yield pl.DataFrame(batch)

    def query_groups(
        self, name: str, keys: Sequence[str], **parameters: Any
    ) -> Iterator[tuple[tuple[Any, ...], pl.DataFrame]]:
        """The same by the values of some columns that the rows are ordered by first, each with all of its rows."""
        import polars as pl  # noqa: PLC0415 - the command line opens warehouses without polars

        begun: tuple[Any, ...] = ()
        pieces: list[pl.DataFrame] = []
        for batch in self.query_batches(name, _GROUPED_ROWS, **parameters):
            start = 0
            for length, values in batch.select(pl.struct(keys).rle()).to_series().struct.unnest().iter_rows():
                key = tuple(values.values())
                if pieces and key != begun:
                    yield begun, pl.concat(pieces)
                    pieces = []
                begun = key
                pieces.append(batch.slice(start, length))
                start += length
        if pieces:
            yield begun, pl.concat(pieces)

    def query_rows(self, name: str, **parameters: Any) -> tuple[list[str], list[tuple[Any, ...]]]:
        """Run a named query without importing polars: column names and rows.

        Raises:
            QueryError: DuckDB refused it, for instance because nothing is built yet.
        """
        return self._fetched(_query_text(name), parameters or None)

    def named_rows(self, name: str, **parameters: Any) -> list[Row]:
        """Run a named query without importing polars: its rows by column name; see ``query_rows``."""
        names, rows = self.query_rows(name, **parameters)
        return [dict(zip(names, row, strict=True)) for row in rows]

    def rows(self, sql: str, limit: int | None = None) -> tuple[list[str], list[tuple[Any, ...]]]:
        """Run a user's SQL: column names and rows (at most ``limit``).

        Raises:
            QueryError: DuckDB refused it.
        """
        return self._fetched(sql, None, limit)

    def frame_of(self, sql: str) -> pl.DataFrame:
        """Run a user's SQL: all rows, with DuckDB's types.

        Raises:
            QueryError: DuckDB refused it.
        """
        with self._lock, self._refusals():
            frame: pl.DataFrame = self._connection.execute(sql).pl()
        return frame

    def _fetched(
        self, sql: str, parameters: dict[str, Any] | None, limit: int | None = None
    ) -> tuple[list[str], list[tuple[Any, ...]]]:
        with self._lock, self._refusals():
            cursor = self._connection.execute(sql, parameters)
            names = [column[0] for column in cursor.description or []]
            return names, cursor.fetchall() if limit is None else cursor.fetchmany(limit)

    @contextmanager
    def _refusals(self) -> Iterator[None]:
        """What DuckDB refuses, as an error of ours."""
        try:
            yield
        except duckdb.Error as error:
            raise (
                damaged(first_line(error), self.path) if is_damage(error) else QueryError(str(error).strip())
            ) from None

    @contextmanager
    def lent(self, copy: Path | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
        """The connection for one thread at a time, with failures of the disk as an error of ours."""
        with self._lock:
            try:
                yield self._connection
            except DISK_ERRORS as error:
                raise unwritable(error, self.path, copy) from None


@cache
def _query_text(name: str) -> str:
    return surplus_rows() if name == "surplus_rows" else (_QUERIES / f"{name}.sql").read_text()
