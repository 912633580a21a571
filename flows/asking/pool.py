"""Let the workers of a Prefect work pool ask: a flow run of ``ask`` for each shard, in the pool's deployment of it.

The lake says which requests a shard has, what was answered, and how it ended; Prefect says whether somebody is at it. A
shard whose worker was lost is submitted again, and asks only what has not landed. Prefect is told names, and neither
questions nor answers.
"""

from __future__ import annotations

import asyncio
import uuid
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any

import httpx
import polars as pl
from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterId
from prefect.client.schemas.objects import FlowRun, State
from prefect.client.schemas.sorting import FlowRunSort
from prefect.states import Cancelling, Completed, Crashed, Failed

from flows.asking.crashes import watch_heartbeats
from flows.asking.patience import LONGEST_AWAY_S, insisting
from flows.asking.recalling import tag_of
from flows.asking.session import Session
from flows.asking.shards import Shard, even_size, packed
from flows.asking.shares import Share, Shares, Taken
from flows.asking.slots import set_slots
from flows.asking.workers import Attendance, count_at_once, deployment_in, program_version
from flows.planning import is_for_workers
from tasks.errors import CellError, Refused
from tasks.planned import CellResult, CellWork, Plan, Request
from tasks.settings import Settings, WorkPoolSettings
from warehouse.connection import Row, Warehouse
from warehouse.lake.landing import Lake
from warehouse.lake.place import LakePlace
from warehouse.lake.taking import take_in

_POLL_S = 2.0
_PAGE = 200  # flow runs that Prefect's server returns at once
_MOST_LOST = 5
_CANCELLED = "somebody cancelled the flow run of its shard"
# How long a signal may wait for a server that is away.
_LONGEST_DRAIN_S = 30.0
# A machine that is lost between taking a shard and its first heartbeat is seen by nothing else.
_LONGEST_START_S = 300.0


def pooled_work(settings: Settings, work: Sequence[CellWork]) -> frozenset[str]:
    """The names of the pieces that workers ask; the others stay with us."""
    if settings.work_pool is None:
        return frozenset()
    return frozenset(piece.name for piece in work if is_for_workers(piece.model))


async def shard_size(plan: Plan, pending: Mapping[str, list[Request]]) -> int | None:
    """How many requests the shards of a run have, which depends on how many workers are there."""
    pool = plan.settings.work_pool
    if pool is None:
        return None
    open_requests = sum(len(pending[cell.cell_id]) for cell in plan.cells if is_for_workers(cell.model))
    return even_size(open_requests, pool.shard_requests, await insisting(partial(count_at_once, pool.name)))


@asynccontextmanager
async def landed_in(settings: Settings, warehouse: Warehouse) -> AsyncIterator[Warehouse]:
    """Where this process lands what it asks: the warehouse, or a lake, from which the warehouse takes it at the end."""
    if settings.landing is None or settings.work_pool is not None:
        yield warehouse
        return
    with Lake.join(settings.landing) as lake:
        yield lake
    await asyncio.to_thread(take_in, warehouse, settings.landing)


async def ask_in_pool(
    live: Session, config: str, pooled: Collection[str], size: int | None
) -> dict[str, State[CellResult]]:
    """Have some pieces of a session's work asked by workers; returns the state of each by its name.

    Args:
        live: The session; what the workers land is taken into its warehouse meanwhile.
        config: The name of the configuration in the workers' folder.
        pooled: The names of the pieces.
        size: How many requests a shard has.

    Raises:
        UsageError: the server lacks the pool or its deployment, or a worker refuses.
        AligntaxError: the server or the lake was away for too long.
    """
    pieces = [work for work in live.work if work.name in pooled and work.requests]
    settings = live.plan.settings
    if not pieces or settings.work_pool is None or settings.landing is None or size is None:
        return {name: Completed(data=live.results[name]) for name in pooled}
    shards, place = packed(pieces, size), settings.landing
    rows = [row for shard in shards for row in shard.rows()]
    async with get_client() as client:
        begin = partial(_deployment, client, settings.work_pool, pieces)
        deployment_id = await insisting(begin, live.progress.say)
        await asyncio.to_thread(_land_rows, place, rows)
        count = await insisting(partial(count_at_once, settings.work_pool.name), live.progress.say)
        attendance = Attendance(client, settings.work_pool.name, live.progress.say)
        shares = Shares(live.ledger, count)
        pool = _Pool(live, place, client, deployment_id, _chosen(live, config), attendance, shares, deque(shards))
        await pool.ask()
    ends = await asyncio.to_thread(_read_ends, place, shards)
    return {name: _state(live, name, pool.failures, ends) for name in pooled}


async def _deployment(client: PrefectClient, pool: WorkPoolSettings, pieces: Sequence[CellWork]) -> uuid.UUID:
    """The deployment that asks, on a server that knows the slots and watches the workers."""
    deployment_id = await deployment_in(client, pool.name)
    await watch_heartbeats(client)
    await set_slots(client, pool, pieces)
    return deployment_id


def _land_rows(place: LakePlace, rows: Sequence[Row]) -> None:
    with Lake.join(place) as lake:
        lake.append_new({"raw.shard_requests": rows})


