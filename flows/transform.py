"""From landed answers to published reports, in order: the part of the walk that asks nobody.

The evaluation flow wraps each function in a Prefect task; imports and `aligntax build` call them as they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tasks.errors import GateFailed
from tasks.settings import AnalysisSettings, Settings
from tasks.steps.aggregate import aggregate
from tasks.steps.calibrate import calibrate
from tasks.steps.execute_programs import Executed, execute
from tasks.steps.judge import waiting
from tasks.steps.land import run_event
from tasks.steps.publish import Published, publish
from tasks.steps.score import score
from tasks.steps.validate import LandedThresholds, ValidationResult, validate_landed, validate_reports, validate_scored
from warehouse.connection import Warehouse

ANALYSIS = AnalysisSettings()
# Estimates of a year in one piece would not fit into the memory that the warehouse has.
_DATES_AT_ONCE = 30


@dataclass(frozen=True, slots=True)
class Scored:
    """What validating, executing and scoring a run came to; with answers that wait for a judge it is not scored yet."""

    count_scored: int
    count_quarantined: int
    executed: Executed
    count_waiting: int = 0


def score_run(warehouse: Warehouse, settings: Settings, run_id: str) -> Scored:
    """Validate what landed, establish the facts that scorers read, score, validate the scores.

    Raises:
        GateFailed: validation stopped here; the facts stay.
    """
    landed = check_landed(warehouse, settings, run_id)
    executed = execute(warehouse, run_id)
    if count_waiting := waiting(warehouse, run_id):
        return Scored(0, landed.quarantined, executed, count_waiting)
    count_scored = score(warehouse, run_id)
    check_scored(warehouse, settings, run_id)
    return Scored(count_scored, landed.quarantined, executed)


def report_run(warehouse: Warehouse, settings: Settings, run_id: str, as_of_date: str) -> Published:
    """Rebuild the tables a run can change, validate and publish them.

    Raises:
        GateFailed: validation stopped the publication; the last good one stays.
    """
    check_reports(warehouse, run_id, rebuild(warehouse, settings, run_id))
    return publish_reports(warehouse, settings, run_id, as_of_date)


def report_dates(warehouse: Warehouse, settings: Settings, dates: Sequence[str]) -> Published | None:
    """Rebuild the tables of some dates, validate them and publish the newest of all; None where nothing ran.

    Raises:
        GateFailed: validation stopped the publication; the last good one stays.
    """
    rebuild_dates(warehouse, dates, settings.analysis)
    remaining = run_dates(warehouse)
    if not remaining:
        return None
    newest = newest_run(warehouse, remaining[-1])
    check_reports(warehouse, newest, dates)
    return publish_reports(warehouse, settings, newest, remaining[-1])


def check_landed(warehouse: Warehouse, settings: Settings, run_id: str) -> ValidationResult:
    """Validate what landed; broken rows go to quarantine."""
    return _passed(validate_landed(warehouse, run_id, thresholds(settings)), warehouse, run_id)


def check_scored(warehouse: Warehouse, settings: Settings, run_id: str) -> ValidationResult:
    """Validate the scores."""
    return _passed(validate_scored(warehouse, run_id, thresholds(settings)), warehouse, run_id)


def check_reports(warehouse: Warehouse, run_id: str, dates: Sequence[str]) -> ValidationResult:
    """Validate the reports; builds the table of verdicts anew, so that they are published with them."""
    result = _passed(validate_reports(warehouse, run_id, list(dates)), warehouse, run_id)
    warehouse.build(["reports"], dates)
    return result


def rebuild(warehouse: Warehouse, settings: Settings, run_id: str) -> list[str]:
    """Rebuild the tables of every date the run can change; returns the dates."""
    dates = touched(warehouse, run_id)
    rebuild_dates(warehouse, dates, settings.analysis)
    return dates


def touched(warehouse: Warehouse, run_id: str) -> list[str]:
    """Every date whose tables the run can change."""
    return warehouse.dates_touched(run_id)


def rebuild_dates(warehouse: Warehouse, dates: Sequence[str], analysis: AnalysisSettings = ANALYSIS) -> None:
    """Marts, then estimates some dates at a time, oldest first, then reports."""
    warehouse.build(["staging", "marts"], dates)
    ordered = sorted(dates)
    for start in range(0, len(ordered), _DATES_AT_ONCE):
        some = ordered[start : start + _DATES_AT_ONCE]
        aggregate(warehouse, some, analysis)
        calibrate(warehouse, some)
    warehouse.build(["reports"], dates)


def run_dates(warehouse: Warehouse) -> list[str]:
    """Every date on which something ran, oldest first."""
    return [str(date) for date in warehouse.query("run_dates")["as_of_date"]]


def newest_run(warehouse: Warehouse, as_of_date: str) -> str:
    """The run of a date that its verdicts and publication are noted under."""
    return str(warehouse.query("newest_run", as_of_date=as_of_date).item())


def publish_reports(warehouse: Warehouse, settings: Settings, run_id: str, as_of_date: str) -> Published:
    """Publish, and note it."""
    run_event(warehouse, run_id, "published")
    warehouse.build(["staging", "marts"], [as_of_date])
    return publish(warehouse, settings.publish, as_of_date)


def thresholds(settings: Settings) -> LandedThresholds:
    """The limits of the configuration, as validation takes them."""
    limits = settings.thresholds
    return LandedThresholds(
        max_truncated_rate=limits.max_truncated_rate,
        max_failed_rate=limits.max_failed_rate,
        max_unparsed_rate=limits.max_unparsed_rate,
        max_filtered_rate=limits.max_filtered_rate,
        max_judge_error_rate=limits.max_judge_error_rate,
    )


def _passed(result: ValidationResult, warehouse: Warehouse, run_id: str) -> ValidationResult:
    """Return a passed result; a failed gate stops here, with its verdicts kept as rows."""
    if result.gate_passed:
        return result
    failed = [outcome for outcome in result.outcomes if outcome.severity == "gate" and not outcome.is_success]
    lines = "; ".join(f"{outcome.name} ({outcome.detail})" for outcome in failed)
    run_event(warehouse, run_id, "failed", f"validation: {lines}")
    raise GateFailed(
        f"validation stopped the publication of {run_id}: {lines}. The last good publication stays; "
        '`aligntax sql --live "from raw.validations where not is_success"` shows more.'
    )
