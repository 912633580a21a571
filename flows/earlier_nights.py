"""Nights that ended before their batches: the next night collects what has ended since, and waits for nothing."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from flows.opened import Opened
from flows.planning import plan_run
from tasks.domain import RunKind
from tasks.errors import AligntaxError
from tasks.settings import ModelSettings, Settings

if TYPE_CHECKING:
    from flows.evaluate import Evaluated

_NO_TIME_HOURS = 1e-9


async def collect_earlier(held: Opened, night: date, finish: Callable[[Opened, date], Awaitable[Evaluated]]) -> None:
    """Finish the nights whose batches may have ended; ``finish`` evaluates one. What fails does not stop this night."""
    at_once = replace(held, settings=_without_waiting(held.settings))
    for earlier in _open_nights(at_once, night):
        try:
            evaluated = await finish(at_once, earlier)
        except AligntaxError as error:
            sys.stderr.write(f"warning: the batches of the night {earlier} could not be collected: {error}\n")
        else:
            left = f"{len(evaluated.unreported)} of its {evaluated.count_cells} cells are in no report"
            sys.stderr.write(f"Night {earlier}: {evaluated.count_answered} answers of its batches came in; {left}.\n")


def _open_nights(held: Opened, night: date) -> Iterator[date]:
    """The earlier nights that still wait for batches, if the configuration still asks what they asked."""
    rows = held.warehouse.query("nights_with_batches", night=night)
    for run_id, earlier in list(rows.iter_rows()):
        if plan_run(held.warehouse, held.settings, earlier, RunKind.NIGHTLY).run_id == run_id:
            yield earlier


def _without_waiting(settings: Settings) -> Settings:
    def changed(models: tuple[ModelSettings, ...]) -> tuple[ModelSettings, ...]:
        return tuple(
            model.model_copy(update={"batch": model.batch.model_copy(update={"max_wait_hours": _NO_TIME_HOURS})})
            for model in models
        )

    return settings.model_copy(update={"models": changed(settings.models), "judges": changed(settings.judges)})