def _read_ends(place: LakePlace, shards: Sequence[Shard]) -> pl.DataFrame:
    wanted = pl.DataFrame({"shard_id": [shard.shard_id for shard in shards]})
    with Lake.join(place) as lake:
        return lake.query("shard_ends", frames={"wanted_shards": wanted})


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
    shares: Shares
    queue: deque[Shard]
    waiting: dict[uuid.UUID, Shard] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)

    async def ask(self) -> None:
        """Submit the shards, and wait until each has ended; a signal cancels them."""
        try:
            while (self.queue or self.waiting) and not self.live.draining.is_set():
                await self._submit_due()
                await self._pause()
                await self._insist(self._look)
        finally:
            with suppress(OSError, httpx.HTTPError):  # the server may be gone
                for run_id in self.waiting:
                    await self.client.set_flow_run_state(run_id, Cancelling(), force=True)
        await self._insist(self._take_in)

    async def _insist(self, call: Callable[[], Awaitable[Any]]) -> None:
        """Do something, again and again while Prefect's server or the lake's database is away."""
        draining = self.live.draining
        longest_s = lambda: _LONGEST_DRAIN_S if draining.is_set() else LONGEST_AWAY_S  # noqa: E731
        await insisting(call, self.live.progress.say, longest_s)

    async def _submit_due(self) -> None:
        """Submit the shards that the budgets have room for; those that have to wait stay in the queue."""
        for _ in range(len(self.queue)):
            shard = self.queue.popleft()
            share = self.shares.reserve(shard)
            if share is None:
                self.queue.append(shard)
            elif all(piece.name in share.used_up for piece in shard.pieces):
                for piece in shard.pieces:
                    result, account = self.live.results[piece.name], share.used_up[piece.name]
                    result.stopped, result.budget = account.sentence, account.name
            else:
                share.before = await asyncio.to_thread(self._taken, shard) if share.amounts else {}
                await self._insist(partial(self._submit, shard, share))
                shard.count_submitted += 1

    async def _submit(self, shard: Shard, share: Share) -> None:
        told = {"share": {account.name: amount for account, amount in share.amounts}} if share.amounts else {}
        run = await self.client.create_flow_run_from_deployment(
            self.deployment_id,
            parameters={**self.chosen, **shard.named(), **told},
            tags=[tag_of(self.live.plan.run_id)],
            idempotency_key=f"{shard.shard_id}-{shard.count_submitted}",
        )
        self.waiting[run.id] = shard

    def _taken(self, shard: Shard) -> Taken:
        """What the requests of a shard have taken so far."""
        ids = [request.generation_id for piece in shard.pieces for request in piece.requests]
        wanted = {"wanted_generations": pl.DataFrame({"generation_id": ids})}
        rows = self.live.warehouse.query("taken_by_requests", frames=wanted, run_id=self.live.plan.run_id)
        return {row["model_id"]: row for row in rows.iter_rows(named=True)}

    async def _look(self) -> None:
        """See which shards have ended, and take in what has landed."""
        runs = await self._runs()
        await self._take_in()  # what those landed that have ended
        for run in runs:
            if run.state and run.state.is_final():
                await self._ended(run.id, run.state)
            elif run.state and run.state.is_pending() and _age_s(run.state) > _LONGEST_START_S:
                lost: State[Any] = Crashed(message="The process of the flow run did not start.")
                await self.client.set_flow_run_state(run.id, lost, force=True)
        for run_id in self.waiting.keys() - {run.id for run in runs}:
            await self._ended(run_id, Failed(message="somebody deleted the flow run of its shard"))
        await self.attendance.look(runs)

    async def _take_in(self) -> None:
        ended = await asyncio.to_thread(take_in, self.live.warehouse, self.place)
        if ended:
            self.live.progress.count(ended, 0, None)

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
        """Take note that a flow run has ended. A shard whose worker was lost, or that used up its share, is due again.

        Raises:
            Refused: the worker has another configuration or another version.
        """
        shard = self.waiting[run_id]
        has_share = shard.shard_id in self.shares.held
        stopped = await self._stopped(shard) if has_share and state.is_completed() else ()
        if state.name == Refused.__name__:
            del self.waiting[run_id]
            raise Refused(f"work_pool: a worker refuses to ask: {state.message}")
        if has_share:
            self.shares.settle(shard, await asyncio.to_thread(self._taken, shard))
        if state.is_crashed() and shard.count_lost < _MOST_LOST:
            shard.count_lost += 1
            self.queue.append(shard)
            self.live.progress.say(f"A worker was lost; shard {shard.shard_id} is asked again from where it was.")
        elif not state.is_completed():
            said = _CANCELLED if state.is_cancelled() else state.message or state.name or state.type.value
            self.failures |= {piece.name: f"{piece.cell_id}: {said}" for piece in shard.pieces}
        elif stopped:
            shard.pieces = stopped
            self.queue.append(shard)
        del self.waiting[run_id]

    async def _stopped(self, shard: Shard) -> tuple[CellWork, ...]:
        """The pieces of a shard that its share stopped."""
        ends = await asyncio.to_thread(_read_ends, self.place, [shard])
        names = ends.filter(pl.col("budget").is_not_null())["piece"].to_list()
        return tuple(piece for piece in shard.pieces if piece.name in names)

    async def _pause(self) -> None:
        try:
            await asyncio.wait_for(self.live.draining.wait(), _POLL_S)
        except TimeoutError:
            return


def _age_s(state: State[Any]) -> float:
    return (datetime.now(UTC) - state.timestamp).total_seconds()


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
    if count_missing := max(0, len(work.requests) - result.count_answered - result.count_failed):
        lost = f"{count_missing} answers did not arrive, and no worker said why"
        result.stopped = result.stopped or ("interrupted" if live.draining.is_set() else lost)
    return Completed(data=result)
