"""The flow of a worker: ask one shard of a run, and land what comes in the lake.

The configuration is the worker's own. A shard of another plan is refused, so that whoever can start flow runs chooses
among the questions of this configuration, and adds none.

Tested in tests/flows/test_machines.py.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

from prefect import State, flow
from prefect.states import Completed
from prefect.utilities.annotations import quote

from flows import cell_tasks
from flows.asking.session import Part, Session, session
from flows.asking.slots import slots_held
from flows.configuration import load_configuration
from flows.orchestration import Outcome
from flows.planning import plan_run, work_on
from tasks.domain import RunKind
from tasks.errors import UsageError
from tasks.planned import CellWork, Plan
from tasks.providers import Ledger
from warehouse.connection import Row
from warehouse.lake.landing import Lake


@flow(name="ask", flow_run_name="ask {shard_id} of {run_id}", validate_parameters=False)
async def ask(  # noqa: PLR0913, PLR0917 - each is a field on the page of the flow run
    config: str,
    as_of_date: str,
    kind: str,
    only: dict[str, list[str]],
    run_id: str,
    plan_hash: str,
    shard_id: str,
    cells: list[str],  # noqa: ARG001 - shown on the page of the flow run
) -> State[None]:
    """Ask a shard of a run. Every argument names something; questions come from the worker's own configuration."""
    outcome: Outcome[Session] = Outcome()

    async def work() -> Session:
        settings = load_configuration(_beside(config))
        plan = plan_run(None, settings, date.fromisoformat(as_of_date), RunKind(kind), only)
        return await _ask(checked(plan, run_id, plan_hash), shard_id)

    return await outcome.of(work(), _said)


async def _ask(plan: Plan, shard_id: str) -> Session:
    """Ask what of a shard has not landed, and land how each piece ended.

    Raises:
        UsageError: the configuration names no lake or no work pool.
    """
    settings, run_id = plan.settings, plan.run_id
    if settings.landing is None or settings.work_pool is None:
        raise UsageError("a worker's configuration needs `landing:` and `work_pool:`.")
    part = Part(settings.work_pool.slots, Ledger())
    with Lake.join(settings.landing) as lake:
        work = _pieces(plan, lake.named_rows("shard_requests", shard_id=shard_id, run_id=run_id))
        async with (
            slots_held(work),
            session(lake, plan, work, os.environ, part=part) as live,
        ):
            asked: list[Any] = [
                cell_tasks.generate_cell(piece.name, quote(piece), quote(live), return_state=True) for piece in work
            ]
            await asyncio.gather(*asked)
        lake.append_new({"raw.shard_ends": list(_ends(live, shard_id))})
    return live


def _beside(config: str) -> Path:
    """The configuration in the worker's folder.

    Raises:
        UsageError: the name is a path to somewhere else.
    """
    if Path(config).name != config:
        raise UsageError(f"{config!r} is not the name of a configuration in the worker's folder.")
    return Path(config)


def checked(plan: Plan, run_id: str, plan_hash: str) -> Plan:
    """The worker's own plan under the run's id.

    Raises:
        UsageError: the run has another plan.
    """
    if plan.plan_hash != plan_hash or not run_id.startswith(plan.run_id):
        raise UsageError(
            f"this worker's configuration plans {plan.plan_hash}, and run {run_id} has plan {plan_hash}: give the "
            "worker the files and variables of the machine that started the run."
        )
    return replace(plan, run_id=run_id)


def _pieces(plan: Plan, rows: Iterable[Row]) -> tuple[CellWork, ...]:
    """The pieces of work whose open requests are given as rows of the lake; what they ask is in the plan."""
    cells = {cell.cell_id: cell for cell in plan.cells}
    pieces = []
    for (name, cell_id, is_resumed), opened in groupby(rows, itemgetter("piece", "cell_id", "is_resumed")):
        cell = cells[cell_id]
        planned = {(request.item_id, request.repeat): request for request in cell.requests}
        requests = [
            replace(planned[row["item_id"], row["repeat"]], generation_id=row["generation_id"]) for row in opened
        ]
        pieces.append(work_on(plan, cell, requests, name, is_resumed=is_resumed))
    return tuple(pieces)


def _ends(live: Session, shard_id: str) -> Iterable[Row]:
    for piece in live.work:
        result = live.results[piece.name]
        yield {
            "shard_id": shard_id,
            "piece": piece.name,
            "count_failed": result.count_failed,
            "stopped": result.stopped,
            "is_cell_error": result.is_cell_error,
            "budget": result.budget,
            "ended_at": datetime.now(UTC),
        }


def _said(live: Session) -> State[None]:
    counts = [(result.count_answered, result.count_failed) for result in live.results.values()]
    answered, failed = (sum(column) for column in zip(*counts, strict=True)) if counts else (0, 0)
    return Completed(message=f"{answered} answers landed, {failed} requests failed")
