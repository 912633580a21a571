"""Begin a publication with a copy of the file before, so that only what has changed since is written.

The copy is read whole before it is relied on. That is done by a DuckDB of its own, because a damaged file can make the
DuckDB that reads it refuse all further work.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

import duckdb

from warehouse.errors import WarehouseError
from warehouse.opening import connected
from warehouse.publish.contents import (
    PUBLICATION,
    TEXT_COLUMNS,
    TableContents,
    contents,
    different,
    published_tables,
    schema_version,
)
from warehouse.recognition import check_format

_MEMORY_LIMIT = "100MB"  # the rows are only counted and hashed
# Space that replaced rows left is used again; a file with more of it than this share of its contents is written anew.
_MOST_UNUSED = 0.5
_LEAST_BYTES = 16_000_000  # a smaller file is written whole in the same time


def copied(earlier: Path, path: Path, schema: str) -> dict[str, TableContents] | None:
    """Copy an earlier publication to ``path``; returns what its tables with facts hold, by name.

    None where it is missing, small, damaged, mostly unused space, or of other tables than those of this ``schema``.
    """
    try:
        if earlier.stat().st_size < _LEAST_BYTES:
            return None
        shutil.copyfile(earlier, path)
        check_format(path)
        with connected(path, read_only=True, memory_limit=_MEMORY_LIMIT, threads="1") as copy:
            if _comments(copy) == _wanted_comments() and schema_version(copy) == schema and not _is_wasteful(copy):
                facts = [table for table in published_tables() if table.name != PUBLICATION]
                return {table.name: contents(copy, table) for table in facts}
    except (OSError, duckdb.Error, WarehouseError):
        pass
    path.unlink(missing_ok=True)
    return None


def leaves_texts(held: Mapping[str, TableContents], wanted: Mapping[str, TableContents]) -> bool:
    """Whether a file would keep texts that have to go: deleted rows stay on the disk until others take their space."""
    return any(different(held[table].parts, wanted[table].parts) for table in TEXT_COLUMNS)


def _comments(copy: duckdb.DuckDBPyConnection) -> dict[tuple[str, str], str]:
    """The comments of all tables, and of the columns of tables and views."""
    found = copy.execute(
        """
        select concat(schema_name, '.', table_name), '', comment from duckdb_tables()
        union all
        select concat(schema_name, '.', table_name), column_name, comment from duckdb_columns() where not internal
        """
    )
    return {(table, column): comment for table, column, comment in found.fetchall()}


def _wanted_comments() -> dict[tuple[str, str], str]:
    tables = published_tables()
    columns = {(table.name, column): meaning for table in tables for column, meaning in table.columns.items()}
    return {(table.name, ""): table.comment for table in tables} | columns


def _is_wasteful(copy: duckdb.DuckDBPyConnection) -> bool:
    ((used, free),) = copy.execute("select used_blocks, free_blocks from pragma_database_size()").fetchall()
    return bool(free > _MOST_UNUSED * used)
