"""Land facts in a lake, from as many processes as there are workers."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypeVar

import duckdb

from warehouse.connection import Row, Warehouse
from warehouse.errors import LakeUnreachable, WarehouseError
from warehouse.lake.place import LakePlace, attach, reaching
from warehouse.lake.versions import check_version
from warehouse.opening import connected

if TYPE_CHECKING:
    import polars as pl

Result = TypeVar("Result")

# Writers that meet try again, each after a wait of its own. PostgreSQL may be away for minutes while it is restarted.
_FIRST_PAUSE_S = 0.1
_LONGEST_PAUSE_S = 5.0
_LONGEST_S = 600.0


class Lake(Warehouse):
    """A lake that is open for landing. Its tables have the names and columns of the builder's."""

    place: LakePlace

    @classmethod
    def join(cls, place: LakePlace) -> Self:
        """Open a lake that a builder has prepared; waits while its database is away.

        Raises:
            LakeUnreachable: its database does not answer for minutes.
            LakeRefuses: its database refuses this machine.
            LakeOfAnotherVersion: it has another schema.
            WarehouseError: DuckDB lacks an extension, or the lake has its files elsewhere.
        """
        connection = _patiently(place, lambda: _checked(place), mishaps=(LakeUnreachable,))
        lake = cls(connection, Path(place.data))
        lake.place = place
        return lake

    def append_new(
        self, tables: Mapping[str, pl.DataFrame | Sequence[Row]], also: Callable[[], None] | None = None
    ) -> int:
        """Append rows; tries again where another writer was faster, or while the lake's database is away.

        Rows of a commit whose end nobody learned may be there twice: the builder takes one row for each key.
        """
        append = super().append_new
        return _patiently(self.place, lambda: append(tables, also), self._renew)

    def query(self, name: str, frames: Mapping[str, pl.DataFrame] | None = None, **parameters: Any) -> pl.DataFrame:
        """Run a named query; tries again while the lake's database is away."""
        query = super().query
        return _patiently(self.place, lambda: query(name, frames, **parameters), self._renew)

    def query_rows(self, name: str, **parameters: Any) -> tuple[list[str], list[tuple[Any, ...]]]:
        """The same for its rows."""
        query = super().query_rows
        return _patiently(self.place, lambda: query(name, **parameters), self._renew)

    def _renew(self) -> None:
        """Connect anew, because a connection may not outlive a restart of its database."""
        with self._lock:
            try:
                renewed = _connected(self.place)
            except WarehouseError:
                return
            self._connection.close()
            self._connection = renewed


def _patiently(
    place: LakePlace,
    work: Callable[[], Result],
    renew: Callable[[], None] = lambda: None,
    mishaps: tuple[type[Exception], ...] = (duckdb.Error, WarehouseError),
) -> Result:
    """Do some work again after a pause whose length is drawn, so that writers who met do not meet again.

    Raises:
        LakeUnreachable: the last of many attempts failed.
    """
    pause_s, deadline_s = _FIRST_PAUSE_S, time.monotonic() + _LONGEST_S
    while True:
        try:
            return work()
        except mishaps as error:
            if time.monotonic() >= deadline_s:
                raise LakeUnreachable.of(place.catalog, error) from None
        time.sleep(random.uniform(0, pause_s))  # noqa: S311 - no secret
        pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)
        renew()


def _checked(place: LakePlace) -> duckdb.DuckDBPyConnection:
    connection = _connected(place)
    try:
        with reaching(place):
            check_version(connection, place.catalog)
    except WarehouseError:
        connection.close()
        raise
    return connection


def _connected(place: LakePlace) -> duckdb.DuckDBPyConnection:
    connection = connected()
    attach(connection, place)
    connection.execute("use lake")
    return connection
