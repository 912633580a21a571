"""Take the facts that are new in a lake into the builder's own file.

The number of the last snapshot that was taken in is written in the transaction with the last of its facts. Where the
next snapshot has expired, or the lake was made anew, every fact of the lake is looked at. A fact whose key is there
already is left out in any case.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from warehouse.lake.place import LakePlace, attached, reaching
from warehouse.lake.versions import note_version

if TYPE_CHECKING:
    import polars as pl
    import pyarrow as pa

    from warehouse.connection import Warehouse

# The tables of facts, and what tells two of their rows apart.
FACTS = {
    "raw.generations": ("generation_id",),
    "raw.failures": ("generation_id", "failed_at"),
    "raw.extra_spend": ("generation_id", "spent_at"),
}
# Its keys are checked by an index of the builder's file. The other tables have few rows, and no index.
_KEYED = "raw.generations"
# After so many snapshots the watermark moves. What a builder took in beyond it when it was killed is read once more.
_SNAPSHOTS = 500
# So many rows of a table are in memory, and in a transaction.
_ROWS = 20_480
# What DuckDB gets to read and write them, beside the index of all answers. Of more it keeps what it has written.
_BUFFER_MB = 100
_TABLES = Path(__file__).with_name("tables.sql")


@dataclass(frozen=True, slots=True)
class Piece:
    """Some new rows by table; none where nothing is new."""

    rows: dict[str, pl.DataFrame]
    is_last: bool = False


@dataclass(frozen=True, slots=True)
class Snapshots:
    """The snapshots of a lake from one number to another, or, without a first one, all that it holds."""

    first: int | None
    last: int


def take_in(warehouse: Warehouse, place: LakePlace) -> int:
    """Take in what is new in a lake, which gets our tables first; returns how many requests have ended.

    Raises:
        LakeUnreachable: its database does not answer.
    """
    with warehouse.lent() as connection, attached(connection, place):
        return take_in_attached(warehouse, connection, place)


def take_in_attached(warehouse: Warehouse, connection: duckdb.DuckDBPyConnection, place: LakePlace) -> int:
    """The same for a lake that is attached to the warehouse's connection."""
    count = 0
    with closing(connection.cursor()) as reading, warehouse.buffer(_BUFFER_MB):
        reading.execute(f"use {warehouse.database_name}")
        prepare(connection, place)
        for snapshots in due(connection, place):
            for piece in facts(reading, place, snapshots):
                noting = partial(note, connection, place, snapshots) if piece.is_last else None
                inserted = warehouse.append_new(piece.rows, noting)
                count += inserted - len(piece.rows.get("raw.extra_spend", ()))
    return count


def prepare(connection: duckdb.DuckDBPyConnection, place: LakePlace) -> None:
    """Give an attached lake the tables and columns of the builder's file.

    Raises:
        LakeOfAnotherVersion: a later version of aligntax has prepared it.
    """
    with reaching(place):
        connection.execute(_TABLES.read_text())
        note_version(connection, place.catalog)
        for table in FACTS:
            connection.execute(f"create table if not exists lake.{table} as from {table} limit 0")
            there = _columns(connection, f"lake.{table}")
            for name, kind in _columns(connection, table).items():
                if name not in there:
                    connection.execute(f"alter table lake.{table} add column {name} {kind}")


def _columns(connection: duckdb.DuckDBPyConnection, table: str) -> dict[str, str]:
    found = connection.execute(f"select column_name, column_type from (describe {table})").fetchall()  # noqa: S608 - names are ours
    return dict(found)


def due(connection: duckdb.DuckDBPyConnection, place: LakePlace) -> Iterator[Snapshots]:
    """The snapshots of an attached lake that were not taken in yet, some at a time."""
    taken = connection.execute("select snapshot_id from meta.lakes where catalog = ?", [place.catalog]).fetchone()
    with reaching(place):
        bounds = "select min(snapshot_id), max(snapshot_id) from ducklake_snapshots('lake')"
        oldest, newest = connection.execute(bounds).fetchall()[0]
    following = taken[0] + 1 if taken else oldest
    if not oldest <= following <= newest + 1:
        yield Snapshots(None, newest)
        return
    for first in range(following, newest + 1, _SNAPSHOTS):
        yield Snapshots(first, min(first + _SNAPSHOTS - 1, newest))


def facts(connection: duckdb.DuckDBPyConnection, place: LakePlace, snapshots: Snapshots) -> Iterator[Piece]:
    """The facts of some snapshots in pieces, so that memory never holds them all; at least one piece."""
    rows: dict[str, pl.DataFrame] = {}
    for table in FACTS:
        for batch in _batches(connection, place, table, snapshots):
            if table in rows:
                yield Piece(rows)
                rows = {}
            rows[table] = batch
    yield Piece(rows, is_last=True)


def _batches(
    connection: duckdb.DuckDBPyConnection, place: LakePlace, table: str, snapshots: Snapshots
) -> Iterator[pl.DataFrame]:
    """The new facts of a table.

    Answers may be there already: their table's key tells. Of other facts, and where all of a lake is looked at, only
    those come whose key is not in the builder's file, one row for each.
    """
    (schema, name), key = table.split("."), FACTS[table]
    source = f"lake.{table}"
    if snapshots.first is not None:
        source = f"ducklake_table_insertions('lake', '{schema}', '{name}', {snapshots.first}, {snapshots.last})"
    wanted = f"select * from {source} as fact"  # noqa: S608 - names are ours
    if snapshots.first is None or table != _KEYED:
        keys, is_same = ", ".join(key), " and ".join(f"known.{column} = fact.{column}" for column in key)
        wanted = (
            f"select distinct on ({keys}) * from {source} as fact "  # noqa: S608 - names are ours
            f"where not exists (select 1 from {table} as known where {is_same})"
        )
    with reaching(place):
        reader = connection.execute(wanted).to_arrow_reader(_ROWS)
    while (batch := _next(reader, place)) is not None:
        yield batch


def _next(reader: pa.RecordBatchReader, place: LakePlace) -> pl.DataFrame | None:
    import polars as pl  # noqa: PLC0415 - the command line opens warehouses without polars

    with reaching(place):
        batch = next(reader, None)
    return None if batch is None else pl.DataFrame(batch)


def note(connection: duckdb.DuckDBPyConnection, place: LakePlace, snapshots: Snapshots) -> None:
    """Note how far the lake was taken in."""
    noted = "insert or replace into meta.lakes values (?, ?, now())"
    connection.execute(noted, [place.catalog, snapshots.last])
