"""Validate answers, scores and reports: the queries run, the expectations are evaluated, every result is appended.

Knows what must hold; must not know Prefect or how Great Expectations is called.

Tested in tests/tasks/steps/validate/test_clean.py.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Literal

import polars as pl

from tasks.scorers import SCORERS, fact_scorers, opening_scorers
from tasks.settings import Thresholds
from tasks.steps.validate.engine import Evaluation, evaluate
from tasks.steps.validate.expectations import Expectation, Severity
from tasks.steps.validate.landed_expectations import landed_expectations
from tasks.steps.validate.report_expectations import report_expectations
from tasks.steps.validate.scored_expectations import scored_expectations
from warehouse.connection import Row, Warehouse

Stage = Literal["landed", "scored", "reports"]
_COUNT_EXAMPLES = 5
_BATCH_ROWS = 100_000
# What a query must know of the scorers: which read facts or the first token, and to which the
# opening of an answer says enough.
_SCORERS = {
    "validate_landed_rates": {"opening_scorers": list(opening_scorers())},
    "validate_scored_cells": {
        "fact_scorers": list(fact_scorers()),
        "first_token_scorers": [name for name, scorer in SCORERS.items() if scorer.reads == "first_token"],
    },
}


@dataclass(frozen=True, slots=True)
class ExpectationOutcome:
    """The verdict on one expectation. ``detail`` says what was found, None if it held."""

    name: str
    table: str
    severity: Severity
    is_success: bool
    count_checked: int
    count_unexpected: int
    detail: str | None = None


@dataclass(frozen=True, slots=True)
class ValidationResult:
    """The verdicts of one stage.

    Attributes:
        stage: What was validated.
        outcomes: A verdict per expectation.
        quarantined: How many answers broke a rule, whether found now or before.
        ended: Status and reason of each cell that is beyond a limit, by cell id.
    """

    stage: Stage
    outcomes: tuple[ExpectationOutcome, ...]
    quarantined: int = 0
    ended: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    @property
    def may_publish(self) -> bool:
        """Nothing that stops the publication was found."""
        return not any(outcome.severity == "gate" for outcome in self.failed)

    @property
    def quarantine(self) -> tuple[str, ...]:
        """Why answers are in quarantine, in a line each."""
        return tuple(
            f"{outcome.count_unexpected} answers: {outcome.detail}"
            for outcome in self.failed
            if outcome.severity == "quarantine"
        )

    @property
    def failed(self) -> tuple[ExpectationOutcome, ...]:
        """The expectations that did not hold, of any severity."""
        return tuple(outcome for outcome in self.outcomes if not outcome.is_success)


def validate_landed(warehouse: Warehouse, run_id: str, thresholds: Thresholds) -> ValidationResult:
    """Check the answers that stand for a run, its own and reused ones, and quarantine the impossible ones."""
    return _validate(warehouse, run_id, "landed", landed_expectations(thresholds), {"run_id": run_id})


def validate_scored(warehouse: Warehouse, run_id: str, thresholds: Thresholds) -> ValidationResult:
    """Check the scores of a run's good answers."""
    return _validate(warehouse, run_id, "scored", scored_expectations(thresholds), {"run_id": run_id})


def validate_reports(warehouse: Warehouse, run_id: str, dates: Sequence[str]) -> ValidationResult:
    """Check the report rows of some dates (``YYYY-MM-DD``); the verdicts belong to the run that made them."""
    return _validate(warehouse, run_id, "reports", report_expectations(), {"dates": list(dates)})


def _validate(
    warehouse: Warehouse, run_id: str, stage: Stage, expectations: Sequence[Expectation], parameters: dict[str, Any]
) -> ValidationResult:
    now = datetime.now(UTC)
    tallies: list[_Tally] = []
    broken: set[str] = set()
    for query in dict.fromkeys(one.query for one in expectations):
        found = _tallies(warehouse, query, expectations, parameters)
        broken |= _quarantine(warehouse, run_id, found, now)  # before the next query, which may count them
        tallies += found
    outcomes = [tally.outcome() for tally in tallies]
    said = {"run_id": run_id, "stage": stage, "validated_at": now}
    warehouse.append({"raw.validations": [said | _validation_row(outcome) for outcome in outcomes]})
    return ValidationResult(stage, tuple(outcomes), len(broken), _ended(tallies))


def _quarantine(warehouse: Warehouse, run_id: str, tallies: Sequence[_Tally], now: datetime) -> set[str]:
    """Quarantine the answers that broke a rule; returns their ids."""
    taken_out = dict.fromkeys(
        (subject, tally.expectation) for tally in tallies if tally.expectation.takes_rows_out for subject in tally.taken
    )
    rows = [
        {
            "generation_id": subject,
            "run_id": run_id,
            "expectation": expectation.name,
            "reason": expectation.meaning,
            "quarantined_at": now,
        }
        for subject, expectation in taken_out
    ]
    warehouse.append({"raw.quarantine": rows})
    return {subject for subject, _ in taken_out}


