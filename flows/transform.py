"""From landed answers to the tables of the reports, without asking any model.

The evaluation flow wraps these functions in Prefect tasks; imports and `aligntax build` call them as they are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial

from flows.stages import Unreported, check_landed, check_scored, unreported
from tasks.errors import NothingEvaluated
from tasks.settings import AnalysisSettings, Settings
from tasks.steps.aggregate import aggregate
from tasks.steps.calibrate import calibrate
from tasks.steps.execute_programs import ExecutedPrograms, execute_programs
from tasks.steps.judge import waiting
from tasks.steps.score import score
from warehouse.connection import Warehouse

ANALYSIS = AnalysisSettings()
# Estimates of a year in one piece would not fit into the memory that the warehouse has.
_DATES_AT_ONCE = 30
# Memory for DuckDB while Python holds items of its own.
_ESTIMATES_MB = 260


@dataclass(frozen=True, slots=True)
class Scored:
    """What validating, executing and scoring gave. While answers wait for a judge, the whole run stays unscored.

    ``unreported`` are the cells that validation took out; ``is_empty`` says that no other cell is left.
    """

    count_scored: int
    count_quarantined: int
    executed: ExecutedPrograms
    count_waiting: int = 0
    unreported: tuple[Unreported, ...] = ()
    is_empty: bool = False


def score_run(warehouse: Warehouse, settings: Settings, run_id: str) -> Scored:
    """Validate what landed, run the programs in the answers, score, validate the scores.

    Raises:
        NothingEvaluated: validation left no cell.
        ValidationStopped: validation stopped here; the facts stay.
    """
    landed = check_landed(warehouse, settings, run_id)
    executed = execute_programs(warehouse, run_id)
    if count_waiting := waiting(warehouse, run_id):
        return Scored(0, landed.quarantined, executed, count_waiting)
    count_scored = score(warehouse, run_id)
    check_scored(warehouse, settings, run_id)
    return Scored(count_scored, landed.quarantined, executed, unreported=taken_out(warehouse, run_id))


def score_import(warehouse: Warehouse, settings: Settings, run_id: str) -> Scored:
    """Do as ``score_run`` does, except that an import of which no cell is left is a result: others go on.

    An import that was scored whole under the same configuration stays as it is.

    Raises:
        ValidationStopped: validation stopped here; the facts stay.
    """
    if warehouse.query("is_scored", run_id=run_id, config_hash=settings.config_hash).item():
        return Scored(0, 0, ExecutedPrograms())
    try:
        return score_run(warehouse, settings, run_id)
    except NothingEvaluated:
        return Scored(0, 0, ExecutedPrograms(), unreported=taken_out(warehouse, run_id), is_empty=True)


def taken_out(warehouse: Warehouse, run_id: str) -> tuple[Unreported, ...]:
    """The cells of a run that validation took out."""
    return tuple(cell for cell in unreported(warehouse, run_id) if cell.status != "incomplete")


def rebuild(warehouse: Warehouse, settings: Settings, run_id: str) -> list[str]:
    """Rebuild the tables of every date the run can change; returns the dates."""
    dates = touched(warehouse, run_id)
    rebuild_dates(warehouse, dates, settings.analysis, settings.margins)
    return dates


def touched(warehouse: Warehouse, run_id: str) -> list[str]:
    """Every date whose tables the run can change."""
    return warehouse.dates_touched(run_id)


def rebuild_dates(
    warehouse: Warehouse,
    dates: Sequence[str],
    analysis: AnalysisSettings = ANALYSIS,
    margins: Mapping[str, float] | None = None,
) -> None:
    """Rebuild the marts, then the estimates of some dates at a time, oldest first, then the reports.

    ``margins`` are those of benchmarks that state one of their own.
    """
    began = datetime.now(UTC)
    warehouse.build(["staging", "marts"], dates)
    ordered = sorted(dates)
    for start in range(0, len(ordered), _DATES_AT_ONCE):
        some = ordered[start : start + _DATES_AT_ONCE]
        warehouse.sparing(_ESTIMATES_MB, partial(aggregate, warehouse, some, analysis, margins))
        calibrate(warehouse, some)
    warehouse.build(["reports"], dates)
    warehouse.append(
        {"meta.built_dates": [{"as_of_date": date.fromisoformat(day), "built_at": began} for day in dates]},
        replaces=True,
    )


def not_built(warehouse: Warehouse) -> dict[str, list[str]]:
    """The dates that are older than the facts of a run, by run in the order in which the runs began.

    Of a later date that came after a run, the run of that date answers for it.
    """
    built = {str(day): built_at for day, built_at in warehouse.query_rows("built_dates")[1]}
    stale, there = {}, set(built)
    for run_id, own_date, said_at in warehouse.query_rows("last_words")[1]:
        there.add(str(own_date))
        dates = there.intersection(touched(warehouse, run_id))
        stale[run_id] = sorted(day for day in dates if day not in built or built[day] < said_at)
    return {run_id: dates for run_id, dates in stale.items() if dates}


def run_dates(warehouse: Warehouse) -> list[str]:
    """Every date on which something ran, oldest first."""
    return [str(day) for day in warehouse.query("run_dates")["as_of_date"]]
