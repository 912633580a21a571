"""The nightly flow: one evaluation with fresh answers for each night. `aligntax serve` puts it on a schedule.

A night has the date that it has in the schedule's time zone. Nights follow each other: one that is due while another
goes on, or while somebody else writes the warehouse, waits and keeps its date.
"""

from __future__ import annotations

import asyncio
import hashlib
import sys
import warnings
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from prefect import Flow, State, flow
from prefect.runtime import flow_run
from prefect.schedules import Cron, Schedule
from prefect.states import Completed
from prefect.types.entrypoint import EntrypointType

from flows.asking.crashes import watch_all
from flows.configuration import load_configuration
from flows.evaluate import Evaluated, evaluate, state_of
from flows.missed_nights import Missed, missed_before
from flows.night_backups import back_up_night
from flows.night_dates import next_night, night_of
from flows.opened import opened
from flows.orchestration import NOWHERE, Outcome, as_flow, failed
from flows.telling.night import tell_after
from tasks.errors import NothingDue, UsageError
from tasks.settings.nights import ScheduleSettings
from warehouse.errors import WarehouseBusy

Say = Callable[[str, Outcome[Evaluated]], None]

_LATE = timedelta(hours=1)
_LONGEST_WAIT = timedelta(hours=6)
_PAUSE_S = 10.0


def served(config: Path, schedule: ScheduleSettings, say: Say) -> Flow[..., Any]:
    """The flow of one configuration. Whoever asks Prefect for a run of it may choose a night, and nothing else."""

    @flow(
        name="nightly",
        flow_run_name="nightly {as_of_date}",
        validate_parameters=False,
        persist_result=False,
        result_storage=NOWHERE,
    )
    async def nightly(as_of_date: str | None = None) -> State[None]:
        return await evaluate_night(config, as_of_date, schedule, say)

    return nightly


@flow(name="every-night", validate_parameters=False, persist_result=False, result_storage=NOWHERE)
async def every_night(config: str = "aligntax.yaml", as_of_date: str | None = None) -> State[None]:
    """The same for a worker of a Prefect server (`infra/prefect.yaml`); the configuration has the schedule."""
    from flows.cli.night_line import say_night  # noqa: PLC0415 - only this flow prints by itself

    path = Path(config)
    await watch_all()
    return await evaluate_night(path, as_of_date, load_configuration(path).schedule, say_night)


async def evaluate_night(config: Path, as_of_date: str | None, schedule: ScheduleSettings, say: Say) -> State[None]:
    """Hold a night, and first the missed ones that are to be caught up; ``say`` tells the user how each ended.

    The night of a scheduled run is the one that was due then, however late it begins.
    """
    if as_of_date:
        return await _night(config, date.fromisoformat(as_of_date), say)
    scheduled = flow_run.scheduled_start_time or datetime.now(UTC)
    night = night_of(schedule, scheduled)
    if (late := datetime.now(UTC) - scheduled) > _LATE:
        sys.stderr.write(f"Night {night} begins {late / _LATE:.0f} h late: one night waits for another.\n")
    missed = await _missed(config, schedule, night)
    for day in missed.caught_up:
        await _night(config, day, say)
    return await _night(config, night, say, missed)


async def _night(config: Path, night: date, say: Say, missed: Missed = Missed()) -> State[None]:  # noqa: B008 - frozen
    outcome: Outcome[Evaluated] = Outcome()
    await as_flow(evaluate, str(config), night.isoformat(), "nightly", outcome=outcome)
    say(night.isoformat(), outcome)
    await asyncio.to_thread(tell_after, config, night, outcome.error, missed.reported)
    if outcome.value and outcome.value.outcome == "complete":
        await asyncio.to_thread(back_up_night, load_configuration(config, will_send=False), config, night)
    if isinstance(outcome.error, NothingDue):
        return Completed(message=str(outcome.error), name="NothingDue")
    return failed(outcome.error) if outcome.error else state_of(outcome.result())


async def _missed(config: Path, schedule: ScheduleSettings, night: date) -> Missed:
    """The nights that were missed, as soon as the warehouse is free; none where it stays busy for hours."""
    deadline = datetime.now(UTC) + _LONGEST_WAIT
    while datetime.now(UTC) < deadline:
        try:
            with opened(config) as given:
                return missed_before(given.warehouse, given.settings.missed_nights, schedule, night)
        except WarehouseBusy as busy:
            sys.stderr.write(f"Night {night} waits: {busy}\n")
            await asyncio.sleep(_PAUSE_S)
        except Exception:  # noqa: BLE001 - the night itself says what is wrong
            break
    return Missed()


def checked_cron(schedule: ScheduleSettings) -> Schedule:
    """A schedule as Prefect takes it.

    Raises:
        UsageError: no such cron expression.
    """
    try:
        if next_night(schedule, datetime.now(UTC)) is None:
            raise UsageError(f"the schedule {schedule.cron!r} names no date within a year.")
        return Cron(schedule.cron, timezone=schedule.timezone)
    except ValueError as error:
        raise UsageError(f"the schedule {schedule.cron!r}: {' '.join(str(error).split())[:200]}") from None


def serve(config: Path, schedule: ScheduleSettings, say: Say) -> None:
    """Serve the flow on a schedule until interrupted; one night at a time, and ``say`` at the end of each.

    Raises:
        UsageError: no such cron expression.
    """
    cron = checked_cron(schedule)
    # Prefect's own handler of SIGTERM forgets to await its coroutine.
    warnings.filterwarnings("ignore", message="coroutine 'Runner.astop' was never awaited")
    path = config.absolute()
    asyncio.run(watch_all())
    served(path, schedule, say).serve(
        # On a server that several configurations share, each has a deployment of its own.
        name=f"every-night-{hashlib.sha256(str(path).encode()).hexdigest()[:8]}",
        description=f"Evaluates {path}.",
        schedule=cron,
        entrypoint_type=EntrypointType.MODULE_PATH,
        limit=1,
        print_starting_message=False,
    )
