"""Decide for CI whether the models of a date may be released. Reads reports and limits; computes no statistic.

Each compared pair and benchmark is decided by its whole interval: BLOCK when the tax surely exceeds ``gate.block``,
WARN when it surely exceeds ``gate.warn``, PASS when it is surely below that, else INCONCLUSIVE. A nightly alarm is at
least a WARN. The worst decision counts for the date; where nothing was compared it is INCONCLUSIVE.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from tasks.settings import GateSettings
from warehouse.connection import Warehouse

Decision: TypeAlias = Literal["PASS", "INCONCLUSIVE", "WARN", "BLOCK"]

# From good to bad: of several findings the last of these counts.
ORDER: tuple[Decision, ...] = ("PASS", "INCONCLUSIVE", "WARN", "BLOCK")
# Which verdicts fail, by what the user wants to fail on.
FAILING: dict[str, tuple[Decision, ...]] = {
    "block": ("BLOCK",),
    "warn": ("BLOCK", "WARN"),
    "inconclusive": ("BLOCK", "WARN", "INCONCLUSIVE"),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One pair on one benchmark, or one alarm: what was decided, and the numbers behind it as proportions."""

    verdict: Decision
    kind: str
    model_id: str
    reference: str
    benchmark_id: str
    estimate: float | None
    low: float | None
    high: float | None
    minimum_detectable: float | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class Gated:
    """What was decided on a date, and the findings behind it, worst first."""

    as_of_date: str
    verdict: Decision
    findings: tuple[Finding, ...]


def gate(warehouse: Warehouse, settings: GateSettings, as_of_date: str) -> Gated:
    """Decide on the headline comparisons and the alarms of a date."""
    findings = [*_taxes(warehouse, settings, as_of_date), *_alarms(warehouse, settings, as_of_date)]
    findings.sort(key=lambda finding: (-ORDER.index(finding.verdict), finding.benchmark_id, finding.model_id))
    verdict = findings[0].verdict if findings else "INCONCLUSIVE"
    return Gated(as_of_date, verdict, tuple(findings))


def decision(low: float | None, high: float | None, settings: GateSettings) -> Decision:
    """What one interval leads to.

    >>> decision(0.02, 0.05, GateSettings(warn=0.01, block=0.03)), decision(-0.01, 0.02, GateSettings())
    ('WARN', 'INCONCLUSIVE')
    """
    if low is None or high is None:
        return "INCONCLUSIVE"
    if low > settings.block:
        return "BLOCK"
    if low > settings.warn:
        return "WARN"
    return "PASS" if high < settings.warn else "INCONCLUSIVE"


def _taxes(warehouse: Warehouse, settings: GateSettings, as_of_date: str) -> Iterator[Finding]:
    rows = warehouse.query("gate_taxes", as_of_date=as_of_date, kinds=list(settings.kinds))
    for row in rows.iter_rows(named=True):
        verdict = decision(row["low"], row["high"], settings)
        reason = row["reason"] or ("the interval holds the threshold" if verdict == "INCONCLUSIVE" else None)
        yield _finding(row, verdict, reason)


def _alarms(warehouse: Warehouse, settings: GateSettings, as_of_date: str) -> Iterator[Finding]:
    for row in warehouse.query("gate_alarms", as_of_date=as_of_date).iter_rows(named=True):
        verdict: Decision = "BLOCK" if row["low"] is not None and row["low"] > settings.block else "WARN"
        yield _finding(row, verdict, row["reason"])


def _finding(row: dict[str, Any], verdict: Decision, reason: str | None) -> Finding:
    columns = ("kind", "model_id", "reference", "benchmark_id", "estimate", "low", "high", "minimum_detectable")
    return Finding(verdict=verdict, reason=reason, **{column: row[column] for column in columns})
