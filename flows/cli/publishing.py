"""`build`, `publish`, `report`, `rescore`: tables from facts, and where they go. Nothing is asked of any model."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from flows.cli.options import CONFIG, AsOf, Config, Json, as_of_date
from flows.cli.output import points, print_changes, print_json, print_table
from tasks.errors import UnknownName, UsageError


def build(config: Config = CONFIG) -> None:
    """Rebuild every mart, estimate and report from the raw facts."""
    from flows import transform
    from flows.configuration import load_configuration
    from warehouse.connection import Warehouse

    settings = load_configuration(config, will_send=False)
    with Warehouse.open(settings.warehouse) as warehouse:
        dates = transform.run_dates(warehouse)
        transform.rebuild_dates(warehouse, dates, settings.analysis)
    typer.echo(f"Rebuilt the tables of {len(dates)} dates in {settings.warehouse}.")
    typer.echo(f"Next: aligntax publish --config {config}")


def publish(config: Config = CONFIG, as_of: AsOf = None) -> None:
    """Rebuild the tables, check them, and swap in a new publication: DuckDB, Parquet and the report."""
    from flows import transform
    from flows.configuration import load_configuration
    from flows.summary import show_places
    from warehouse.connection import Warehouse

    settings = load_configuration(config, will_send=False)
    with Warehouse.open(settings.warehouse) as warehouse:
        date = _date(transform.run_dates(warehouse), as_of)
        run_id = transform.newest_run(warehouse, date)
        published = transform.report_run(warehouse, settings, run_id, date)
    show_places(published, config)


def report(
    config: Config = CONFIG,
    as_of: AsOf = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Default: publish/report.html.")] = None,
) -> None:
    """Write the HTML report of a date."""
    from flows import transform
    from flows.configuration import load_configuration
    from tasks.report import write_report
    from tasks.steps.publish.report_page import report_frames
    from warehouse.connection import Warehouse

    settings = load_configuration(config, will_send=False)
    path = output or settings.publish.folder / "report.html"
    with Warehouse.open(settings.warehouse) as warehouse:
        frames = report_frames(warehouse, _date(transform.run_dates(warehouse), as_of))
    typer.echo(f"Report: {write_report(frames, path)}")


# Exit codes of verdicts; 1 and 2 stay what they are for every command: failed, asked wrongly.
_VERDICT_EXITS = {"PASS": 0, "BLOCK": 3, "WARN": 4, "INCONCLUSIVE": 5}
_FAILING = {
    "block": ("BLOCK",),
    "warn": ("BLOCK", "WARN"),
    "inconclusive": ("BLOCK", "WARN", "INCONCLUSIVE"),
}


def gate(
    config: Config = CONFIG,
    as_of: AsOf = None,
    fail_on: Annotated[
        str, typer.Option("--fail-on", help="Which verdicts fail: block, warn (both) or inconclusive (all but PASS).")
    ] = "block",
    json: Json = False,
) -> None:
    """Say PASS, WARN, BLOCK or INCONCLUSIVE for CI; a failing verdict exits with 3 BLOCK, 4 WARN, 5 INCONCLUSIVE."""
    from dataclasses import asdict

    from flows import transform
    from flows.configuration import load_configuration
    from tasks.steps.gate import gate as judge
    from warehouse.connection import Warehouse

    if fail_on not in _FAILING:
        raise UnknownName.of("value of --fail-on", fail_on, _FAILING)
    settings = load_configuration(config, will_send=False)
    with Warehouse.read(settings.warehouse) as warehouse:
        gated = judge(warehouse, settings.gate, _date(transform.run_dates(warehouse), as_of))
    if json:
        print_json(asdict(gated))
    else:
        columns = ["verdict", "kind", "model", "against", "benchmark", "points", "low", "high", "detectable", "reason"]
        numbers = ("estimate", "low", "high", "minimum_detectable")
        print_table(
            f"Gate of {gated.as_of_date}: {gated.verdict}",
            columns,
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
        typer.echo(
            f"{gated.verdict}: warn beyond {points(settings.gate.warn)}, block beyond {points(settings.gate.block)}."
        )
    if gated.verdict in _FAILING[fail_on]:
        raise typer.Exit(_VERDICT_EXITS[gated.verdict])


def rescore(
    scorer: Annotated[str, typer.Option(help="NAME or NAME@VERSION, as `numeric@2`.")],
    run: Annotated[str | None, typer.Option(help="Only the answers of this run; default all runs.")] = None,
    benchmark: Annotated[
        str | None, typer.Option(help="The answers to this benchmark; default the cells whose own scorer it is.")
    ] = None,
    choose: Annotated[
        bool, typer.Option("--choose", help="The cells count by it from now on; choose the old one to go back.")
    ] = False,
    config: Config = CONFIG,
    json: Json = False,
) -> None:
    """Score answers again, beside the old scores, and say what changed per cell. No model is asked anything."""
    from flows import transform
    from flows.configuration import load_configuration
    from tasks.scorers import SCORERS, installed, versioned
    from tasks.steps.score import choose as count_by
    from tasks.steps.score import rescore as score_again
    from warehouse.connection import Warehouse

    if choose and run is not None:
        raise UsageError("--choose: what a benchmark counts by holds for all of its runs. Leave out --run.")
    settings = load_configuration(config, will_send=False)
    name, version = versioned(scorer)
    count, chosen = 0, []
    with Warehouse.open(settings.warehouse) as warehouse:
        known = warehouse.query("run_ids")["run_id"].to_list()
        if run is not None and run not in known:
            raise UnknownName.of("run", run, known)
        # An earlier version can count where it scored, though it can score no more.
        if not choose or version in {None, SCORERS[name].version}:
            count = score_again(warehouse, installed(name, version), run_id=run, benchmark_id=benchmark)
        if choose:
            chosen = count_by(warehouse, name, version, benchmark)
        transform.rebuild_dates(warehouse, transform.run_dates(warehouse), settings.analysis)
        changes = warehouse.query(
            "rescore_changes", scorer=name, scorer_version=version or SCORERS[name].version, run_id=run
        )
    rows = changes.to_dicts()
    if json:
        print_json({"count_scored": count, "chosen": chosen, "changes": rows})
        return
    print_changes(rows)
    typer.echo(f"{count} answers scored by {scorer}; the old scores stay beside.")
    if chosen:
        typer.echo(
            f"Cells of {', '.join(chosen)} count by {scorer} now. A run lets them count by its configuration's scorer: "
            f"write `scorer: {name}` there, too."
        )
    typer.echo(f"Next: aligntax publish --config {config}")


def void(
    run: Annotated[str, typer.Argument(help="Run id, as `aligntax runs` lists it.")],
    reason: Annotated[str, typer.Option("--reason", help="Why; kept with the mark.")],
    config: Config = CONFIG,
) -> None:
    """Take a bad run out of every report. Nothing is deleted; `unvoid` brings it back."""
    _mark(run, reason, config, is_undone=False)


def unvoid(
    run: Annotated[str, typer.Argument(help="Run id, as `aligntax runs` lists it.")],
    reason: Annotated[str, typer.Option("--reason", help="Why; kept with the mark.")] = "brought back",
    config: Config = CONFIG,
) -> None:
    """Bring a voided run back."""
    _mark(run, reason, config, is_undone=True)


def _mark(run: str, reason: str, config: Path, *, is_undone: bool) -> None:
    from flows import transform
    from flows.configuration import load_configuration
    from tasks.steps.land import void as mark
    from warehouse.connection import Warehouse

    settings = load_configuration(config, will_send=False)
    with Warehouse.open(settings.warehouse) as warehouse:
        if not mark(warehouse, run, reason, is_undone=is_undone):
            typer.echo(f"Run {run} is {'not void' if is_undone else 'void already'}. Nothing was changed.")
            return
        dates = transform.touched(warehouse, run)
        transform.report_dates(warehouse, settings, dates)
    back = f"aligntax void {run} --reason ..." if is_undone else f"aligntax unvoid {run}"
    typer.echo(f"Run {run} is {'back in' if is_undone else 'out of'} the reports of {', '.join(dates)}. Undo: {back}")


def _date(known: list[str], wanted: str | None) -> str:
    """The wanted date, by default the newest.

    Raises:
        UsageError: nothing ran then.
    """
    if not known:
        raise UsageError("nothing ran yet: `aligntax run` or `aligntax import` first.")
    if wanted is None:
        return known[-1]
    date = as_of_date(wanted).isoformat()
    if date not in known:
        raise UsageError(f"--as-of: nothing ran on {date}. The newest date is {known[-1]}.")
    return date
