"""The live parts of a run while it asks: the plan, a line to each endpoint, the sink and the progress."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

from flows.asking.draining import drain_on_signal
from flows.asking.endpoints import open_lines
from flows.asking.progress import Progress
from tasks.planned import CellWork, Plan, PlannedCell
from tasks.steps.generate import Line
from tasks.steps.land import Landing
from warehouse.connection import Warehouse


@dataclass(slots=True)
class Session:
    """The live parts of one evaluation, handed to every step."""

    warehouse: Warehouse
    plan: Plan
    work: tuple[CellWork, ...]
    lines: Mapping[str, Line]
    landing: Landing
    draining: asyncio.Event
    progress: Progress

    def cell(self, cell_id: str) -> PlannedCell:
        """A cell of the plan."""
        return next(cell for cell in self.plan.cells if cell.cell_id == cell_id)


@asynccontextmanager
async def session(
    warehouse: Warehouse,
    plan: Plan,
    work: tuple[CellWork, ...],
    environment: Mapping[str, str],
) -> AsyncIterator[Session]:
    """Open one client per endpoint and the sink; Ctrl-C and SIGTERM let the requests in flight finish."""
    draining = asyncio.Event()
    progress = Progress(sum(len(shard.requests) for shard in work))
    lines = open_lines(work, environment, plan.partition_key, draining, progress)
    try:
        with drain_on_signal(draining), progress, warehouse.one_thread():
            async with Landing(warehouse) as landing:
                for line in lines.values():
                    line.room = landing.room
                yield Session(warehouse, plan, work, lines, landing, draining, progress)
    finally:
        for line in lines.values():
            await line.endpoint.close()
