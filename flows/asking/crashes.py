"""Have Prefect's server declare a flow run crashed whose process has fallen silent: nobody else would end it.

A flow run sends heartbeats (``PREFECT_FLOWS_HEARTBEAT_FREQUENCY``). A machine that is switched off sends none.

Tested in tests/flows/test_machines.py.
"""

from __future__ import annotations

from datetime import timedelta

from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.objects import StateType
from prefect.events import AutomationCore, EventTrigger, Posture
from prefect.events.actions import ChangeFlowRunState
from prefect.settings import get_current_settings

_NAME = "aligntax: a flow run without heartbeats has crashed"
_HEARTBEAT = "prefect.flow-run.heartbeat"
_ENDS = ("Completed", "Failed", "Cancelled", "Crashed")
_MISSED = 3


async def watch_heartbeats(client: PrefectClient) -> None:
    """Create the automation where the server lacks it."""
    if await client.read_automations_by_name(_NAME):
        return
    every_s = get_current_settings().flows.heartbeat_frequency or 30
    trigger = EventTrigger(
        after={_HEARTBEAT},
        expect={_HEARTBEAT, *(f"prefect.flow-run.{end}" for end in _ENDS)},
        match={"prefect.resource.id": "prefect.flow-run.*"},
        for_each={"prefect.resource.id"},
        posture=Posture.Proactive,
        threshold=1,
        within=timedelta(seconds=_MISSED * every_s),
    )
    message = "The flow run sends no heartbeats any more."
    crash = ChangeFlowRunState(name=None, state=StateType.CRASHED, message=message, force=False)
    await client.create_automation(AutomationCore(name=_NAME, trigger=trigger, actions=[crash]))
