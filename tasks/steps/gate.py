"""Decide for CI whether the models of a date may be released. Reads reports and limits.

Every compared pair is decided by its macro tax over all capability benchmarks, or by its tax on the only one:

    BLOCK         its 95% interval lies above ``gate.block``
    WARN          its 95% interval lies above ``gate.warn``
    PASS          its one-sided 95% upper limit lies below the margin
    INCONCLUSIVE  none of these; the finding says how many items would decide

A benchmark of several adds BLOCK or WARN where its tax is surely above the limit after Holm's correction over the
benchmarks of the family and kind, and INCONCLUSIVE where it is surely above its margin. Otherwise it passes: it gives
no reason against a release. A nightly alarm is at least a WARN. The worst decision counts for the date; where nothing
was compared it is INCONCLUSIVE.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Literal, TypeAlias

from tasks.report.wording import in_words
from tasks.settings import GateSettings
from tasks.stats.thresholds import Limits, items_to_decide, surely_above
from warehouse.connection import Row, Warehouse

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
class GateLimits:
    """Taxes, as proportions: what blocks, what warns, and what is acceptable, in general and by benchmark."""

    gate: GateSettings
    margin: float
    margins: Mapping[str, float]

    def margin_of(self, benchmark_id: str) -> float:
        """The acceptable tax of a benchmark, or of all capability."""
        return self.margins.get(benchmark_id, self.margin)


@dataclass(frozen=True, slots=True)
class Finding:
    """One tax, or one alarm: what was decided, the numbers behind it as proportions, and on which of them.

    ``decided_by`` is the number that was compared (low or at_most), ``against`` the threshold. ``items_needed`` would
    decide an INCONCLUSIVE tax of which ``count_items`` are there.
    """

    verdict: Decision
    kind: str
    model_id: str
    reference: str
    benchmark_id: str
    estimate: float | None
    low: float | None
    high: float | None
    at_most: float | None
    minimum_detectable: float | None
    decided_by: str | None
    against: float | None
    count_items: int | None
    items_needed: int | None
    is_of_pair: bool
    reason: str | None


@dataclass(frozen=True, slots=True)
class Gated:
    """What was decided on a date, and the findings behind it, worst first."""

    as_of_date: str
    verdict: Decision
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision, the number it rests on, and the threshold that number was compared with."""

    verdict: Decision
    decided_by: str | None
    against: float | None
    reason: str | None = None


def gate(warehouse: Warehouse, limits: GateLimits, as_of_date: str) -> Gated:
    """Decide on the taxes and the alarms of a date."""
    findings = [*_taxes(warehouse, limits, as_of_date), *_alarms(warehouse, limits.gate, as_of_date)]
    findings.sort(key=lambda found: (-ORDER.index(found.verdict), not found.is_of_pair, _names(found)))
    verdict = findings[0].verdict if findings else "INCONCLUSIVE"
    return Gated(as_of_date, verdict, tuple(findings))


def decide_pair(tax: Limits, at_most: float | None, gate: GateSettings, margin: float) -> Decided:
    """What the tax leads to that stands for a whole pair.

    >>> decide_pair(Limits(0.0, -0.01, 0.01, 99), 0.008, GateSettings(), 0.03)
    Decided(verdict='PASS', decided_by='at_most', against=0.03, reason=None)
    """
    if tax.low is not None and tax.low > gate.block:
        return Decided("BLOCK", "low", gate.block)
    if tax.low is not None and tax.low > gate.warn:
        return Decided("WARN", "low", gate.warn)
    if at_most is None:
        return Decided("INCONCLUSIVE", None, margin, "the tax has no interval")
    if at_most < margin:
        return Decided("PASS", "at_most", margin)
    return Decided("INCONCLUSIVE", "at_most", margin, "neither surely below the margin nor surely above what warns")


