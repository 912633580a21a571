"""`execute`: run the programs in the answers that wait for it, or all of them again. No model is asked anything."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from flows.cli.keeping import removed_line
from flows.cli.options import CONFIG, Config, Json
from flows.cli.output import print_json, program
from tasks.errors import UnknownName

if TYPE_CHECKING:
    from tasks.steps.execute_programs import Again, ExecutedPrograms
    from warehouse.connection import Warehouse


def execute(
    again: Annotated[bool, typer.Option("--again", help="Also programs that were run; the old verdicts stay.")] = False,
    benchmark: Annotated[str | None, typer.Option(help="With --again: only the answers to this benchmark.")] = None,
    config: Config = CONFIG,
    json: Json = False,
) -> None:
    """Run the programs in the answers that wait for a sandbox, or all --again, and score by how they end."""
    from flows.configuration import load_configuration
    from flows.transform import rebuild_dates, run_dates
    from tasks.steps.execute_programs import Again
    from warehouse.connection import Warehouse

    settings = load_configuration(config, will_send=False)
    began = datetime.now(UTC)
    with Warehouse.open(settings.warehouse) as warehouse:
        _check_benchmark(warehouse, benchmark)
        executed = _execute(warehouse, Again(began, benchmark) if again or benchmark else None)
        if executed.count_executed:
            rebuild_dates(warehouse, run_dates(warehouse), settings.analysis, settings.margins)
        lacking = removed_line(warehouse, benchmark_id=benchmark) if again or benchmark else None
        names, rows = warehouse.query_rows("changed_verdicts", since=began)
    changes = [dict(zip(names, row, strict=True)) for row in rows]
    if json:
        print_json({**dataclasses.asdict(executed), "changes": changes})
    else:
        _say(executed, changes)
        if lacking:
            typer.echo(lacking)
        if executed.count_executed:
            typer.echo(f"Next: {program()} publish --config {config}")
    raise typer.Exit(int(executed.reason is not None))


def _check_benchmark(warehouse: Warehouse, benchmark: str | None) -> None:
    known = sorted({row[0] for row in warehouse.rows("select benchmark_id from raw.cells")[1]})
    if benchmark is not None and benchmark not in known:
        raise UnknownName.of("benchmark", benchmark, known)


def _execute(warehouse: Warehouse, again: Again | None) -> ExecutedPrograms:
    """Run the programs of every run and score their answers. An answer that stands in several runs is run once."""
    from tasks.scorers import SCORERS, ProgramScorer
    from tasks.steps.execute_programs import ExecutedPrograms, execute_programs
    from tasks.steps.score import rescore

    scorers = [scorer for scorer in SCORERS.values() if isinstance(scorer, ProgramScorer)]
    came = ExecutedPrograms()
    for run_id in warehouse.query("run_ids")["run_id"]:
        executed = execute_programs(warehouse, run_id, again=again)
        came = came.plus(executed)
        for scorer in scorers:
            rescore(warehouse, scorer, run_id=run_id)
        if executed.reason:
            break
    return came


def _say(executed: ExecutedPrograms, changes: Sequence[dict[str, Any]]) -> None:
    from flows.cli.results import executions_line

    typer.echo(executions_line(executed) or "No program waits for its execution; --again runs them all again.")
    for change in changes:
        typer.echo(
            f"  {change['benchmark_id']}, {change['model_id']}: {change['count_passing']} programs pass now and did "
            f"not, {change['count_failing']} passed and do not."
        )
