"""Call back the shards of a run that ended before its workers did: nothing is asked by two of them.

Tested in tests/flows/asking/test_recalling.py.
"""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Sequence
from functools import partial

from prefect.client.orchestration import PrefectClient, get_client
from prefect.client.schemas.filters import (
    FlowRunFilter,
    FlowRunFilterState,
    FlowRunFilterStateType,
    FlowRunFilterTags,
)
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.client.schemas.sorting import FlowRunSort
from prefect.states import Cancelled, Cancelling

from flows.asking.patience import insisting
from tasks.planned import Plan

_POLL_S = 1.0
_PAGE = 200  # flow runs that Prefect's server returns at once
# A worker lets the requests in flight end. One that was lost with its machine never answers.
_LONGEST_S = 90.0
_OPEN = [StateType.SCHEDULED, StateType.PENDING, StateType.RUNNING, StateType.PAUSED, StateType.CANCELLING]


def tag_of(run_id: str) -> str:
    """What the flow runs of a run's shards are found by."""
    return f"aligntax-run:{run_id}"


async def recall(plan: Plan) -> None:
    """Cancel the shards of an earlier start of this run, and wait until their workers have landed what they asked."""
    if plan.settings.work_pool is not None:
        await insisting(partial(_recall, plan.run_id))


async def _recall(run_id: str) -> None:
    called: set[uuid.UUID] = set()
    async with get_client() as client:
        ends = time.monotonic() + _LONGEST_S
        while left := await _open_runs(client, run_id):
            for run in left:
                if run.id not in called:
                    called.add(run.id)
                    await _call_back(client, run)
                elif time.monotonic() > ends:
                    await client.set_flow_run_state(run.id, Cancelled(), force=True)
            await asyncio.sleep(_POLL_S)


async def _call_back(client: PrefectClient, run: FlowRun) -> None:
    """Tell a flow run to end, unless an earlier start of this run was killed after it had said so.

    A process that is starting would go on from ``Cancelled``: Prefect lets whatever has ended run again.
    """
    if run.state is None or run.state.is_scheduled():
        await client.set_flow_run_state(run.id, Cancelled())
    elif not run.state.is_cancelling():
        await client.set_flow_run_state(run.id, Cancelling())


async def _open_runs(client: PrefectClient, run_id: str) -> Sequence[FlowRun]:
    wanted = FlowRunFilter(
        tags=FlowRunFilterTags(all_=[tag_of(run_id)]),
        state=FlowRunFilterState(type=FlowRunFilterStateType(any_=_OPEN)),
    )
    return await client.read_flow_runs(flow_run_filter=wanted, sort=FlowRunSort.ID_DESC, limit=_PAGE)
