"""`judge`: ask the configured judges about imported answers, which no run asks about."""

from __future__ import annotations

import typer

from flows.cli.options import CONFIG, Config, Json
from flows.cli.output import print_json, print_safety, print_taxes


def judge(config: Config = CONFIG, json: Json = False) -> None:
    """Ask the configured judges about imported answers that wait for them, score these and publish."""
    from flows.configuration import load_configuration
    from flows.judge_imports import judge_imports
    from flows.summary import published_rows, show_places
    from warehouse.connection import Warehouse

    settings = load_configuration(config)
    with Warehouse.open(settings.warehouse) as warehouse:
        graded = judge_imports(warehouse, settings)
    published, day = graded.published, graded.as_of_date
    taxes, safety = published_rows(published["database"], day) if published and day else ([], [])
    if json:
        names = ("run_ids", "count_asked", "count_failed", "count_scored", "failures")
        print_json({**{name: getattr(graded, name) for name in names}, "alignment_tax": taxes, "safety": safety})
        return
    if not graded.run_ids:
        typer.echo("No imported answer waits for a judge. Nothing was sent.")
        return
    if taxes:
        print_taxes(taxes)
    if safety:
        print_safety(safety)
    typer.echo(
        f"Judges were asked {graded.count_asked} times about {len(graded.run_ids)} imports, {graded.count_failed} "
        f"failed; {graded.count_scored} answers scored."
    )
    for failure in graded.failures:
        typer.echo(f"  {failure}")
    if published:
        show_places(published, config)
