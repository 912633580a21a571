"""Validate each stage of a run. A failed gate stops the publication; a cell beyond a limit is left out of it.

The findings stay as rows of ``raw.validations``, and how a cell stands as a row of ``raw.cell_events``. Each function
raises ``ValidationStopped`` where a gate failed. Facts that have landed stay, and so does the last publication.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from tasks.errors import NothingEvaluated, ValidationStopped
from tasks.settings import Settings
from tasks.steps.land import cell_events, run_event
from tasks.steps.validate import ValidationResult, validate_landed, validate_reports, validate_scored
from warehouse.connection import Warehouse

_MOST_NAMED = 5  # of the cells that share a reason; `aligntax status` has all


@dataclass(frozen=True, slots=True)
class Unreported:
    """A cell that is in no report, and why."""

    cell_id: str
    status: Literal["incomplete", "failed", "left_out"]
    reason: str

    @property
    def own_reason(self) -> str:
        """The reason without the name of the cell, with which it may begin."""
        return self.reason.removeprefix(f"{self.cell_id}: ")

    def __str__(self) -> str:
        """One line."""
        return f"{self.status.replace('_', ' ')} cell: {self.cell_id}: {self.own_reason}"


@dataclass(frozen=True, slots=True)
class BudgetStop:
    """A budget that stopped the asking, and what the stopped cells lack."""

    budget: str
    count_cells: int
    count_missing: int


def budget_stops(warehouse: Warehouse, run_id: str) -> tuple[BudgetStop, ...]:
    """The budgets that stopped cells of a run which are still incomplete."""
    return tuple(BudgetStop(*row) for row in warehouse.query("stopped_by_budget", run_id=run_id).iter_rows())


def check_landed(warehouse: Warehouse, settings: Settings, run_id: str) -> ValidationResult:
    """Validate the answers that landed; broken rows go to quarantine, and cells that were left out may come back.

    Raises:
        NothingEvaluated: no cell of the run is left.
    """
    result = _passed(validate_landed(warehouse, run_id, settings.thresholds), warehouse, run_id)
    left_out = [cell.cell_id for cell in unreported(warehouse, run_id) if cell.status == "left_out"]
    back = [(cell_id, "complete", None) for cell_id in left_out if cell_id not in result.ended]
    cell_events(warehouse, run_id, back)
    _leave_out(result, warehouse, run_id)
    return result


def check_scored(warehouse: Warehouse, settings: Settings, run_id: str) -> ValidationResult:
    """Validate the scores.

    Raises:
        NothingEvaluated: no cell of the run is left.
    """
    result = _passed(validate_scored(warehouse, run_id, settings.thresholds), warehouse, run_id)
    _leave_out(result, warehouse, run_id)
    return result


def check_reports(warehouse: Warehouse, run_id: str, dates: Sequence[str]) -> ValidationResult:
    """Validate the reports, then build the one that holds these findings, so that they are published with them."""
    result = _passed(validate_reports(warehouse, run_id, list(dates)), warehouse, run_id)
    warehouse.build(["reports.validations"], dates)
    return result


def unreported(warehouse: Warehouse, run_id: str) -> tuple[Unreported, ...]:
    """The cells of a run that are in no report."""
    rows = warehouse.query("unreported_cells", run_id=run_id).iter_rows()
    return tuple(Unreported(cell_id, status, reason or "no reason was given") for cell_id, status, reason in rows)


def by_reason(missing: Sequence[Unreported]) -> Iterator[str]:
    """A line for each reason, because a refused key stops every cell of its endpoint."""
    alike: dict[tuple[str, str], list[Unreported]] = {}
    for cell in missing:
        alike.setdefault((cell.status, cell.own_reason), []).append(cell)
    for (status, reason), cells in alike.items():
        if len(cells) == 1:
            yield str(cells[0])
            continue
        names = list(dict.fromkeys(cell.cell_id for cell in cells))  # a cell may stand in several runs
        named = names[:_MOST_NAMED]
        more = [f"and {len(names) - _MOST_NAMED} more"] if len(names) > _MOST_NAMED else []
        yield f"{len(cells)} {status.replace('_', ' ')} cells: {reason} ({', '.join(named + more)})"


def nothing_left(what: str, missing: Sequence[Unreported]) -> NothingEvaluated:
    """The error that nothing of a run or of some imports is published."""
    lines = "; ".join(by_reason(missing))
    return NothingEvaluated(f"nothing of {what} is published, because no cell is left. {lines}")


def _leave_out(result: ValidationResult, warehouse: Warehouse, run_id: str) -> None:
    """Note which cells are beyond a limit; a run of which nothing else is left ends here."""
    if not result.ended:
        return
    cell_events(warehouse, run_id, ((cell_id, *ended) for cell_id, ended in result.ended.items()))
    missing = unreported(warehouse, run_id)
    if len(missing) == warehouse.query("count_cells", run_id=run_id).item():
        run_event(warehouse, run_id, "failed", "no cell is left to publish")
        raise nothing_left(run_id, missing)


def _passed(result: ValidationResult, warehouse: Warehouse, run_id: str) -> ValidationResult:
    """The result, unless a gate failed."""
    if result.may_publish:
        return result
    failed = [outcome for outcome in result.outcomes if outcome.severity == "gate" and not outcome.is_success]
    lines = "; ".join(f"{outcome.name} ({outcome.detail})" for outcome in failed)
    run_event(warehouse, run_id, "failed", f"validation: {lines}")
    raise ValidationStopped(
        f"validation stopped the publication of {run_id}: {lines}. The last good publication stays. Remove the cause "
        f"and run the same command, or take the run out: `aligntax void {run_id} --reason ...`. "
        '`aligntax sql --live "from raw.validations where not is_success"` shows more.'
    )
