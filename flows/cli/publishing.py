"""`build`, `publish`, `report`, `void`, `unvoid`: tables from facts, and where they go. No model is asked anything."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from flows.cli.options import BUFFER_MB, CONFIG, AsOf, Config, run_date
from flows.cli.output import program


def build(config: Config = CONFIG) -> None:
    """Rebuild every mart, estimate and report from the raw facts."""
    from flows.configuration import load_configuration
    from flows.transform import rebuild_dates, run_dates
    from warehouse.connection import Warehouse

    settings = load_configuration(config, will_send=False)
    with Warehouse.open(settings.warehouse) as warehouse:
        dates = run_dates(warehouse)
        warehouse.sparing(BUFFER_MB, lambda: rebuild_dates(warehouse, dates, settings.analysis, settings.margins))
    typer.echo(f"Rebuilt the tables of {len(dates)} dates in {settings.warehouse}.")
    typer.echo(f"Next: {program()} publish --config {config}")


def publish(config: Config = CONFIG, as_of: AsOf = None) -> None:
    """Build every date that is not built, check it, and swap in a new publication: DuckDB, Parquet and the report."""
    from flows.cli.answers import say_answers
    from flows.cli.results import show_places
    from flows.configuration import load_configuration
    from flows.publish import report_all
    from flows.transform import run_dates
    from warehouse.connection import Warehouse

    settings = load_configuration(config, will_send=False)
    with Warehouse.open(settings.warehouse) as warehouse:
        date = run_date(run_dates(warehouse), as_of)
        published = warehouse.sparing(BUFFER_MB, lambda: report_all(warehouse, settings, date))
        say_answers(warehouse, date)
    show_places(published, config)


def report(
    config: Config = CONFIG,
    as_of: AsOf = None,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Default: publish/report.html.")] = None,
) -> None:
    """Write the HTML report of a date."""
    from flows.cli.answers import say_answers
    from flows.configuration import load_configuration
    from flows.transform import run_dates
    from tasks.report import write_report
    from tasks.steps.publish.report_page import report_frames
    from warehouse.connection import Warehouse

    settings = load_configuration(config, will_send=False)
    path = output or settings.publish.report
    with Warehouse.open(settings.warehouse) as warehouse:
        date = run_date(run_dates(warehouse), as_of)
        frames = report_frames(warehouse, date)
        say_answers(warehouse, date)
    typer.echo(f"Report: {write_report(frames, path)}")


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
    from flows.configuration import load_configuration
    from flows.publish import report_dates
    from flows.transform import touched
    from tasks.steps.land import void as mark
    from warehouse.connection import Warehouse

    settings = load_configuration(config, will_send=False)
    with Warehouse.open(settings.warehouse) as warehouse:
        if not mark(warehouse, run, reason, is_undone=is_undone):
            typer.echo(f"Run {run} is {'not void' if is_undone else 'void already'}. Nothing was changed.")
            return
        dates = touched(warehouse, run)
        report_dates(warehouse, settings, dates)
    back = f"aligntax void {run} --reason ..." if is_undone else f"aligntax unvoid {run}"
    typer.echo(f"Run {run} is {'back in' if is_undone else 'out of'} the reports of {', '.join(dates)}. Undo: {back}")
