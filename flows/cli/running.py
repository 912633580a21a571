"""`demo`, `init`, `plan`, `run`, `nightly`, `backfill`, `serve`: from a configuration to a published tax."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from flows.cli.options import CONFIG, AsOf, Config, Json, as_of_date
from flows.cli.output import points, print_json, print_table
from tasks.errors import UsageError

if TYPE_CHECKING:
    from tasks.planned import Plan
    from tasks.steps.forecast import Forecast, JudgeForecast
    from warehouse.connection import Warehouse

_PLAN_COLUMNS = (
    *("cell", "requests", "reused", "input tokens", "output tokens, at most", "USD, at most"),
    "detectable tax",
)

Fresh = Annotated[bool, typer.Option("--fresh", help="Forget what an earlier demo left and start over.")]
SampleSize = Annotated[int | None, typer.Option("--sample-size", min=1, help="Items per benchmark.")]
Wait = Annotated[float, typer.Option("--wait", min=0, help="Seconds to wait for a busy warehouse.")]
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


def plan(
    config: Config = CONFIG,
    as_of: AsOf = None,
    sample_size: SampleSize = None,
    detect: Annotated[
        float | None,
        typer.Option(
            "--detect", min=0.001, max=0.999, help="Show the items that would detect this tax (0.02: 2 points)."
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Show cells, requests, tokens, money and detectable tax before anything is sent."""
    from flows.configuration import load_configuration
    from flows.planning import plan_run

    settings = load_configuration(config, {"sample_size": sample_size})
    with _existing(settings.warehouse) as warehouse:
        planned = plan_run(warehouse, settings, as_of_date(as_of))
        _show_plan(warehouse, planned, is_json=json, wanted_tax=detect)
    if not json:
        typer.echo(f"Next: aligntax run --config {config}")


def run(
    config: Config = CONFIG,
    as_of: AsOf = None,
    sample_size: SampleSize = None,
    concurrency: Concurrency = None,
    wait: Wait = 0,
    json: Json = False,
) -> None:
    """Evaluate the configured models; finishes what an interrupted run began and reuses every good answer."""
    from flows.launch import Order, execute
    from flows.summary import summarise

    overrides = {"sample_size": sample_size, "concurrency": concurrency}
    evaluated = execute(Order(config, as_of_date(as_of), overrides=overrides, wait_s=wait))
    summarise(evaluated, config=config, is_json=json)
    if not json:
        _say_what_waits(config)


def _say_what_waits(config: Path) -> None:
    """Imported answers are no cells of a run, so that a run asks no judge about them."""
    from flows.cli.importing import waiting_line
    from flows.configuration import load_configuration
    from flows.judge_imports import count_waiting
    from warehouse.connection import Warehouse

    with Warehouse.open(load_configuration(config, will_send=False).warehouse) as warehouse:
        if count := count_waiting(warehouse):
            typer.echo(waiting_line(count))


def nightly(config: Config = CONFIG, as_of: AsOf = None, wait: Wait = 0, json: Json = False) -> None:
    """Evaluate with fresh answers that belong to the night; the same night again asks only for what is open."""
    from flows.launch import Order, execute
    from flows.summary import summarise
    from tasks.domain import RunKind

    evaluated = execute(Order(config, as_of_date(as_of), RunKind.NIGHTLY, wait_s=wait))
    summarise(evaluated, config=config, is_json=json)


def backfill(
    model: Annotated[list[str], typer.Option(help="Model to fill in; repeat as needed.")],
    benchmarks: Annotated[list[str] | None, typer.Option("--benchmarks", help="Only these; repeat as needed.")] = None,
    config: Config = CONFIG,
    as_of: Annotated[
        list[str] | None, typer.Option("--as-of", help="Date(s) to fill in (YYYY-MM-DD); default today, UTC.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what is missing and what it would cost.")] = False,
    wait: Wait = 0,
    json: Json = False,
) -> None:
    """Fill in exactly the cells of some models that are missing, reusing every good answer."""
    from flows.configuration import load_configuration
    from flows.launch import Order, execute
    from flows.planning import plan_run
    from flows.summary import summarise
    from tasks.domain import RunKind

    settings = load_configuration(config)
    only = {"models": model, "benchmarks": benchmarks or []}
    orders = []
    with _existing(settings.warehouse) as warehouse:
        for day in [as_of_date(text) for text in (as_of or ["today"])]:
            planned = plan_run(warehouse, settings, day, RunKind.BACKFILL, only)
            if planned.cells:
                orders.append(Order(config, day, RunKind.BACKFILL, only=only, wait_s=wait))
            if dry_run:
                _show_plan(warehouse, planned, is_json=json)
    if dry_run:
        return
    if not orders:
        typer.echo(f"Nothing is missing: every cell of {', '.join(model)} is complete. Nothing was sent.")
        return
    summarise(execute(*orders), config=config, is_json=json)