def _ended(tallies: Sequence[_Tally]) -> dict[str, tuple[str, str]]:
    """Status and reason of the cells beyond a limit; of several reasons all are given, and `failed` outweighs."""
    ended: dict[str, tuple[str, str]] = {}
    for tally in tallies:
        if tally.expectation.severity != "limit":
            continue
        for cell_id, reason in zip(tally.taken, tally.reasons, strict=True):
            status, others = ended.get(cell_id, (tally.expectation.ends_cell, ""))
            ended[cell_id] = (status, f"{others}; {reason}" if others else reason)
    return ended


def _tallies(
    warehouse: Warehouse, query: str, expectations: Sequence[Expectation], parameters: dict[str, Any]
) -> list[_Tally]:
    """The expectations on one query, each with what it came to."""
    of_query = [one for one in expectations if one.query == query]
    tallies = {one.name: _Tally(one) for one in of_query}
    # A query may have a row per answer: batch by batch, memory does not grow with the run.
    asked = parameters | _SCORERS.get(query, {})
    for number, frame in enumerate(warehouse.query_batches(query, _BATCH_ROWS, **asked)):
        if number and frame.is_empty():
            continue
        for name, evaluation in evaluate(frame, of_query).items():
            tallies[name].add(evaluation, frame)
    return list(tallies.values())


@dataclass(slots=True)
class _Tally:
    """What an expectation came to so far: how many rows it concerned, how many broke it, and where.

    ``taken`` are the answers to quarantine or the cells beyond a limit, and ``reasons`` say why, for the latter.
    """

    expectation: Expectation
    count_checked: int = 0
    count_unexpected: int = 0
    examples: list[str] = field(default_factory=list)
    taken: list[str] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)

    def add(self, evaluation: Evaluation, frame: pl.DataFrame) -> None:
        """Take in what one batch came to."""
        self.count_checked += evaluation.count_checked
        self.count_unexpected += len(evaluation.unexpected)
        self.examples += _places(self.expectation, evaluation.unexpected[: _COUNT_EXAMPLES - len(self.examples)], frame)
        if self.expectation.takes_rows_out or self.expectation.severity == "limit":
            self.taken += _subjects(frame, evaluation.unexpected)
        if self.expectation.severity == "limit":
            self.reasons += _reasons(self.expectation, evaluation.unexpected, frame)

    def outcome(self) -> ExpectationOutcome:
        """The verdict on all batches."""
        return ExpectationOutcome(
            name=self.expectation.name,
            table=self.expectation.table,
            severity=self.expectation.severity,
            is_success=not self.count_unexpected,
            count_checked=self.count_checked,
            count_unexpected=self.count_unexpected,
            detail=self._detail() if self.count_unexpected else None,
        )

    def _detail(self) -> str:
        rest = self.count_unexpected - len(self.examples)
        more = f" and {rest} more" if rest else ""
        expected = "" if self.expectation.rule.is_yes_or_no else f"; expected {self.expectation.rule}"
        remedy = f"; {self.expectation.remedy}" if self.expectation.remedy else ""
        return f"{self.expectation.meaning}: {', '.join(self.examples)}{more}{expected}{remedy}"


def _reasons(expectation: Expectation, positions: Sequence[int], frame: pl.DataFrame) -> list[str]:
    """Why each cell is beyond a limit, with what was found and what to do."""
    values = frame[expectation.rule.column].gather(list(positions)).to_list()
    return [
        f"{expectation.meaning} ({_shown(value)}, expected {expectation.rule}): {expectation.remedy}"
        for value in values
    ]


def _places(expectation: Expectation, positions: Sequence[int], frame: pl.DataFrame) -> list[str]:
    """Where an expectation was broken, with what was found there."""
    places = _subjects(frame, positions)
    if expectation.rule.is_yes_or_no:
        return places
    values = frame[expectation.rule.column].gather(list(positions)).to_list()
    return [f"{place} ({_shown(value)})" for place, value in zip(places, values, strict=True)]


def _shown(value: Any) -> str:
    """The value in a finding. DuckDB sums whole numbers to a Decimal."""
    match value:
        case float():
            return f"{value:.3g}"
        case Decimal():
            return str(value)
        case _:
            return repr(value)


def _subjects(frame: pl.DataFrame, positions: Sequence[int]) -> list[str]:
    subjects: list[str] = frame["subject"].gather(list(positions)).to_list()
    return subjects


def _validation_row(outcome: ExpectationOutcome) -> Row:
    return {
        "expectation": outcome.name,
        "table_name": outcome.table,
        "severity": outcome.severity,
        "is_success": outcome.is_success,
        "count_checked": outcome.count_checked,
        "count_unexpected": outcome.count_unexpected,
        "detail": outcome.detail,
    }
