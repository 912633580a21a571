"""Take the facts that are new in a lake into the builder's own file.

The number of the last snapshot that was taken in is written in the transaction that takes its facts in. Where the next
snapshot has expired, or the lake was made anew, every fact of the lake is looked at. A fact whose key is there already
is left out in any case.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb

from warehouse.lake.place import LakePlace, reaching

# The tables of facts, and what tells two of their rows apart.
FACTS = {
    "raw.generations": ("generation_id",),
    "raw.failures": ("generation_id", "failed_at"),
    "raw.extra_spend": ("generation_id", "spent_at"),
}
# So many snapshots are taken in at once: each holds up to 200 answers, and all of them stand in memory.
_SNAPSHOTS = 500
_TABLES = Path(__file__).with_name("tables.sql")


@dataclass(frozen=True, slots=True)
class Snapshots:
    """The snapshots of a lake from one number to another, or, without a first one, all that it holds."""

    first: int | None
    last: int


def prepare(connection: duckdb.DuckDBPyConnection, place: LakePlace) -> None:
    """Give an attached lake the tables and columns of the builder's file."""
    with reaching(place):
        connection.execute(_TABLES.read_text())
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


def fetch(connection: duckdb.DuckDBPyConnection, place: LakePlace, snapshots: Snapshots) -> None:
    """Copy the facts that are not in the builder's file into temporary tables, one row for each key."""
    for table, key in FACTS.items():
        schema, name = table.split(".")
        source = f"lake.{table}"
        if snapshots.first is not None:
            source = f"ducklake_table_insertions('lake', '{schema}', '{name}', {snapshots.first}, {snapshots.last})"
        keys, is_same = ", ".join(key), " and ".join(f"known.{column} = fact.{column}" for column in key)
        with reaching(place):
            connection.execute(
                f"create or replace temp table taken_{name} as select distinct on ({keys}) * from {source} as fact "  # noqa: S608 - names are ours
                f"where not exists (select 1 from {table} as known where {is_same})"
            )


def keep(connection: duckdb.DuckDBPyConnection, place: LakePlace, snapshots: Snapshots) -> int:
    """Insert what was fetched, and note how far the lake was taken in; returns how many requests ended."""
    count = 0
    for table in FACTS:
        name = table.split(".")[1]
        row = connection.execute(f"insert into {table} by name from temp.taken_{name}").fetchone()
        count += row[0] if row and table != "raw.extra_spend" else 0
    noted = "insert or replace into meta.lakes values (?, ?, now())"
    connection.execute(noted, [place.catalog, snapshots.last])
    return count
