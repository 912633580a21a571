"""`build`, `publish`, `report`: tables from facts, and where they go. Nothing is asked of any model."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from flows.cli.options import CONFIG, AsOf, Config, as_of_date
from tasks.errors import UsageError


def build(config: Config = CONFIG) -> None:
    """Rebuild every mart, estimate and report from the raw facts."""
    from flows import transform
    from flows.configuration import load_configuration
    from warehouse.connection import Warehouse

    settings = load_configuration(config, will_send=False)
    with Warehouse.open(settings.warehouse) as warehouse:
        dates = transform.run_dates(warehouse)
        transform.rebuild_dates(warehouse, dates)
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
    from tasks.publish import report_frames
    from tasks.report import write_report
    from warehouse.connection import Warehouse

    settings = load_configuration(config, will_send=False)
    path = output or settings.publish.folder / "report.html"
    with Warehouse.open(settings.warehouse) as warehouse:
        frames = report_frames(warehouse, _date(transform.run_dates(warehouse), as_of))
    typer.echo(f"Report: {write_report(frames, path)}")


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
