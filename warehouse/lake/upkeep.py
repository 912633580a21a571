"""Keep a lake small: few large files, no snapshots that nobody needs, no facts that are older than they may be kept.

Only what the builder has taken in is touched, in the process that holds the builder's file. So no run of it goes on.

Tested in tests/warehouse/lake/test_lake.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import duckdb

from warehouse.lake.place import LakePlace, attached, reaching
from warehouse.lake.taking import FACTS, take_in_attached

if TYPE_CHECKING:
    from warehouse.connection import Warehouse

# When a fact with texts came into being.
_TIMES = {"raw.generations": "finished_at", "raw.failures": "failed_at"}
# What shards asked is looked at while they are asked, and by those who look for a fault.
_SHARDS_KEPT = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Held:
    """What a lake holds: its files, and the facts that were removed from it."""

    count_files: int
    count_bytes: int
    count_removed: int = 0


def tidy(warehouse: Warehouse, place: LakePlace, before: datetime | None) -> tuple[Held, Held]:
    """Take in what is new in a lake, and write it anew without old snapshots; what it held and holds.

    Facts that came before a moment are removed from the lake, and stay in the warehouse.

    Raises:
        LakeUnreachable: its database does not answer.
    """
    with warehouse.lent() as connection, attached(connection, place):
        take_in_attached(warehouse, connection, place)
        then = held(connection, place)
        count = remove_old(connection, place, before) if before else 0
        write_anew(connection, place, datetime.now(UTC))
        take_in_attached(warehouse, connection, place)  # the snapshots of what was just written
        expire(connection, place)
        return then, held(connection, place, count)


def remove_old(connection: duckdb.DuckDBPyConnection, place: LakePlace, before: datetime) -> int:
    """Remove facts that came before a moment and stand in the builder's file; returns how many."""
    count = 0
    with reaching(place):
        for table, column in _TIMES.items():
            is_same = " and ".join(f"known.{name} = fact.{name}" for name in FACTS[table])
            row = connection.execute(
                f"delete from lake.{table} as fact where {column} < ? "  # noqa: S608 - names are ours
                f"and exists (select 1 from {table} as known where {is_same})",
                [before],
            ).fetchone()
            count += row[0] if row else 0
    return count


def write_anew(connection: duckdb.DuckDBPyConnection, place: LakePlace, now: datetime) -> None:
    """Write what PostgreSQL holds, and small and thinned files, into large files; forget the shards of last week."""
    ended = "select shard_id from lake.raw.shard_ends where ended_at < ?"
    with reaching(place):
        connection.execute(f"delete from lake.raw.shard_requests where shard_id in ({ended})", [now - _SHARDS_KEPT])  # noqa: S608 - text is ours
        connection.execute("call ducklake_flush_inlined_data('lake')")
        connection.execute("call ducklake_rewrite_data_files('lake', delete_threshold => 0)")
        connection.execute("call ducklake_merge_adjacent_files('lake')")


def expire(connection: duckdb.DuckDBPyConnection, place: LakePlace) -> None:
    """Forget the snapshots before the last one that was taken in, and delete the files that only they had."""
    old = (
        "select list(snapshot_id) from ducklake_snapshots('lake') "
        "where snapshot_id < (select snapshot_id from meta.lakes where catalog = ?)"
    )
    with reaching(place):
        (versions,) = connection.execute(old, [place.catalog]).fetchall()[0]
        if versions:
            connection.execute("call ducklake_expire_snapshots('lake', versions => ?)", [versions])
        connection.execute("call ducklake_cleanup_old_files('lake', cleanup_all => true)")


def held(connection: duckdb.DuckDBPyConnection, place: LakePlace, count_removed: int = 0) -> Held:
    """How many files a lake has."""
    sums = "select sum(file_count + delete_file_count), sum(file_size_bytes + delete_file_size_bytes)"
    with reaching(place):
        files, size = connection.execute(f"{sums}::bigint from ducklake_table_info('lake')").fetchall()[0]
    return Held(int(files or 0), int(size or 0), count_removed)
