"""What follows the answers of a run, in order: validate, execute, judge, score, aggregate, publish.

The evaluation flow imports this module once it has asked: Great Expectations and scipy take seconds to import.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from prefect.utilities.annotations import quote

from flows import run_tasks
from flows.asking.asked import Asked
from flows.asking.session import Session
from flows.judge_answers import Judged, judge_all
from flows.publish import publish_reports
from flows.stages import BudgetStop, Unreported, budget_stops, check_reports, unreported
from flows.transform import rebuild
from tasks.domain import RunKind
from tasks.errors import Interrupted, NothingEvaluated, PublicationIncomplete, ValidationStopped
from tasks.planned import Plan
from tasks.steps.execute_programs import ExecutedPrograms
from tasks.steps.land import cell_events, run_event
from tasks.steps.publish import Published
from warehouse.connection import Warehouse

_NEVER_ENDED = "not finished"  # what staging.stg_cells says of a cell of which no end was noted


@dataclass(frozen=True, slots=True)
class Concluded:
    """What the steps after the answers did.

    ``quarantine`` says in a line each why answers are in quarantine, ``unpublished`` which targets failed and why.
    """

    count_quarantined: int
    quarantine: tuple[str, ...]
    executed: ExecutedPrograms
    judging: Judged
    count_scored: int
    published: Published
    unpublished: str | None
    unreported: tuple[Unreported, ...]
    budget_stops: tuple[BudgetStop, ...]


async def conclude(live: Session, asked: Asked) -> Concluded:
    """Take a run from its answers to its publication.

    Raises:
        Interrupted: a signal came; everything that came in is committed.
        NothingEvaluated: no cell could be evaluated, or none is within the limits.
        ValidationStopped: validation stopped the publication.
    """
    run_id = live.plan.run_id
    landed = run_tasks.land_cells(
        run_id, quote(live), quote(asked.stopped), wait_for=asked.predecessors, return_state=True
    )
    if live.draining.is_set():
        raise _interrupted(live, f"{asked.count_answered} answers are committed. The same command finishes the run.")
    if len(asked.failures) == asked.count_cells:
        run_event(live.warehouse, run_id, "failed", "nothing evaluated")
        raise NothingEvaluated(f"no cell could be evaluated; the first: {next(iter(asked.failures.values()))}")
    checked = run_tasks.validate_landed(run_id, quote(live), wait_for=[landed], return_state=True)
    valid = await checked.aresult()
    executed = run_tasks.execute_programs(run_id, quote(live), wait_for=[checked], return_state=True)
    programs = await executed.aresult()
    judging = await judge_all(live, executed)
    if judging.is_interrupted:
        raise _interrupted(live, "every answer is committed. The same command finishes the judging.")
    count_scored, published, unpublished = await _report(live, executed)
    return Concluded(
        count_quarantined=valid.quarantined,
        quarantine=valid.quarantine,
        executed=programs,
        judging=judging,
        count_scored=count_scored,
        published=published,
        unpublished=unpublished,
        unreported=unreported(live.warehouse, run_id),
        budget_stops=budget_stops(live.warehouse, run_id),
    )


async def _report(live: Session, after: Any) -> tuple[int, Published, str | None]:
    """Score, aggregate and publish; returns how many answers were scored, the publication, and what it lacks."""
    run_id = live.plan.run_id
    scored = run_tasks.score_run(run_id, quote(live), wait_for=[after], return_state=True)
    count_scored = await scored.aresult()
    aggregated = run_tasks.aggregate_run(run_id, quote(live), wait_for=[scored], return_state=True)
    await aggregated.aresult()
    if live.plan.kind is RunKind.NIGHTLY:  # before the publication, which holds no removed text then
        run_tasks.remove_old_texts(run_id, quote(live), wait_for=[aggregated], return_state=True)
    published = run_tasks.publish_run(run_id, quote(live), wait_for=[aggregated], return_state=True)
    unpublished = None
    try:
        publication = await published.aresult()
    except PublicationIncomplete as error:  # the run itself is whole
        publication, unpublished = error.places, str(error)
    run_event(live.warehouse, run_id, "finished")
    return count_scored, publication, unpublished


def _interrupted(live: Session, said: str) -> Interrupted:
    run_event(live.warehouse, live.plan.run_id, "interrupted")
    return Interrupted(f"stopped as asked: {said}")


def conclude_empty(warehouse: Warehouse, plan: Plan, reason: str) -> None:
    """Publish a night that got no answer: its coverage says why. No score is made up, and older ones say their date."""
    missing = [cell.cell_id for cell in unreported(warehouse, plan.run_id) if cell.reason == _NEVER_ENDED]
    cell_events(warehouse, plan.run_id, ((cell_id, "failed", reason) for cell_id in missing))
    with suppress(ValidationStopped, PublicationIncomplete):  # that nothing came in is what has to be said
        check_reports(warehouse, plan.run_id, rebuild(warehouse, plan.settings, plan.run_id))
        publish_reports(warehouse, plan.settings, plan.run_id, plan.as_of_date.isoformat())
    run_event(warehouse, plan.run_id, "failed", "nothing evaluated")
