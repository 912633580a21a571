"""The flow of a worker: ask one shard of a run, and land what comes in the lake.

The configuration is the worker's own, and it plans the cells of the shard alone. A shard that asks anything else is
refused, so that whoever can start flow runs chooses among the questions of this configuration, and adds none.

Tested in tests/flows/test_machines.py and tests/flows/test_pool_troubles.py.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterable
from contextlib import ExitStack
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
from flows.asking.budgets import ledger_of_share
from flows.asking.draining import drain_on_signal
from flows.asking.session import Part, Session, session
from flows.asking.slots import slots_held
from flows.asking.workers import program_version
from flows.configuration import load_configuration
from flows.orchestration import NOWHERE, Outcome
from flows.planning import plan_run, work_on
from flows.processes.standard_error import outlive_reader
from tasks.domain import RunKind
from tasks.errors import AligntaxError, Refused, UsageError, why_failed
from tasks.planned import CellResult, CellWork, Plan
from tasks.settings import Settings, WorkPoolSettings
from warehouse.connection import Row
from warehouse.errors import LakeUnreachable, WarehouseError
from warehouse.lake.landing import Lake


@flow(
    name="ask",
    flow_run_name="ask {shard_id} of {run_id}",
    validate_parameters=False,
    persist_result=False,
    result_storage=NOWHERE,
)
async def ask(  # noqa: PLR0913, PLR0917 - each is a field on the page of the flow run
    config: str,
    as_of_date: str,
    kind: str,
    only: dict[str, list[str]],
    run_id: str,
    shard_id: str,
    version: str = "",
    share: dict[str, float] | None = None,
) -> State[None]:
    """Ask a shard of a run. Every argument names something; questions come from the worker's own configuration.

    ``share`` says how much of each budget the shard may take.
    """
    outcome: Outcome[Session] = Outcome()
    outlive_reader()  # which is the worker

    async def work() -> Session:
        draining = asyncio.Event()
        # Prefect raises an exception wherever the main thread is when a signal comes: an import may be left half done.
        with drain_on_signal(draining), ExitStack() as stack:
            try:
                check_program(version)
                settings = load_configuration(_beside(config))
                plan = plan_run(None, settings, date.fromisoformat(as_of_date), RunKind(kind), only)
                plan = replace(plan, run_id=run_id)
                pool, lake = _joined(settings)
                stack.enter_context(lake)
                open_work = pieces(plan, lake.named_rows("shard_requests", shard_id=shard_id, run_id=run_id))
            except LakeUnreachable:
                raise  # it is down: other workers, and this one later, may reach it
            except (AligntaxError, WarehouseError) as error:
                raise Refused(str(error)) from None
            part = Part(pool.slots, ledger_of_share(settings, open_work, share or {}), draining)
            return await _ask(plan, open_work, part, lake, shard_id)

    return await outcome.of(work(), _said)


async def _ask(plan: Plan, work: tuple[CellWork, ...], part: Part, lake: Lake, shard_id: str) -> Session:
    """Ask what of a shard has not landed, and land how each piece ended."""
    async with slots_held(work), session(lake, plan, work, os.environ, part=part) as live:
        asked: list[Any] = [
            cell_tasks.generate_cell(piece.name, quote(piece), quote(live), return_state=True) for piece in work
        ]
        for piece, state in zip(work, await asyncio.gather(*asked), strict=True):
            _note(live.results[piece.name], await state.aresult(raise_on_failure=False))
    lake.append_new({"raw.shard_ends": list(_ends(live, shard_id))})
    return live


def _joined(settings: Settings) -> tuple[WorkPoolSettings, Lake]:
    """The pool and the lake of a worker's configuration.

    Raises:
        UsageError: it names no lake or no work pool.
        WarehouseError: the lake has another schema, or this machine cannot use it.
    """
    if settings.landing is None or settings.work_pool is None:
        raise UsageError("this worker's configuration needs `landing:` and `work_pool:`.")
    return settings.work_pool, Lake.join(settings.landing)


def check_program(version: str) -> None:
    """Compare the program of a run with the worker's.

    Raises:
        UsageError: they differ.
    """
    if version != program_version():
        raise UsageError(
            f"this worker has {program_version()}, and the run was started by {version or 'an earlier version'}: "
            "install one version on all machines, and deploy infra/prefect.yaml again."
        )


def _beside(config: str) -> Path:
    """The configuration in the worker's folder.

    Raises:
        UsageError: the name is a path to somewhere else.
    """
    if Path(config).name != config:
        raise UsageError(f"{config!r} is not the name of a configuration in the worker's folder.")
    return Path(config)


def pieces(plan: Plan, rows: Iterable[Row]) -> tuple[CellWork, ...]:
    """The pieces of work whose open requests are given as rows of the lake; what they ask is in the plan.

    Raises:
        UsageError: the plan asks something else.
    """
    cells = {cell.cell_id: cell for cell in plan.cells}
    found = []
    for (name, cell_id, is_resumed), opened in groupby(rows, itemgetter("piece", "cell_id", "is_resumed")):
        cell = cells.get(cell_id)
        planned = {(one.item_id, one.repeat, one.request_hash): one for one in cell.requests} if cell else {}
        keyed = [(row["generation_id"], (row["item_id"], row["repeat"], row["request_hash"])) for row in opened]
        if cell is None or not planned.keys() >= {key for _, key in keyed}:
            raise UsageError(
                f"this worker's configuration asks other questions in {cell_id} than run {plan.run_id}: give the "
                "worker the files and variables of the machine that started the run."
            )
        requests = [replace(planned[key], generation_id=generation_id) for generation_id, key in keyed]
        found.append(work_on(plan, cell, requests, name, is_resumed=is_resumed))
    return tuple(found)


def _note(result: CellResult, outcome: object) -> None:
    """A piece whose task came to no result was not asked whole, whatever its counts are."""
    if not isinstance(outcome, CellResult) and not result.is_cell_error:
        result.stopped, result.is_cell_error = why_failed(outcome), True


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
