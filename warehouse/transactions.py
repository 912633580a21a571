"""Transactions of DuckDB, and its order of rows, as contexts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress

import duckdb

# What DuckDB raises when the disk fails: while it reads or writes, when the failure is final, or when it commits.
DISK_ERRORS = (duckdb.IOException, duckdb.FatalException, duckdb.TransactionException)


@contextmanager
def committed(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """All statements inside take effect, or none of them does."""
    connection.begin()
    try:
        yield
    except BaseException:
        with suppress(duckdb.Error):  # after a failure of the disk, even the rollback can fail
            connection.rollback()
        raise
    connection.commit()


@contextmanager
def any_order(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Write rows as threads make them: in half the time, because no thread waits for another one's rows.

    A query with ORDER BY keeps its order.
    """
    connection.execute("set preserve_insertion_order = false")
    try:
        yield
    finally:
        connection.execute("set preserve_insertion_order = default")
