"""The steps that ask, as Prefect tasks: one task per cell or shard.

Their names read well in Prefect's UI. They cache nothing and retry nothing, because the steps retry single requests.
Live objects travel in ``quote``, so that Prefect does not walk through them looking for futures.
"""

from __future__ import annotations

import asyncio

from prefect import task
from prefect.cache_policies import NO_CACHE

from flows.asking.session import Session
from flows.prefect_pages import cell_said
from tasks.planned import CellResult, CellWork, Sink
from tasks.steps.compose import compose, landed_parts
from tasks.steps.generate import generate


@task(task_run_name="generate {name}", cache_policy=NO_CACHE)
async def generate_cell(name: str, work: CellWork, session: Session) -> CellResult:  # noqa: ARG001 - the name is shown
    """Ask the open requests of one cell or shard. A cell that cannot succeed fails this task alone."""
    return cell_said(await session.ask(work), work, work.cell_id, "cell")


@task(task_run_name="compose {name}", cache_policy=NO_CACHE)
async def compose_cell(name: str, work: CellWork, session: Session) -> CellResult:  # noqa: ARG001 - the name is shown
    """Answer for a composite model through its parts, each on the line of its own endpoint."""

    async def ask(part: CellWork, sink: Sink) -> CellResult:
        return await generate(part, session.lines[part.model.endpoint], sink)

    landed = await asyncio.to_thread(landed_parts, session.warehouse, work)
    cell, result = session.cell(work.cell_id), session.results[work.name]
    with session.observers.cell(work, result):
        await compose(work, cell, landed, ask, session.landing.put, session.progress.count, result)
    return cell_said(result, work, work.cell_id, "cell")


@task(task_run_name="judge {name}", cache_policy=NO_CACHE)
async def judge_cell(name: str, work: CellWork, session: Session) -> CellResult:  # noqa: ARG001 - the name is shown
    """Ask a judge about one cell's answers. A judge that cannot be reached fails this task alone."""
    return cell_said(await session.ask(work), work, f"judge {work.model.id} of {work.cell_id}", "judge")