def serve(
    config: Config = CONFIG,
    cron: Annotated[str, typer.Option(help="When, as a cron expression.")] = "0 2 * * *",
    timezone: Annotated[str, typer.Option(help="Where: the time zone of the expression.")] = "UTC",
) -> None:
    """Run the nightly evaluation on a schedule, until interrupted."""
    from flows.configuration import load_configuration
    from flows.launch import STATE_FOLDER
    from flows.server import prefect_server, wait_until_up

    settings = load_configuration(config)
    with prefect_server(settings.warehouse.parent / STATE_FOLDER, has_schedules=True) as address:
        from flows.nightly import serve as serve_nightly

        wait_until_up(address)
        typer.echo(f"Serving the nightly flow at {cron!r} ({timezone}); Prefect is at {address}. Ctrl-C ends it.")
        serve_nightly(config, cron, timezone)


@contextmanager
def _existing(path: Path) -> Iterator[Warehouse | None]:
    """The warehouse if there is one; looking at a plan creates none."""
    from warehouse.connection import Warehouse

    if not path.exists():
        yield None
        return
    with Warehouse.open(path) as warehouse:
        yield warehouse


def _show_plan(warehouse: Warehouse | None, planned: Plan, *, is_json: bool, wanted_tax: float | None = None) -> None:
    from tasks.steps.aggregate.pilot import pilots
    from tasks.steps.forecast import forecast, forecast_judge
    from tasks.steps.judge import ungraded
    from tasks.steps.land import open_requests

    pending = open_requests(warehouse, planned)
    known = {} if warehouse is None or not warehouse.has("marts.fct_paired_items") else pilots(warehouse)
    forecasts = [
        forecast(
            cell,
            pending[cell.cell_id],
            planned.as_of_date,
            known.get((cell.model.id, cell.benchmark.benchmark_id)),
            wanted_tax,
        )
        for cell in planned.cells
    ]
    asked = ungraded(warehouse, planned, pending)
    graded = [forecast_judge(cell, asked.get(cell.cell_id, ()), planned.as_of_date) for cell in planned.cells]
    judges = [judged for judged in graded if judged is not None]
    if is_json:
        cells, judging = ([_as_dict(row) for row in rows] for rows in (forecasts, judges))
        print_json({"run_id": planned.run_id, "cells": cells, "judges": judging})
        return
    print_table(
        f"Plan {planned.run_id}",
        [*_PLAN_COLUMNS, *(["items needed"] if wanted_tax is not None else [])],
        [
            *(
                (
                    *(cell.cell_id, cell.count_requests, cell.count_reused, cell.tokens_input),
                    *(cell.tokens_output_at_most, _dollars(cell.cost_usd_at_most), _detectable(cell)),
                    *([cell.count_items_needed] if wanted_tax is not None else []),
                )
                for cell in forecasts
            ),
            *(
                (
                    *(f"{row.cell_id} by {row.judge_model_id}", row.count_requests, row.count_reused),
                    *(row.tokens_input_at_most, row.tokens_output_at_most, _dollars(row.cost_usd_at_most), None),
                    *([None] if wanted_tax is not None else []),
                )
                for row in judges
            ),
        ],
        right=(*_PLAN_COLUMNS[1:], "items needed"),
    )
    rows: list[Forecast | JudgeForecast] = [*forecasts, *judges]
    prices = [row.cost_usd_at_most for row in rows if row.cost_usd_at_most is not None]
    unknown = f", {len(rows) - len(prices)} rows without a price" if len(prices) < len(rows) else ""
    typer.echo(f"{sum(row.count_requests for row in rows)} requests, at most {sum(prices):.2f} USD{unknown}.")
    typer.echo(
        "Detectable tax: points at 80% power, about; ~ if the models differ on a fifth of the items, else with the "
        "variance of the newest comparison. Nothing was sent."
    )


def _dollars(amount: float | None) -> str | None:
    return None if amount is None else f"{amount:.2f}"


def _detectable(cell: Any) -> str:
    """Points that would be seen; marked where only the prior says so."""
    return points(cell.minimum_detectable_tax).lstrip("+") + (" ~" if cell.variance_from == "prior" else "")


def _as_dict(cell: Any) -> dict[str, Any]:
    return {name: getattr(cell, name) for name in cell.__slots__}
