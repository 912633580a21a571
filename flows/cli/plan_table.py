"""The table that `plan` and `backfill --dry-run` show: requests, tokens, money and detectable tax of each cell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import typer

from flows.cli.output import points, print_json, print_table

if TYPE_CHECKING:
    from tasks.planned import Plan, Request
    from tasks.steps.forecast import Forecast, JudgeForecast
    from warehouse.connection import Warehouse

_COLUMNS = (
    *("cell", "requests", "reused", "input tokens", "output tokens, at most", "USD, at most"),
    "detectable tax",
)
_NEEDED, _FOR_MARGIN = "items needed", "items for the margin"


def show_plan(
    warehouse: Warehouse | None,
    planned: Plan,
    *,
    is_json: bool,
    wanted_tax: float | None = None,
    margin: float | None = None,
) -> None:
    """Show what a plan would ask, and how many items would detect a tax or show that it is below a margin."""
    from tasks.steps.land import open_requests

    pending = open_requests(warehouse, planned)
    cells = _forecasts(warehouse, planned, pending, wanted_tax, margin)
    judges = _judge_forecasts(warehouse, planned, pending)
    if is_json:
        rows = {"cells": [_as_dict(cell) for cell in cells], "judges": [_as_dict(row) for row in judges]}
        print_json({"run_id": planned.run_id, **rows})
        return
    questions = {_NEEDED: wanted_tax, _FOR_MARGIN: margin}
    columns = [*_COLUMNS, *(name for name, asked in questions.items() if asked is not None)]
    print_table(
        f"Plan {planned.run_id}",
        columns,
        [[row.get(name) for name in columns] for row in [*map(_cell_row, cells), *map(_judge_row, judges)]],
        right=columns[1:],
    )
    typer.echo(_total([*cells, *judges]))
    typer.echo(
        "Detectable tax: points at 80% power, about; ~ if the models differ on a fifth of the items, else with the "
        "variance of the newest comparison. Nothing was sent."
    )


def _forecasts(
    warehouse: Warehouse | None,
    planned: Plan,
    pending: Mapping[str, list[Request]],
    wanted_tax: float | None,
    margin: float | None,
) -> list[Forecast]:
    from tasks.steps.aggregate.pilot import pilots
    from tasks.steps.forecast import forecast

    known = {} if warehouse is None or not warehouse.has("marts.fct_paired_items") else pilots(warehouse)
    return [
        forecast(
            cell,
            pending[cell.cell_id],
            planned.as_of_date,
            known.get((cell.model.id, cell.benchmark.benchmark_id)),
            wanted_tax,
            margin,
        )
        for cell in planned.cells
    ]


def _judge_forecasts(
    warehouse: Warehouse | None, planned: Plan, pending: Mapping[str, list[Request]]
) -> list[JudgeForecast]:
    from tasks.steps.forecast import forecast_judge
    from tasks.steps.judge import ungraded

    asked = ungraded(warehouse, planned, pending)
    found = [forecast_judge(cell, asked.get(cell.cell_id, ()), planned.as_of_date) for cell in planned.cells]
    return [judge for judge in found if judge is not None]


def _cell_row(cell: Forecast) -> dict[str, Any]:
    counts = (cell.cell_id, cell.count_requests, cell.count_reused, cell.tokens_input, cell.tokens_output_at_most)
    row = dict(zip(_COLUMNS, (*counts, _dollars(cell.cost_usd_at_most), _detectable(cell)), strict=True))
    return {**row, _NEEDED: cell.count_items_needed, _FOR_MARGIN: cell.count_items_for_margin}


def _judge_row(row: JudgeForecast) -> dict[str, Any]:
    counts = (row.count_requests, row.count_reused, row.tokens_input_at_most, row.tokens_output_at_most)
    name = f"{row.cell_id} by {row.judge_model_id}"
    return dict(zip(_COLUMNS, (name, *counts, _dollars(row.cost_usd_at_most), None), strict=True))


def _total(rows: Sequence[Forecast | JudgeForecast]) -> str:
    prices = [row.cost_usd_at_most for row in rows if row.cost_usd_at_most is not None]
    unknown = f", {len(rows) - len(prices)} rows without a price" if len(prices) < len(rows) else ""
    return f"{sum(row.count_requests for row in rows)} requests, at most {sum(prices):.2f} USD{unknown}."


def _dollars(amount: float | None) -> str | None:
    return None if amount is None else f"{amount:.2f}"


def _detectable(cell: Forecast) -> str:
    """Points that would be seen, marked where only the prior says so."""
    return points(cell.minimum_detectable_tax).lstrip("+") + (" ~" if cell.variance_from == "prior" else "")


def _as_dict(row: Forecast | JudgeForecast) -> dict[str, Any]:
    return {name: getattr(row, name) for name in row.__slots__}
