"""Rebuild, validate and publish the reports of a run or of some dates."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from contextlib import suppress
from functools import partial

from flows.stages import check_reports
from flows.transform import not_built, rebuild, rebuild_dates, run_dates, score_import, score_run, touched
from tasks.errors import NothingEvaluated
from tasks.settings import Settings
from tasks.steps.land import run_event
from tasks.steps.publish import Published, publish
from tasks.steps.validate import great_expectations
from warehouse.connection import Warehouse

# Memory for DuckDB while it copies tables, beside what the copy itself has.
_COPIES_MB = 150


def limit_again(warehouse: Warehouse, settings: Settings) -> None:
    """Apply the present limits to every run with cells that a limit left out; those within it come back.

    Raises:
        ValidationStopped: a gate failed; the last good publication stays.
    """
    for run_id in warehouse.query("limited_runs")["run_id"]:
        with suppress(NothingEvaluated):  # still no cell within the limits
            score_run(warehouse, settings, run_id)


def report_all(warehouse: Warehouse, settings: Settings, as_of_date: str) -> Published:
    """Publish a date after everything that is not built: runs that were not published, or were cut short.

    Raises:
        ValidationStopped: a gate failed; the last good publication stays.
    """
    threading.Thread(target=great_expectations, daemon=True).start()  # is imported while DuckDB builds
    for run_id in warehouse.query("unscored_runs")["run_id"]:
        score_import(warehouse, settings, run_id)
    limit_again(warehouse, settings)
    newest = newest_run(warehouse, as_of_date)
    waiting = not_built(warehouse)
    waiting[newest] = touched(warehouse, newest)
    rebuild_dates(
        warehouse, sorted({day for dates in waiting.values() for day in dates}), settings.analysis, settings.margins
    )
    for run_id, dates in waiting.items():
        check_reports(warehouse, run_id, dates)
        run_event(warehouse, run_id, "published")
    return publish_reports(warehouse, settings, newest, as_of_date)


def report_run(warehouse: Warehouse, settings: Settings, run_id: str, as_of_date: str) -> Published:
    """Rebuild the tables a run can change, validate and publish them.

    Raises:
        ValidationStopped: validation stopped the publication; the last good one stays.
    """
    check_reports(warehouse, run_id, rebuild(warehouse, settings, run_id))
    return publish_reports(warehouse, settings, run_id, as_of_date)


def report_dates(warehouse: Warehouse, settings: Settings, dates: Sequence[str]) -> Published | None:
    """Rebuild the tables of some dates, validate them and publish the newest date of all; None where nothing ran.

    Raises:
        ValidationStopped: validation stopped the publication; the last good one stays.
    """
    rebuild_dates(warehouse, dates, settings.analysis, settings.margins)
    remaining = run_dates(warehouse)
    if not remaining:
        return None
    newest = newest_run(warehouse, remaining[-1])
    check_reports(warehouse, newest, dates)
    return publish_reports(warehouse, settings, newest, remaining[-1])


def publish_reports(warehouse: Warehouse, settings: Settings, run_id: str, as_of_date: str) -> Published:
    """Publish a date's reports, and note it as an event of the run.

    Raises:
        PublicationIncomplete: a target failed; the others are published.
    """
    run_event(warehouse, run_id, "published")
    warehouse.build(["marts.dim_run"], [as_of_date])  # the only table that holds events of runs
    return warehouse.sparing(_COPIES_MB, partial(publish, warehouse, settings.publish, as_of_date, run_id))


def newest_run(warehouse: Warehouse, as_of_date: str) -> str:
    """The run of a date under which validation and publication are noted."""
    return str(warehouse.query("newest_run", as_of_date=as_of_date).item())
