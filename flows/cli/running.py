"""`demo`, `init`, `plan`, `run`: from a configuration to a published tax."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Annotated, Any

import typer

from flows.cli.options import CONFIG, AsOf, Config, Json, as_of_date
from flows.cli.output import points, print_json, print_table
from tasks.errors import UsageError

Fresh = Annotated[bool, typer.Option("--fresh", help="Forget what an earlier demo left and start over.")]
SampleSize = Annotated[int | None, typer.Option("--sample-size", min=1, help="Items per benchmark.")]
Concurrency = Annotated[int | None, typer.Option("--concurrency", min=1, help="Requests in flight per endpoint.")]


def demo(
    folder: Annotated[Path, typer.Option(help="Where the demo writes.")] = Path(".demo"),
    fresh: Fresh = False,
    json: Json = False,
) -> None:
    """See an alignment tax without a key: simulated models on loopback, everything else real."""
    from flows.demonstration import demonstrate

    if fresh and folder.exists():
        shutil.rmtree(folder)
    demonstrate(folder, is_json=json)


def init(
    path: Annotated[Path, typer.Argument(help="File to write.")] = CONFIG,
    force: Annotated[bool, typer.Option("--force", help="Overwrite an existing file.")] = False,
) -> None:
    """Write a commented starter configuration."""
    from tasks.settings import starter_text

    if path.exists() and not force:
        raise UsageError(f"{path} exists. Give another name, or --force to overwrite it.")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(starter_text())
    typer.echo(f"Wrote {path}. It asks the simulated server, so it runs as it is:")
    typer.echo("  python -m infra.simulator --port 8377     (in another terminal)")
    typer.echo(f"  aligntax plan --config {path}")
    typer.echo(f"  aligntax run --config {path}")


def plan(config: Config = CONFIG, as_of: AsOf = None, sample_size: SampleSize = None, json: Json = False) -> None:
    """Show cells, requests, tokens, money and detectable tax before anything is sent."""
    from flows.configuration import load_benchmarks, load_configuration
    from tasks.land import open_requests
    from tasks.plan import forecast
    from tasks.plan import plan as plan_run
    from warehouse.connection import Warehouse

    settings = load_configuration(config, {"sample_size": sample_size})
    planned = plan_run(settings, load_benchmarks(settings), as_of_date(as_of))
    if settings.warehouse.exists():
        with Warehouse.open(settings.warehouse) as warehouse:
            pending = open_requests(warehouse, planned)
    else:
        pending = open_requests(None, planned)
    forecasts = [forecast(cell, pending[cell.cell_id], planned.as_of_date) for cell in planned.cells]
    if json:
        print_json({"run_id": planned.run_id, "cells": [_as_dict(cell) for cell in forecasts]})
        return
    print_table(
        f"Plan {planned.run_id}",
        ["cell", "requests", "reused", "input tokens", "output tokens, at most", "USD, at most", "detectable tax"],
        (
            (
                cell.cell_id,
                cell.count_requests,
                cell.count_reused,
                cell.tokens_input,
                cell.tokens_output_at_most,
                None if cell.cost_usd_at_most is None else f"{cell.cost_usd_at_most:.2f}",
                points(cell.minimum_detectable_tax).lstrip("+"),
            )
            for cell in forecasts
        ),
        right=("requests", "reused", "input tokens", "output tokens, at most", "USD, at most", "detectable tax"),
    )
    known = [cell.cost_usd_at_most for cell in forecasts if cell.cost_usd_at_most is not None]
    unknown = f", {len(forecasts) - len(known)} cells without a price" if len(known) < len(forecasts) else ""
    typer.echo(f"{sum(cell.count_requests for cell in forecasts)} requests, at most {sum(known):.2f} USD{unknown}.")
    typer.echo("Detectable tax: points at 80% power if the models differ on a fifth of the items. Nothing was sent.")
    typer.echo(f"Next: aligntax run --config {config}")


def run(
    config: Config = CONFIG,
    as_of: AsOf = None,
    sample_size: SampleSize = None,
    concurrency: Concurrency = None,
    json: Json = False,
) -> None:
    """Evaluate the configured models; finishes what an interrupted run began and reuses every good answer."""
    from flows.execute import execute
    from flows.summary import summarise

    overrides = {"sample_size": sample_size, "concurrency": concurrency}
    evaluated = execute(config, as_of_date(as_of), overrides)
    summarise(evaluated, config=config, is_json=json)


def _as_dict(cell: Any) -> dict[str, Any]:
    return {name: getattr(cell, name) for name in cell.__slots__}
