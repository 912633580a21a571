"""Land facts in a lake, from as many processes as there are workers."""

from __future__ import annotations

import random
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Self

import duckdb

from warehouse.connection import Row, Warehouse
from warehouse.errors import LakeUnreachable, WarehouseError
from warehouse.lake.place import LakePlace, attach
from warehouse.opening import connected

# Writers that meet try again, each after a wait of its own. PostgreSQL may be away for minutes while it is restarted.
_FIRST_PAUSE_S = 0.1
_LONGEST_PAUSE_S = 5.0
_LONGEST_S = 600.0


class Lake(Warehouse):
    """A lake that is open for landing. Its tables have the names and columns of the builder's."""

    place: LakePlace

    @classmethod
    def join(cls, place: LakePlace) -> Self:
        """Open a lake that a builder has prepared.

        Raises:
            LakeUnreachable: its database does not answer.
            WarehouseError: DuckDB lacks an extension.
        """
        lake = cls(_connected(place), Path(place.data))
        lake.place = place
        return lake

    def append_new(self, tables: Mapping[str, Sequence[Row]]) -> int:
        """Append rows; tries again where another writer was faster, or while the lake's database is away.

        Rows of a commit whose end nobody learned may be there twice: the builder takes one row for each key.
        """
        pause_s, deadline_s = _FIRST_PAUSE_S, time.monotonic() + _LONGEST_S
        while True:
            try:
                return super().append_new(tables)
            except (duckdb.Error, WarehouseError) as error:
                if time.monotonic() >= deadline_s:
                    raise LakeUnreachable.of(self.place.catalog, error) from None
            time.sleep(random.uniform(0, pause_s))  # noqa: S311 - no secret
            pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)
            self._renew()

    def _renew(self) -> None:
        """Connect anew, because a connection may not outlive a restart of its database."""
        with self._lock:
            try:
                renewed = _connected(self.place)
            except WarehouseError:
                return
            self._connection.close()
            self._connection = renewed


def _connected(place: LakePlace) -> duckdb.DuckDBPyConnection:
    connection = connected()
    attach(connection, place)
    connection.execute("use lake")
    return connection
