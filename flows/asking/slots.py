"""Limits across workers: Prefect's global concurrency limits hand out an endpoint's slots, one to each shard.

A slot carries its part of what the endpoint allows a minute. It is leased for as long as the shard asks, so that no
request waits for Prefect, and the slot of a worker that was lost comes back when its lease ends.

Prefect's server keeps leases in its memory, unless PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE says otherwise. One that
was restarted knows that slots are taken, and not by whom: they would stay taken for ever.

Tested in tests/flows/asking/test_slots.py.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager, suppress

import httpx
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.actions import GlobalConcurrencyLimitUpdate
from prefect.client.schemas.filters import (
    FlowFilter,
    FlowFilterName,
    FlowRunFilter,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import StateType
from prefect.client.schemas.sorting import FlowRunSort
from prefect.concurrency.asyncio import ConcurrencySlotAcquisitionError, concurrency

from flows.asking.endpoints import models_by_endpoint
from tasks.planned import CellWork
from tasks.settings import WorkPoolSettings

_LEASE_S = 60.0
_PAUSE_S = 2.0
_LONGEST_AWAY_S = 600.0


async def set_slots(client: PrefectClient, pool: WorkPoolSettings, work: Iterable[CellWork]) -> None:
    """Tell the server how many slots each endpoint has that is limited; all are free where nobody asks a shard."""
    names = _limited(work)
    if names:
        # Somebody may have switched a limit off, or let its slots come back by themselves.
        kept = GlobalConcurrencyLimitUpdate(limit=pool.slots, active=True, slot_decay_per_second=0.0)
        if not await _asking(client):
            kept = kept.model_copy(update={"active_slots": 0})
        for name in names:
            await client.upsert_global_concurrency_limit_by_name(name, pool.slots)
            await client.update_global_concurrency_limit(name, kept)


async def _asking(client: PrefectClient) -> bool:
    """Whether any shard of any run is being asked."""
    begun = FlowRunFilterStateType(any_=[StateType.PENDING, StateType.RUNNING, StateType.CANCELLING])
    found = await client.read_flow_runs(
        flow_filter=FlowFilter(name=FlowFilterName(any_=["ask"])),
        flow_run_filter=FlowRunFilter(state=FlowRunFilterState(type=begun)),
        sort=FlowRunSort.ID_DESC,
        limit=1,
    )
    return bool(found)


@asynccontextmanager
async def slots_held(work: Iterable[CellWork]) -> AsyncIterator[None]:
    """Hold a slot of every limited endpoint that some work asks; waits until they are free.

    A server that is being restarted is waited for. One that is away at the end gets its slots back when the lease ends.

    Raises:
        ConcurrencySlotAcquisitionError: the server was away for too long.
    """
    names, stack = _limited(work), AsyncExitStack()
    if names:
        await _take(names, stack)
    try:
        yield
    finally:
        with suppress(OSError, httpx.HTTPError):
            await stack.aclose()


async def _take(names: list[str], stack: AsyncExitStack) -> None:
    deadline_s = time.monotonic() + _LONGEST_AWAY_S
    while True:
        leased = concurrency(names, lease_duration=_LEASE_S, strict=True, raise_on_lease_renewal_failure=False)
        try:
            await stack.enter_async_context(leased)
        except ConcurrencySlotAcquisitionError:
            if time.monotonic() >= deadline_s:
                raise
            await asyncio.sleep(_PAUSE_S)
        else:
            return


def _limited(work: Iterable[CellWork]) -> list[str]:
    """The names of the limits, always in one order, so that two shards never wait for each other."""
    return sorted(
        f"aligntax-{endpoint}"
        for endpoint, models in models_by_endpoint(work).items()
        if any(model.requests_per_minute or model.tokens_per_minute for model in models)
    )
