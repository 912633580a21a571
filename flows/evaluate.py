"""The evaluation flow: plan, ask every cell, land, validate, execute and judge, score, aggregate, publish.

One generation task per cell in one event loop; a failed cell leaves the others complete. The warehouse, not Prefect, is
the state of truth: the same command finishes whatever an earlier one began.
"""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from collections.abc import Collection, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from prefect import State, flow
from prefect.states import Completed, Failed
from prefect.utilities.annotations import quote

from flows import cell_tasks
from flows.asking.asked import Asked
from flows.asking.pool import ask_in_pool, landed_in, pooled_work, shard_size
from flows.asking.reachable import check_servers
from flows.asking.recalling import recall
from flows.asking.session import Session, session
from flows.configuration import NOBODY_TO_ASK
from flows.earlier_nights import collect_earlier
from flows.light_imports import light_imports
from flows.opened import Opened, opened
from flows.orchestration import NOWHERE, Outcome, as_flow, hand_over
from flows.planning import land_spend_plan, plan_run, shards
from flows.prefect_pages import progress_shown, show_report
from tasks.domain import RunKind
from tasks.errors import NothingDue, NothingEvaluated
from tasks.planned import Plan
from tasks.steps.execute_programs import ExecutedPrograms
from tasks.steps.land import land_plan, run_event
from tasks.steps.publish import Published
from warehouse.lake.taking import take_in

if TYPE_CHECKING:
    from flows.conclude import Concluded
    from flows.judge_answers import Judged
    from flows.stages import BudgetStop, Unreported
    from warehouse.connection import Warehouse

_LONGEST_HAND_OVER_S = 30.0
_WITHOUT_PREFECT = (
    "warning: the Prefect server is gone. The run went on without it, and its pages lack the rest of the run.\n"
)


@dataclass(frozen=True, slots=True)
class Evaluated:
    """What a run did, and where its publication is.

    ``outcome`` is ``partial`` where a cell is in no report; ``unreported`` names these cells. ``quarantine`` says in a
    line each why answers are in quarantine.
    """

    run_id: str
    kind: str
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
    quarantine: tuple[str, ...]
    judging: Judged
    executed: ExecutedPrograms
    failures: tuple[str, ...]
    unreported: tuple[Unreported, ...]
    budget_stops: tuple[BudgetStop, ...]
    outcome: Literal["complete", "partial"]
    published: Published
    unpublished: str | None


def evaluate_dates(given: Opened, dates: Sequence[date], kind: RunKind, only: Mapping[str, list[str]]) -> Evaluated:
    """Evaluate one date after the other; returns what came out of the last, with the cells that any left unreported.

    Raises:
        NothingEvaluated: no model can be asked, so no Prefect server is started either.
    """
    if given.settings.asks_nobody:
        raise NothingEvaluated(NOBODY_TO_ASK)
    logging.raiseExceptions = False  # Prefect would print that it could not send its logs
    missing: tuple[Unreported, ...] = ()
    has_prefect = True
    try:
        for day in dates:
            outcome: Outcome[Evaluated] = Outcome()
            chosen = (str(given.config), day.isoformat(), kind.value, dict(given.overrides), dict(only))
            has_prefect &= asyncio.run(as_flow(evaluate, *chosen, given=given, outcome=outcome))
            evaluated = outcome.result()
            missing += evaluated.unreported
    finally:
        if not hand_over(_LONGEST_HAND_OVER_S if has_prefect else 0.0) or not has_prefect:
            sys.stderr.write(_WITHOUT_PREFECT)
    return replace(evaluated, unreported=missing, outcome="partial" if missing else "complete")


@flow(
    name="evaluate",
    flow_run_name="evaluate {as_of_date} ({kind})",
    validate_parameters=False,
    persist_result=False,
    result_storage=NOWHERE,
)
async def evaluate(
    config: str,
    as_of_date: str,
    kind: str = "adhoc",
    overrides: dict[str, Any] | None = None,
    only: dict[str, list[str]] | None = None,
    given: Opened | None = None,
    outcome: Outcome[Evaluated] | None = None,
) -> State[None]:
    """Evaluate a configuration for a date; every step is a task of its own in Prefect's UI.

    ``only`` narrows the plan to some ``models`` and ``benchmarks``. A backfill leaves out what is complete already.
    ``given`` is the configuration and the warehouse of a caller who holds them open, ``outcome`` what the caller reads.
    """

    async def work() -> Evaluated:
        with nullcontext(given) if given else opened(Path(config), overrides) as held:
            day = date.fromisoformat(as_of_date)
            if kind == RunKind.NIGHTLY:
                await collect_earlier(held, day, lambda there, night: _evaluate(there, night, RunKind.NIGHTLY, only))
            return await _evaluate(held, day, RunKind(kind), only)

    return await (outcome or Outcome()).of(work(), state_of)


