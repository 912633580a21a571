"""`gate`: a verdict on the newest taxes for CI, said in the exit code."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli.options import CONFIG, AsOf, Config, Json, run_date
from flows.cli.output import points, print_json, print_table
from tasks.errors import UnknownName

if TYPE_CHECKING:
    from tasks.settings import GateSettings
    from tasks.steps.gate import Gated

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
    from flows.configuration import load_configuration
    from flows.transform import run_dates
    from tasks.steps.gate import FAILING
    from tasks.steps.gate import gate as decide
    from warehouse.connection import Warehouse

    if fail_on not in FAILING:
        raise UnknownName.of("value of --fail-on", fail_on, FAILING)
    settings = load_configuration(config, will_send=False)
    with Warehouse.read(settings.warehouse) as warehouse:
        gated = decide(warehouse, settings.gate, run_date(run_dates(warehouse), as_of))
    if json:
        print_json(asdict(gated))
    else:
        _print_findings(gated, settings.gate)
    if gated.verdict in FAILING[fail_on]:
        raise typer.Exit(_EXITS[gated.verdict])


def _print_findings(gated: Gated, limits: GateSettings) -> None:
    numbers = ("estimate", "low", "high", "minimum_detectable")
    print_table(
        f"Gate of {gated.as_of_date}: {gated.verdict}",
        ["verdict", "kind", "model", "against", "benchmark", "points", "low", "high", "detectable", "reason"],
        (
            (
                *(finding.verdict, finding.kind, finding.model_id, finding.reference, finding.benchmark_id),
                *(points(getattr(finding, name)) for name in numbers),
                finding.reason,
            )
            for finding in gated.findings
        ),
        right=("points", "low", "high", "detectable"),
    )
    typer.echo(f"{gated.verdict}: warn beyond {points(limits.warn)}, block beyond {points(limits.block)}.")
