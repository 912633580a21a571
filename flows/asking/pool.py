"""Let the workers of a Prefect work pool ask: a flow run of ``ask`` for each shard, in the pool's deployment of it.

The lake says which requests a shard has, what was answered, and how it ended; Prefect says whether somebody is at it. A
shard whose worker was lost is submitted again, and asks only what has not landed. Prefect is told names, and neither
questions nor answers.
"""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import AsyncIterator, Collection, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import httpx
import polars as pl
from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterId
from prefect.client.schemas.objects import FlowRun, State
from prefect.client.schemas.sorting import FlowRunSort
from prefect.states import Cancelling, Completed, Failed

from flows.asking.crashes import watch_heartbeats
from flows.asking.session import Session
from flows.asking.slots import set_slots
from flows.asking.workers import Attendance, deployment_in, program_version
from tasks.errors import AligntaxError, CellError, Refused
from tasks.planned import CellResult, CellWork
from tasks.settings import Settings
from warehouse.connection import Row, Warehouse
from warehouse.errors import LakeUnreachable
from warehouse.lake.landing import Lake
from warehouse.lake.place import LakePlace

_POLL_S = 2.0
_PAGE = 200  # flow runs that Prefect's server returns at once
_MOST_LOST = 5
# How long Prefect's server or the lake's database may be away while it is restarted.
_LONGEST_AWAY_S = 600.0


@dataclass(slots=True)
class Shard:
    """Pieces of cells that one flow run asks, and how often its worker was lost."""

    pieces: tuple[CellWork, ...]
    shard_id: str = field(default_factory=lambda: uuid.uuid4().hex[:12])
    count_lost: int = 0

    def rows(self) -> Iterator[Row]:
        """Its requests as rows of the lake."""
        requests = ((piece, request) for piece in self.pieces for request in piece.requests)
        for position, (piece, request) in enumerate(requests):
            yield {
                "shard_id": self.shard_id,
                "run_id": piece.run_id,
                "piece": piece.name,
                "cell_id": piece.cell_id,
                "is_resumed": piece.is_resumed,
                "position": position,
                "item_id": request.item_id,
                "repeat": request.repeat,
                "generation_id": request.generation_id,
                "request_hash": request.request_hash,
            }

    def named(self) -> dict[str, Any]:
        """What its flow run is told: names. The worker plans only these models on these benchmarks."""
        return {
            "shard_id": self.shard_id,
            "cells": sorted({piece.cell_id for piece in self.pieces}),
            "only": {
                "models": sorted({piece.model.id for piece in self.pieces}),
                "benchmarks": sorted({piece.benchmark_id for piece in self.pieces}),
            },
        }


def packed(pieces: Sequence[CellWork], most: int) -> list[Shard]:
    """Shards of at most so many requests each, unless a piece alone has more."""
    parts: list[list[CellWork]] = []
    for piece in pieces:
        if not parts or sum(len(one.requests) for one in (*parts[-1], piece)) > most:
            parts.append([])
        parts[-1].append(piece)
    return [Shard(tuple(part)) for part in parts]


def pooled_work(settings: Settings, work: Sequence[CellWork]) -> frozenset[str]:
    """The names of the pieces that workers ask. Batches and composite models need the warehouse, and stay with us."""
    if settings.work_pool is None:
        return frozenset()
    return frozenset(piece.name for piece in work if piece.model.mode != "batch" and not piece.model.composition)


@asynccontextmanager
async def landed_in(settings: Settings, warehouse: Warehouse) -> AsyncIterator[Warehouse]:
    """Where this process lands what it asks: the warehouse, or a lake, from which the warehouse takes it at the end."""
    if settings.landing is None or settings.work_pool is not None:
        yield warehouse
        return
    with Lake.join(settings.landing) as lake:
        yield lake
    await asyncio.to_thread(warehouse.take_in, settings.landing)


async def ask_in_pool(live: Session, config: str, pooled: Collection[str]) -> dict[str, State[CellResult]]:
    """Have some pieces of a session's work asked by workers; returns the state of each by its name.

    Args:
        live: The session; what the workers land is taken into its warehouse meanwhile.
        config: The name of the configuration in the workers' folder.
        pooled: The names of the pieces.

    Raises:
        UsageError: the server lacks the pool or its deployment, or a worker refuses.
        AligntaxError: the server or the lake was away for too long.
    """
    pieces = [work for work in live.work if work.name in pooled and work.requests]
    settings = live.plan.settings
    if not pieces or settings.work_pool is None or settings.landing is None:
        return {name: Completed(data=live.results[name]) for name in pooled}
    shards = packed(pieces, settings.work_pool.shard_requests)
    place = settings.landing
    async with get_client() as client:
        deployment_id = await deployment_in(client, settings.work_pool.name)
        await watch_heartbeats(client)
        await set_slots(client, settings.work_pool, pieces)
        attendance = Attendance(client, settings.work_pool.name, live.progress.say)
        pool = _Pool(live, place, client, deployment_id, _chosen(live, config), attendance)
        with Lake.join(place) as lake:
            rows = [row for shard in shards for row in shard.rows()]
            await asyncio.to_thread(lake.append_new, {"raw.shard_requests": rows})
            await pool.ask(shards)
            ends = lake.query(
                "shard_ends", frames={"wanted_shards": pl.DataFrame({"shard_id": [s.shard_id for s in shards]})}
            )
    return {name: _state(live, name, pool.failures, ends) for name in pooled}


