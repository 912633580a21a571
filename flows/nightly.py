"""The nightly flow: one evaluation with fresh answers for each night. `aligntax serve` puts it on a schedule."""

from __future__ import annotations

import asyncio
import hashlib
import warnings
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from prefect import Flow, State, flow
from prefect.runtime import flow_run
from prefect.schedules import Cron
from prefect.types.entrypoint import EntrypointType

from flows.evaluate import Evaluated, evaluate, state_of
from flows.orchestration import Outcome, as_flow, failed
from flows.telling.night import tell_after
from tasks.errors import UsageError

Say = Callable[[str, Outcome[Evaluated]], None]


def served(config: Path, timezone: str, say: Say) -> Flow[..., Any]:
    """The flow of one configuration. Whoever asks Prefect for a run of it may choose a night, and nothing else."""

    @flow(name="nightly", flow_run_name="nightly {as_of_date}", validate_parameters=False)
    async def nightly(as_of_date: str | None = None) -> State[None]:
        return await evaluate_night(str(config), as_of_date, timezone, say)

    return nightly


async def evaluate_night(config: str, as_of_date: str | None, timezone: str, say: Say) -> State[None]:
    """Evaluate everything with fresh answers. The night is the scheduled date in the user's time zone.

    ``say`` tells the user how the night ended.
    """
    scheduled = flow_run.scheduled_start_time or datetime.now(UTC)
    night = as_of_date or scheduled.astimezone(ZoneInfo(timezone)).date().isoformat()
    outcome: Outcome[Evaluated] = Outcome()
    await as_flow(evaluate, config, night, "nightly", outcome=outcome)
    say(night, outcome)
    await asyncio.to_thread(tell_after, Path(config), date.fromisoformat(night), outcome.error)
    return failed(outcome.error) if outcome.error else state_of(outcome.result())


def serve(config: Path, cron: str, timezone: str, say: Say) -> None:
    """Serve the flow on a schedule until interrupted; one night at a time, and ``say`` at the end of each.

    Raises:
        UsageError: no such cron expression or time zone.
    """
    try:
        ZoneInfo(timezone)
        schedule = Cron(cron, timezone=timezone)
    except (ValueError, ZoneInfoNotFoundError) as error:
        raise UsageError(f"--cron {cron!r} --timezone {timezone!r}: {' '.join(str(error).split())[:200]}") from None
    # Prefect's own handler of SIGTERM forgets to await its coroutine.
    warnings.filterwarnings("ignore", message="coroutine 'Runner.astop' was never awaited")
    path = config.absolute()
    served(path, timezone, say).serve(
        # On a server that several configurations share, each has a deployment of its own.
        name=f"every-night-{hashlib.sha256(str(path).encode()).hexdigest()[:8]}",
        description=f"Evaluates {path}.",
        schedule=schedule,
        entrypoint_type=EntrypointType.MODULE_PATH,
        limit=1,
        print_starting_message=False,
    )
