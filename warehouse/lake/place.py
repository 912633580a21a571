"""Where a lake is, and how a connection of DuckDB gets to it."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Protocol

import duckdb

from warehouse.errors import LakeRefuses, LakeUnreachable, WarehouseError

_EXTENSIONS = {
    "ducklake:postgres:": ("ducklake", "postgres_scanner"),
    "ducklake:sqlite:": ("ducklake", "sqlite_scanner"),
}
_FOR_BUCKETS = "httpfs"
# A commit of at most so many rows stays in PostgreSQL until maintenance writes it to files: many small files are slow.
_INLINED_ROWS = 1_000
# What PostgreSQL, its client and DuckLake say where the same attempt fails tomorrow as well.
_REFUSALS = ("password", "pg_hba.conf", "does not exist", "permission denied", "connection option", "catalog version")
# What DuckDB says before it says what PostgreSQL said.
_LEAD = re.compile(r'^.*(?:Unable to connect to Postgres at|Failed to execute query|Failed to prepare COPY) ".*?": +')


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
        LakeRefuses: its database refuses this machine.
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
        raise _trouble(place.catalog, str(error).strip().splitlines()[0]) from None


def _trouble(catalog: str, said: str) -> WarehouseError:
    """What keeps a lake from being attached. DuckDB has one type of error for all of it."""
    if "DATA_PATH" in said:
        return WarehouseError(f"landing: the lake at {catalog} has its files elsewhere: {said}")
    line = _LEAD.sub("", said).partition(". To automatically migrate")[0]
    if any(refusal in line for refusal in _REFUSALS):
        return LakeRefuses.of(catalog, line)
    return LakeUnreachable.of(catalog, duckdb.Error(line))


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
