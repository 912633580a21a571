"""The sink that ``generate`` writes to: answers are committed in small batches, soon after they came.

An answer that was paid for is committed half a second after it came, or with the hundredth answer. A full buffer makes
the askers wait, so that a crash never loses more than what is in flight plus two batches.
"""

from __future__ import annotations

import asyncio
from contextlib import AbstractAsyncContextManager
from typing import Self

from tasks.domain import storable
from warehouse.connection import Row, Warehouse

_BATCH = 100
_LONGEST_S = 0.5
# The columns whose texts come from elsewhere, so that they may hold what UTF-8 cannot.
_TEXTS = ("text", "refusal_text", "prompt")


class Landing(AbstractAsyncContextManager["Landing"]):
    """The sink of a run: ``put`` rows, which are committed in small batches by one writer task.

    A failure to write stops the run: the next ``put`` and the exit raise it, and no asker keeps waiting.
    """

    def __init__(self, warehouse: Warehouse) -> None:
        self._warehouse = warehouse
        self._queue: asyncio.Queue[tuple[str, Row] | None] = asyncio.Queue(maxsize=_BATCH)
        self._writer: asyncio.Task[None] | None = None
        self._failure: Exception | None = None

    async def __aenter__(self) -> Self:
        self._writer = asyncio.create_task(self._write())
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._writer is not None:
            await self._queue.put(None)
            await self._writer
        if self._failure is not None:
            raise self._failure

    async def put(self, table: str, row: Row) -> None:
        """Hand over one row; waits while a full batch is still being committed."""
        if self._failure is not None:
            raise self._failure
        await self._queue.put((table, row))

    async def _write(self) -> None:
        is_open = True
        while is_open:
            batch, is_open = await self._batch()
            if batch and self._failure is None:
                try:
                    await asyncio.to_thread(self._commit, batch)
                except Exception as error:  # noqa: BLE001 - whatever it is, the askers must learn of it
                    self._failure = error

    async def _batch(self) -> tuple[list[tuple[str, Row]], bool]:
        """The rows of one commit, and whether more may come."""
        entry = await self._queue.get()
        deadline = asyncio.get_running_loop().time() + _LONGEST_S
        batch = []
        while entry is not None:
            batch.append(entry)
            if len(batch) >= _BATCH:
                return batch, True
            try:
                async with asyncio.timeout_at(deadline):
                    entry = await self._queue.get()
            except TimeoutError:
                return batch, True
        return batch, False

    def _commit(self, batch: list[tuple[str, Row]]) -> None:
        tables: dict[str, list[Row]] = {}
        for table, row in batch:
            texts = {name: storable(row[name]) for name in _TEXTS if row.get(name)}
            tables.setdefault(table, []).append(row | texts)
        self._warehouse.append(tables)
