"""Ask the judges of a run about its answers, as the models were asked: one Prefect task per judged cell.

A judge's answer is landed like any other answer, so that an interrupted run can be finished. A judge that cannot be
reached leaves its cells unscored; other cells are unaffected.
"""

from __future__ import annotations

import asyncio
import os
from dataclasses import dataclass
from typing import Any

from prefect.utilities.annotations import quote

from flows import cell_tasks, run_tasks
from flows.asking.budgets import budget_stops
from flows.asking.session import Session, session
from flows.prefect_pages import progress_shown
from tasks.errors import why_failed
from tasks.planned import CellResult
from tasks.steps.land import cell_events


@dataclass(frozen=True, slots=True)
class Judged:
    """How often the judges of a run were asked, and what failed."""

    count_asked: int = 0
    count_failed: int = 0
    failures: tuple[str, ...] = ()
    is_interrupted: bool = False


async def judge_all(live: Session, after: Any) -> Judged:
    """Ask every open question to a judge; everything that came back is committed when this returns.

    The run's own connections are closed by now, because a judge may be another model at another endpoint.
    """
    planned = run_tasks.plan_judgments(live.plan.run_id, quote(live), wait_for=[after], return_state=True)
    work = await planned.aresult()
    if not work:
        return Judged()
    async with session(live.warehouse, live.plan, tuple(work), os.environ) as asking:
        asked: list[Any] = [
            cell_tasks.judge_cell(piece.name, quote(piece), quote(asking), wait_for=[planned], return_state=True)
            for piece in work
        ]
        async with progress_shown(asking, "judging"):
            states = await asyncio.gather(*asked)
    _leave_open(asking)
    outcomes = [await state.aresult(raise_on_failure=False) for state in states]
    results = [outcome for outcome in outcomes if isinstance(outcome, CellResult)]
    return Judged(
        count_asked=sum(result.count_answered + result.count_failed for result in results),
        count_failed=sum(result.count_failed for result in results),
        failures=tuple(why_failed(outcome) for outcome in outcomes if not isinstance(outcome, CellResult)),
        is_interrupted=asking.draining.is_set(),
    )


def _leave_open(asking: Session) -> None:
    """Note the cells whose judge a budget or an open batch stopped: without all their grades they are incomplete."""
    asking.warehouse.append({"raw.budget_stops": budget_stops(asking.work, asking.results)})
    results = {piece.cell_id: asking.results[piece.name] for piece in asking.work}
    stopped = {cell_id: result for cell_id, result in results.items() if result.stopped and not result.is_cell_error}
    events = ((cell_id, "incomplete", f"its judge: {result.stopped}") for cell_id, result in stopped.items())
    if not asking.draining.is_set():
        cell_events(asking.warehouse, asking.plan.run_id, events)
