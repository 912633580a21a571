"""What is said about the workers of a pool while shards wait."""

from __future__ import annotations

import asyncio
import time
from types import SimpleNamespace

from prefect.client.schemas.objects import WorkerStatus
from prefect.states import Pending, Running, Scheduled

from flows.asking.workers import Attendance


class Client:
    """A Prefect server that knows one worker."""

    def __init__(self, status):
        self.workers = [SimpleNamespace(status=status)]

    async def read_workers_for_work_pool(self, name, *, limit, offset):
        assert (name, limit, offset) == ("pool", 200, 0)
        return self.workers


def looked(*states, status=WorkerStatus.OFFLINE, due_s=0.0, times=1):
    """The lines that are said about shards in these states."""
    said = []
    attendance = Attendance(Client(status), "pool", said.append, due_s)
    for _ in range(times):
        asyncio.run(attendance.look([SimpleNamespace(state=state) for state in states]))
    return said


def test_shards_that_wait_without_a_worker_are_told_of_once():
    [line] = looked(Scheduled(), Scheduled(), times=3)
    assert line.startswith("Nobody takes the 2 waiting shards: the work pool pool has no worker. `prefect worker start")


def test_workers_that_do_other_work_are_told_of():
    [line] = looked(Scheduled(), status=WorkerStatus.ONLINE)
    assert line == "Nobody takes the 1 waiting shard: all 1 workers of the work pool pool do other work."


def test_nothing_is_said_while_a_shard_is_asked_or_begins_or_before_time():
    assert looked(Scheduled(), Running()) == looked(Scheduled(), Pending()) == looked() == []
    assert looked(Scheduled(), due_s=time.monotonic() + 9) == []