def state_of(evaluated: Evaluated) -> State[None]:
    """What Prefect shows of a published run: `Partial` where it lacks something, `Failed` where it reports no cell.

    Automations wait for the names of states, so one that waits for failures sees a night without any cell.
    """
    counts = (
        f"{evaluated.count_cells - len(evaluated.unreported)} of {evaluated.count_cells} cells reported; "
        f"{evaluated.count_planned} answers planned, {evaluated.count_reused} there already, "
        f"{evaluated.count_answered} came in, {evaluated.count_failed} failed"
    )
    lacking = [*map(str, evaluated.unreported), *([evaluated.unpublished] if evaluated.unpublished else [])]
    message = "; ".join([counts, *lacking])
    if evaluated.count_cells == len(evaluated.unreported):
        return Failed(message=message)
    return Completed(message=message, name="Partial" if lacking else None)


async def _evaluate(held: Opened, day: date, kind: RunKind, only: Mapping[str, list[str]] | None) -> Evaluated:
    """Plan, ask, conclude.

    Raises:
        AligntaxError: one line that says what stopped the run and what to do.
    """
    warehouse = held.warehouse
    with light_imports():
        planned = plan_run(warehouse, held.settings, day, kind, only)
    if not planned.cells and kind is RunKind.NIGHTLY and held.settings.has_cadences:
        raise NothingDue(f"Nothing is due on {day}: the newest answers of every cell still count, as its cadence says.")
    if not planned.cells:
        raise NothingEvaluated(NOBODY_TO_ASK if held.settings.asks_nobody else "no cell is left: nothing is missing.")
    try:
        with light_imports():
            live, asked = await _asked(warehouse, planned, held.config.name)
        return await _published(live, asked)
    except NothingEvaluated as error:
        if kind is RunKind.NIGHTLY:
            from flows.conclude import conclude_empty  # noqa: PLC0415 - takes seconds

            conclude_empty(warehouse, planned, str(error))
        raise


async def _asked(warehouse: Warehouse, planned: Plan, config: str) -> tuple[Session, Asked]:
    landing = planned.settings.landing
    await recall(planned)
    if landing:  # what workers landed for a run that ended before them
        await asyncio.to_thread(take_in, warehouse, landing)
    pending = land_plan(warehouse, planned)
    land_spend_plan(warehouse, planned, pending)
    size = await shard_size(planned, pending)
    work = shards(planned, pending, size)
    pooled = pooled_work(planned.settings, work)
    await check_servers(piece for piece in work if piece.name not in pooled)
    run_event(warehouse, planned.run_id, "started")
    async with (
        landed_in(planned.settings, warehouse) as into,
        session(warehouse, planned, work, os.environ, into=into, pooled=pooled) as live,
    ):
        return live, await _ask_all(live, config, pooled, size)


async def _published(live: Session, asked: Asked) -> Evaluated:
    # Not before: a thread that imports takes turns and memory from the asking.
    from flows.conclude import conclude  # noqa: PLC0415 - takes seconds

    evaluated = _evaluated(live.plan, asked, await conclude(live, asked))
    await show_report(evaluated.run_id, evaluated.as_of_date, evaluated.published)
    return evaluated


async def _ask_all(live: Session, config: str, pooled: Collection[str], size: int | None) -> Asked:
    """Ask all cells at once, one Prefect task each; some by the workers of a pool."""
    here = [work for work in live.work if work.name not in pooled]
    tasks: list[Any] = [
        (cell_tasks.compose_cell if work.model.composition else cell_tasks.generate_cell)(
            work.name, quote(work), quote(live), return_state=True
        )
        for work in here
    ]
    async with progress_shown(live, "asking"):
        elsewhere, *states = await asyncio.gather(ask_in_pool(live, config, pooled, size), *tasks)
    states_of = elsewhere | {work.name: state for work, state in zip(here, states, strict=True)}
    return await Asked.of(live.work, [states_of[work.name] for work in live.work])


def _evaluated(planned: Plan, asked: Asked, concluded: Concluded) -> Evaluated:
    count_planned = sum(len(cell.requests) for cell in planned.cells)
    return Evaluated(
        run_id=planned.run_id,
        kind=planned.kind.value,
        as_of_date=planned.as_of_date.isoformat(),
        count_cells=len(planned.cells),
        count_cells_failed=len(asked.failures),
        count_planned=count_planned,
        count_reused=count_planned - asked.count_requests,
        count_answered=asked.count_answered,
        count_failed=asked.count_failed,
        count_undecided=asked.count_undecided,
        count_scored=concluded.count_scored,
        count_quarantined=concluded.count_quarantined,
        quarantine=concluded.quarantine,
        executed=concluded.executed,
        judging=concluded.judging,
        failures=(*asked.failures.values(), *concluded.judging.failures),
        unreported=concluded.unreported,
        budget_stops=concluded.budget_stops,
        outcome="partial" if concluded.unreported else "complete",
        published=concluded.published,
        unpublished=concluded.unpublished,
    )
