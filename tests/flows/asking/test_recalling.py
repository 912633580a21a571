"""The shards of a run that was killed are called back before the same command asks the rest."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from types import SimpleNamespace

import pytest
from prefect.states import Pending, Running, Scheduled

from flows.asking import recalling


class Server:
    """Flow runs by name; a run that is told to cancel has ended at the next look, unless its machine is lost."""

    def __init__(self, lost=(), **states):
        self.open, self.lost, self.told = dict(states), lost, []

    @asynccontextmanager
    async def client(self):
        yield self

    async def read_flow_runs(self, flow_run_filter, **_):
        assert flow_run_filter.tags.all_ == ["aligntax-run:r1"]
        return [SimpleNamespace(id=name, state=state) for name, state in self.open.items()]

    async def set_flow_run_state(self, name, state, force=False):
        self.told.append((name, state.name, force))
        if name not in self.lost or force:
            del self.open[name]


@pytest.fixture
def recalled(monkeypatch):
    def recall(server, work_pool="workers"):
        monkeypatch.setattr(recalling, "get_client", server.client)
        plan = SimpleNamespace(run_id="r1", settings=SimpleNamespace(work_pool=work_pool))
        asyncio.run(recalling.recall(plan))
        return server.told

    return recall


def test_what_asks_is_cancelled_and_what_has_not_begun_never_begins(recalled):
    told = recalled(Server(asking=Running(), starting=Pending(), waiting=Scheduled()))
    assert told == [("asking", "Cancelling", False), ("starting", "Cancelled", False), ("waiting", "Cancelled", False)]


def test_a_shard_whose_machine_is_lost_is_waited_for_no_longer_than_the_others(recalled, monkeypatch):
    monkeypatch.setattr(recalling, "_LONGEST_S", 0)
    told = recalled(Server(["gone"], gone=Running()))
    assert told == [("gone", "Cancelling", False), ("gone", "Cancelled", True)]


def test_a_run_without_workers_asks_no_server(recalled):
    assert recalled(Server(asking=Running()), work_pool=None) == []
