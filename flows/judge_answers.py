"""Ask the judges of a run about its answers, as the answers themselves were asked: one task per judged cell.

What a judge answers is landed like any other answer, so that an interrupted run finishes what it began. A judge that
cannot be asked costs its cells their scores and no other anything.
"""

from __future__ import annotations

import asyncio
import os
from dataclasses import dataclass
from typing import Any

from prefect.utilities.annotations import quote

from flows import prefect_steps as steps
from flows.session import Session, session
from tasks.planned import CellResult


@dataclass(frozen=True, slots=True)
class Judging:
    """What asking the judges came to."""

    count_asked: int = 0
    count_failed: int = 0
    failures: tuple[str, ...] = ()
    is_interrupted: bool = False


async def judge_all(live: Session, after: Any) -> Judging:
    """Ask every open question to a judge; all that came back is committed when this returns.

    The connections of the answers are closed by now: who judges may be somebody else, somewhere else.
    """
    planned = steps.plan_judgments(live.plan.run_id, quote(live), wait_for=[after], return_state=True)
    work = await planned.aresult()
    if not work:
        return Judging()
    async with session(live.warehouse, live.plan, tuple(work), os.environ) as asking:
        asked: list[Any] = [
            steps.judge_cell(piece.name, quote(piece), quote(asking), wait_for=[planned], return_state=True)
            for piece in work
        ]
        states = await asyncio.gather(*asked)
    outcomes = [await state.aresult(raise_on_failure=False) for state in states]
    results = [outcome for outcome in outcomes if isinstance(outcome, CellResult)]
    return Judging(
        count_asked=sum(result.count_answered + result.count_failed for result in results),
        count_failed=sum(result.count_failed for result in results),
        failures=tuple(str(outcome) for outcome in outcomes if not isinstance(outcome, CellResult)),
        is_interrupted=asking.draining.is_set(),
    )