def _chosen(live: Session, config: str) -> dict[str, Any]:
    """What every shard of a run is told."""
    plan = live.plan
    return {
        "config": config,
        "as_of_date": plan.as_of_date.isoformat(),
        "kind": plan.kind.value,
        "run_id": plan.run_id,
        "version": program_version(),
    }


@dataclass(slots=True)
class _Pool:
    """The shards of a run while workers ask them, by their flow runs; ``failures`` has a line for each lost piece."""

    live: Session
    place: LakePlace
    client: PrefectClient
    deployment_id: uuid.UUID
    chosen: Mapping[str, Any]
    attendance: Attendance
    waiting: dict[uuid.UUID, Shard] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)
    reached_s: float = field(default_factory=time.monotonic)
    is_away: bool = False

    async def ask(self, shards: Sequence[Shard]) -> None:
        """Submit the shards, and wait until each has ended; a signal cancels them."""
        for shard in shards:
            await self._submit(shard)
        try:
            while self.waiting and not self.live.draining.is_set():
                await self._look()
                await self._pause()
        finally:
            with suppress(OSError, httpx.HTTPError):  # the server may be gone
                for run_id in self.waiting:
                    await self.client.set_flow_run_state(run_id, Cancelling(), force=True)
        self._count(await asyncio.to_thread(self.live.warehouse.take_in, self.place))

    async def _submit(self, shard: Shard) -> None:
        run = await self.client.create_flow_run_from_deployment(
            self.deployment_id,
            parameters={**self.chosen, **shard.named()},
            idempotency_key=f"{shard.shard_id}-{shard.count_lost}",
        )
        self.waiting[run.id] = shard

    async def _look(self) -> None:
        """See which shards have ended, and take in what has landed. A server may be away for a while."""
        try:
            runs = await self._runs()
            for run in runs:
                if run.state and run.state.is_final():
                    await self._ended(run.id, run.state)
            await self.attendance.look(runs)
            self._count(await asyncio.to_thread(self.live.warehouse.take_in, self.place))
            self.reached_s, self.is_away = time.monotonic(), False
        except (OSError, LakeUnreachable, httpx.TransportError, httpx.HTTPStatusError) as error:
            if isinstance(error, httpx.HTTPStatusError) and not error.response.is_server_error:
                raise
            line = str(error).splitlines()[0] if str(error) else type(error).__name__
            if not self.is_away:
                self.live.progress.say(f"Waiting for the Prefect server or the lake: {line}")
            self.is_away = True
            if time.monotonic() - self.reached_s > _LONGEST_AWAY_S:
                raise AligntaxError(f"the workers are out of reach: {line}. The same command goes on.") from None

    async def _runs(self) -> list[FlowRun]:
        ids = list(self.waiting)
        pages = [ids[start : start + _PAGE] for start in range(0, len(ids), _PAGE)]
        return [
            run
            for page in pages
            for run in await self.client.read_flow_runs(
                flow_run_filter=FlowRunFilter(id=FlowRunFilterId(any_=page)), sort=FlowRunSort.ID_DESC, limit=_PAGE
            )
        ]

    async def _ended(self, run_id: uuid.UUID, state: State[Any]) -> None:
        """Take note that a flow run has ended, and submit its shard again if its worker was lost.

        Raises:
            Refused: the worker has another configuration or another version.
        """
        shard = self.waiting[run_id]
        if state.name == Refused.__name__:
            del self.waiting[run_id]
            raise Refused(f"work_pool: a worker refuses to ask: {state.message}")
        if state.is_crashed() and shard.count_lost < _MOST_LOST:
            shard.count_lost += 1
            await self._submit(shard)
            self.live.progress.say(f"A worker was lost; shard {shard.shard_id} is asked again from where it was.")
        elif not state.is_completed():
            said = state.message or state.name or state.type.value
            self.failures |= {piece.name: f"{piece.cell_id}: {said}" for piece in shard.pieces}
        del self.waiting[run_id]

    def _count(self, ended: int) -> None:
        if ended:
            self.live.progress.count(ended, 0, None)

    async def _pause(self) -> None:
        try:
            await asyncio.wait_for(self.live.draining.wait(), _POLL_S)
        except TimeoutError:
            return


def _state(live: Session, name: str, failures: Mapping[str, str], ends: pl.DataFrame) -> State[CellResult]:
    """How the asking of a piece went, as the state of a task."""
    work, result = next(work for work in live.work if work.name == name), live.results[name]
    answered = live.warehouse.query(
        "landed_generations",
        frames={"wanted_generations": pl.DataFrame({"generation_id": [r.generation_id for r in work.requests]})},
    )
    result.count_answered = answered.height
    for end in ends.filter(pl.col("piece") == name).drop("piece").iter_rows(named=True):
        for column, value in end.items():
            setattr(result, column, value)
    if name in failures:
        return Failed(message=failures[name], data=CellError(failures[name], error_type="cell"))
    if result.is_cell_error:
        line = f"{work.cell_id}: {result.stopped}"
        return Failed(message=line, data=CellError(line, error_type="cell"))
    if live.draining.is_set() and result.count_answered + result.count_failed < len(work.requests):
        result.stopped = result.stopped or "interrupted"
    return Completed(data=result)
