"""Have Prefect's server declare a flow run crashed whose process has fallen silent: nobody else would end it.

A flow run of ours sends a heartbeat every 30 s. A process that was killed sends none, nor does a machine that is
switched off. A night that stayed `Running` would keep all later ones waiting, and a shard would never be asked again.

Tested in tests/flows/asking/test_crashes.py and tests/flows/test_serve.py.
"""

from __future__ import annotations

import sys
from datetime import timedelta

import httpx
from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.objects import StateType
from prefect.events import AutomationCore, EventTrigger, Posture
from prefect.events.actions import ChangeFlowRunState

from flows.processes.prefect_server import HEARTBEAT_S

_NAME = "aligntax: a flow run without heartbeats has crashed"
_FLOWS = ("ask", "every-night", "evaluate", "nightly")
_HEARTBEAT = "prefect.flow-run.heartbeat"
_BEGINNING = "prefect.flow-run.Running"  # a process may be killed before its first heartbeat has arrived
_ENDS = ("Completed", "Failed", "Cancelled", "Crashed")
_MISSED = 3


async def watch_all() -> None:
    """Do the same on the server of the environment; a server that refuses it holds nights all the same."""
    try:
        async with get_client() as client:
            await watch_heartbeats(client)
    except (OSError, httpx.HTTPError) as error:
        line = str(error).splitlines()[0] if str(error) else type(error).__name__
        sys.stderr.write(f"warning: the Prefect server made no automation: {line}. A killed night stays `Running`.\n")


async def watch_heartbeats(client: PrefectClient) -> None:
    """Create the automation where the server lacks it, and correct one that an earlier version made."""
    wanted = _automation()
    found = await client.read_automations_by_name(_NAME)
    if not found:
        await client.create_automation(wanted)
    elif found[0].trigger != wanted.trigger:
        await client.update_automation(found[0].id, wanted)


def _automation() -> AutomationCore:
    trigger = EventTrigger(
        after={_BEGINNING, _HEARTBEAT},
        expect={_HEARTBEAT, *(f"prefect.flow-run.{end}" for end in _ENDS)},
        match={"prefect.resource.id": "prefect.flow-run.*"},
        match_related={"prefect.resource.role": "flow", "prefect.resource.name": list(_FLOWS)},
        for_each={"prefect.resource.id"},
        posture=Posture.Proactive,
        threshold=1,
        within=timedelta(seconds=_MISSED * HEARTBEAT_S),
    )
    message = "The flow run sends no heartbeats any more."
    crash = ChangeFlowRunState(name=None, state=StateType.CRASHED, message=message, force=False)
    return AutomationCore(name=_NAME, trigger=trigger, actions=[crash])
