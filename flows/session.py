"""What a running evaluation holds: the plan, one line per endpoint, the sink, and what the user sees of it."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from tasks.planned import CellWork, Plan, PlannedCell, Request
from tasks.providers import Connection, Limiter, Limits, connect
from tasks.settings import ModelSettings
from tasks.steps.generate import Line
from tasks.steps.land import Landing
from warehouse.connection import Warehouse

# Cells above this size are asked by several Prefect tasks, so that progress shows in its UI.
_SHARD = 2_000
_PLAIN_EVERY_S = 10.0

Progressing = Callable[[int, int, float | None], None]


@dataclass(slots=True)
class Session:
    """The live parts of one evaluation, handed to every step."""

    warehouse: Warehouse
    plan: Plan
    work: tuple[CellWork, ...]
    lines: Mapping[str, Line]
    landing: Landing
    draining: asyncio.Event
    on_progress: Progressing

    def cell(self, cell_id: str) -> PlannedCell:
        """A cell of the plan."""
        return next(cell for cell in self.plan.cells if cell.cell_id == cell_id)


@asynccontextmanager
async def session(
    warehouse: Warehouse, plan: Plan, work: tuple[CellWork, ...], environment: Mapping[str, str]
) -> AsyncIterator[Session]:
    """Open one client per endpoint and the sink; Ctrl-C and SIGTERM let what is in flight come home."""
    draining = asyncio.Event()
    tally = Tally(sum(len(shard.requests) for shard in work))
    lines = {
        name: Line(
            connect(_connection(name, sharing, environment, plan.partition_key)),
            Limiter(_limits(sharing)),
            draining,
            on_progress=tally.count,
        )
        for name, sharing in _endpoints(work).items()
    }
    try:
        with _drain_on_signal(draining), tally:
            async with Landing(warehouse) as landing:
                yield Session(warehouse, plan, work, lines, landing, draining, tally.count)
    finally:
        for line in lines.values():
            await line.endpoint.close()


def _endpoints(work: Iterable[CellWork]) -> dict[str, list[ModelSettings]]:
    """The models behind each endpoint."""
    models: dict[str, list[ModelSettings]] = {}
    for shard in work:
        for model in shard.model.asked:
            sharing = models.setdefault(model.endpoint, [])
            if model not in sharing:
                sharing.append(model)
    return models


def _connection(
    name: str, sharing: Sequence[ModelSettings], environment: Mapping[str, str], partition_key: str
) -> Connection:
    """The one way to an endpoint; its models agree on address and key, or the settings would have been refused."""
    keys = (model.api_key(environment) for model in sharing)
    return Connection(
        name=name,
        provider=sharing[0].provider,
        base_url=sharing[0].base_url,
        concurrency=_limits(sharing).concurrency,
        timeout_s=max(model.timeout_s for model in sharing),
        api_key=next((key for key in keys if key), None),
        night=partition_key if all(model.is_simulated for model in sharing) else None,
    )


def _limits(sharing: Sequence[ModelSettings]) -> Limits:
    """An endpoint takes as many at once as any of its models asks for, and goes at the slowest stated pace."""
    return Limits(
        concurrency=max(model.concurrency for model in sharing),
        requests_per_minute=min((m.requests_per_minute for m in sharing if m.requests_per_minute), default=None),
        tokens_per_minute=min((m.tokens_per_minute for m in sharing if m.tokens_per_minute), default=None),
    )


def shards(plan: Plan, pending: Mapping[str, list[Request]]) -> tuple[CellWork, ...]:
    """The open requests of every cell, large cells in several pieces."""
    pieces = []
    for cell in plan.cells:
        requests = pending[cell.cell_id]
        starts = range(0, max(len(requests), 1), _SHARD)
        for number, start in enumerate(starts, start=1):
            name = f"{cell.cell_id} [{number}/{len(starts)}]" if len(starts) > 1 else cell.cell_id
            pieces.append(
                CellWork(
                    run_id=plan.run_id,
                    partition_key=plan.partition_key,
                    cell_id=cell.cell_id,
                    benchmark_id=cell.benchmark.benchmark_id,
                    model=cell.model,
                    requests=requests[start : start + _SHARD],
                    name=name,
                )
            )
    return tuple(pieces)


@contextlib.contextmanager
def _drain_on_signal(draining: asyncio.Event):  # type: ignore[no-untyped-def] # noqa: ANN202 - a context manager
    """First signal: take no new requests. The default action comes back, so that a second one ends at once."""
    loop = asyncio.get_running_loop()
    caught = (signal.SIGINT, signal.SIGTERM)

    def drain() -> None:
        draining.set()
        for number in caught:
            loop.remove_signal_handler(number)

    for number in caught:
        loop.add_signal_handler(number, drain)
    try:
        yield
    finally:
        for number in caught:
            loop.remove_signal_handler(number)


@dataclass
class Tally:
    """Counts answers and shows them: a progress bar on a terminal, now and then a plain line elsewhere."""

    total: int
    answered: int = 0
    failed: int = 0
    cost_usd: float = 0.0
    is_cost_known: bool = False
    _console: Console = field(default_factory=lambda: Console(stderr=True))
    _progress: Progress | None = None
    _bar: int = 0
    _started_s: float = 0.0
    _last_line_s: float = 0.0

    def __enter__(self) -> Self:
        self._started_s = self._last_line_s = time.monotonic()
        if self.total and self._console.is_terminal:
            columns = (BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[note]}"))
            self._progress = Progress(
                TextColumn("asking"), *columns, TimeElapsedColumn(), TimeRemainingColumn(), console=self._console
            )
            self._bar = self._progress.add_task("asking", total=self.total, note="")
            self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._progress:
            self._progress.stop()

    def count(self, answered: int, failed: int, cost_usd: float | None) -> None:
        """Take note of finished requests."""
        self.answered += answered
        self.failed += failed
        if cost_usd is not None:
            self.cost_usd += cost_usd
            self.is_cost_known = True
        if self._progress:
            done = self.answered + self.failed
            self._progress.update(self._bar, completed=done, note=self.note())  # type: ignore[arg-type]
        elif time.monotonic() - self._last_line_s >= _PLAIN_EVERY_S:
            self._last_line_s = time.monotonic()
            sys.stderr.write(f"asked {self.answered + self.failed} of {self.total} {self.note()}\n")

    def note(self) -> str:
        """Rate, errors and money so far."""
        elapsed = max(time.monotonic() - self._started_s, 1e-3)
        parts = [f"{self.answered / elapsed:.0f}/s"]
        if self.failed:
            parts.append(f"{self.failed} failed")
        if self.is_cost_known:
            parts.append(f"{self.cost_usd:.2f} USD")
        return ", ".join(parts)
