"""Slots of an endpoint on a real Prefect server: as many shards ask at once as there are, and none is lost."""

from __future__ import annotations

import asyncio
import os
from contextlib import asynccontextmanager
from types import SimpleNamespace

import httpx
import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.actions import GlobalConcurrencyLimitUpdate
from prefect.concurrency.asyncio import ConcurrencySlotAcquisitionError
from prefect.settings import PREFECT_API_AUTH_STRING, PREFECT_API_URL, temporary_settings

from flows.asking import slots
from flows.asking.slots import set_slots, slots_held
from tasks.settings import WorkPoolSettings


def work(endpoint, requests_per_minute=60):
    model = SimpleNamespace(endpoint=endpoint, requests_per_minute=requests_per_minute, tokens_per_minute=None)
    return SimpleNamespace(model=SimpleNamespace(asked=[model]))


@pytest.fixture
def server(prefect_api):
    """This process as a client of the server."""
    password = {PREFECT_API_AUTH_STRING: os.environ["PREFECT_API_AUTH_STRING"]}
    with temporary_settings({PREFECT_API_URL: prefect_api, **password}):
        yield prefect_api


async def set_for(pieces, count):
    async with get_client() as client:
        await set_slots(client, WorkPoolSettings(name="pool", slots=count), pieces)


@pytest.mark.accept
def test_a_limit_that_somebody_switched_off_counts_again(server):
    async def found(change):
        async with get_client() as client:
            await client.update_global_concurrency_limit("aligntax-off", GlobalConcurrencyLimitUpdate(**change))
            await set_slots(client, WorkPoolSettings(name="pool", slots=2), [work("off")])
            return await client.read_global_concurrency_limit_by_name("aligntax-off")

    asyncio.run(set_for([work("off")], 1))
    for change in ({"active": False}, {"slot_decay_per_second": 1.0, "active_slots": 1}, {"limit": 7}):
        limit = asyncio.run(found(change))
        assert (limit.active, limit.limit, limit.active_slots, limit.slot_decay_per_second) == (True, 2, 0, 0.0)


async def taken(name):
    async with get_client() as client:
        return (await client.read_global_concurrency_limit_by_name(name)).active_slots


@pytest.mark.accept
def test_as_many_shards_ask_at_once_as_there_are_slots_and_each_comes_back(server):
    pieces, asking, most = [work("two")], [], []

    async def shard(number):
        async with slots_held(pieces):
            asking.append(number)
            most.append(len(asking))
            await asyncio.sleep(0.5)
            asking.remove(number)

    async def shards():
        await set_for(pieces, 2)
        await asyncio.gather(*map(shard, range(4)))
        return await taken("aligntax-two")

    assert asyncio.run(shards()) == 0
    assert max(most) == 2
    assert len(most) == 4


def test_a_server_that_is_restarted_is_waited_for_and_may_be_away_at_the_end(monkeypatch):
    tried = []

    @asynccontextmanager
    async def concurrency(names, **_options):
        tried.append(names)
        if len(tried) < 3:
            raise ConcurrencySlotAcquisitionError("no connection")
        yield
        raise httpx.ConnectError("no connection")

    async def shard():
        async with slots_held([work("one")]):
            return "asked"

    monkeypatch.setattr(slots, "concurrency", concurrency)
    monkeypatch.setattr(slots, "_PAUSE_S", 0.0)
    assert asyncio.run(shard()) == "asked"
    assert tried == [["aligntax-one"]] * 3


@pytest.mark.accept
def test_an_endpoint_without_a_limit_has_no_slots(server):
    async def shards():
        await set_for([work("free", None)], 1)
        async with slots_held([work("free", None)]), slots_held([work("free", None)]):
            return True

    assert asyncio.run(shards())


@pytest.mark.accept
def test_slots_that_a_restarted_server_has_forgotten_are_free_for_the_next_run(server):
    pieces = [work("lost")]

    async def shards():
        await set_for(pieces, 1)
        async with get_client() as client:
            await client.update_global_concurrency_limit("aligntax-lost", GlobalConcurrencyLimitUpdate(active_slots=1))
        await set_for(pieces, 1)
        async with asyncio.timeout(20), slots_held(pieces):
            return await taken("aligntax-lost")

    assert asyncio.run(shards()) == 1
