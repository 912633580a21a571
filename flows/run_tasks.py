"""The steps after the answers, as Prefect tasks: one task per run. See ``cell_tasks`` for what they have in common."""

from __future__ import annotations

from pathlib import Path

from prefect import task
from prefect.cache_policies import NO_CACHE

from flows import publish, retention, stages, transform
from flows.asking.budgets import budget_stops
from flows.asking.session import Session
from flows.prefect_pages import failing_in_one_line, said
from tasks.planned import CellWork
from tasks.steps.execute_programs import ExecutedPrograms
from tasks.steps.execute_programs import execute_programs as execute
from tasks.steps.judge import judge
from tasks.steps.land import cell_events
from tasks.steps.publish import Published
from tasks.steps.score import score
from tasks.steps.validate import ValidationResult


@task(task_run_name="land {run_id}", cache_policy=NO_CACHE)
@failing_in_one_line
def land_cells(run_id: str, session: Session, stopped: dict[str, tuple[str, str]]) -> int:
    """Note how each cell ended, once all its answers are committed; returns how many are complete."""
    cells = [cell.cell_id for cell in session.plan.cells]
    cell_events(session.warehouse, run_id, ((cell_id, *stopped.get(cell_id, ("complete", None))) for cell_id in cells))
    session.warehouse.append({"raw.budget_stops": budget_stops(session.work, session.results)})
    count = len(set(cells) - stopped.keys())
    return said(count, f"{count} of {len(cells)} cells complete")


@task(task_run_name="validate landed {run_id}", cache_policy=NO_CACHE)
@failing_in_one_line
def validate_landed(run_id: str, session: Session) -> ValidationResult:
    """Check what landed."""
    result = stages.check_landed(session.warehouse, session.plan.settings, run_id)
    return said(result, f"{result.quarantined} answers in quarantine, {len(result.ended)} cells beyond a limit")


@task(task_run_name="execute {run_id}", cache_policy=NO_CACHE)
@failing_in_one_line
def execute_programs(run_id: str, session: Session) -> ExecutedPrograms:
    """Run the programs in the answers, and land their verdicts for the scorers."""
    done = execute(session.warehouse, run_id)
    waiting = f", {done.count_waiting} not run: {done.reason}" if done.count_waiting else ""
    again = f"{done.count_reused} more answers hold one that was run already"
    return said(done, f"{done.count_executed} different programs run, {again}{waiting}")


@task(task_run_name="plan judgments {run_id}", cache_policy=NO_CACHE)
@failing_in_one_line
def plan_judgments(run_id: str, session: Session) -> list[CellWork]:  # noqa: ARG001 - the run is shown
    """Find what judges have not yet been asked about the answers that passed validation."""
    work = judge(session.warehouse, session.plan)
    return said(work, f"{sum(len(piece.requests) for piece in work)} questions for judges")


@task(task_run_name="score {run_id}", cache_policy=NO_CACHE)
@failing_in_one_line
def score_run(run_id: str, session: Session) -> int:
    """Score the answers that have no score yet, and validate the scores."""
    count = score(session.warehouse, run_id)
    stages.check_scored(session.warehouse, session.plan.settings, run_id)
    return said(count, f"{count} answers scored")


@task(task_run_name="aggregate {run_id}", cache_policy=NO_CACHE)
@failing_in_one_line
def aggregate_run(run_id: str, session: Session) -> list[str]:
    """Rebuild marts, estimates and reports of the dates the run can change, and check them."""
    dates = transform.rebuild(session.warehouse, session.plan.settings, run_id)
    stages.check_reports(session.warehouse, run_id, dates)
    return said(dates, f"tables built of {', '.join(dates)}")


@task(task_run_name="remove old texts {run_id}", cache_policy=NO_CACHE)
@failing_in_one_line
def remove_old_texts(run_id: str, session: Session) -> int:  # noqa: ARG001 - the run is shown
    """Remove the texts that `keep_texts_days` no longer keeps; a failure becomes a warning."""
    count = retention.apply(session.warehouse, session.plan.settings)
    return said(count, f"{count} texts removed")


@task(task_run_name="publish {run_id}", cache_policy=NO_CACHE)
@failing_in_one_line
def publish_run(run_id: str, session: Session) -> Published:
    """Swap the publication in."""
    plan = session.plan
    published = publish.publish_reports(session.warehouse, plan.settings, run_id, plan.as_of_date.isoformat())
    return said(published, f"the report is {Path(published['report']).absolute()}")
