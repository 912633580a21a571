"""Ask the judges about imported answers, which belong to no run that could ask.

Like an import it needs no Prefect server; the step that asks is the one that a run's task wraps.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from flows.asking.budgets import budget_stops
from flows.asking.session import session
from flows.publish import report_dates
from flows.stages import Unreported, check_scored, nothing_left
from flows.transform import run_dates, taken_out, touched
from tasks.domain import RunKind
from tasks.errors import BudgetUsedUp, Interrupted, NothingEvaluated
from tasks.planned import CellResult, CellWork, Plan
from tasks.steps.judge import judge_imported, waiting
from tasks.steps.score import score

if TYPE_CHECKING:
    from tasks.settings import Settings
    from tasks.steps.publish import Published
    from warehouse.connection import Warehouse


@dataclass(frozen=True, slots=True)
class ImportsJudged:
    """How often judges were asked about imported answers, and what followed.

    ``unreported`` are the cells that validation took out; ``as_of_date`` is the publication's.
    """

    run_ids: tuple[str, ...]
    count_asked: int
    count_failed: int
    count_scored: int
    failures: tuple[str, ...]
    unreported: tuple[Unreported, ...] = ()
    as_of_date: str | None = None
    published: Published | None = None


def count_waiting(warehouse: Warehouse) -> int:
    """How many imported answers wait for a judge."""
    return sum(waiting(warehouse, run_id) for run_id, _ in _imports(warehouse))


def judge_imports(warehouse: Warehouse, settings: Settings) -> ImportsJudged:
    """Ask about every imported answer that waits for its judge, score what was judged, rebuild and publish.

    Raises:
        BudgetUsedUp: a budget stopped the asking; the same command goes on from there.
        Interrupted: by a signal; the same command goes on from there.
        NothingEvaluated: validation left no cell of these imports; the grades stay.
        ValidationStopped: validation stopped the publication; the grades stay.
    """
    results: list[CellResult] = []
    run_ids = []
    for run_id, day in _imports(warehouse):
        if not waiting(warehouse, run_id):
            continue
        run_ids.append(run_id)
        work = judge_imported(warehouse, settings, run_id)
        plan = Plan(run_id, RunKind.IMPORT, day, "", "", settings, ())
        results += asyncio.run(_ask(warehouse, plan, work))
    count_scored = sum(score(warehouse, run_id) for run_id in run_ids)
    missing = _check(warehouse, settings, run_ids)
    dates = sorted({day for run_id in run_ids for day in touched(warehouse, run_id)})
    published = report_dates(warehouse, settings, dates) if run_ids else None
    return ImportsJudged(
        run_ids=tuple(run_ids),
        count_asked=sum(result.count_answered + result.count_failed for result in results),
        count_failed=sum(result.count_failed for result in results),
        count_scored=count_scored,
        failures=tuple(f"judge of {result.cell_id}: {result.stopped}" for result in results if result.stopped),
        unreported=missing,
        as_of_date=run_dates(warehouse)[-1] if run_ids else None,
        published=published,
    )


def _imports(warehouse: Warehouse) -> list[tuple[str, date]]:
    """The imports with a judged cell, and their dates."""
    return list(warehouse.query("judged_imports").iter_rows())


def _check(warehouse: Warehouse, settings: Settings, run_ids: Sequence[str]) -> tuple[Unreported, ...]:
    """Validate the scores; returns the cells that validation took out. An import without others holds up none."""
    count_left = 0
    for run_id in run_ids:
        with suppress(NothingEvaluated):
            check_scored(warehouse, settings, run_id)
            count_left += 1
    missing = tuple(cell for run_id in run_ids for cell in taken_out(warehouse, run_id))
    if run_ids and not count_left:
        raise nothing_left("the judged imports", missing)
    return missing


async def _ask(warehouse: Warehouse, plan: Plan, work: Sequence[CellWork]) -> list[CellResult]:
    async with session(warehouse, plan, tuple(work), os.environ) as live:
        results = await asyncio.gather(*(live.ask(piece) for piece in live.work))
    warehouse.append({"raw.budget_stops": budget_stops(work, live.results)})
    if stopped := next((result for result in results if result.budget), None):
        again = "on another day or with a larger budget, the same command finishes the judging."
        raise BudgetUsedUp(f"{stopped.stopped}. Every grade is committed; {again}")
    if live.draining.is_set():
        raise Interrupted("stopped as asked: every grade is committed. The same command finishes the judging.")
    return results
