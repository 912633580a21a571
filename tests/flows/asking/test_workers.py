"""What is said about the workers of a pool while shards wait."""

from __future__ import annotations

import asyncio
import time
from types import SimpleNamespace

import pytest
from prefect.client.schemas.objects import WorkerStatus, WorkPool
from prefect.exceptions import ObjectNotFound
from prefect.states import Pending, Running, Scheduled

from flows.asking.workers import Attendance
from tasks.errors import UsageError


class Client:
    """A Prefect server that knows one worker, and the pool unless it is deleted."""

    def __init__(self, status, pool):
        self.workers, self.pool = [SimpleNamespace(status=status)], pool

    async def read_work_pool(self, name):
        assert name == "pool"
        if self.pool is None:
            raise ObjectNotFound(Exception("404"))
        return self.pool

    async def read_workers_for_work_pool(self, name, *, limit, offset):
        assert (name, limit, offset) == ("pool", 200, 0)
        return self.workers


POOL = WorkPool(name="pool", type="process")


def looked(*states, status=WorkerStatus.OFFLINE, due_s=0.0, times=1, pool=POOL):
    """The lines that are said about shards in these states."""
    said = []
    attendance = Attendance(Client(status, pool), "pool", said.append, due_s)
    for _ in range(times):
        asyncio.run(attendance.look([SimpleNamespace(state=state) for state in states]))
    return said


def test_shards_that_wait_without_a_worker_are_told_of_once():
    [line] = looked(Scheduled(), Scheduled(), times=3)
    assert line.startswith("Nobody takes the 2 waiting shards: the work pool pool has no worker. `prefect worker start")


def test_workers_that_do_other_work_are_told_of():
    [line] = looked(Scheduled(), status=WorkerStatus.ONLINE)
    assert line == "Nobody takes the 1 waiting shard: all 1 workers of the work pool pool do other work."


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"is_paused": True}, "the work pool pool is paused. `prefect work-pool resume pool` lets its workers go on."),
        ({"concurrency_limit": 0}, "the concurrency limit of the work pool pool is 0. `prefect work-pool clear-conc"),
    ],
)
def test_a_pool_that_lets_nobody_work_is_told_of(change, said):
    [line] = looked(Scheduled(), status=WorkerStatus.ONLINE, pool=POOL.model_copy(update=change))
    assert line.startswith(f"Nobody takes the 1 waiting shard: {said}")


def test_nobody_waits_for_a_pool_that_was_deleted():
    with pytest.raises(UsageError, match="the Prefect server has no work pool 'pool'"):
        looked(Scheduled(), pool=None)


def test_nothing_is_said_while_a_shard_is_asked_or_begins_or_before_time():
    assert looked(Scheduled(), Running()) == looked(Scheduled(), Pending()) == looked() == []
    assert looked(Scheduled(), due_s=time.monotonic() + 9) == []
