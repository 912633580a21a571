"""What the flow runs of shards come to; tests/flows/test_machines.py and test_pool_troubles.py run real ones."""

from __future__ import annotations

import asyncio
import uuid
from collections import deque
from types import SimpleNamespace

import pytest
from prefect.states import Cancelled

from flows.asking import pool
from flows.asking.shards import Shard
from flows.asking.shares import Shares


class Client:
    """A Prefect server that knows some flow runs."""

    def __init__(self, runs):
        self.runs = runs

    async def read_flow_runs(self, **_):
        return self.runs


class Attendance:
    """Nobody has to be told of waiting shards."""

    async def look(self, runs):
        assert all(run.state.is_final() for run in runs)


@pytest.mark.parametrize(
    ("states", "said"),
    [
        ([Cancelled()], "c: somebody cancelled the flow run of its shard"),
        ([], "c: somebody deleted the flow run of its shard"),
    ],
)
def test_a_shard_that_somebody_ended_is_neither_waited_for_nor_asked_again(monkeypatch, states, said):
    monkeypatch.setattr(pool, "take_in", lambda *_: 0)
    run_id = uuid.uuid4()
    client = Client([SimpleNamespace(id=run_id, state=state) for state in states])
    shard = Shard((SimpleNamespace(name="piece", cell_id="c"),))
    shards = pool._Pool(
        SimpleNamespace(warehouse=None), None, client, uuid.uuid4(), {}, Attendance(), Shares(None, 1), deque(),
        waiting={run_id: shard},
    )  # fmt: skip
    asyncio.run(shards._look())
    assert (shards.waiting, list(shards.queue), shards.failures) == ({}, [], {"piece": said})
