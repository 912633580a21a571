"""What an expectation is: values that one column of a named query must have. Must not know how it is evaluated.

A query does the counting and hands over narrow columns; the expectation says which values are allowed there. NULL in a
column means that the expectation does not concern the row.

Tested in tests/tasks/steps/validate/test_engine.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from tasks.settings import Thresholds

# The words of raw.validations: a gate stops the publication, a limit leaves cells out of it, a quarantine takes rows
# out, a warning is shown.
Severity = Literal["gate", "limit", "quarantine", "warning"]


@dataclass(frozen=True, slots=True)
class Within:
    """Every value of the column lies between the limits, both included."""

    column: str
    low: float | None = None
    high: float | None = None

    @property
    def is_yes_or_no(self) -> bool:
        """Always False: the number says by how much the expectation was broken."""
        return False

    def __str__(self) -> str:
        """The limits as they stand in a finding."""
        if self.low == self.high:
            return f"{self.low:g}"
        parts = [
            f"{word} {limit:g}" for word, limit in (("at least", self.low), ("at most", self.high)) if limit is not None
        ]
        return " and ".join(parts)


@dataclass(frozen=True, slots=True)
class OneOf:
    """Every value of the column is in a closed set."""

    column: str
    values: tuple[str | bool, ...]

    @property
    def is_yes_or_no(self) -> bool:
        """Whether the value says no more than the expectation's meaning does."""
        return self.values in {(True,), (False,)}

    def __str__(self) -> str:
        """The set as it stands in a finding."""
        return " or ".join(str(value) for value in self.values)


@dataclass(frozen=True, slots=True)
class Expectation:
    """One expectation on the rows of one named query.

    Attributes:
        query: Query of ``warehouse/queries`` whose rows are checked; its column ``subject`` names each row.
        meaning: What it means when the expectation is broken; starts the finding and is the reason of a quarantine.
        takes_rows_out: The rows are generations, and those that break the expectation are quarantined.
        ends_cell: What becomes of a cell that breaks a limit, whose rows are cells.
        remedy: What to do about it, with the setting that decides.
    """

    name: str
    table: str
    severity: Severity
    query: str
    rule: Within | OneOf
    meaning: str
    takes_rows_out: bool = False
    ends_cell: Literal["left_out", "failed"] = "left_out"
    remedy: str = ""


def rate_limit(name: str, table: str, query: str, thresholds: Thresholds, meaning: str, remedy: str) -> Expectation:
    """The limit of a threshold; ``name`` is ``rate_x``, and ``remedy`` what else would help.

    One that is switched off cannot be broken, but it replaces an older result.
    """
    setting = f"max_{name.removeprefix('rate_')}_rate"
    limit: float | None = getattr(thresholds, setting)
    advice = f"{remedy}, or raise thresholds.{setting}"
    return Expectation(
        name, table, "limit", query, Within(name, high=1.0 if limit is None else limit), meaning, remedy=advice
    )
