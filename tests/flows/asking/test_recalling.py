"""The shards of a run that was killed are called back before the same command asks the rest."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from types import SimpleNamespace

import pytest
from prefect.states import Cancelling, Pending, Running, Scheduled

from flows.asking import recalling


class Server:
    """Flow runs by name; a run that is told to cancel has ended at the next look, unless its machine is lost."""

    def __init__(self, lost=(), **states):
        self.open, self.lost, self.told = dict(states), lost, []

    @asynccontextmanager
    async def client(self):
        yield self

    async def read_flow_runs(self, flow_run_filter, limit, **_):
        assert flow_run_filter.tags.all_ == ["aligntax-run:r1"]
        return [SimpleNamespace(id=name, state=state) for name, state in list(self.open.items())[:limit]]

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


def test_what_asks_or_starts_is_told_to_end_and_what_waits_never_begins(recalled):
    told = recalled(Server(asking=Running(), starting=Pending(), waiting=Scheduled()))
    assert told == [("asking", "Cancelling", False), ("starting", "Cancelling", False), ("waiting", "Cancelled", False)]


def test_all_are_called_back_although_the_server_names_some_at_a_time(recalled, monkeypatch):
    monkeypatch.setattr(recalling, "_PAGE", 2)
    monkeypatch.setattr(recalling, "_POLL_S", 0)
    told = recalled(Server(one=Running(), two=Scheduled(), three=Running(), four=Running()))
    assert [(name, forced) for name, _, forced in told] == [(name, False) for name in ("one", "two", "three", "four")]


def test_a_shard_whose_machine_is_lost_is_waited_for_no_longer_than_the_others(recalled, monkeypatch):
    monkeypatch.setattr(recalling, "_LONGEST_S", 0)
    told = recalled(Server(["gone"], gone=Running()))
    assert told == [("gone", "Cancelling", False), ("gone", "Cancelled", True)]


def test_a_shard_that_was_called_back_before_is_still_waited_for(recalled, monkeypatch):
    monkeypatch.setattr(recalling, "_LONGEST_S", 0)
    assert recalled(Server(ending=Cancelling())) == [("ending", "Cancelled", True)]


def test_a_run_without_workers_asks_no_server(recalled):
    assert recalled(Server(asking=Running()), work_pool=None) == []
