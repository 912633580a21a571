"""The sink that ``generate`` writes to: answers are committed in small batches, soon after they came.

An answer that was paid for is committed within half a second or a hundred answers; a full buffer makes the askers
wait, so that a crash never loses more than is in flight plus two batches.
"""

from __future__ import annotations

import asyncio
from contextlib import AbstractAsyncContextManager
from typing import Any, Self

from tasks.rows import frame_of
from warehouse.connection import Warehouse

_BATCH = 100
_LONGEST_S = 0.5


class Landing(AbstractAsyncContextManager["Landing"]):
    """The sink of a run: ``put`` rows, which are committed in small batches by one writer task.

    A failure to write stops the run: the next ``put`` and the exit raise it.
    """

    def __init__(self, warehouse: Warehouse) -> None:
        self._warehouse = warehouse
        self._queue: asyncio.Queue[tuple[str, dict[str, Any]] | None] = asyncio.Queue(maxsize=_BATCH)
        self._writer: asyncio.Task[None] | None = None
        self.count_landed = 0

    async def __aenter__(self) -> Self:
        self._writer = asyncio.create_task(self._write())
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._writer is not None:
            if not self._writer.done():
                await self._queue.put(None)
            await self._writer

    async def put(self, table: str, row: dict[str, Any]) -> None:
        """Hand over one row; waits while a full batch is still being committed."""
        if self._writer is not None and self._writer.done():
            await self._writer  # raises what stopped it
        await self._queue.put((table, row))

    async def _write(self) -> None:
        is_open = True
        while is_open:
            entry = await self._queue.get()
            deadline = asyncio.get_running_loop().time() + _LONGEST_S
            batch: dict[str, list[dict[str, Any]]] = {}
            count = 0
            while entry is not None:
                batch.setdefault(entry[0], []).append(entry[1])
                count += 1
                if count >= _BATCH:
                    break
                try:
                    async with asyncio.timeout_at(deadline):
                        entry = await self._queue.get()
                except TimeoutError:
                    break
            is_open = entry is not None
            if batch:
                frames = {table: frame_of(table, rows) for table, rows in batch.items()}
                await asyncio.to_thread(self._warehouse.append, frames)
                self.count_landed += count
