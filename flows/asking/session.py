"""The live parts of a run while it asks: the plan, a line to each endpoint, the sink and the progress."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

from flows.asking import LOG_JSON
from flows.asking.budgets import open_ledger
from flows.asking.draining import drain_on_signal
from flows.asking.endpoints import asked_in, open_lines
from flows.asking.observers import Observers, open_observers
from flows.asking.progress import Progress
from flows.processes import STATE_FOLDER
from flows.processes.model_servers import model_servers
from tasks.planned import CellResult, CellWork, Plan, PlannedCell
from tasks.providers import Ledger
from tasks.steps.generate import Line, generate, generate_in_batches
from tasks.steps.land import BatchBook, Landing
from warehouse.connection import Warehouse


@dataclass(slots=True)
class Session:
    """The live parts of one evaluation, handed to every step.

    ``results`` has the counts of each piece of work by its name; they grow while it is asked.
    """

    warehouse: Warehouse
    plan: Plan
    work: tuple[CellWork, ...]
    lines: Mapping[str, Line]
    landing: Landing
    draining: asyncio.Event
    progress: Progress
    observers: Observers
    ledger: Ledger
    results: dict[str, CellResult] = field(init=False)

    def __post_init__(self) -> None:
        self.results = {work.name: CellResult(work.cell_id) for work in self.work}

    async def ask(self, work: CellWork) -> CellResult:
        """Ask the open questions of a piece of work, one by one or in batches."""
        line, result = self.lines[work.model.endpoint], self.results[work.name]
        with self.observers.cell(work, result):
            if work.model.mode == "batch":
                return await generate_in_batches(work, line, BatchBook(self.warehouse), self.landing.put, result)
            return await generate(work, line, self.landing.put, result)

    def cell(self, cell_id: str) -> PlannedCell:
        """A cell of the plan."""
        return next(cell for cell in self.plan.cells if cell.cell_id == cell_id)


@dataclass(frozen=True, slots=True)
class Part:
    """What one of several workers may take: one of ``slots`` equal parts of each limit a minute, and budgets.

    ``draining`` is set once the worker is told to end, which may be before it asks.
    """

    slots: int
    ledger: Ledger
    draining: asyncio.Event


@asynccontextmanager
async def session(
    warehouse: Warehouse,
    plan: Plan,
    work: tuple[CellWork, ...],
    environment: Mapping[str, str],
    *,
    into: Warehouse | None = None,
    pooled: Collection[str] = (),
    part: Part | None = None,
) -> AsyncIterator[Session]:
    """Start servers of weights, open one client per endpoint and the sink.

    Ctrl-C and SIGTERM let the requests in flight finish.

    Args:
        warehouse: The run's facts.
        plan: What the run does.
        work: What is asked now.
        environment: Holds the keys.
        into: Where answers land; the warehouse by default.
        pooled: The names of the pieces of work that others ask.
        part: What a worker may take; by default all that the configuration allows.
    """
    draining = part.draining if part else asyncio.Event()
    progress = Progress(sum(len(shard.requests) for shard in work), is_quiet=bool(environment.get(LOG_JSON)))
    observers = open_observers(environment)
    ledger = part.ledger if part else open_ledger(warehouse, plan, work, datetime.now(UTC))
    here, slots = [piece for piece in work if piece.name not in pooled], part.slots if part else 1
    async with model_servers(asked_in(here), plan.settings.warehouse.parent / STATE_FOLDER) as servers:
        lines = open_lines(here, environment, plan.partition_key, draining, progress, servers, slots)
        try:
            with drain_on_signal(draining), progress, warehouse.one_thread():
                async with Landing(into or warehouse) as landing:
                    for line in lines.values():
                        line.room, line.ledger = landing.room, ledger
                        if observers.everyone:
                            line.on_ended, line.on_batch = observers.request_ended, observers.batch_ended
                    yield Session(warehouse, plan, work, lines, landing, draining, progress, observers, ledger)
        finally:
            observers.close()
            for line in lines.values():
                await line.endpoint.close()
                if line.batches:
                    await line.batches.close()
