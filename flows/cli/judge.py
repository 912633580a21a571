"""`judge`: ask the configured judges about imported answers, which no run asks about."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from flows.cli.options import CONFIG, Config, Json
from flows.cli.output import print_json

if TYPE_CHECKING:
    from flows.judge_imports import ImportsJudged


def judge(config: Config = CONFIG, json: Json = False) -> None:
    """Ask the configured judges about imported answers that wait for them, score these and publish."""
    from flows.cli.results import headline_rows
    from flows.configuration import load_configuration
    from flows.judge_imports import judge_imports
    from warehouse.connection import Warehouse

    settings = load_configuration(config)
    with Warehouse.open(settings.warehouse) as warehouse:
        judged = judge_imports(warehouse, settings)
    rows = headline_rows(judged.published, judged.as_of_date)
    if json:
        names = ("run_ids", "count_asked", "count_failed", "count_scored", "failures")
        print_json({**{name: getattr(judged, name) for name in names}, **rows.as_json()})
        return
    if judged.run_ids:
        rows.print()
        _say_judged(judged, config)
    else:
        typer.echo("No imported answer waits for a judge. Nothing was sent.")


def _say_judged(judged: ImportsJudged, config: Path) -> None:
    from flows.cli.results import show_places

    typer.echo(
        f"Judges were asked {judged.count_asked} times about {len(judged.run_ids)} imports, {judged.count_failed} "
        f"failed; {judged.count_scored} answers scored."
    )
    for failure in judged.failures:
        typer.echo(f"  {failure}")
    if judged.published:
        show_places(judged.published, config)
