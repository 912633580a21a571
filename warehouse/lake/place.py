"""Where a lake is, and how a connection of DuckDB gets to it."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Protocol

import duckdb

from warehouse.errors import LakeUnreachable, WarehouseError

_EXTENSIONS = {
    "ducklake:postgres:": ("ducklake", "postgres_scanner"),
    "ducklake:sqlite:": ("ducklake", "sqlite_scanner"),
}
_FOR_BUCKETS = "httpfs"
# A commit of at most so many rows stays in PostgreSQL until maintenance writes it to files: many small files are slow.
_INLINED_ROWS = 1_000


class LakePlace(Protocol):
    """Where a lake is."""

    @property
    def catalog(self) -> str:
        """Its tables' names and snapshots: ``ducklake:postgres:...``."""

    @property
    def data(self) -> str:
        """The folder or bucket that holds its files."""


@contextmanager
def attached(connection: duckdb.DuckDBPyConnection, place: LakePlace) -> Iterator[None]:
    """Attach a lake as ``lake`` for a while.

    Raises:
        LakeUnreachable: its database does not answer.
        WarehouseError: DuckDB lacks an extension.
    """
    attach(connection, place)
    try:
        yield
    finally:
        with suppress(duckdb.Error):  # its database may be gone
            connection.execute("detach lake")


def attach(connection: duckdb.DuckDBPyConnection, place: LakePlace) -> None:
    """Attach a lake as ``lake``; see ``attached``.

    Raises:
        LakeUnreachable: its database does not answer.
        WarehouseError: the lake has its files elsewhere, or DuckDB lacks an extension.
    """
    for prefix, names in _EXTENSIONS.items():
        for name in (*names, *([_FOR_BUCKETS] if place.data.startswith("s3://") else [])):
            if place.catalog.startswith(prefix):
                _load(connection, name)
    catalog, data = (text.replace("'", "''") for text in (place.catalog, place.data))
    options = f"data_path '{data}', data_inlining_row_limit {_INLINED_ROWS}"
    try:
        connection.execute(f"attach '{catalog}' as lake ({options})")
    except duckdb.Error as error:
        if "DATA_PATH" in (line := str(error).strip().splitlines()[0]):  # an error without a type of its own
            raise WarehouseError(f"landing: the lake at {place.catalog} has its files elsewhere: {line}") from None
        raise LakeUnreachable.of(place.catalog, error) from None


@contextmanager
def reaching(place: LakePlace) -> Iterator[None]:
    """Work that reads or writes a lake.

    Raises:
        LakeUnreachable: its database or its files do not answer.
    """
    try:
        yield
    except (duckdb.Error, ValueError, OSError) as error:  # the latter two from pyarrow, while it reads on
        raise LakeUnreachable.of(place.catalog, error) from None


def _load(connection: duckdb.DuckDBPyConnection, name: str) -> None:
    """Load an extension from its package, or from DuckDB's own place, to which DuckDB brings it from the network."""
    packaged = _packaged(name)
    try:
        if packaged is None:
            connection.install_extension(name)
        connection.load_extension(str(packaged or name))
    except duckdb.Error as error:
        line = str(error).strip().splitlines()[0]
        raise WarehouseError(
            f"landing: DuckDB {duckdb.__version__} needs its extension {name}, and neither a package duckdb-extension-"
            f"{name.replace('_', '-')} of this version nor the network brings it: {line}"
        ) from None


def _packaged(name: str) -> Path | None:
    """The file of an extension in a package for this version of DuckDB."""
    try:
        package = importlib.import_module(f"duckdb_extension_{name}")
    except ImportError:
        return None
    folder = Path(str(package.__file__)).parent / "extensions" / f"v{duckdb.__version__}"
    return next(iter(folder.glob("*.duckdb_extension")), None)
