"""`status` and `runs`: how things stand. They import no Prefect, no SDK and no polars."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import typer

from flows.cli.morning import Morning, next_night_of
from flows.cli.options import CONFIG, Config, Json
from flows.cli.output import interval, points, print_json, print_table
from flows.cli.sql import published_or_live
from warehouse.errors import WarehouseBusy, WarehouseMissing

if TYPE_CHECKING:
    from warehouse.connection import Row, Warehouse

Found = TypeVar("Found")

_FIRST_RUN = (
    "The first run is going on, and nothing is published yet. That run prints how far it is; once it ends or is "
    "stopped, this command shows its cells."
)
# The queries of the published copy, and of the warehouse itself.
_RUNS = ("listed_runs", "live_runs")
_CELLS = ("newest_cells", "live_cells")
# The columns that name a cell of a date.
_CELL = ("model_id", "benchmark_id", "prompt_style")


def status(config: Config = CONFIG, json: Json = False) -> None:
    """Show the last nights, alarms, what waits for a person, the next night, and how the newest cells stand."""
    now = datetime.now(UTC)
    found, source = _look(config, lambda database, is_live: _standing(database, is_live, config, now))
    coming = next_night_of(config, now)
    if json:
        document = {**found.morning.as_json(), "cells": found.cells} if found else {}
        print_json({**document, "next_night": asdict(coming.night) if coming else None})
        return
    if found is None:
        typer.echo(source)
        return
    found.morning.print()
    if coming:
        typer.echo(coming.line)
    cells = found.cells
    runs = {cell["run_id"] for cell in cells}
    of_run = f" of run {runs.pop()}" if len(runs) == 1 else ""
    columns = ["model", "benchmark", "style", "status", "answered", "why", *([] if of_run else ["run id"])]
    rows = (_cell_row(cell)[: len(columns)] for cell in cells)
    print_table(f"Newest cells{of_run} ({source})", columns, rows, spare=("run id", "style"))
    standing = Counter(cell["status"].replace("_", " ") for cell in cells)
    counts = ", ".join(f"{count} {word}" for word, count in standing.most_common())
    typer.echo(f"{len(cells)} cells: {counts or 'none yet'}.")
    if standing.keys() - {"complete"}:
        typer.echo("The same `aligntax run` finishes what is open; the last column says what brings a cell back.")
    for cell in cells:
        if cell["served_change"] is not None:
            typer.echo(change_line(cell))


def runs(config: Config = CONFIG, json: Json = False) -> None:
    """List the runs, newest first."""
    found, source = _look(config, lambda database, is_live: database.named_rows(_RUNS[is_live]))
    if json:
        print_json(found or [])
        return
    if found is None:
        typer.echo(source)
        return
    columns = ["run id", "kind", "started", "stands at", "cells", "note"]
    # A run's id begins with its date and its kind.
    print_table(f"Runs ({source})", columns, map(_run_row, found), spare=("kind", "started"))


@dataclass(frozen=True, slots=True)
class _Standing:
    """What `status` shows."""

    morning: Morning
    cells: list[Row]


def _standing(database: Warehouse, is_live: bool, config: Path, now: datetime) -> _Standing:
    morning = Morning.of(database, config, now, is_live=is_live)
    return _Standing(morning, newest_cells(database, _CELLS[is_live]))


def newest_cells(database: Warehouse, query: str) -> list[Row]:
    """The newest cells, each with the last change of its served model, None where it has not changed."""
    changes = database.named_rows("served_now") if database.has("reports.served_changes") else []
    by_cell = {tuple(change.pop(name) for name in _CELL): change for change in changes}
    return [
        {**cell, "served_change": by_cell.get(tuple(cell[name] for name in _CELL))}
        for cell in database.named_rows(query)
    ]


def change_line(cell: Row) -> str:
    """What the change of a cell's served model did to its score."""
    change = cell["served_change"]
    what = f"{cell['model_id']} on {cell['benchmark_id']} ({cell['prompt_style']})"
    served = f"the endpoint serves {change['model_served']} in place of {change['model_served_before']}"
    if change["fall"] is None:
        from tasks.report.wording import in_words

        reason = in_words(change["reason"])
        return f"{what}: since {change['since_date']} {served}; the score cannot be compared ({reason})."
    found = "a significant change" if change["is_significant"] else "no significant change"
    change_points = f"{points(-change['fall'])} points {interval(-change['fall_high'], -change['fall_low'])}"
    return f"{what}: since {change['since_date']} {served}; the score changed by {change_points}, {found}."


def _cell_row(cell: Row) -> list[Any]:
    lost = [f"{cell[f'count_{word}']} {word}" for word in ("failed", "quarantined") if cell[f"count_{word}"]]
    return [
        cell["model_id"],
        cell["benchmark_id"],
        cell["prompt_style"],
        cell["status"].replace("_", " "),
        f"{cell['count_answered']} of {cell['count_planned']}",
        ", ".join([*lost, *([cell["reason"]] if cell["reason"] else [])]),
        cell["run_id"],
    ]


def _run_row(run: Row) -> list[Any]:
    notes = [
        f"voided: {run['void_reason'] or 'no reason given'}" if run["is_voided"] else None,
        f"from {run['source']}" if run["source"] else None,
        "simulated" if run["is_simulated"] else None,
    ]
    complete = f"{run['count_cells_complete']} of {run['count_cells']}"
    note = ", ".join(filter(None, notes))
    started = f"{run['started_at']:%Y-%m-%d %H:%M}"
    return [run["run_id"], run["kind"], started, (run["last_event"] or "").replace("_", " "), complete, note]


def _look(config: Path, ask: Callable[[Warehouse, bool], Found]) -> tuple[Found | None, str]:
    """Ask the warehouse, or its published copy while a run holds it: what is found, and where it comes from.

    It is None while the first run goes on, because nothing is published yet; then the last part says so.
    """
    try:
        with published_or_live(config, is_live=True) as database:
            return ask(database, True), "warehouse"
    except WarehouseBusy:
        pass
    try:
        with published_or_live(config, is_live=False) as database:
            return ask(database, False), "published copy: a run is going on"
    except WarehouseMissing:
        return None, _FIRST_RUN
