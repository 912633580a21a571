"""Limits across workers: Prefect's global concurrency limits hand out an endpoint's slots, one to each shard.

A slot carries its part of what the endpoint allows a minute. It is leased for as long as the shard asks, so that no
request waits for Prefect, and the slot of a worker that was lost comes back when its lease ends.

Tested in tests/flows/test_machines.py.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

from prefect.client.orchestration import PrefectClient
from prefect.concurrency.asyncio import concurrency

from flows.asking.endpoints import models_by_endpoint
from tasks.planned import CellWork
from tasks.settings import WorkPoolSettings

_LEASE_S = 60.0


async def set_slots(client: PrefectClient, pool: WorkPoolSettings, work: Iterable[CellWork]) -> None:
    """Tell the server how many slots each endpoint has that is limited."""
    for name in _limited(work):
        await client.upsert_global_concurrency_limit_by_name(name, pool.slots)


@asynccontextmanager
async def slots_held(work: Iterable[CellWork]) -> AsyncIterator[None]:
    """Hold a slot of every limited endpoint that some work asks; waits until they are free."""
    names = _limited(work)
    if not names:
        yield
        return
    async with concurrency(names, lease_duration=_LEASE_S, strict=True, raise_on_lease_renewal_failure=False):
        yield


def _limited(work: Iterable[CellWork]) -> list[str]:
    """The names of the limits, always in one order, so that two shards never wait for each other."""
    return sorted(
        f"aligntax-{endpoint}"
        for endpoint, models in models_by_endpoint(work).items()
        if any(model.requests_per_minute or model.tokens_per_minute for model in models)
    )
