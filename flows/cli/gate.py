"""`gate`: a verdict on the newest taxes for CI, said in the exit code."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli.options import CONFIG, AsOf, Config, Json, run_date
from flows.cli.output import interval, points, print_json, print_table, shown
from tasks.errors import UnknownName

if TYPE_CHECKING:
    from tasks.steps.gate import Finding, Gated, GateLimits

_NUMBERS = ("estimate", "low", "high", "at_most", "minimum_detectable")
# 1 and 2 keep their meaning for every command: failed, asked wrongly.
_EXITS = {"PASS": 0, "BLOCK": 3, "WARN": 4, "INCONCLUSIVE": 5}


def gate(
    config: Config = CONFIG,
    as_of: AsOf = None,
    fail_on: Annotated[
        str, typer.Option("--fail-on", help="Which verdicts fail: block, warn (both) or inconclusive (all but PASS).")
    ] = "block",
    json: Json = False,
) -> None:
    """Say PASS, WARN, BLOCK or INCONCLUSIVE for CI; a failing verdict exits with 3 BLOCK, 4 WARN, 5 INCONCLUSIVE."""
    from flows.cli.answers import tax_sentences
    from flows.configuration import load_configuration
    from flows.transform import run_dates
    from tasks.steps.gate import FAILING, GateLimits
    from tasks.steps.gate import gate as decide
    from warehouse.connection import Warehouse

    if fail_on not in FAILING:
        raise UnknownName.of("value of --fail-on", fail_on, FAILING)
    settings = load_configuration(config, will_send=False)
    limits = GateLimits(settings.gate, settings.analysis.margin, settings.margins)
    with Warehouse.read(settings.warehouse) as warehouse:
        date = run_date(run_dates(warehouse), as_of)
        gated = decide(warehouse, limits, date)
        answers = tax_sentences(warehouse, date).answers
    if json:
        print_json({**asdict(gated), "answers": answers})
    else:
        _print_findings(gated, limits, answers)
    if gated.verdict in FAILING[fail_on]:
        raise typer.Exit(_EXITS[gated.verdict])


def _print_findings(gated: Gated, limits: GateLimits, answers: Iterable[str]) -> None:
    for answer in answers:
        typer.echo(answer)
    for finding in gated.findings:
        if finding.is_of_pair and finding.kind != "tax":
            typer.echo(_answer(finding))
    print_table(
        f"Gate of {gated.as_of_date}: {gated.verdict}",
        ["verdict", "kind", "model", "against", "benchmark", "points", "low", "high", "at most", "detectable", "why"],
        (
            (
                *(finding.verdict, finding.kind, finding.model_id, finding.reference, finding.benchmark_id),
                *(points(getattr(finding, name)) for name in _NUMBERS),
                _why(finding),
            )
            for finding in gated.findings
        ),
        right=("points", "low", "high", "at most", "detectable"),
        spare=("detectable", "at most", "high", "against"),
    )
    gate = limits.gate
    typer.echo(
        f"{gated.verdict}: pass where at most is below {points(limits.margin)}, warn where low is above "
        f"{points(gate.warn)}, block above {points(gate.block)}."
    )


def _answer(finding: Finding) -> str:
    """The tax of a pair that differs in something else than alignment, with its interval."""
    names = shown(finding.model_id), shown(finding.reference)
    if finding.estimate is None or finding.low is None or finding.high is None:
        return f"{names[0]} against {names[1]}: the tax is unknown ({finding.reason})."
    at_most = "" if finding.at_most is None else f", at most {points(finding.at_most)}"
    is_overall = finding.benchmark_id == "all capability"
    place = "over all capability benchmarks" if is_overall else f"on {finding.benchmark_id}"
    limits = f"{points(finding.estimate)} points {interval(finding.low, finding.high)}"
    return f"{names[0]} against {names[1]}: {limits}{at_most}, {place}."


def _why(finding: Finding) -> str:
    """Which number was compared with which limit, and what else is known."""
    compared = None
    if finding.decided_by is not None and finding.against is not None:
        value = getattr(finding, finding.decided_by)
        sign = "<" if value < finding.against else ">="
        compared = f"{finding.decided_by.replace('_', ' ')} {points(value)} {sign} {points(finding.against)}"
    needed = None
    if finding.items_needed is not None:
        needed = f"about {finding.items_needed:,} items would decide (now {finding.count_items:,})"
    return "; ".join(part for part in (compared, finding.reason, needed) if part)
