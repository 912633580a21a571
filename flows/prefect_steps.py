"""The steps as Prefect tasks: names that read well in its UI, no caching, no retries (those live in the steps).

Live objects travel in ``quote``, so that Prefect does not walk through them looking for futures.
"""

from __future__ import annotations

import asyncio

from prefect import task
from prefect.cache_policies import NO_CACHE

from flows import transform
from flows.session import Session
from tasks.errors import CellError
from tasks.planned import CellResult, CellWork, Sink
from tasks.steps.compose import compose, landed_parts
from tasks.steps.execute_programs import Executed, execute
from tasks.steps.generate import generate
from tasks.steps.judge import judge
from tasks.steps.land import cell_events
from tasks.steps.publish import Published
from tasks.steps.score import score
from tasks.steps.validate import ValidationResult


@task(task_run_name="generate {name}", cache_policy=NO_CACHE)
async def generate_cell(name: str, work: CellWork, session: Session) -> CellResult:  # noqa: ARG001 - the name is shown
    """Ask one cell's (or shard's) open requests; a hopeless cell fails its task and no other."""
    result = await generate(work, session.lines[work.model.endpoint], session.landing.put)
    if result.is_cell_error:
        raise CellError(f"{work.cell_id}: {result.stopped}", error_type="cell")
    return result


@task(task_run_name="compose {name}", cache_policy=NO_CACHE)
async def compose_cell(name: str, work: CellWork, session: Session) -> CellResult:  # noqa: ARG001 - the name is shown
    """Answer for a composite model through its parts, each on the line of its own endpoint."""

    async def ask(part: CellWork, sink: Sink) -> CellResult:
        return await generate(part, session.lines[part.model.endpoint], sink)

    landed = await asyncio.to_thread(landed_parts, session.warehouse, work)
    cell = session.cell(work.cell_id)
    result = await compose(work, cell, landed, ask, session.landing.put, session.on_progress)
    if result.is_cell_error:
        raise CellError(f"{work.cell_id}: {result.stopped}", error_type="cell")
    return result


@task(task_run_name="land {run_id}", cache_policy=NO_CACHE)
def land_cells(run_id: str, session: Session, stopped: dict[str, tuple[str, str]]) -> None:
    """Note how each cell ended, once all its answers are committed."""
    cells = [cell.cell_id for cell in session.plan.cells]
    cell_events(session.warehouse, run_id, ((cell_id, *stopped.get(cell_id, ("complete", None))) for cell_id in cells))


@task(task_run_name="validate landed {run_id}", cache_policy=NO_CACHE)
def validate_landed(run_id: str, session: Session) -> ValidationResult:
    """Check what landed."""
    return transform.check_landed(session.warehouse, session.plan.settings, run_id)


@task(task_run_name="execute {run_id}", cache_policy=NO_CACHE)
def execute_programs(run_id: str, session: Session) -> Executed:
    """Run the programs in the answers; scorers read what became of them."""
    return execute(session.warehouse, run_id)


@task(task_run_name="plan judgments {run_id}", cache_policy=NO_CACHE)
def plan_judgments(run_id: str, session: Session) -> list[CellWork]:  # noqa: ARG001 - the run is shown
    """Find what judges have not said yet of the answers that passed validation."""
    return judge(session.warehouse, session.plan)


@task(task_run_name="judge {name}", cache_policy=NO_CACHE)
async def judge_cell(name: str, work: CellWork, session: Session) -> CellResult:  # noqa: ARG001 - the name is shown
    """Ask a judge about one cell's answers; a judge that cannot be asked fails this task and no other."""
    result = await generate(work, session.lines[work.model.endpoint], session.landing.put)
    if result.is_cell_error:
        raise CellError(f"judge {work.model.id} of {work.cell_id}: {result.stopped}", error_type="judge")
    return result


@task(task_run_name="score {run_id}", cache_policy=NO_CACHE)
def score_run(run_id: str, session: Session) -> int:
    """Score what has no score yet, and check the scores."""
    count = score(session.warehouse, run_id)
    transform.check_scored(session.warehouse, session.plan.settings, run_id)
    return count


@task(task_run_name="aggregate {run_id}", cache_policy=NO_CACHE)
def aggregate_run(run_id: str, session: Session) -> list[str]:
    """Rebuild marts, estimates and reports of the dates the run can change, and check them."""
    dates = transform.rebuild(session.warehouse, session.plan.settings, run_id)
    transform.check_reports(session.warehouse, run_id, dates)
    return dates


@task(task_run_name="publish {run_id}", cache_policy=NO_CACHE)
def publish_run(run_id: str, session: Session) -> Published:
    """Swap the publication in."""
    plan = session.plan
    return transform.publish_reports(session.warehouse, plan.settings, run_id, plan.as_of_date.isoformat())
