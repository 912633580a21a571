"""`sql`, `status`, `runs`: look without touching. None of them imports Prefect, an SDK or polars."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from typing import Annotated, Any

import typer

from flows.cli.options import CONFIG, Config, Json
from flows.cli.output import print_json, print_table
from warehouse.connection import Warehouse
from warehouse.errors import WarehouseBusy, WarehouseMissing

_LONGEST_TABLE = 200
_FIRST_RUN = (
    "The first run is going on, and nothing is published yet. That run prints how far it is; once it ends or is "
    "stopped, this command shows its cells."
)


def sql(
    query: Annotated[str, typer.Argument(help="One SELECT. Quote it.")] = "show all tables",
    config: Config = CONFIG,
    live: Annotated[bool, typer.Option("--live", help="Ask the warehouse itself, raw tables included.")] = False,
    json: Json = False,
) -> None:
    """Ask anything of the published tables (read-only, never blocked by a run)."""
    with _database(config, is_live=live) as database:
        names, rows = database.rows(query, limit=None if json else _LONGEST_TABLE + 1)
    if json:
        print_json([dict(zip(names, row, strict=True)) for row in rows])
        return
    print_table("", names, rows[:_LONGEST_TABLE])
    if len(rows) > _LONGEST_TABLE:
        typer.echo(f"The first {_LONGEST_TABLE} rows; --json prints all of them.")


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
        with _database(config, is_live=True) as database:
            return *database.query_rows(live), "warehouse"
    except WarehouseBusy:
        pass
    try:
        with _database(config, is_live=False) as database:
            return *database.query_rows(published), "published copy: a run is going on"
    except WarehouseMissing:
        return [], [], _FIRST_RUN


def _database(config: Path, *, is_live: bool) -> Warehouse:
    from tasks.settings import load_places

    places = load_places(config, os.environ)
    return Warehouse.read(places.warehouse if is_live else places.publish.folder / "aligntax.duckdb")