def decide_benchmark(tax: Limits, above: Mapping[str, bool], gate: GateSettings, margin: float) -> Decided:
    """What the tax on one benchmark of several leads to; ``above`` says what it is surely above after Holm.

    >>> decide_benchmark(Limits(0.0, -0.2, 0.2, 9), dict(block=False, warn=False, margin=False), GateSettings(), 0.03)
    Decided(verdict='PASS', decided_by='low', against=0.03, reason='not surely above the margin')
    """
    if tax.low is None:
        return Decided("INCONCLUSIVE", None, margin, "the tax has no interval")
    if above["block"]:
        return Decided("BLOCK", "low", gate.block, "after Holm's correction")
    if above["warn"]:
        return Decided("WARN", "low", gate.warn, "after Holm's correction")
    if above["margin"]:
        return Decided("INCONCLUSIVE", "low", margin, "surely above the margin, not surely above what warns")
    return Decided("PASS", "low", margin, "not surely above the margin")


def _taxes(warehouse: Warehouse, limits: GateLimits, as_of_date: str) -> Iterator[Finding]:
    query = warehouse.query("gate_taxes", as_of_date=as_of_date, kinds=list(limits.gate.kinds))
    rows = sorted(query.iter_rows(named=True), key=_family)
    with_macro = {_pair(row) for row in rows if row["is_overall"]}
    for _, family in groupby(rows, key=_family):
        members = list(family)
        parts = [row for row in members if not row["is_overall"] and _pair(row) in with_macro]
        for row in members:
            if row["is_overall"] or _pair(row) not in with_macro:
                margin = limits.margin_of(row["benchmark_id"])
                yield _finding(row, decide_pair(_limits(row), row["at_most"], limits.gate, margin), limits)
        yield from _benchmarks(parts, limits)


def _benchmarks(rows: list[Row], limits: GateLimits) -> Iterator[Finding]:
    """The findings on the benchmarks of one family, which are adjusted together."""
    taxes = [_limits(row) for row in rows]
    block, warn = (surely_above(taxes, threshold) for threshold in (limits.gate.block, limits.gate.warn))
    for place, row in enumerate(rows):
        margin = limits.margin_of(row["benchmark_id"])
        above = {"block": block[place], "warn": warn[place], "margin": surely_above(taxes, margin)[place]}
        yield _finding(row, decide_benchmark(taxes[place], above, limits.gate, margin), limits, is_of_pair=False)


def _alarms(warehouse: Warehouse, gate: GateSettings, as_of_date: str) -> Iterator[Finding]:
    for row in warehouse.query("gate_alarms", as_of_date=as_of_date).iter_rows(named=True):
        is_blocked = row["low"] is not None and row["low"] > gate.block
        yield _shown(
            row, Decided("BLOCK", "low", gate.block) if is_blocked else Decided("WARN", None, None, "an alarm")
        )


def _finding(row: Row, decided: Decided, limits: GateLimits, *, is_of_pair: bool = True) -> Finding:
    needed = None
    if is_of_pair and decided.verdict == "INCONCLUSIVE":
        margin = limits.margin_of(row["benchmark_id"])
        needed = items_to_decide(_limits(row), row["count_items"], margin=margin, warn=limits.gate.warn)
    return _shown(row, decided, items_needed=needed, is_of_pair=is_of_pair)


def _shown(row: Row, decided: Decided, *, items_needed: int | None = None, is_of_pair: bool = False) -> Finding:
    names = (
        "kind",
        "model_id",
        "reference",
        "benchmark_id",
        "estimate",
        "low",
        "high",
        "at_most",
        "minimum_detectable",
    )
    return Finding(
        verdict=decided.verdict,
        decided_by=decided.decided_by,
        against=decided.against,
        count_items=row["count_items"],
        items_needed=items_needed,
        is_of_pair=is_of_pair,
        reason=", ".join(part for part in (decided.reason, row["reason"] and in_words(row["reason"])) if part) or None,
        **{name: row[name] for name in names},
    )


def _limits(row: Row) -> Limits:
    return Limits(row["estimate"], row["low"], row["high"], row["degrees_of_freedom"], row["missing"])


def _family(row: Row) -> tuple[str, ...]:
    """What is adjusted together."""
    return row["kind"], row["family"], row["origin"]


def _pair(row: Row) -> tuple[Any, ...]:
    return *_family(row), row["model_id"], row["reference"]


def _names(finding: Finding) -> tuple[str, str, str]:
    return finding.benchmark_id, finding.model_id, finding.reference
