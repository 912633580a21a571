"""Validate each stage of a run, and stop where a gate failed. The findings stay as rows of ``raw.validations``.

Each function raises ``ValidationStopped`` where a gate failed. Facts that have landed stay, and so does the last
publication.
"""

from __future__ import annotations

from collections.abc import Sequence

from tasks.errors import ValidationStopped
from tasks.settings import Settings
from tasks.steps.land import run_event
from tasks.steps.validate import ValidationResult, validate_landed, validate_reports, validate_scored
from warehouse.connection import Warehouse


def check_landed(warehouse: Warehouse, settings: Settings, run_id: str) -> ValidationResult:
    """Validate the answers that landed; broken rows go to quarantine."""
    return _passed(validate_landed(warehouse, run_id, settings.thresholds), warehouse, run_id)


def check_scored(warehouse: Warehouse, settings: Settings, run_id: str) -> ValidationResult:
    """Validate the scores."""
    return _passed(validate_scored(warehouse, run_id, settings.thresholds), warehouse, run_id)


def check_reports(warehouse: Warehouse, run_id: str, dates: Sequence[str]) -> ValidationResult:
    """Validate the reports, then build the one that holds these findings, so that they are published with them."""
    result = _passed(validate_reports(warehouse, run_id, list(dates)), warehouse, run_id)
    warehouse.build(["reports.validations"], dates)
    return result


def _passed(result: ValidationResult, warehouse: Warehouse, run_id: str) -> ValidationResult:
    """The result, unless a gate failed."""
    if result.may_publish:
        return result
    failed = [outcome for outcome in result.outcomes if outcome.severity == "gate" and not outcome.is_success]
    lines = "; ".join(f"{outcome.name} ({outcome.detail})" for outcome in failed)
    run_event(warehouse, run_id, "failed", f"validation: {lines}")
    raise ValidationStopped(
        f"validation stopped the publication of {run_id}: {lines}. The last good publication stays; "
        '`aligntax sql --live "from raw.validations where not is_success"` shows more.'
    )
