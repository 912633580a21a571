"""A transaction of DuckDB as a context."""

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
