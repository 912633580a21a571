"""The sink that ``generate`` writes to: answers are committed in batches, soon after they came.

An answer that was paid for is committed half a second after it came, or with the 150th answer. Writing takes a thread
of its own. While 200 answers are not yet committed, nothing more is asked. So a crash never loses more than these and
what is in flight.
"""

from __future__ import annotations

import asyncio
from contextlib import AbstractAsyncContextManager
from typing import Self

from tasks.domain import storable
from warehouse.connection import Row, Warehouse

# Most of a commit's CPU time is the same for one row and for a hundred.
_BATCH = 150
_MOST_UNCOMMITTED = 200
_LONGEST_S = 0.5
# The columns whose texts come from elsewhere, so that they may hold what UTF-8 cannot.
_TEXTS = ("text", "refusal_text", "prompt")


class Landing(AbstractAsyncContextManager["Landing"]):
    """The sink of a run: ``put`` rows, which are committed in batches by one writer task.

    A failure to write stops the run: the next ``put`` and the exit raise it, and no asker keeps waiting.
    """

    def __init__(self, warehouse: Warehouse) -> None:
        self._warehouse = warehouse
        self._waiting: list[tuple[str, Row]] = []
        self._count_in_commit = 0
        self._is_due, self._has_room = asyncio.Event(), asyncio.Event()
        self._timer: asyncio.TimerHandle | None = None
        self._is_open = True
        self._writer: asyncio.Task[None] | None = None
        self._failure: Exception | None = None

    async def __aenter__(self) -> Self:
        self._writer = asyncio.create_task(self._write())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._is_open = False
        self._is_due.set()
        if self._writer is not None:
            await self._writer
        if self._failure is not None:
            raise self._failure

    async def put(self, table: str, row: Row) -> None:
        """Hand over one row; waits for room."""
        await self.room()
        if self._failure is not None:
            raise self._failure
        self._waiting.append((table, row))
        if len(self._waiting) >= _BATCH:
            self._is_due.set()
        elif self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(_LONGEST_S, self._is_due.set)

    async def room(self) -> None:
        """Wait while too many rows are not yet committed. Who asks, waits here first, so that no answer must wait."""
        while self._failure is None and len(self._waiting) + self._count_in_commit >= _MOST_UNCOMMITTED:
            self._has_room.clear()
            await self._has_room.wait()

    async def _write(self) -> None:
        while self._is_open or self._waiting:
            await self._is_due.wait()
            batch = self._batch()
            if batch and self._failure is None:
                try:
                    await asyncio.to_thread(self._commit, batch)
                except Exception as error:  # noqa: BLE001 - whatever it is, the askers must learn of it
                    self._failure = error
            self._count_in_commit = 0
            self._has_room.set()

    def _batch(self) -> list[tuple[str, Row]]:
        """The rows of one commit."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._is_open:
            self._is_due.clear()
        batch, self._waiting = self._waiting, []
        self._count_in_commit = len(batch)
        return batch

    def _commit(self, batch: list[tuple[str, Row]]) -> None:
        tables: dict[str, list[Row]] = {}
        for table, row in batch:
            texts = {name: storable(row[name]) for name in _TEXTS if row.get(name)}
            tables.setdefault(table, []).append(row | texts)
        self._warehouse.append_new(tables)
