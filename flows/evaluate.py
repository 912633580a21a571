"""The evaluation flow: plan, ask every cell, land, validate, execute and judge, score, aggregate, publish.

One generation task per cell in one event loop; a failed cell leaves the others complete. The state of truth is the
warehouse, not Prefect: the same command finishes whatever an earlier one began.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from prefect import flow
from prefect.client.schemas.objects import State
from prefect.utilities.annotations import allow_failure, quote

from flows import prefect_steps as steps
from flows.configuration import load_configuration
from flows.judge_answers import Judging, judge_all
from flows.planning import plan_run
from flows.session import Session, session, shards
from tasks.domain import RunKind
from tasks.errors import Interrupted, NothingEvaluated
from tasks.planned import CellResult, CellWork
from tasks.steps.execute_programs import Executed
from tasks.steps.land import land_plan, run_event
from tasks.steps.publish import Published
from warehouse.connection import Warehouse


@dataclass(frozen=True, slots=True)
class Evaluated:
    """What came out of a run."""

    run_id: str
    as_of_date: str
    count_cells: int
    count_cells_failed: int
    count_planned: int
    count_reused: int
    count_answered: int
    count_failed: int
    count_undecided: int
    count_scored: int
    count_quarantined: int
    judging: Judging
    executed: Executed
    failures: tuple[str, ...]
    published: Published


@flow(name="evaluate", flow_run_name="evaluate {as_of_date} ({kind})", validate_parameters=False)
async def evaluate(
    config: str,
    as_of_date: str,
    kind: str = "adhoc",
    overrides: dict[str, Any] | None = None,
    only: dict[str, list[str]] | None = None,
) -> Evaluated:
    """Evaluate a configuration for a date; every step is a task of its own in Prefect's UI.

    ``only`` narrows the plan to some ``models`` and ``benchmarks``. A backfill leaves out what is complete already.

    Raises:
        AligntaxError: one line that says what stopped the run and what to do.
    """
    settings = load_configuration(Path(config), overrides)
    with Warehouse.open(settings.warehouse) as warehouse:
        planned = plan_run(warehouse, settings, date.fromisoformat(as_of_date), RunKind(kind), only)
        if not planned.cells:
            raise NothingEvaluated("no cell is left to evaluate: no model has an endpoint, or nothing is missing.")
        pending = land_plan(warehouse, planned)
        run_event(warehouse, planned.run_id, "started")
        async with session(warehouse, planned, shards(planned, pending), os.environ) as live:
            states = await _generate_all(live)
        results, failures = await _results(live.work, states)
        stopped = _stopped(live.work, results, failures)
        return await _finish(live, states, results, failures, stopped)


async def _generate_all(live: Session) -> list[State[CellResult]]:
    asked: list[Any] = [
        (steps.compose_cell if work.model.composition else steps.generate_cell)(
            work.name, quote(work), quote(live), return_state=True
        )
        for work in live.work
    ]
    return list(await asyncio.gather(*asked))


async def _results(
    work: Sequence[CellWork], states: Sequence[State[CellResult]]
) -> tuple[list[CellResult], dict[str, str]]:
    """The results of the cells that ended, and one line for each that did not."""
    results, failures = [], {}
    for shard, state in zip(work, states, strict=True):
        outcome = await state.aresult(raise_on_failure=False)
        if isinstance(outcome, CellResult):
            results.append(outcome)
        else:
            failures[shard.cell_id] = str(outcome)
    return results, failures


def _stopped(
    work: Iterable[CellWork], results: Iterable[CellResult], failures: dict[str, str]
) -> dict[str, tuple[str, str]]:
    """Cells that are not complete: failed, or cut short."""
    cut = {result.cell_id: ("incomplete", result.stopped) for result in results if result.stopped}
    failed = {shard.cell_id: ("failed", failures[shard.cell_id]) for shard in work if shard.cell_id in failures}
    return {**cut, **failed}


async def _finish(
    live: Session,
    states: Sequence[State[CellResult]],
    results: Sequence[CellResult],
    failures: dict[str, str],
    stopped: dict[str, tuple[str, str]],
) -> Evaluated:
    planned, run_id = live.plan, live.plan.run_id
    asked = [allow_failure(state) for state in states]
    landed = steps.land_cells(run_id, quote(live), quote(stopped), wait_for=asked, return_state=True)
    if live.draining.is_set():
        run_event(live.warehouse, run_id, "interrupted")
        count = sum(result.count_answered for result in results)
        raise Interrupted(f"stopped as asked: {count} answers are committed. The same command finishes the run.")
    if len(failures) == len({work.cell_id for work in live.work}):
        run_event(live.warehouse, run_id, "failed", "nothing evaluated")
        raise NothingEvaluated(f"no cell could be evaluated; the first: {next(iter(failures.values()))}")
    checked = steps.validate_landed(run_id, quote(live), wait_for=[landed], return_state=True)
    quarantined = (await checked.aresult()).quarantined
    executed_state = steps.execute_programs(run_id, quote(live), wait_for=[checked], return_state=True)
    executed = await executed_state.aresult()
    judging = await judge_all(live, executed_state)
    if judging.is_interrupted:
        run_event(live.warehouse, run_id, "interrupted")
        raise Interrupted("stopped as asked: every answer is committed. The same command finishes the judging.")
    scored = steps.score_run(run_id, quote(live), wait_for=[executed_state], return_state=True)
    count_scored = await scored.aresult()
    aggregated = steps.aggregate_run(run_id, quote(live), wait_for=[scored], return_state=True)
    await aggregated.aresult()
    published_state = steps.publish_run(run_id, quote(live), wait_for=[aggregated], return_state=True)
    published = await published_state.aresult()
    run_event(live.warehouse, run_id, "finished")
    count_planned = sum(len(cell.requests) for cell in planned.cells)
    return Evaluated(
        run_id=run_id,
        as_of_date=planned.as_of_date.isoformat(),
        count_cells=len(planned.cells),
        count_cells_failed=len(failures),
        count_planned=count_planned,
        count_reused=count_planned - sum(len(work.requests) for work in live.work),
        count_answered=sum(result.count_answered for result in results),
        count_failed=sum(result.count_failed for result in results),
        count_undecided=sum(result.count_undecided for result in results),
        count_scored=count_scored,
        count_quarantined=quarantined,
        executed=executed,
        judging=judging,
        failures=(*failures.values(), *judging.failures),
        published=published,
    )
