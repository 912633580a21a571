"""`judge`: ask the configured judges about imported answers, which no run asks about."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from flows.cli.options import CONFIG, Config, Json
from flows.cli.output import print_json

if TYPE_CHECKING:
    from flows.judge_imports import ImportsJudged


def judge(config: Config = CONFIG, json: Json = False) -> None:
    """Ask the configured judges about imported answers that wait for them, score these and publish.

    The exit code is 1 where a cell of these imports is in no report.
    """
    from flows.cli.results import headline_rows, unreported_lines
    from flows.configuration import load_configuration
    from flows.judge_imports import judge_imports
    from warehouse.connection import Warehouse

    settings = load_configuration(config)
    with Warehouse.open(settings.warehouse) as warehouse:
        judged = judge_imports(warehouse, settings)
    rows = headline_rows(judged.published, judged.as_of_date)
    if json:
        names = ("run_ids", "count_asked", "count_failed", "count_scored", "failures")
        counts = {name: getattr(judged, name) for name in names}
        print_json({**counts, "unreported": list(map(dataclasses.asdict, judged.unreported)), **rows.as_json()})
    elif judged.run_ids:
        rows.print()
        _say_judged(judged, config)
        for line in unreported_lines(judged.unreported):
            typer.echo(line)
    else:
        typer.echo("No imported answer waits for a judge. Nothing was sent.")
    raise typer.Exit(int(bool(judged.unreported)))


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
