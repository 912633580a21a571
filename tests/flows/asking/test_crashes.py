"""The automation fires on a real Prefect server: a flow run whose process was killed is declared crashed."""

from __future__ import annotations

import asyncio
import time

import pytest
from prefect.client.orchestration import get_client
from prefect.settings import PREFECT_API_URL, temporary_settings

from flows.asking.crashes import watch_heartbeats
from tests.support.machines import machines
from tests.support.sizes import size

pytestmark = [
    pytest.mark.endurance,
    pytest.mark.skipif(size() != "full", reason="the automation fires after 90 s without a heartbeat"),
]


def test_a_flow_run_that_was_killed_before_its_first_heartbeat_is_declared_crashed(tmp_path):
    with machines(tmp_path, count_workers=0) as found:
        asyncio.run(watched(found.api))
        shard, other = (begun(found, name) for name in ("ask", "somebody-else's"))
        began = time.monotonic()
        found.wait_until(lambda: state(found, shard)["type"] == "CRASHED", "it was not declared crashed")
        assert 85 < time.monotonic() - began < 120
        assert state(found, shard)["message"] == "The flow run sends no heartbeats any more."
        assert state(found, other)["type"] == "RUNNING"


async def watched(api):
    with temporary_settings({PREFECT_API_URL: api}):
        async with get_client() as client:
            await watch_heartbeats(client)


def begun(found, flow_name):
    """A flow run that was running when its process was killed."""
    flow = found.ask_server("flows/", {"name": flow_name})
    run = found.ask_server("flow_runs/", {"flow_id": flow["id"]})
    found.ask_server(f"flow_runs/{run['id']}/set_state", {"state": {"type": "RUNNING"}})
    return run["id"]


def state(found, run_id):
    [run] = found.ask_server("flow_runs/filter", {"flow_runs": {"id": {"any_": [run_id]}}})
    return run["state"]
