"""Say what a file is before it is opened for writing: a warehouse of this version, or what else.

Tested in tests/warehouse/test_opening.py and tests/warehouse/test_migrate.py.
"""

from __future__ import annotations

import stat
from pathlib import Path

import duckdb

from warehouse.errors import WarehouseDamaged, WarehouseError
from warehouse.migrate import unknown_migrations

_HEAD_BYTES = 16
_FOREIGN = {
    b"SQLite format 3": "SQLite",
    b"PAR1": "Parquet",
    b"ARROW1": "Arrow",
    b"PK\x03\x04": "zip",
    b"\x1f\x8b": "gzip",
    b"\x28\xb5\x2f\xfd": "zstd",
    b"version https://": "a pointer of Git LFS; `git lfs pull` fetches the file",
}
_ELSEWHERE = "Give `warehouse:` another name in the configuration."
_NEWER = "Keep the file, give `warehouse:` another name in the configuration, and import or run again."


def check_format(path: Path, advice: str | None = None) -> None:
    """Refuse what is no DuckDB file. DuckDB itself would download an extension for SQLite, and wait for a pipe.

    ``advice`` is what to do about it, by default to give `warehouse:` another name.

    Raises:
        WarehouseDamaged: the file was of DuckDB, or of anybody, once.
        WarehouseError: it is something else; the message says what.
        OSError: it cannot be read.
    """
    mode = path.stat().st_mode
    if not stat.S_ISREG(mode):
        kind = "a folder" if stat.S_ISDIR(mode) else "a device or a pipe"
        raise WarehouseError(f"{path} is {kind}, not a DuckDB file. {advice or _ELSEWHERE}")
    with path.open("rb") as stream:
        head = stream.read(_HEAD_BYTES)
    if head[8:12] == b"DUCK":
        return
    if head and not head.strip(b"\0"):
        raise damaged("it begins with zeros", path)
    kind = next((kind for sign, kind in _FOREIGN.items() if head.startswith(sign)), "another format")
    raise WarehouseError(f"{path} is not a DuckDB file ({kind if head else 'empty'}). {advice or _ELSEWHERE}")


def check_schema(
    connection: duckdb.DuckDBPyConnection, path: Path, *, is_written: bool, advice: str | None = None
) -> None:
    """Refuse the tables of a newer version and of other programs, and to write what is for readers.

    ``advice`` is what to do about it, by default to give `warehouse:` another name.

    Raises:
        WarehouseError: the message says whose tables they are.
    """
    if names := unknown_migrations(connection):
        more = f" and {len(names) - 1} more" if len(names) > 1 else ""
        raise WarehouseError(
            f"{path} has the tables of an unreleased or a newer version of aligntax (unknown here: {names[0]}{more}). "
            f"{advice or _NEWER}"
        )
    found = {name for (name,) in connection.execute("select distinct schema_name from duckdb_tables()").fetchall()}
    if not found or "meta" in found:
        return
    if "reports" not in found:
        whose = "a DuckDB file with other tables than those of aligntax"
        raise WarehouseError(f"{path} is {whose}. {advice or _ELSEWHERE}")
    if is_written:
        raise WarehouseError(f"{path} is a published copy, which is only read. {advice or _ELSEWHERE}")


def damaged(found: str, path: Path) -> WarehouseDamaged:
    """The error for a file whose blocks are not what DuckDB wrote."""
    return WarehouseDamaged(
        f"{path} is damaged: {found}. Restore a backup (`aligntax restore`), or move it away and run again; "
        "what is published stays as it is."
    )
