"""When the sink cannot write, every task that waits for it gets the error and none waits for ever."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest

from tasks.steps.land import Landing
from warehouse.errors import WarehouseUnwritable

ROW = {
    "run_id": "run",
    "cell_id": "cell",
    "generation_id": "generation",
    "error_type": "http_500",
    "message": "no",
    "attempts": 5,
    "failed_at": datetime(2026, 1, 31, tzinfo=UTC),
}


class FullDisk:
    """A warehouse that accepts one batch and then fails."""

    def __init__(self) -> None:
        self.batches = []

    def append_new(self, tables):
        if self.batches:
            raise WarehouseUnwritable("cannot write warehouse.duckdb: no space left on device")
        self.batches.append(sum(map(len, tables.values())))


def test_when_the_disk_is_full_every_waiting_task_gets_the_error():
    warehouse = FullDisk()

    async def ask(landing):
        for _ in range(50):
            await landing.put("raw.failures", dict(ROW))

    async def run():
        async with Landing(warehouse) as landing:
            return await asyncio.gather(*(ask(landing) for _ in range(40)), return_exceptions=True)

    with pytest.raises(WarehouseUnwritable, match="no space left"):
        asyncio.run(asyncio.wait_for(run(), timeout=30))
    assert warehouse.batches == [200]


def test_a_lone_row_is_committed_half_a_second_after_it_came():
    async def run():
        loop, committed = asyncio.get_running_loop(), asyncio.Event()

        class Kept:
            def append_new(self, _):
                loop.call_soon_threadsafe(committed.set)

        async with Landing(Kept()) as landing:
            came_s = loop.time()
            await landing.put("raw.failures", dict(ROW))
            await committed.wait()
            return loop.time() - came_s

    assert asyncio.run(asyncio.wait_for(run(), timeout=30)) > 0.49


def test_every_row_is_committed_before_the_sink_closes():
    class Kept(FullDisk):
        def append_new(self, tables):
            self.batches.append(sum(map(len, tables.values())))

    warehouse = Kept()

    async def run():
        async with Landing(warehouse) as landing:
            for _ in range(250):
                await landing.put("raw.failures", dict(ROW))

    asyncio.run(run())
    assert sum(warehouse.batches) == 250
    assert max(warehouse.batches) <= 200
