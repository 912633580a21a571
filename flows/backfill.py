"""Fill in the cells of some models that are missing on some dates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING

from flows.launch import execute
from flows.opened import Opened
from flows.planning import plan_run
from tasks.domain import RunKind

if TYPE_CHECKING:
    from flows.evaluate import Evaluated


def backfill(given: Opened, only: Mapping[str, list[str]], dates: Sequence[date]) -> Evaluated | None:
    """Evaluate what is missing, date by date; None if no cell is missing, and then nothing is started.

    Args:
        given: The configuration and its warehouse.
        only: Names of ``models`` and ``benchmarks``; an empty list means all.
        dates: The dates to fill in.
    """
    missing = [day for day in dates if plan_run(given.warehouse, given.settings, day, RunKind.BACKFILL, only).cells]
    return execute(given, missing, RunKind.BACKFILL, only) if missing else None
