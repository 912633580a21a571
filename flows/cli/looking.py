"""`sql`, `status`, `runs`: look without touching. None of them imports Prefect, an SDK or polars."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any

import typer

from flows.cli.options import CONFIG, Config, Json
from flows.cli.output import print_json, print_table
from warehouse.connection import Warehouse
from warehouse.errors import QueryError, WarehouseBusy, WarehouseMissing

_LONGEST_TABLE = 200


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
    names, rows, source = _look(config, "newest_cells")
    if json:
        print_json([dict(zip(names, row, strict=True)) for row in rows])
        return
    if not names:
        typer.echo(source)
        return
    incomplete = sum(row[names.index("status")] != "complete" for row in rows)
    print_table(f"Newest cells ({source})", names, rows)
    typer.echo(f"{len(rows)} cells, {incomplete} not complete. The same `aligntax run` finishes what is open.")


def runs(config: Config = CONFIG, json: Json = False) -> None:
    """List the runs, newest first."""
    names, rows, source = _look(config, "listed_runs")
    if json:
        print_json([dict(zip(names, row, strict=True)) for row in rows])
    elif not names:
        typer.echo(source)
    else:
        print_table(f"Runs ({source})", names, rows)


def _look(config: Path, query: str) -> tuple[list[str], list[tuple[Any, ...]], str]:
    """Ask a named query of the warehouse, or of its published copy while a run holds it.

    Before the first publication there are no columns, and in the place of the source a sentence that says so.
    """
    try:
        with _database(config, is_live=True) as database:
            return *database.query_rows(query), "warehouse"
    except QueryError:
        return [], [], "No run has come to its end here yet. `aligntax run` finishes what was begun."
    except WarehouseBusy:
        pass
    try:
        with _database(config, is_live=False) as database:
            return *database.query_rows(query), "published copy: a run is going on"
    except WarehouseMissing:
        return [], [], "A run is going on, and nothing is published yet. The run itself shows how far it is."


def _database(config: Path, *, is_live: bool) -> Warehouse:
    from tasks.settings import load_places

    places = load_places(config, os.environ)
    return Warehouse.read(places.warehouse if is_live else places.publish.folder / "aligntax.duckdb")
