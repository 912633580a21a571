"""`status` and `runs`: how things stand. They import no Prefect, no SDK and no polars."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import typer

from flows.cli.options import CONFIG, Config, Json
from flows.cli.output import print_json, print_table
from flows.cli.sql import published_or_live
from warehouse.errors import WarehouseBusy, WarehouseMissing

_FIRST_RUN = (
    "The first run is going on, and nothing is published yet. That run prints how far it is; once it ends or is "
    "stopped, this command shows its cells."
)


def status(config: Config = CONFIG, json: Json = False) -> None:
    """Show how the newest runs' cells stand."""
    names, rows, source = _look(config, "live_cells", "newest_cells")
    if json:
        print_json([dict(zip(names, row, strict=True)) for row in rows])
        return
    if not names:
        typer.echo(source)
        return
    print_table(f"Newest cells ({source})", names, rows)
    standing = Counter(str(row[names.index("status")]).replace("_", " ") for row in rows)
    counts = ", ".join(f"{count} {word}" for word, count in standing.most_common())
    typer.echo(f"{len(rows)} cells: {counts or 'none yet'}.")
    if standing.keys() - {"complete"}:
        typer.echo("The same `aligntax run` finishes what is open; the reason says what brings a cell back.")


def runs(config: Config = CONFIG, json: Json = False) -> None:
    """List the runs, newest first."""
    names, rows, source = _look(config, "live_runs", "listed_runs")
    if json:
        print_json([dict(zip(names, row, strict=True)) for row in rows])
        return
    if not names:
        typer.echo(source)
        return
    print_table(f"Runs ({source})", names, rows)


def _look(config: Path, live: str, published: str) -> tuple[list[str], list[tuple[Any, ...]], str]:
    """Ask the warehouse, or its published copy while a run holds it: columns, rows, and where they come from.

    There are no columns where a run goes on and nothing is published yet; then the last part says so.
    """
    try:
        with published_or_live(config, is_live=True) as database:
            return *database.query_rows(live), "warehouse"
    except WarehouseBusy:
        pass
    try:
        with published_or_live(config, is_live=False) as database:
            return *database.query_rows(published), "published copy: a run is going on"
    except WarehouseMissing:
        return [], [], _FIRST_RUN
