"""`sql`, `status`, `runs`, `doctor`: look without touching. None of them imports Prefect, an SDK or polars."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from flows.cli.options import CONFIG, Config, Json
from flows.cli.output import print_json, print_table
from tasks.errors import AligntaxError
from warehouse.connection import Warehouse
from warehouse.errors import WarehouseBusy, WarehouseError

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
    incomplete = sum(row[names.index("status")] != "complete" for row in rows)
    print_table(f"Newest cells ({source})", names, rows)
    typer.echo(f"{len(rows)} cells, {incomplete} not complete. The same `aligntax run` finishes what is open.")


def runs(config: Config = CONFIG, json: Json = False) -> None:
    """List the runs, newest first."""
    names, rows, source = _look(config, "listed_runs")
    if json:
        print_json([dict(zip(names, row, strict=True)) for row in rows])
        return
    print_table(f"Runs ({source})", names, rows)


def doctor(config: Config = CONFIG) -> None:
    """Check this machine and the configuration; sends nothing to any model."""
    checks = [_check_python(), *_check_packages(), _check_configuration(config), _check_server(), _check_sandbox()]
    print_table("", ["check", "found", ""], checks)
    if any(verdict == "problem" for *_, verdict in checks):
        raise AligntaxError("see the lines marked as a problem.")


def _look(config: Path, query: str) -> tuple[list[str], list[tuple[Any, ...]], str]:
    """Ask a named query of the warehouse, or of its published copy while a run holds it."""
    for is_live, source in ((True, "warehouse"), (False, "published copy: a run is going on")):
        try:
            with _database(config, is_live=is_live) as database:
                return *database.query_rows(query), source
        except WarehouseBusy:
            if not is_live:
                raise
    raise AssertionError  # the second attempt returns or raises


def _database(config: Path, *, is_live: bool) -> Warehouse:
    from tasks.settings import load_places

    places = load_places(config, os.environ)
    return Warehouse.read(places.warehouse if is_live else places.publish.folder / "aligntax.duckdb")


def _check_python() -> tuple[str, str, str]:
    found = ".".join(map(str, sys.version_info[:3]))
    return "Python 3.11 or newer", found, "ok" if sys.version_info >= (3, 11) else "problem"


def _check_packages() -> list[tuple[str, str, str]]:
    from importlib.metadata import PackageNotFoundError, version

    rows = []
    for name in ("duckdb", "polars", "prefect", "openai", "great-expectations"):
        try:
            rows.append((name, version(name), "ok"))
        except PackageNotFoundError:
            rows.append((name, "not installed", "problem"))
    return rows


def _check_configuration(config: Path) -> tuple[str, str, str]:
    from flows.configuration import load_configuration

    try:
        settings = load_configuration(config)
        if settings.warehouse.exists():
            Warehouse.read(settings.warehouse).close()
    except (AligntaxError, WarehouseError) as error:
        return "configuration", str(error), "problem"
    found = f"{len(settings.models)} models, {len(settings.benchmarks)} benchmarks, {len(settings.pairs())} pairs"
    return "configuration", found, "ok"


def _check_server() -> tuple[str, str, str]:
    from flows.server import configured_address

    address = configured_address()
    found = address or "none configured: each run starts one on loopback"
    return "Prefect server", found, "ok" if os.name == "posix" or address else "problem"


def _check_sandbox() -> tuple[str, str, str]:
    """No sandbox is no problem unless a benchmark runs code; it is said, and such a benchmark says it again."""
    from tasks.sandbox import NoSandbox, open_sandbox

    try:
        with open_sandbox(count_workers=1) as sandbox:
            found = sandbox.back_end
    except NoSandbox as error:
        return "sandbox for programs", f"{error} Benchmarks that run code will not be scored.", "none"
    return "sandbox for programs", f"{found.name}: {', '.join(found.layers)}; Python {found.python_version}", "ok"
